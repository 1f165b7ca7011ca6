#!/bin/sh
# package.sh - build the Debian package, look it over, install and try it

cd "${0%/*}/.." || exit 1
for tool in dpkg-buildpackage dh lintian; do
	if ! command -v $tool >/dev/null; then
		echo "package: $tool: not here, skipped"
		[ "${CI:-}" != true ]
		exit
	fi
done
tmp=$(mktemp -d) || exit 1
installed=
clean_up() {
	[ -z "$server" ] || kill "$server"
	[ -z "$installed" ] || dpkg --purge reloadws >/dev/null
	rm -rf "$tmp"
}
server=
trap clean_up EXIT
trap 'exit 1' HUP INT TERM

die() {
	echo "package: $*" >&2
	exit 1
}

# until_ok command...: for 10 seconds at most
until_ok() {
	n=0
	until "$@" >/dev/null 2>&1; do
		n=$((n + 1))
		[ $n -lt 500 ] || return 1
		sleep 0.02
	done
}

mkdir "$tmp/reloadws"
git ls-files -z | xargs -0 tar cf - | tar xf - -C "$tmp/reloadws"
cd "$tmp/reloadws" || exit 1
echo '# dpkg-buildpackage'
DEB_BUILD_OPTIONS=nocheck dpkg-buildpackage -us -uc -b >../log 2>&1 || {
	tail -n 40 ../log
	die 'it does not build'
}
cd ..
echo '# lintian'
lintian --allow-root --fail-on error,warning ./*.changes ||
    die 'lintian finds something'

# Where another one is installed already it stays.
if [ "$(id -u)" -ne 0 ] || dpkg -s reloadws >/dev/null 2>&1; then
	echo 'package: not installed: we may not, or it is already'
	exit 0
fi
echo '# dpkg --install'
installed=yes
dpkg --install ./reloadws_*.deb >log 2>&1 || {
	cat log
	die 'it does not install'
}
for file in bin/watchrun share/man/man1/watchrun.1.gz \
    share/doc/reloadws/copyright share/bash-completion/completions/watchrun \
    share/zsh/vendor-completions/_watchrun lib/systemd/user/reloadws@.service \
    share/doc/reloadws/examples/reloadws.init; do
	# What a container leaves out of packages is not missing.
	[ -e "/usr/$file" ] || grep -rqs '^path-exclude' /etc/dpkg ||
	    die "it lacks $file"
done

# A page is served, and what watchrun sees is told.
mkdir site
echo '<!doctype html><p>one' >site/index.html
/usr/bin/reloadws -q -l 0 -d site -p live.pid >address &
server=$!
until_ok test -s live.pid || die 'the server does not start'
/usr/bin/watchrun -w1 -p live.pid 'site/**' &
watchrun=$!
changes() {
	echo '<!doctype html><p>two' >site/index.html
	! kill -0 $watchrun
}
until_ok changes || die 'watchrun does not see a change'
wait $watchrun || die 'watchrun fails'
[ -s address ] || die 'the server does not say where it is'
kill $server
wait $server || die 'the server does not end well'
server=
dpkg --purge reloadws >log 2>&1 || die 'it does not go'
installed=
[ ! -e /usr/bin/watchrun ] || die 'something of it is left'
echo 'package: built, looked over, installed, tried and removed'
