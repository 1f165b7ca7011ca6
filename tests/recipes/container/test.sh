#!/bin/sh
# test.sh - changes told to a container
# shellcheck source-path=SCRIPTDIR source=../lib.sh
. "${0%/*}/../lib.sh"

# No docker is run here: another directory has the same files, and no event
# comes there but by what the recipe does.
mkdir "$tmp/src"
echo one >"$tmp/src/app.js"
cat >"$tmp/bin/docker" <<-END
	#!/bin/sh
	[ "\$1 \$2 \$3 \$4 \$5" = 'exec -i -w /src app' ] || exit 2
	cd "$tmp/src" && shift 5 && exec "\$@"
END
chmod +x "$tmp/bin/docker"
changed() {
	[ "$(stat -c %z "$tmp/src/app.js")" != "$was" ]
}
was=$(stat -c %z "$tmp/src/app.js")
cook
echo two >app.js
ok 'container: what is saved here is poked there' until_ok 10 changed
ok 'container: as the relay says' has "$tmp/log" 'app.js: poked'
ok 'container: and nothing is written there' same_text "$tmp/src/app.js" one
