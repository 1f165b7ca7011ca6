#!/bin/sh
# install.sh - make install puts each thing in its place, uninstall takes it back
# shellcheck source-path=SCRIPTDIR source=lib.sh
. "${0%/*}/lib.sh"

make -C "$top" install DESTDIR="$tmp/root" PREFIX=/opt/reload >log 2>&1
(cd root && find . ! -type d | sort) >files
cat >expected <<'EOT'
./opt/reload/bin/reloadws
./opt/reload/bin/watchrun
./opt/reload/lib/systemd/user/reloadws@.service
./opt/reload/share/bash-completion/completions/reloadws
./opt/reload/share/bash-completion/completions/watchrun
./opt/reload/share/fish/vendor_completions.d/reloadws.fish
./opt/reload/share/fish/vendor_completions.d/watchrun.fish
./opt/reload/share/man/man1/reloadws.1
./opt/reload/share/man/man1/watchrun.1
./opt/reload/share/zsh/site-functions/_reloadws
./opt/reload/share/zsh/site-functions/_watchrun
EOT
ok 'make install installs programs, manuals, completions and a unit' \
    cmp files expected
ok 'that run' root/opt/reload/bin/watchrun -V
ok 'and can be read' test -r root/opt/reload/share/man/man1/watchrun.1
share=$tmp/root/opt/reload/share

# ---- bash ----

# completes line: what bash offers there, sorted, one a line
completes() {
	# shellcheck disable=SC2016 # that is for the bash beneath
	bash -c '
		. "$1/bash-completion/completions/watchrun"
		read -ra COMP_WORDS <<<"$2"
		[[ $2 != *" " ]] || COMP_WORDS+=("")
		COMP_CWORD=$((${#COMP_WORDS[@]} - 1))
		"_${COMP_WORDS[0]}"
		printf "%s\n" "${COMPREPLY[@]}"' bash "$share" "$1" | sort
}

# offers line word: that is among them
offers() {
	completes "$1" >offered
	grep -qxF -e "$2" offered
}

offers_only() {
	completes "$1" >offered
	[ "$(tr '\n' ' ' <offered)" = "$2 " ]
}

# each option that the usage names
options_of() {
	"$top/$1" -h | tr '[] ' '[\n*]' | sed -n 's/^-\([a-zA-Z0-9]\{1,\}\)$/\1/p' |
	    fold -w 1 | sort -u
}

offers_all() {
	completes "$1 -" >offered
	options_of "$1" >options
	[ "$(wc -l <options)" -ge "$2" ] && while read -r letter; do
		grep -qx -e "-$letter" offered || return 1
	done <options
}

# names_all program file: does this completion of zsh tell of each option?
names_all() {
	options_of "$1" >options
	while read -r letter; do
		grep -qF -e "-${letter}[" "$2" || return 1
	done <options
}

mkdir -p work/site && cd work || exit 1
echo 1 >live.pid
if command -v bash >/dev/null; then
	ok 'bash completes every option of watchrun' offers_all watchrun 20
	ok 'and of reloadws' offers_all reloadws 7
	ok 'a pidfile after -p' offers_only 'watchrun -p li' live.pid
	ok 'also behind other letters' offers_only 'watchrun -wp li' live.pid
	ok 'signals after -s' offers 'watchrun -s US' USR2
	ok 'files as patterns' offers_only 'watchrun si' site
	ok 'a command after --' offers 'watchrun -w ** -- mak' make
	ok 'and its arguments' offers_only 'watchrun ** -- cat li' live.pid
	ok 'an option after a rule' offers "watchrun ** -- cat ; -" -p
	ok 'a directory after -d' offers_only 'reloadws -d ' site
	ok 'no letter before the word means no argument' \
	    offers 'reloadws -q -' -d
else
	lacks 'completion in bash' bash
fi

# ---- zsh and fish ----

# zsh has no way to ask: the specification must be right and whole.
zsh_takes() {
	# shellcheck disable=SC2016
	zsh -f -c '
		fpath=("$1/zsh/site-functions" $fpath)
		autoload -Uz compinit && compinit -D -u || exit 1
		[[ $_comps[$2] = _$2 ]] && autoload +X "_$2"' zsh "$share" "$1"
}

fish_offers() {
	fish --no-config -c "
		source $share/fish/vendor_completions.d/${1%% *}.fish
		complete -C '$1'" 2>fish.log | cut -f 1 >offered
	[ ! -s fish.log ] && grep -qxF -e "$2" offered
}

fish_offers_all() {
	options_of "$1" >options
	fish_offers "$1 -" -h && while read -r letter; do
		grep -qx -e "-$letter" offered || return 1
	done <options
}

if command -v zsh >/dev/null; then
	for program in reloadws watchrun; do
		ok "zsh takes the completion of $program" zsh_takes $program
		ok 'that tells of every option' names_all $program \
		    "$share/zsh/site-functions/_$program"
	done
else
	lacks 'completion in zsh' zsh
fi
if command -v fish >/dev/null; then
	ok 'fish completes every option of watchrun' fish_offers_all watchrun
	ok 'and of reloadws' fish_offers_all reloadws
	ok 'signals after -s' fish_offers 'watchrun -s US' USR2
	ok 'a pidfile after -p' fish_offers 'watchrun -p li' live.pid
	ok 'a command after --' fish_offers "watchrun x -- mak" make
else
	lacks 'completion in fish' fish
fi
cd "$tmp" || exit 1

# ---- services ----

unit=root/opt/reload/lib/systemd/user/reloadws@.service
ok 'the unit starts what was installed' \
    grep -q '^ExecStart=/opt/reload/bin/reloadws -d %f ' $unit
if command -v systemd-analyze >/dev/null; then
	mkdir units
	sed "s|/opt/reload/bin|$tmp&|; s|$tmp/opt|$tmp/root/opt|" $unit \
	    >units/reloadws@site.service
	SYSTEMD_LOG_LEVEL=warning systemd-analyze verify --man=no \
	    units/reloadws@site.service >verified 2>&1
	ok 'and systemd finds nothing wrong with it' test ! -s verified
else
	lacks 'systemd finds nothing wrong with the unit' systemd-analyze
fi

# init verb: the example of a script for init, as ourselves
init() {
	sh "$tmp/init.sh" "$1"
}

if command -v ps >/dev/null; then
	sed "s|^DIR=.*|DIR=$tmp/work|; s|^LISTEN=.*|LISTEN=0|
		s|^WHO=.*|WHO=$(id -un)|; s|^PIDDIR=.*|PIDDIR=$tmp/run|
		s|^DAEMON=.*|DAEMON=$tmp/root/opt/reload/bin/reloadws|
		/etc.default/d" "$top/contrib/reloadws.init" >init.sh
	trap 'init stop; cleanup; exit $failed' EXIT
	ok 'the script for init starts it' init start
	ok 'and says that it runs' init status
	pid=$(cat run/reloadws.pid)
	ok 'it is not started twice' init start
	ok 'it is the same one' test "$(cat run/reloadws.pid)" = "$pid"
	ok 'it can be told to reload' init reload
	ok 'which it lives through' init status
	ok 'and be stopped' init stop
	refused 'then it does not run' init status
	ok 'and may be stopped again' init stop
else
	lacks 'a script for init' ps
fi

make -C "$top" uninstall DESTDIR="$tmp/root" PREFIX=/opt/reload >log 2>&1
find root ! -type d >files
ok 'make uninstall leaves no file' test ! -s files

# ---- which release ----

release=$("$top/watchrun" -V | sed 's/.* //')
ok 'both programs are of one release' \
    test "reloadws $release" = "$("$top/reloadws" -V)"
ok 'its changes are told' grep -q "^## $release" "$top/CHANGELOG.md"
ok 'to Debian, too' grep -q "^reloadws ($release) " "$top/debian/changelog"
