# reloadws - live reload as two programs chained by a signal
.POSIX:
.SUFFIXES:
.SUFFIXES: .c .o
.PHONY: all bench check check-compilers check-fuzz check-lint check-package \
	check-sanitizers clean fuzzers install serve static tools uninstall

CC = cc
PREFIX = /usr/local
MANDIR = $(PREFIX)/share/man
BASHDIR = $(PREFIX)/share/bash-completion/completions
ZSHDIR = $(PREFIX)/share/zsh/site-functions
FISHDIR = $(PREFIX)/share/fish/vendor_completions.d
UNITDIR = $(PREFIX)/lib/systemd/user
MUSL = musl-gcc
CFLAGS = -O2
SITE = tests/site
LISTEN = 5678
PIDFILE = reloadws.pid
FUZZ = 60
SUITES = unit fuzz e2e recipes torture browser
MEASURES =

WARN = -Wall -Wextra -Wpedantic -Wshadow -Wstrict-prototypes \
	-Wmissing-prototypes -Wwrite-strings
# Some systems hide more than they should of what POSIX has.
SHOW = -D_DARWIN_C_SOURCE -D_NETBSD_SOURCE
COMPILE = $(CC) -std=c11 -D_FILE_OFFSET_BITS=64 $(SHOW) $(WARN) \
	$(CPPFLAGS) $(CFLAGS) -Ilib
LINK = $(CC) $(CFLAGS) $(LDFLAGS)

OS = lib/os/os.o

FLOOR = lib/base/buf.o lib/base/msg.o lib/base/str.o lib/base/utf8.o
SYSTEM = lib/base/clock.o $(OS) lib/notify/pidfile.o lib/os/signals.o

TREE = lib/base/hash.o lib/base/list.o lib/match/glob.o lib/match/rule.o \
	lib/tree/compare.o lib/tree/dir.o lib/tree/inotify.o lib/tree/mounts.o \
	lib/tree/poll.o lib/tree/scan.o lib/tree/symlink.o lib/tree/tree.o

WATCHRUN = $(SYSTEM) $(TREE) lib/notify/changelist.o lib/notify/mailbox.o \
	lib/run/adopted.o lib/run/batch.o lib/run/capture.o \
	lib/run/command.o lib/run/contents.o lib/run/deliver.o \
	lib/run/dispatch.o lib/run/options.o lib/run/poke.o lib/run/process.o \
	lib/run/throttle.o lib/base/fds.o watchrun.o $(FLOOR)

FILES = lib/base/hash.o lib/site/conditional.o lib/site/listing.o lib/site/mime.o \
	lib/site/inject.o lib/site/range.o lib/http/response.o lib/site/docroot.o \
	lib/site/site.o

RELOADWS = reloadws.o lib/base/json.o lib/http/access.o \
	lib/http/request.o lib/http/net.o lib/notify/mailbox.o \
	lib/notify/changelist.o lib/push/routes.o lib/http/connection.o \
	lib/push/protocols.o lib/push/generation.o lib/push/update.o \
	lib/http/server.o lib/push/reload_js.o lib/push/ingest.o \
	lib/ws/base64.o lib/ws/frame.o lib/ws/handshake.o lib/ws/sha1.o $(FILES) \
	lib/os/sandbox.o $(SYSTEM) $(FLOOR)

# What a peer needs, without its socket.
CONN = lib/base/buf.o lib/base/clock.o lib/base/json.o lib/base/str.o \
	lib/base/utf8.o lib/http/access.o lib/http/request.o \
	lib/notify/changelist.o lib/push/routes.o lib/http/connection.o \
	lib/push/protocols.o lib/push/generation.o lib/push/update.o \
	lib/push/reload_js.o lib/push/ingest.o lib/ws/base64.o \
	lib/ws/frame.o lib/ws/handshake.o lib/ws/sha1.o $(OS) $(FILES)

TREE_H = lib/base/hash.h lib/base/list.h lib/match/glob.h lib/match/rule.h \
	lib/tree/dir.h lib/tree/inotify.h lib/tree/mounts.h lib/tree/poll.h \
	lib/tree/scan.h lib/tree/symlink.h lib/tree/tree.h

HEADERS = $(TREE_H) lib/base/buf.h lib/base/clock.h \
	lib/base/fds.h lib/base/json.h lib/base/msg.h lib/base/release.h \
	lib/base/str.h lib/base/utf8.h lib/http/access.h \
	lib/http/request.h lib/http/net.h lib/notify/changelist.h \
	lib/notify/mailbox.h lib/notify/pidfile.h lib/os/os.h \
	lib/os/sandbox.h lib/os/signals.h lib/push/routes.h lib/http/connection.h \
	lib/push/protocols.h lib/push/generation.h lib/push/update.h \
	lib/http/server.h lib/push/reload_js.h lib/push/ingest.h lib/run/adopted.h \
	lib/run/batch.h lib/run/capture.h lib/run/calls.h \
	lib/run/command.h lib/run/contents.h lib/run/deliver.h \
	lib/run/dispatch.h \
	lib/run/options.h lib/run/poke.h lib/run/process.h \
	lib/run/throttle.h lib/site/listing.h lib/site/mime.h lib/site/inject.h \
	lib/site/range.h lib/http/response.h lib/site/docroot.h \
	lib/site/conditional.h lib/site/site.h lib/ws/base64.h lib/ws/frame.h \
	lib/ws/handshake.h lib/ws/sha1.h

TREE_TESTS = tests/unit/tree/inotify tests/unit/tree/tree \
	tests/unit/tree/tree_events tests/unit/tree/tree_hints \
	tests/unit/tree/tree_lost tests/unit/tree/tree_polled \
	tests/unit/tree/tree_random tests/unit/tree/tree_random_polled \
	tests/unit/tree/tree_random_short tests/unit/tree/tree_start \
	tests/unit/tree/tree_twice

UNIT = $(TREE_TESTS) tests/unit/base/buf tests/unit/base/clock \
	tests/unit/base/fds tests/unit/base/hash \
	tests/unit/base/json tests/unit/base/list tests/unit/base/msg tests/unit/base/str \
	tests/unit/base/utf8 tests/unit/http/access \
	tests/unit/http/request tests/unit/http/net tests/unit/match/glob \
	tests/unit/match/glob_limits tests/unit/match/rule \
	tests/unit/notify/changelist tests/unit/notify/changelist_read \
	tests/unit/notify/mailbox \
	tests/unit/notify/pidfile tests/unit/notify/pidfile_signal \
	tests/unit/os/os tests/unit/os/sandbox tests/unit/os/signals \
	tests/unit/push/routes tests/unit/http/connection tests/unit/push/protocols \
	tests/unit/push/generation tests/unit/push/update tests/unit/http/server \
	tests/unit/push/ingest tests/unit/run/adopted \
	tests/unit/run/batch tests/unit/run/batch_hand tests/unit/run/capture \
	tests/unit/run/command tests/unit/run/contents \
	tests/unit/run/contents_writers tests/unit/run/deliver tests/unit/run/dispatch \
	tests/unit/run/options tests/unit/run/poke \
	tests/unit/run/process tests/unit/run/process_several \
	tests/unit/run/throttle tests/unit/site/listing tests/unit/site/mime \
	tests/unit/site/inject tests/unit/site/range tests/unit/http/response \
	tests/unit/site/docroot tests/unit/site/conditional tests/unit/site/site \
	tests/unit/ws/base64 tests/unit/ws/frame tests/unit/ws/handshake \
	tests/unit/ws/sha1

TOOLS = tests/tools/receiver tests/tools/ends tests/tools/fault.so \
	tests/tools/faults tests/tools/listen tests/tools/sender \
	tests/tools/pty tests/tools/runner tests/tools/save \
	tests/tools/served tests/tools/swarm tests/tools/torture \
	tests/tools/wscat tests/wsecho

BENCH = tests/bench/bare tests/bench/floor tests/bench/gaps \
	tests/bench/stopwatch tests/bench/walk

FUZZERS = tests/fuzz/conn tests/fuzz/http tests/fuzz/changelist \
	tests/fuzz/rule \
	tests/fuzz/ws

all: reloadws watchrun

watchrun: $(WATCHRUN)
	$(LINK) -o $@ $(WATCHRUN)

reloadws: $(RELOADWS)
	$(LINK) -o $@ $(RELOADWS)

# without comments and indentation
lib/push/reload_js.c: reload.js
	{ echo '#include "push/reload_js.h"'; \
	echo 'const unsigned char reload_js[] = {'; \
	sed -e 's|^	*//.*||' -e 's|;	// .*|;|' -e 's/^	*//' -e '/^$$/d' reload.js | \
	    od -An -v -tu1 | sed 's/[0-9]\{1,\}/&,/g'; \
	echo '};'; echo 'const size_t reload_js_size = sizeof reload_js;'; \
	} >$@.tmp && mv $@.tmp $@

.c.o:
	$(COMPILE) -c -o $@ $<

$(WATCHRUN): $(HEADERS)
$(RELOADWS): $(HEADERS)

# Serve a directory, and reload its pages when its files change.
serve: all
	@./watchrun -p "$(PIDFILE)" "$(SITE)" & watchrun=$$!; \
	./reloadws -d "$(SITE)" -l "$(LISTEN)" -p "$(PIDFILE)" & server=$$!; \
	trap 's=$$?; kill $$server $$watchrun 2>/dev/null; wait; exit $$s' EXIT; \
	trap 'exit 130' INT; trap 'exit 143' HUP TERM; \
	wait $$server

install: all
	mkdir -p "$(DESTDIR)$(PREFIX)/bin" "$(DESTDIR)$(MANDIR)/man1" \
	    "$(DESTDIR)$(BASHDIR)" "$(DESTDIR)$(ZSHDIR)" \
	    "$(DESTDIR)$(FISHDIR)" "$(DESTDIR)$(UNITDIR)"
	cp reloadws watchrun "$(DESTDIR)$(PREFIX)/bin"
	cp man/reloadws.1 man/watchrun.1 "$(DESTDIR)$(MANDIR)/man1"
	cp contrib/reloadws.bash "$(DESTDIR)$(BASHDIR)/reloadws"
	ln -sf reloadws "$(DESTDIR)$(BASHDIR)/watchrun"
	cp contrib/_reloadws contrib/_watchrun "$(DESTDIR)$(ZSHDIR)"
	cp contrib/reloadws.fish contrib/watchrun.fish "$(DESTDIR)$(FISHDIR)"
	sed 's|@BINDIR@|$(PREFIX)/bin|' contrib/reloadws@.service.in \
	    >"$(DESTDIR)$(UNITDIR)/reloadws@.service"

uninstall:
	rm -f "$(DESTDIR)$(PREFIX)/bin/reloadws" \
	    "$(DESTDIR)$(PREFIX)/bin/watchrun" \
	    "$(DESTDIR)$(MANDIR)/man1/reloadws.1" \
	    "$(DESTDIR)$(MANDIR)/man1/watchrun.1" \
	    "$(DESTDIR)$(BASHDIR)/reloadws" "$(DESTDIR)$(BASHDIR)/watchrun" \
	    "$(DESTDIR)$(ZSHDIR)/_reloadws" "$(DESTDIR)$(ZSHDIR)/_watchrun" \
	    "$(DESTDIR)$(FISHDIR)/reloadws.fish" \
	    "$(DESTDIR)$(FISHDIR)/watchrun.fish" \
	    "$(DESTDIR)$(UNITDIR)/reloadws@.service"

# Both programs in static/, whole in themselves; MUSL is a compiler for that.
static:
	rm -rf static && mkdir static static/lib
	cp Makefile reload.js *.c static && for dir in lib/*/; do \
	    mkdir "static/$$dir" && cp "$$dir"*.[ch] "static/$$dir"; done
	cd static && $(MAKE) CC="$(MUSL)" CFLAGS="-Os -static" LDFLAGS=-s all
	cd static && rm -rf lib Makefile reload.js *.c *.o

clean:
	rm -rf static
	rm -f reloadws watchrun *.o lib/*/*.o lib/push/reload_js.c
	rm -f tests/*.o tests/unit/*/*.o tests/tools/*.o tests/fuzz/*.o tests/fake/*.o
	rm -f $(UNIT) $(TOOLS) $(FUZZERS) $(BENCH) tests/bench/*.o

# Everything that the tests run.
tools: all $(UNIT) $(TOOLS) $(FUZZERS)

fuzzers: $(FUZZERS)

# Compiling needs no other tests, so it may use all processors.
check:
	@$(MAKE) -s -j4 tools
	@sh tests/setup.sh $(SUITES)
	@sh tests/check.sh $(SUITES)

# Side by side with what people would use instead: tests/bench/RESULTS.md.
bench: all tests/tools/swarm $(BENCH)
	@sh tests/setup.sh bench
	@/usr/bin/python3 -c 'import websockets' 2>/dev/null || \
	    sh tests/setup.sh websockets=python3-websockets
	@python3 tests/bench/run.py $(MEASURES)

check-lint:
	@sh tests/setup.sh lint
	@sh tests/lint.sh

check-compilers:
	@sh tests/setup.sh compilers
	@sh tests/compilers.sh $(COMPILERS)

check-package:
	@sh tests/setup.sh package
	@sh tests/package.sh

check-fuzz:
	@sh tests/fuzz.sh $(FUZZ)

check-sanitizers:
	@sh tests/sanitizers.sh

# Unit tests: the link line is all that the module may know.
$(UNIT:=.o): $(HEADERS) tests/unit/child.h tests/unit/run/batched.h \
	tests/unit/run/checked.h tests/unit/run/processes.h \
	tests/unit/scratch.h tests/unit/test.h tests/fake/inotify.h \
	tests/unit/tree/watched.h

BATCH_UNIT = tests/unit/run/batch.o lib/run/batch.o lib/base/hash.o
tests/unit/run/batch: $(BATCH_UNIT)
	$(LINK) -o $@ $(BATCH_UNIT)

BATCH_HAND_UNIT = tests/unit/run/batch_hand.o lib/run/batch.o lib/base/hash.o
tests/unit/run/batch_hand: $(BATCH_HAND_UNIT)
	$(LINK) -o $@ $(BATCH_HAND_UNIT)

DELIVER_UNIT = tests/unit/run/deliver.o lib/run/deliver.o lib/base/buf.o \
	lib/base/clock.o lib/base/hash.o lib/base/str.o \
	lib/notify/changelist.o lib/notify/mailbox.o lib/notify/pidfile.o \
	$(OS) lib/run/batch.o lib/run/capture.o lib/run/poke.o
tests/unit/run/deliver: $(DELIVER_UNIT)
	$(LINK) -o $@ $(DELIVER_UNIT)

DISPATCH_UNIT = tests/unit/run/dispatch.o lib/run/dispatch.o lib/base/buf.o \
	lib/base/clock.o lib/base/hash.o lib/base/str.o lib/match/glob.o \
	lib/match/rule.o lib/notify/changelist.o lib/notify/mailbox.o \
	lib/notify/pidfile.o $(OS) lib/os/signals.o lib/run/adopted.o \
	lib/run/batch.o lib/run/capture.o lib/run/command.o lib/run/deliver.o \
	lib/run/options.o lib/run/poke.o lib/run/process.o lib/run/throttle.o
tests/unit/run/dispatch: $(DISPATCH_UNIT)
	$(LINK) -o $@ $(DISPATCH_UNIT)

MAILBOX_UNIT = tests/unit/notify/mailbox.o lib/notify/mailbox.o lib/base/buf.o \
	lib/base/clock.o $(OS) lib/base/str.o
tests/unit/notify/mailbox: $(MAILBOX_UNIT)
	$(LINK) -o $@ $(MAILBOX_UNIT)

tests/unit/base/buf: tests/unit/base/buf.o lib/base/buf.o
	$(LINK) -o $@ tests/unit/base/buf.o lib/base/buf.o

tests/unit/base/clock: tests/unit/base/clock.o lib/base/clock.o
	$(LINK) -o $@ tests/unit/base/clock.o lib/base/clock.o


MATCH_UNIT = lib/match/glob.o lib/match/rule.o lib/base/str.o
tests/unit/match/glob: tests/unit/match/glob.o $(MATCH_UNIT)
	$(LINK) -o $@ tests/unit/match/glob.o $(MATCH_UNIT)

tests/unit/match/glob_limits: tests/unit/match/glob_limits.o $(MATCH_UNIT)
	$(LINK) -o $@ tests/unit/match/glob_limits.o $(MATCH_UNIT)

THROTTLE_UNIT = tests/unit/run/throttle.o lib/base/hash.o lib/run/throttle.o
tests/unit/run/throttle: $(THROTTLE_UNIT)
	$(LINK) -o $@ $(THROTTLE_UNIT)

COMMAND_UNIT = tests/unit/run/command.o lib/run/command.o \
	$(OS) lib/base/clock.o lib/base/hash.o lib/base/str.o \
	lib/match/glob.o lib/match/rule.o lib/os/signals.o lib/run/adopted.o \
	lib/run/batch.o lib/run/capture.o lib/run/process.o
tests/unit/run/command: $(COMMAND_UNIT)
	$(LINK) -o $@ $(COMMAND_UNIT)

CONTENTS_UNIT = tests/unit/run/contents.o lib/run/contents.o lib/run/batch.o \
	lib/base/hash.o $(OS)
tests/unit/run/contents: $(CONTENTS_UNIT)
	$(LINK) -o $@ $(CONTENTS_UNIT)

CONTENTS_WRITERS_UNIT = tests/unit/run/contents_writers.o \
	lib/run/contents.o lib/run/batch.o lib/base/hash.o $(OS)
tests/unit/run/contents_writers: $(CONTENTS_WRITERS_UNIT)
	$(LINK) -o $@ $(CONTENTS_WRITERS_UNIT)

tests/unit/base/hash: tests/unit/base/hash.o lib/base/hash.o
	$(LINK) -o $@ tests/unit/base/hash.o lib/base/hash.o

tests/unit/base/list: tests/unit/base/list.o lib/base/list.o
	$(LINK) -o $@ tests/unit/base/list.o lib/base/list.o

FDS_UNIT = tests/unit/base/fds.o lib/base/clock.o lib/base/fds.o
tests/unit/base/fds: $(FDS_UNIT)
	$(LINK) -o $@ $(FDS_UNIT)

MSG_UNIT = tests/unit/base/msg.o lib/base/msg.o lib/base/utf8.o
tests/unit/base/msg: $(MSG_UNIT)
	$(LINK) -o $@ $(MSG_UNIT)

OPTIONS_UNIT = tests/unit/run/options.o lib/run/options.o lib/match/glob.o \
	lib/match/rule.o lib/os/signals.o lib/base/str.o
tests/unit/run/options: $(OPTIONS_UNIT)
	$(LINK) -o $@ $(OPTIONS_UNIT)

tests/unit/os/os: tests/unit/os/os.o $(OS)
	$(LINK) -o $@ tests/unit/os/os.o $(OS)

PIDFILE_UNIT = $(OS) lib/notify/pidfile.o lib/base/str.o
tests/unit/notify/pidfile: tests/unit/notify/pidfile.o $(PIDFILE_UNIT)
	$(LINK) -o $@ tests/unit/notify/pidfile.o $(PIDFILE_UNIT)

tests/unit/notify/pidfile_signal: tests/unit/notify/pidfile_signal.o $(PIDFILE_UNIT)
	$(LINK) -o $@ tests/unit/notify/pidfile_signal.o $(PIDFILE_UNIT)

POKE_UNIT = tests/unit/run/poke.o lib/run/poke.o $(OS)
tests/unit/run/poke: $(POKE_UNIT)
	$(LINK) -o $@ $(POKE_UNIT)

tests/unit/run/capture: tests/unit/run/capture.o lib/run/capture.o
	$(LINK) -o $@ tests/unit/run/capture.o lib/run/capture.o

tests/unit/match/rule: tests/unit/match/rule.o $(MATCH_UNIT)
	$(LINK) -o $@ tests/unit/match/rule.o $(MATCH_UNIT)

PROCESS_UNIT = $(OS) lib/base/clock.o lib/base/str.o lib/os/signals.o \
	lib/run/adopted.o lib/run/process.o
tests/unit/run/process: tests/unit/run/process.o $(PROCESS_UNIT)
	$(LINK) -o $@ tests/unit/run/process.o $(PROCESS_UNIT)

tests/unit/run/process_several: tests/unit/run/process_several.o $(PROCESS_UNIT)
	$(LINK) -o $@ tests/unit/run/process_several.o $(PROCESS_UNIT)

tests/unit/run/adopted: tests/unit/run/adopted.o $(PROCESS_UNIT)
	$(LINK) -o $@ tests/unit/run/adopted.o $(PROCESS_UNIT)

tests/unit/os/signals: tests/unit/os/signals.o lib/os/signals.o lib/base/str.o
	$(LINK) -o $@ tests/unit/os/signals.o lib/os/signals.o lib/base/str.o

tests/unit/base/str: tests/unit/base/str.o lib/base/str.o
	$(LINK) -o $@ tests/unit/base/str.o lib/base/str.o

# Fuzz targets; without a fuzzer, what they have found is tried once more.
FUZZ_MAIN = tests/fuzz/replay.o
$(FUZZERS:=.o) tests/fuzz/replay.o: $(HEADERS) tests/fuzz/fuzz.h

FUZZ_CONN = tests/fuzz/conn.o $(CONN) $(FUZZ_MAIN)
tests/fuzz/conn: $(FUZZ_CONN)
	$(LINK) -o $@ $(FUZZ_CONN)

FUZZ_HTTP = lib/base/buf.o lib/http/request.o lib/base/str.o \
	tests/fuzz/http.o $(FUZZ_MAIN)
tests/fuzz/http: $(FUZZ_HTTP)
	$(LINK) -o $@ $(FUZZ_HTTP)

FUZZ_CHANGELIST = lib/base/buf.o lib/notify/changelist.o \
	tests/fuzz/changelist.o $(FUZZ_MAIN)
tests/fuzz/changelist: $(FUZZ_CHANGELIST)
	$(LINK) -o $@ $(FUZZ_CHANGELIST)

FUZZ_RULE = lib/match/glob.o lib/match/rule.o lib/base/str.o \
	tests/fuzz/rule.o $(FUZZ_MAIN)
tests/fuzz/rule: $(FUZZ_RULE)
	$(LINK) -o $@ $(FUZZ_RULE)

FUZZ_WS = lib/base/buf.o lib/base/utf8.o lib/ws/frame.o tests/fuzz/ws.o $(FUZZ_MAIN)
tests/fuzz/ws: $(FUZZ_WS)
	$(LINK) -o $@ $(FUZZ_WS)

# What end-to-end tests need and the shell has not.
RECEIVER = lib/notify/mailbox.o lib/base/buf.o lib/base/clock.o $(OS) \
	lib/base/str.o \
	tests/tools/receiver.o
$(RECEIVER): $(HEADERS)
tests/tools/receiver: $(RECEIVER)
	$(LINK) -o $@ $(RECEIVER)

# Its ppoll() is of POSIX.1-2024.
tests/bench/bare: tests/bench/bare.o
	$(LINK) -o $@ tests/bench/bare.o

tests/bench/floor: tests/bench/floor.o
	$(LINK) -o $@ tests/bench/floor.o

tests/bench/gaps: tests/bench/gaps.o
	$(LINK) -o $@ tests/bench/gaps.o

tests/bench/walk: tests/bench/walk.o
	$(LINK) -o $@ tests/bench/walk.o

STOPWATCH = tests/bench/stopwatch.o tests/bench/ear.o
$(STOPWATCH): tests/bench/ear.h
tests/bench/stopwatch: $(STOPWATCH)
	$(LINK) -o $@ $(STOPWATCH)

tests/tools/ends: tests/tools/ends.o
	$(LINK) -o $@ tests/tools/ends.o

# Some linkers have no shared objects: its test is skipped where it is empty.
tests/tools/fault.o: tests/tools/fault.c tests/tools/fault.h
	$(COMPILE) -fPIC -c -o $@ tests/tools/fault.c
tests/tools/fault.so: tests/tools/fault.o
	$(LINK) -shared -o $@ tests/tools/fault.o -ldl 2>/dev/null || : >$@

FAULTS = tests/tools/faults.o tests/tools/play.o tests/tools/scenes.o
$(FAULTS): tests/tools/fault.h tests/tools/play.h
tests/tools/faults: $(FAULTS)
	$(LINK) -o $@ $(FAULTS)

SERVED = tests/tools/faults.o tests/tools/play.o tests/tools/serves.o
tests/tools/serves.o: tests/tools/fault.h tests/tools/play.h
tests/tools/served: $(SERVED)
	$(LINK) -o $@ $(SERVED)

tests/tools/listen: tests/tools/listen.o
	$(LINK) -o $@ tests/tools/listen.o

tests/tools/pty: tests/tools/pty.o
	$(LINK) -o $@ tests/tools/pty.o

tests/tools/runner: tests/tools/runner.o
	$(LINK) -o $@ tests/tools/runner.o

tests/tools/save: tests/tools/save.o
	$(LINK) -o $@ tests/tools/save.o

SWARM = tests/tools/crowd.o tests/tools/swarm.o
$(SWARM): tests/tools/crowd.h
tests/tools/swarm: $(SWARM)
	$(LINK) -o $@ $(SWARM)

tests/tools/torture: tests/tools/torture.o
	$(LINK) -o $@ tests/tools/torture.o

# A server for conformance suites of WebSockets, made of the same modules.
WSECHO = lib/ws/base64.o lib/base/buf.o lib/base/clock.o lib/http/request.o \
	lib/http/net.o lib/ws/sha1.o lib/base/str.o lib/base/utf8.o \
	lib/ws/frame.o lib/ws/handshake.o tests/wsecho.o
$(WSECHO): $(HEADERS)
tests/wsecho: $(WSECHO)
	$(LINK) -o $@ $(WSECHO)

WSCAT = lib/ws/base64.o lib/base/buf.o lib/base/clock.o lib/ws/sha1.o \
	lib/base/str.o lib/base/utf8.o lib/ws/frame.o lib/ws/handshake.o \
	tests/tools/wscat.o
$(WSCAT): $(HEADERS)
tests/tools/wscat: $(WSCAT)
	$(LINK) -o $@ $(WSCAT)

ACCESS_UNIT = tests/unit/http/access.o lib/http/access.o lib/base/buf.o \
	lib/http/request.o lib/base/str.o
tests/unit/http/access: $(ACCESS_UNIT)
	$(LINK) -o $@ $(ACCESS_UNIT)

ROUTES_UNIT = tests/unit/push/routes.o lib/push/routes.o lib/http/access.o \
	lib/ws/base64.o lib/base/buf.o lib/base/clock.o lib/push/protocols.o \
	lib/push/generation.o lib/http/request.o lib/base/json.o \
	lib/notify/changelist.o \
	lib/push/update.o $(OS) lib/push/reload_js.o lib/ws/sha1.o \
	lib/base/str.o lib/push/ingest.o lib/base/utf8.o lib/ws/frame.o \
	lib/ws/handshake.o $(FILES)
tests/unit/push/routes: $(ROUTES_UNIT)
	$(LINK) -o $@ $(ROUTES_UNIT)

HANDSHAKE_UNIT = tests/unit/ws/handshake.o lib/ws/handshake.o lib/ws/base64.o \
	lib/ws/sha1.o
tests/unit/ws/handshake: $(HANDSHAKE_UNIT)
	$(LINK) -o $@ $(HANDSHAKE_UNIT)

BASE64_UNIT = tests/unit/ws/base64.o lib/ws/base64.o
tests/unit/ws/base64: $(BASE64_UNIT)
	$(LINK) -o $@ $(BASE64_UNIT)

# A connection, without its socket, and without what is done about requests.
CONNECTION = lib/base/buf.o lib/base/str.o lib/base/utf8.o \
	lib/http/connection.o lib/http/request.o lib/http/response.o \
	lib/ws/frame.o

CONNECTION_UNIT = tests/unit/http/connection.o $(CONNECTION) lib/ws/base64.o \
	lib/ws/handshake.o lib/ws/sha1.o
tests/unit/http/connection: $(CONNECTION_UNIT)
	$(LINK) -o $@ $(CONNECTION_UNIT)

PROTOCOLS_UNIT = tests/unit/push/protocols.o lib/push/protocols.o \
	lib/base/buf.o lib/push/generation.o lib/http/request.o lib/base/json.o \
	lib/notify/changelist.o lib/push/update.o lib/base/str.o \
	lib/base/utf8.o lib/ws/frame.o
tests/unit/push/protocols: $(PROTOCOLS_UNIT)
	$(LINK) -o $@ $(PROTOCOLS_UNIT)

REQUEST_UNIT = tests/unit/http/request.o lib/http/request.o lib/base/buf.o \
	lib/base/str.o
tests/unit/http/request: $(REQUEST_UNIT)
	$(LINK) -o $@ $(REQUEST_UNIT)

JSON_UNIT = tests/unit/base/json.o lib/base/json.o lib/base/buf.o \
	lib/base/utf8.o
tests/unit/base/json: $(JSON_UNIT)
	$(LINK) -o $@ $(JSON_UNIT)

CHANGELIST_UNIT = tests/unit/notify/changelist.o lib/notify/changelist.o \
	lib/base/buf.o
tests/unit/notify/changelist: $(CHANGELIST_UNIT)
	$(LINK) -o $@ $(CHANGELIST_UNIT)

CHANGELIST_READ_UNIT = tests/unit/notify/changelist_read.o \
	lib/notify/changelist.o lib/base/buf.o
tests/unit/notify/changelist_read: $(CHANGELIST_READ_UNIT)
	$(LINK) -o $@ $(CHANGELIST_READ_UNIT)

MIME_UNIT = tests/unit/site/mime.o lib/site/mime.o lib/base/str.o
tests/unit/site/mime: $(MIME_UNIT)
	$(LINK) -o $@ $(MIME_UNIT)

NET_UNIT = tests/unit/http/net.o lib/http/net.o lib/base/str.o
tests/unit/http/net: $(NET_UNIT)
	$(LINK) -o $@ $(NET_UNIT)

GENERATION_UNIT = tests/unit/push/generation.o lib/push/generation.o lib/base/buf.o \
	lib/notify/changelist.o lib/push/update.o lib/base/str.o lib/base/utf8.o
tests/unit/push/generation: $(GENERATION_UNIT)
	$(LINK) -o $@ $(GENERATION_UNIT)

INGEST_UNIT = tests/unit/push/ingest.o lib/push/ingest.o lib/base/buf.o \
	lib/http/request.o lib/base/json.o lib/notify/changelist.o \
	lib/push/update.o \
	lib/base/str.o lib/base/utf8.o
tests/unit/push/ingest: $(INGEST_UNIT)
	$(LINK) -o $@ $(INGEST_UNIT)

SENDER = tests/tools/sender.o lib/notify/mailbox.o lib/base/buf.o \
	lib/base/str.o $(SYSTEM)
$(SENDER): $(HEADERS)
tests/tools/sender: $(SENDER)
	$(LINK) -o $@ $(SENDER)

UPDATE_UNIT = tests/unit/push/update.o lib/push/update.o lib/base/buf.o \
	lib/notify/changelist.o lib/base/str.o lib/base/utf8.o
tests/unit/push/update: $(UPDATE_UNIT)
	$(LINK) -o $@ $(UPDATE_UNIT)

SERVER_UNIT = tests/unit/http/server.o lib/http/server.o lib/http/net.o \
	$(CONNECTION)
tests/unit/http/server: $(SERVER_UNIT)
	$(LINK) -o $@ $(SERVER_UNIT)

INJECT_UNIT = tests/unit/site/inject.o lib/site/inject.o lib/base/buf.o \
	lib/http/request.o lib/base/str.o
tests/unit/site/inject: $(INJECT_UNIT)
	$(LINK) -o $@ $(INJECT_UNIT)

RANGE_UNIT = tests/unit/site/range.o lib/site/range.o lib/base/buf.o \
	lib/http/request.o lib/base/str.o
tests/unit/site/range: $(RANGE_UNIT)
	$(LINK) -o $@ $(RANGE_UNIT)

RESPONSE_UNIT = tests/unit/http/response.o lib/http/response.o lib/base/buf.o \
	lib/base/str.o
tests/unit/http/response: $(RESPONSE_UNIT)
	$(LINK) -o $@ $(RESPONSE_UNIT)

DOCROOT_UNIT = tests/unit/site/docroot.o lib/site/docroot.o $(OS)
tests/unit/site/docroot: $(DOCROOT_UNIT)
	$(LINK) -o $@ $(DOCROOT_UNIT)

SANDBOX_UNIT = tests/unit/os/sandbox.o $(OS) lib/os/sandbox.o \
	lib/base/str.o
tests/unit/os/sandbox: $(SANDBOX_UNIT)
	$(LINK) -o $@ $(SANDBOX_UNIT)

SHA1_UNIT = tests/unit/ws/sha1.o lib/ws/sha1.o
tests/unit/ws/sha1: $(SHA1_UNIT)
	$(LINK) -o $@ $(SHA1_UNIT)

SITE_UNIT = tests/unit/site/site.o lib/base/buf.o lib/base/clock.o \
	lib/http/request.o $(OS) lib/base/str.o lib/base/utf8.o $(FILES)
tests/unit/site/site: $(SITE_UNIT)
	$(LINK) -o $@ $(SITE_UNIT)

TREE_LESS = lib/base/clock.o lib/base/hash.o lib/base/list.o lib/base/str.o \
	lib/match/glob.o lib/match/rule.o lib/tree/compare.o lib/tree/dir.o \
	lib/tree/mounts.o lib/tree/poll.o lib/tree/symlink.o lib/tree/tree.o $(OS)
TREE_UNIT = $(TREE_LESS) lib/tree/inotify.o lib/tree/scan.o
FAKE_UNIT = $(TREE_LESS) lib/tree/scan.o tests/fake/inotify.o
tests/fake/inotify.o: $(HEADERS) tests/fake/inotify.h

tests/unit/tree/tree: tests/unit/tree/tree.o $(TREE_UNIT)
	$(LINK) -o $@ tests/unit/tree/tree.o $(TREE_UNIT)

tests/unit/tree/tree_events: tests/unit/tree/tree_events.o $(TREE_UNIT)
	$(LINK) -o $@ tests/unit/tree/tree_events.o $(TREE_UNIT)

tests/unit/tree/tree_hints: tests/unit/tree/tree_hints.o $(FAKE_UNIT)
	$(LINK) -o $@ tests/unit/tree/tree_hints.o $(FAKE_UNIT)

tests/unit/tree/tree_lost.o: tests/unit/tree/tree.c
tests/unit/tree/tree_lost: tests/unit/tree/tree_lost.o $(FAKE_UNIT)
	$(LINK) -o $@ tests/unit/tree/tree_lost.o $(FAKE_UNIT)

tests/unit/tree/tree_polled: tests/unit/tree/tree_polled.o $(FAKE_UNIT)
	$(LINK) -o $@ tests/unit/tree/tree_polled.o $(FAKE_UNIT)

tests/unit/tree/tree_random: tests/unit/tree/tree_random.o $(TREE_UNIT)
	$(LINK) -o $@ tests/unit/tree/tree_random.o $(TREE_UNIT)

tests/unit/tree/tree_random_polled.o: tests/unit/tree/tree_random.c
tests/unit/tree/tree_random_polled: tests/unit/tree/tree_random_polled.o $(TREE_UNIT)
	$(LINK) -o $@ tests/unit/tree/tree_random_polled.o $(TREE_UNIT)

tests/unit/tree/tree_random_short.o: tests/unit/tree/tree_random.c
tests/unit/tree/tree_random_short: tests/unit/tree/tree_random_short.o $(FAKE_UNIT)
	$(LINK) -o $@ tests/unit/tree/tree_random_short.o $(FAKE_UNIT)

tests/unit/tree/tree_start: tests/unit/tree/tree_start.o $(TREE_UNIT)
	$(LINK) -o $@ tests/unit/tree/tree_start.o $(TREE_UNIT)

# It includes scan.c.
TWICE_UNIT = $(TREE_LESS) lib/tree/inotify.o
tests/unit/tree/tree_twice.o: lib/tree/scan.c
tests/unit/tree/tree_twice: tests/unit/tree/tree_twice.o $(TWICE_UNIT)
	$(LINK) -o $@ tests/unit/tree/tree_twice.o $(TWICE_UNIT)

UTF8_UNIT = tests/unit/base/utf8.o lib/base/utf8.o
tests/unit/base/utf8: $(UTF8_UNIT)
	$(LINK) -o $@ $(UTF8_UNIT)

CONDITIONAL_UNIT = tests/unit/site/conditional.o lib/site/conditional.o \
	lib/base/buf.o lib/base/clock.o lib/base/hash.o lib/http/request.o \
	lib/http/response.o lib/base/str.o $(OS)
tests/unit/site/conditional: $(CONDITIONAL_UNIT)
	$(LINK) -o $@ $(CONDITIONAL_UNIT)

tests/unit/tree/inotify: tests/unit/tree/inotify.o lib/tree/inotify.o
	$(LINK) -o $@ tests/unit/tree/inotify.o lib/tree/inotify.o

FRAME_UNIT = tests/unit/ws/frame.o lib/ws/frame.o lib/base/buf.o \
	lib/base/utf8.o
tests/unit/ws/frame: $(FRAME_UNIT)
	$(LINK) -o $@ $(FRAME_UNIT)

LISTING_UNIT = tests/unit/site/listing.o lib/site/listing.o lib/base/buf.o \
	lib/http/request.o $(OS) lib/site/docroot.o lib/base/str.o lib/base/utf8.o
tests/unit/site/listing: $(LISTING_UNIT)
	$(LINK) -o $@ $(LISTING_UNIT)
