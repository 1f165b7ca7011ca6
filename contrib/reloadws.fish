# completion of reloadws in fish
complete -c reloadws -f
complete -c reloadws -s a -x -a '(__fish_print_hostnames)' -d 'answer to this host, accept its pages'
complete -c reloadws -s d -x -a '(__fish_complete_directories)' -d 'serve this directory'
complete -c reloadws -s H -x -d 'send this header with files'
complete -c reloadws -s h -d 'print the usage'
complete -c reloadws -s l -x -d 'listen at this address: [address:]port'
complete -c reloadws -s p -r -F -d 'the pidfile'
complete -c reloadws -s q -d 'print no messages'
complete -c reloadws -s V -d 'print the version'
complete -c reloadws -s v -d 'print each connection and broadcast'
