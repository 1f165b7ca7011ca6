#!/bin/sh
# Files are saved here and run in a container, or a virtual machine, where no
# event tells of that: each path that has changed is poked there, so that the
# watcher inside notices.  The directory is mounted at /src; watchrun is inside,
# too (it is one file: make LDFLAGS=-static).  For a virtual machine say
# "ssh vm 'cd /src && watchrun -0 -f - -P'" after the pipe.
watchrun -w -l0 '**' | docker exec -i -w /src app watchrun -0 -f - -P
