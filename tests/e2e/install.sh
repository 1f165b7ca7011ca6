#!/bin/sh
# install.sh - make install puts each thing in its place, uninstall takes it back
# shellcheck source-path=SCRIPTDIR source=lib.sh
. "${0%/*}/lib.sh"

make -C "$top" install DESTDIR="$tmp/root" PREFIX=/opt/reload >log 2>&1
(cd root && find . -type f | sort) >files
cat >expected <<'EOF'
./opt/reload/bin/reloadws
./opt/reload/bin/watchrun
./opt/reload/share/man/man1/reloadws.1
./opt/reload/share/man/man1/watchrun.1
EOF
ok 'make install installs both programs and both manuals' cmp files expected
ok 'that run' root/opt/reload/bin/watchrun -V
ok 'and can be read' test -r root/opt/reload/share/man/man1/watchrun.1
make -C "$top" uninstall DESTDIR="$tmp/root" PREFIX=/opt/reload >log 2>&1
find root -type f >files
ok 'make uninstall leaves no file' test ! -s files
