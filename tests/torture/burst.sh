#!/bin/sh
# burst.sh - more changes at once than there is room for
# shellcheck source-path=SCRIPTDIR source=lib.sh
. "${0%/*}/lib.sh"

mkdir -p site/many site/few/1 site/few/2 site/few/3
awk 'BEGIN {
	for (i = 0; i < 1000; i++) {
		print i >("site/many/" i)
		close("site/many/" i)
	}
}'
for i in 1 2 3 4 5 6; do
	echo $i >site/few/$i.html
	echo $i >site/few/3/$i.html
done
cat >show <<'END'
find site -type f | LC_ALL=C sort | xargs cat | cksum
END
torment 'site/**'
counts='site/many/[0-9]*'

asks '50,000 writes over 1000 files' - 500 \
    torture burst site/many 1000 50000 "$seed"
ok 'which were all named' lines 1000 named

# Stopped, it reads no events, and its queue overflows: none of the changes
# after that is heard of.
flood() {
	kill -STOP "$watchrun"
	torture burst site/many 1000 100000 "$seed"
	"$@"
	kill -CONT "$watchrun"
}
changes() {
	echo changed >site/few/1.html
	rm site/few/2.html
	mv site/few/3.html site/few/1/
	echo new >site/few/new.html
	mkdir -p site/few/4/5/6
	echo deep >site/few/4/5/6/7.html
	mv site/few/3 site/few/moved
	rmdir site/few/2
	mkdir site/few/2
	echo again >site/few/2/again.html
	cp -p site/few/5.html same
	mv same site/few/5.html
	ln -sf 6.html site/few/4.html
}
later() {
	echo later >site/few/1.html
	echo later >site/few/4/5/6/7.html
	echo later >site/few/moved/1.html
	echo later >site/few/2/again.html
}

counts='site/(many|few)/.*'
asks '200,000 events while it is stopped' - 3 flood changes
grep few/ named >got
cat >wanted <<'END'
site/few/1.html
site/few/1/3.html
site/few/2.html
site/few/2/again.html
site/few/3.html
site/few/3/1.html
site/few/3/2.html
site/few/3/3.html
site/few/3/4.html
site/few/3/5.html
site/few/3/6.html
site/few/4.html
site/few/4/5/6/7.html
site/few/5.html
site/few/moved/1.html
site/few/moved/2.html
site/few/moved/3.html
site/few/moved/4.html
site/few/moved/5.html
site/few/moved/6.html
site/few/new.html
END
ok 'and just the files that changed unheard are named' diff wanted got
asks 'they are watched from then on' - 1 later
relieve
