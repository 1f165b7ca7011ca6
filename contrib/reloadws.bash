# completion of reloadws and watchrun in bash

# the words that may follow, for a list of options with or without an argument
_reloadws_options() {
	local letters=$1 i
	for ((i = 0; i < ${#letters}; i++)); do
		[[ ${letters:i:1} == : ]] || printf -- '-%s\n' "${letters:i:1}"
	done
}

# whose argument the word is: the letter of the option before it, or nothing
_reloadws_before() {
	local letters=$1 word=${COMP_WORDS[COMP_CWORD - 1]}
	[[ $word == -?* && $word != -- && $letters == *"${word: -1}":* ]] &&
	    printf %s "${word: -1}"
}

_reloadws_reply() {
	mapfile -t COMPREPLY < <(compgen "$@")
}

_reloadws() {
	local letters='a:d:H:hl:p:qVv' word=${COMP_WORDS[COMP_CWORD]}
	case $(_reloadws_before "$letters") in
	a) _reloadws_reply -A hostname -- "$word" ;;
	d) _reloadws_reply -d -- "$word" ;;
	l) _reloadws_reply -W '127.0.0.1: 0.0.0.0: [::1]:' -- "$word" ;;
	p) _reloadws_reply -f -- "$word" ;;
	*) _reloadws_reply -W "$(_reloadws_options "$letters") -" -- "$word" ;;
	esac
}

_watchrun() {
	local letters='01aef:hi:k:lnPp:qrS:s:T:t:uVvwx:'
	local word=${COMP_WORDS[COMP_CWORD]} i
	# After `--` comes a command, until a rule ends it.
	for ((i = COMP_CWORD - 1; i > 0; i--)); do
		case ${COMP_WORDS[i]} in
		';' | '\;' | "';'") break ;;
		--)
			if ((i == COMP_CWORD - 1)); then
				_reloadws_reply -c -- "$word"
			else
				_reloadws_reply -f -- "$word"
			fi
			return
			;;
		esac
	done
	case $(_reloadws_before "$letters") in
	S | s) _reloadws_reply -W \
	    'HUP INT QUIT USR1 USR2 TERM KILL WINCH CONT' -- "$word" ;;
	i | k | T | t) COMPREPLY=() ;;
	f | p | x) _reloadws_reply -f -- "$word" ;;
	*)
		if [[ $word == -* ]]; then
			_reloadws_reply -W "$(_reloadws_options "$letters") --" \
			    -- "$word"
		else
			_reloadws_reply -f -- "$word"
		fi
		;;
	esac
}

complete -o filenames -o bashdefault -F _reloadws reloadws
complete -o filenames -o bashdefault -F _watchrun watchrun
