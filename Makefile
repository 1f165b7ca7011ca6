# reloadws - live reload as two programs chained by a signal
.POSIX:
.SUFFIXES:
.SUFFIXES: .c .o

PREFIX = /usr/local
CFLAGS = -O2
LDFLAGS =
SITE = tests/site
PORT = 5678

WARN = -Wall -Wextra -Wpedantic -Wshadow -Wstrict-prototypes \
    -Wmissing-prototypes -Wwrite-strings
COMPILE = $(CC) -std=c11 $(WARN) $(CPPFLAGS) $(CFLAGS) -Ilib
LINK = $(CC) $(CFLAGS) $(LDFLAGS)

HEADERS = lib/buf.h lib/clock.h lib/msg.h lib/os.h lib/pidfile.h lib/sig.h lib/str.h

all: reloadws watchrun

.c.o:
	$(COMPILE) -c -o $@ $<

clean:
	rm -f reloadws watchrun lib/*.o *.o lib/reload_js.c
	rm -f tests/unit/*.o $(UNIT) $(TOOLS)

# Unit tests: the link line is all that the module may know.
UNIT = tests/unit/buf

tests/unit/buf: tests/unit/buf.o lib/buf.o
	$(LINK) -o $@ tests/unit/buf.o lib/buf.o
