# completion of watchrun in fish
complete -c watchrun -s 0 -d 'records end with NUL'
complete -c watchrun -s 1 -d 'wait for a batch, run once, exit'
complete -c watchrun -s a -d 'do not ignore the default names'
complete -c watchrun -s e -d 'write a report when the command fails'
complete -c watchrun -s f -r -F -d 'take the changes from a file'
complete -c watchrun -s h -d 'print the usage'
complete -c watchrun -s i -x -d 'poll only, at this interval'
complete -c watchrun -s k -x -d 'grace before KILL, in seconds'
complete -c watchrun -s l -d 'list the changes'
complete -c watchrun -s n -d 'print what would be watched'
complete -c watchrun -s P -d 'poke each changed path'
complete -c watchrun -s p -r -F -d 'signal the process of this pidfile'
complete -c watchrun -s q -d 'print no messages'
complete -c watchrun -s r -d 'the command is a server to restart'
complete -c watchrun -s S -x -a 'HUP INT QUIT USR1 USR2 TERM KILL' -d 'signal that stops a command'
complete -c watchrun -s s -x -a 'HUP INT QUIT USR1 USR2 TERM WINCH' -d 'signal to send'
complete -c watchrun -s T -x -d 'the longest time that a command may take'
complete -c watchrun -s t -x -d 'quiet time that ends a batch'
complete -c watchrun -s u -d 'ignore rewrites with the same contents'
complete -c watchrun -s V -d 'print the version'
complete -c watchrun -s v -d 'print why each path counts'
complete -c watchrun -s w -d 'do not run before the first change'
complete -c watchrun -s x -r -F -d 'leave out'

# What follows -- is a command of its own.
function __watchrun_command
    set -l words (commandline -opc) (commandline -ct)
    set -l at (contains -i -- -- $words)
    complete -C (string join ' ' -- (string escape -- $words[(math $at + 1)..-2]) $words[-1])
end
complete -c watchrun -n 'contains -- -- (commandline -opc)' -f -a '(__watchrun_command)'
