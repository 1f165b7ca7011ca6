#!/bin/sh
# recording.sh - make tests/recording.svg: the first minute, in a terminal
#
#	sh tests/recording.sh [file.svg]
#
# All of it is real: tmux is the terminal, words are typed into a shell in each
# of its two panes, and what these hold after each word is a frame.  The page is
# open in Chromium.  The port is the usual one, in a network of its own.

set -eu
# shellcheck disable=SC2016
if [ "${ALONE-}" != yes ]; then
	ALONE=yes exec unshare -n sh -c 'ip link set lo up; exec sh "$0" "$@"' \
	    "$0" "$@"
fi
cd "${0%/*}/.."
top=$PWD
svg=$top/tests/recording.svg
[ $# -eq 0 ] || svg=$(realpath "$1")
tmp=$(mktemp -d)
page=
columns=78
rows=18 # of both panes, and the line between them
end() {
	# A shell that dies leaves what it has in the background.
	[ ! -s "$tmp/notes/reloadws.pid" ] || kill "$(cat "$tmp/notes/reloadws.pid")"
	tmux -L "recording$$" kill-server 2>/dev/null || :
	if [ -n "$page" ]; then
		kill "$page" 2>/dev/null || :
		wait "$page" || :
	fi
	rm -rf "$tmp"
}
trap end EXIT
trap 'exit 1' HUP INT TERM

t() {
	tmux -L "recording$$" -f /dev/null "$@"
}

# frame seconds: what the screen holds now is shown for so long
n=100
frame() {
	n=$((n + 1))
	{
		t capture-pane -p -t .0
		printf '%.0s-' $(seq $columns)
		echo
		t capture-pane -p -t .1
	} | sed 's/[[:space:]]*$//' >"$tmp/frame$n"
	echo "$1" >"$tmp/time$n"
}

# types pane text...: word by word, then Enter
types() {
	pane=$1
	shift
	for word; do
		t send-keys -t ".$pane" -l -- "$word"
		sleep 0.2
		frame 0.25
	done
	t send-keys -t ".$pane" Enter
}

nothing_seen() {
	echo "recording.sh: no '$3' in pane $1:" >&2
	t capture-pane -p -t ".$1" >&2
	exit 1
}

# until_seen pane n text: do n lines of it have that?
until_seen() {
	tries=500
	until [ "$(t capture-pane -p -J -t ".$1" | grep -cF -- "$3")" -eq "$2" ]; do
		tries=$((tries - 1))
		[ $tries -gt 0 ] || { nothing_seen "$@"; }
		sleep 0.02
	done
}

make -s
cp -R tests/recipes/make "$tmp/notes"
mkdir "$tmp/notes/public"
printf 'PATH=%s:%s; PS1="$ "' "$top" "$PATH" >"$tmp/env"
export LC_ALL=C.UTF-8 TERM=xterm ENV="$tmp/env"
t new-session -d -x $columns -y $rows -c "$tmp/notes" 'exec sh'
t set-option -g status off
t split-window -v -l 5 -c "$tmp/notes" 'exec sh'
until_seen 0 1 '$'
until_seen 1 1 '$'
frame 0.8
types 0 'reloadws ' '-d public ' '& ' 'watchrun ' '-p reloadws.pid ' 'src ' '-- make'
until_seen 0 1 'nobody listens'
frame 2.5
chromium --headless --no-sandbox --disable-gpu --user-data-dir="$tmp/profile" \
    --remote-debugging-port=0 http://127.0.0.1:5678/ >"$tmp/chromium" 2>&1 &
page=$!
until curl -s http://127.0.0.1:5678/reload | grep -q '"listeners":1'; do
	sleep 0.1
done
types 1 'echo ' "'# Hello' " '>' 'src/index.md'
until_seen 0 2 'cmark src/index.md'
frame 2
types 1 'curl ' 'localhost:5678/reload'
until_seen 1 1 '"listeners":1'
frame 3
types 1 'echo ' "'no heading' " '>' 'src/index.md'
until_seen 0 1 'exit status 2'
frame 4

# One frame below the other, and a window that steps from one to the next.
cd "$tmp"
for time in time*; do
	echo "time $(cat "$time")"
	sed 's/^/line /' "frame${time#time}"
done | awk -v columns=$columns -v rows=$rows '
	BEGIN { cell = 8.43; line = 19; pad = 14 }
	/^time / { at[n++] = total; total += $2; row = 0; next }
	{
		row++
		text = substr($0, 6)
		gsub(/&/, "\\&amp;", text); gsub(/</, "\\&lt;", text)
		gsub(/>/, "\\&gt;", text)
		if (text == "")
			next
		class = text ~ /^\$ / ? " class=\"c\"" : text ~ /^---/ ? " class=\"d\"" : ""
		body = body sprintf("<text%s y=\"%d\">%s</text>\n", class,
		    (n - 1) * rows * line + row * line - 5, text)
	}
	END {
		width = columns * cell + 2 * pad
		height = rows * line + 2 * pad
		printf "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"%d\" height=\"%d\" viewBox=\"0 0 %d %d\">\n", width, height, width, height
		print "<title>reloadws and watchrun in a terminal</title>\n<style>"
		print "text { font: 14px \"DejaVu Sans Mono\", Menlo, Consolas, monospace; fill: #c3cad6; white-space: pre }"
		print ".c { fill: #fff } .d { fill: #4a5160 }"
		printf "#f { animation: f %.2fs infinite step-end }\n@keyframes f {\n", total
		for (i = 0; i < n; i++)
			printf "%.3f%% { transform: translateY(%dpx) }\n", 100 * at[i] / total, -i * rows * line
		print "}\n</style>"
		printf "<rect width=\"100%%\" height=\"100%%\" rx=\"8\" fill=\"#1b1e25\"/>\n"
		printf "<svg x=\"%d\" y=\"%d\" width=\"%.0f\" height=\"%d\">\n<g id=\"f\">\n%s</g>\n</svg>\n</svg>\n", pad, pad, columns * cell, rows * line, body
	}' >"$svg"
echo "$svg: $(wc -c <"$svg") bytes, $((n - 100)) frames"
