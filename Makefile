# reloadws - live reload as two programs chained by a signal
.POSIX:
.SUFFIXES:
.SUFFIXES: .c .o

CC = cc
PREFIX = /usr/local
MANDIR = $(PREFIX)/share/man
CFLAGS = -O2
SITE = tests/site
LISTEN = 5678

WARN = -Wall -Wextra -Wpedantic -Wshadow -Wstrict-prototypes \
	-Wmissing-prototypes -Wwrite-strings
COMPILE = $(CC) -std=c11 $(WARN) $(CPPFLAGS) $(CFLAGS) -Ilib
LINK = $(CC) $(CFLAGS) $(LDFLAGS)

FLOOR = lib/buf.o lib/str.o lib/msg.o
SYSTEM = lib/clock.o lib/os_linux.o lib/os_other.o lib/pidfile.o lib/sig.o

WATCHRUN = watchrun.o lib/batch.o lib/dir.o lib/glob.o lib/look.o lib/rule.o \
	lib/run.o lib/tree.o lib/watch_inotify.o $(SYSTEM) lib/str.o lib/msg.o

HEADERS = lib/batch.h lib/buf.h lib/clock.h lib/dir.h lib/glob.h lib/look.h \
	lib/msg.h lib/os.h lib/pidfile.h lib/rule.h lib/run.h lib/sig.h \
	lib/str.h lib/tree.h lib/watch.h

all: reloadws watchrun

watchrun: $(WATCHRUN)
	$(LINK) -o $@ $(WATCHRUN)

.c.o:
	$(COMPILE) -c -o $@ $<

$(WATCHRUN): $(HEADERS)

clean:
	rm -f reloadws watchrun *.o lib/*.o lib/reload_js.c
	rm -f tests/unit/*.o tests/tools/*.o $(UNIT) $(TOOLS)

# Unit tests: the link line is all that the module may know.
UNIT = tests/unit/buf
TOOLS = tests/tools/bell tests/tools/ends tests/tools/pty tests/tools/save

tests/unit/buf: tests/unit/buf.o lib/buf.o
	$(LINK) -o $@ tests/unit/buf.o lib/buf.o

# What end-to-end tests need and the shell has not.
tests/tools/bell: tests/tools/bell.o
	$(LINK) -o $@ tests/tools/bell.o

tests/tools/ends: tests/tools/ends.o
	$(LINK) -o $@ tests/tools/ends.o

tests/tools/pty: tests/tools/pty.o
	$(LINK) -o $@ tests/tools/pty.o

tests/tools/save: tests/tools/save.o
	$(LINK) -o $@ tests/tools/save.o
