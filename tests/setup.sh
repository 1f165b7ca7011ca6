#!/bin/sh
# setup.sh - install what suites use beyond cc, make and sh, where it can
#
#	setup.sh suite... [command=package]...
#
# The file `packages` beside this one says what each suite uses.  What is
# missing is installed as Debian packages, if we may do that, and by npm in the
# folders that have a package-lock.json.  One line says what it is before that.
# What stays missing is no error here: its tests are skipped by name.

cd "${0%/*}/.." || exit 1

# rows suite: the rows of the table that this suite uses, without its comments
rows() {
	awk -v suite="$1" '!/^#/ {
		for (i = 3; i <= NF; i++)
			if ($i == suite)
				print $1, $2
	}' tests/packages
}

# have commands: is one of these commands here?  They have bars between them.
have() {
	for command in $(echo "$1" | tr '|' ' '); do
		command -v "$command" >/dev/null 2>&1 && return
	done
	return 1
}

# have_modules folder: is what its lock file names installed?
have_modules() {
	test -f "$1/node_modules/.package-lock.json" &&
	    test -z "$(find "$1/package-lock.json" \
		-newer "$1/node_modules/.package-lock.json")"
}

packages=
folders=
missing=

# look_up name: find what is missing of the rows on standard input, and add it to
# $missing, which is for the user to read, under that name
look_up() {
	found=
	while read -r command package; do
		if [ "$command" = npm ] && [ -d "$package" ]; then
			have_modules "$package" && continue
			case " $folders " in
			*" $package "*) ;;
			*) folders="$folders $package" ;;
			esac
			found="$found $package/node_modules"
		else
			have "$command" && continue
			case " $packages " in
			*" $package "*) ;;
			*) packages="$packages $package" ;;
			esac
			found="$found $package"
		fi
	done
	[ -z "$found" ] || missing="$missing, $1 (${found# })"
}

table=$(mktemp) || exit 1
trap 'rm -f "$table"' EXIT
for word; do
	case $word in
	*=*) echo "${word%%=*} ${word#*=}" >"$table" ;;
	*) rows "$word" >"$table" ;;
	esac
	look_up "${word%%=*}" <"$table"
done
[ -n "$missing" ] || exit 0

# may_install: may we?  $become is what to put before the command
may_install() {
	command -v apt-get >/dev/null 2>&1 || return 1
	if [ "$(id -u)" -eq 0 ]; then
		become=
	else
		become='sudo -n'
		sudo -n true 2>/dev/null
	fi
}

install_packages() {
	export DEBIAN_FRONTEND=noninteractive
	# Init scripts do not start servers in this run level.
	export RUNLEVEL=1
	$become apt-get update -qq >/dev/null 2>&1
	install='apt-get install -qq -y --no-install-recommends'
	# shellcheck disable=SC2086
	$become $install $packages >/dev/null 2>&1 && return
	# One at a time, so that one that does not exist keeps no other away.
	for package in $packages; do
		# shellcheck disable=SC2086
		$become $install "$package" >/dev/null 2>&1 ||
		    echo "# could not install $package"
	done
}

install_modules() {
	for folder in $folders; do
		(cd "$folder" && npm ci --silent --ignore-scripts) >/dev/null 2>&1 ||
		    echo "# could not install $folder/node_modules"
	done
}

if [ -n "$packages" ] && ! may_install; then
	echo "# skipping tests, for want of packages that we may not install:" \
	    "${missing#, }"
	packages=
else
	echo "# installing what tests are skipped without: ${missing#, }"
fi
[ -z "$packages" ] || install_packages
[ -z "$folders" ] || ! have npm || install_modules
exit 0
