#!/bin/sh
# Does it?
for n in 0 1 21; do
	got=$(sh src/twice.sh $n)
	[ "$got" = $((n + n)) ] || { echo "check.sh:5: twice $n is $got"; exit 1; }
done
