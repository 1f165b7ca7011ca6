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

OS = lib/os_linux.o lib/os_linux_proc.o lib/os_other.o

FLOOR = lib/buf.o lib/msg.o lib/str.o
SYSTEM = lib/clock.o $(OS) lib/pidfile.o lib/sig.o

TREE = lib/content.o lib/dir.o lib/ghost.o lib/glob.o lib/link.o lib/look.o \
	lib/mounts.o lib/rule.o lib/seen.o lib/sweep.o lib/tree.o \
	lib/watch_inotify.o lib/watch_kqueue.o

WATCHRUN = watchrun.o lib/act.o lib/args.o lib/batch.o lib/bell.o lib/box.o \
	lib/changes.o lib/feed.o lib/guard.o lib/job.o lib/letter.o lib/list.o \
	lib/options.o lib/paths.o lib/poke.o lib/report.o lib/run.o lib/stray.o \
	lib/watch.o $(TREE) $(SYSTEM) $(FLOOR)

FILES = lib/content.o lib/listing.o lib/mime.o lib/page.o lib/range.o \
	lib/reply.o lib/root.o lib/site.o lib/version.o

SANDBOX = lib/sandbox.o lib/sandbox_landlock.o lib/sandbox_pledge.o

RELOADWS = reloadws.o lib/access.o lib/answer.o lib/base64.o lib/box.o \
	lib/chunks.o lib/conn.o lib/dialect.o lib/history.o lib/http.o lib/json.o \
	lib/list.o lib/net.o lib/news.o lib/peers.o lib/reload_js.o lib/sha1.o \
	lib/trigger.o lib/utf8.o lib/ws.o $(FILES) $(SANDBOX) $(SYSTEM) $(FLOOR)

# What a peer needs, without its socket.
CONN = lib/conn.o lib/access.o lib/answer.o \
	lib/base64.o lib/buf.o lib/chunks.o lib/clock.o lib/dialect.o lib/history.o \
	lib/http.o lib/json.o lib/list.o lib/news.o $(OS) \
	lib/reload_js.o lib/sha1.o lib/str.o lib/trigger.o lib/utf8.o lib/ws.o \
	$(FILES)

TREE_H = lib/content.h lib/dir.h lib/ghost.h lib/glob.h lib/link.h \
	lib/look.h lib/mounts.h lib/rule.h lib/seen.h lib/sweep.h lib/tree.h \
	lib/watch.h

HEADERS = $(TREE_H) lib/access.h lib/act.h lib/answer.h lib/args.h \
	lib/base64.h lib/batch.h lib/bell.h lib/box.h lib/buf.h lib/changes.h \
	lib/chunks.h lib/clock.h lib/conn.h lib/dialect.h lib/feed.h lib/guard.h \
	lib/history.h lib/http.h lib/job.h lib/json.h lib/letter.h lib/list.h \
	lib/listing.h lib/mime.h lib/msg.h lib/net.h lib/news.h lib/options.h \
	lib/os.h lib/page.h lib/paths.h lib/peers.h lib/pidfile.h lib/poke.h \
	lib/range.h lib/release.h lib/reload_js.h lib/reply.h lib/report.h lib/root.h lib/run.h \
	lib/sandbox.h lib/sha1.h lib/sig.h lib/site.h lib/str.h lib/stray.h \
	lib/trigger.h lib/utf8.h lib/version.h lib/ws.h

TREE_TESTS = tests/unit/content tests/unit/ghost tests/unit/tree \
	tests/unit/tree_content tests/unit/tree_hints tests/unit/tree_polled \
	tests/unit/tree_kqueue tests/unit/tree_kqueue_random tests/unit/tree_mute \
	tests/unit/tree_random tests/unit/tree_random_polled tests/unit/tree_start tests/unit/watch_kqueue

UNIT = $(TREE_TESTS) tests/unit/access tests/unit/answer tests/unit/args \
	tests/unit/base64 tests/unit/batch tests/unit/batch_came tests/unit/bell tests/unit/box \
	tests/unit/buf tests/unit/changes tests/unit/chunks tests/unit/clock \
	tests/unit/conn tests/unit/dialect tests/unit/feed tests/unit/glob \
	tests/unit/guard tests/unit/history tests/unit/http tests/unit/job \
	tests/unit/json tests/unit/letter tests/unit/list tests/unit/listing \
	tests/unit/mime tests/unit/msg tests/unit/net tests/unit/news \
	tests/unit/options tests/unit/os tests/unit/os_environ tests/unit/page \
	tests/unit/paths tests/unit/peers tests/unit/pidfile \
	tests/unit/pidfile_ring tests/unit/poke \
	tests/unit/range tests/unit/reply tests/unit/report tests/unit/root \
	tests/unit/rule tests/unit/run tests/unit/run_several tests/unit/sandbox \
	tests/unit/sha1 tests/unit/sig tests/unit/site tests/unit/str \
	tests/unit/stray tests/unit/trigger tests/unit/utf8 tests/unit/version \
	tests/unit/watch_inotify tests/unit/ws

TOOLS = tests/tools/bell tests/tools/ends tests/tools/fault.so \
	tests/tools/faults tests/tools/listen tests/tools/postman tests/tools/pty tests/tools/runner \
	tests/tools/save tests/tools/served tests/tools/swarm tests/tools/torture tests/tools/wscat \
	tests/wsecho

BENCH = tests/bench/bare tests/bench/floor tests/bench/gaps \
	tests/bench/stopwatch tests/bench/walk

FUZZERS = tests/fuzz/conn tests/fuzz/http tests/fuzz/list tests/fuzz/rule \
	tests/fuzz/ws

all: reloadws watchrun

watchrun: $(WATCHRUN)
	$(LINK) -o $@ $(WATCHRUN)

reloadws: $(RELOADWS)
	$(LINK) -o $@ $(RELOADWS)

# without comments and indentation
lib/reload_js.c: reload.js
	{ echo '#include "reload_js.h"'; \
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
	cp Makefile reload.js *.c static && cp lib/*.c lib/*.h static/lib
	cd static && $(MAKE) CC="$(MUSL)" CFLAGS="-Os -static" LDFLAGS=-s all
	cd static && rm -rf lib Makefile reload.js *.c *.o

clean:
	rm -rf static
	rm -f reloadws watchrun *.o lib/*.o lib/reload_js.c
	rm -f tests/*.o tests/unit/*.o tests/tools/*.o tests/fuzz/*.o \
	    tests/fake/*.o
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
$(UNIT:=.o): $(HEADERS) tests/unit/batched.h tests/unit/child.h tests/unit/fake.h \
	tests/unit/runs.h tests/unit/scratch.h tests/unit/test.h tests/unit/watched.h

tests/unit/args: tests/unit/args.o lib/args.o
	$(LINK) -o $@ tests/unit/args.o lib/args.o

BATCH_UNIT = tests/unit/batch.o lib/batch.o lib/paths.o lib/str.o
tests/unit/batch: $(BATCH_UNIT)
	$(LINK) -o $@ $(BATCH_UNIT)

BATCH_CAME_UNIT = tests/unit/batch_came.o lib/batch.o lib/paths.o lib/str.o
tests/unit/batch_came: $(BATCH_CAME_UNIT)
	$(LINK) -o $@ $(BATCH_CAME_UNIT)

BELL_UNIT = tests/unit/bell.o lib/bell.o lib/box.o lib/buf.o lib/clock.o \
	lib/list.o $(OS) lib/pidfile.o lib/str.o
tests/unit/bell: $(BELL_UNIT)
	$(LINK) -o $@ $(BELL_UNIT)

BOX_UNIT = tests/unit/box.o lib/box.o lib/buf.o lib/clock.o $(OS) \
	lib/str.o
tests/unit/box: $(BOX_UNIT)
	$(LINK) -o $@ $(BOX_UNIT)

tests/unit/buf: tests/unit/buf.o lib/buf.o
	$(LINK) -o $@ tests/unit/buf.o lib/buf.o

CHANGES_UNIT = tests/unit/changes.o lib/changes.o lib/paths.o lib/str.o
tests/unit/changes: $(CHANGES_UNIT)
	$(LINK) -o $@ $(CHANGES_UNIT)

CHUNKS_UNIT = tests/unit/chunks.o lib/chunks.o lib/str.o
tests/unit/chunks: $(CHUNKS_UNIT)
	$(LINK) -o $@ $(CHUNKS_UNIT)

tests/unit/clock: tests/unit/clock.o lib/clock.o
	$(LINK) -o $@ tests/unit/clock.o lib/clock.o

tests/unit/content: tests/unit/content.o lib/content.o
	$(LINK) -o $@ tests/unit/content.o lib/content.o

GHOST_UNIT = tests/unit/ghost.o lib/ghost.o lib/content.o
tests/unit/ghost: $(GHOST_UNIT)
	$(LINK) -o $@ $(GHOST_UNIT)

FEED_UNIT = tests/unit/feed.o lib/feed.o lib/buf.o lib/list.o
tests/unit/feed: $(FEED_UNIT)
	$(LINK) -o $@ $(FEED_UNIT)

tests/unit/glob: tests/unit/glob.o lib/glob.o
	$(LINK) -o $@ tests/unit/glob.o lib/glob.o

tests/unit/guard: tests/unit/guard.o lib/guard.o
	$(LINK) -o $@ tests/unit/guard.o lib/guard.o

JOB_UNIT = tests/unit/job.o lib/job.o lib/args.o lib/changes.o lib/clock.o \
	lib/glob.o lib/guard.o $(OS) lib/paths.o \
	lib/report.o lib/rule.o lib/run.o lib/sig.o lib/str.o lib/stray.o
tests/unit/job: $(JOB_UNIT)
	$(LINK) -o $@ $(JOB_UNIT)

LETTER_UNIT = tests/unit/letter.o lib/letter.o lib/buf.o lib/changes.o \
	lib/list.o lib/paths.o lib/str.o
tests/unit/letter: $(LETTER_UNIT)
	$(LINK) -o $@ $(LETTER_UNIT)

tests/unit/msg: tests/unit/msg.o lib/msg.o
	$(LINK) -o $@ tests/unit/msg.o lib/msg.o

OPTIONS_UNIT = tests/unit/options.o lib/options.o lib/glob.o lib/rule.o \
	lib/sig.o lib/str.o
tests/unit/options: $(OPTIONS_UNIT)
	$(LINK) -o $@ $(OPTIONS_UNIT)

tests/unit/os_environ: tests/unit/os_environ.o $(OS)
	$(LINK) -o $@ tests/unit/os_environ.o $(OS)

tests/unit/os: tests/unit/os.o $(OS)
	$(LINK) -o $@ tests/unit/os.o $(OS)

PIDFILE_UNIT = $(OS) lib/pidfile.o
tests/unit/pidfile: tests/unit/pidfile.o $(PIDFILE_UNIT)
	$(LINK) -o $@ tests/unit/pidfile.o $(PIDFILE_UNIT)

tests/unit/pidfile_ring: tests/unit/pidfile_ring.o $(PIDFILE_UNIT)
	$(LINK) -o $@ tests/unit/pidfile_ring.o $(PIDFILE_UNIT)

POKE_UNIT = tests/unit/poke.o lib/poke.o $(OS)
tests/unit/poke: $(POKE_UNIT)
	$(LINK) -o $@ $(POKE_UNIT)

tests/unit/report: tests/unit/report.o lib/report.o
	$(LINK) -o $@ tests/unit/report.o lib/report.o

tests/unit/rule: tests/unit/rule.o lib/rule.o lib/glob.o lib/str.o
	$(LINK) -o $@ tests/unit/rule.o lib/rule.o lib/glob.o lib/str.o

RUN_UNIT = lib/clock.o $(OS) lib/run.o lib/sig.o \
	lib/str.o lib/stray.o
tests/unit/run: tests/unit/run.o $(RUN_UNIT)
	$(LINK) -o $@ tests/unit/run.o $(RUN_UNIT)

tests/unit/run_several: tests/unit/run_several.o $(RUN_UNIT)
	$(LINK) -o $@ tests/unit/run_several.o $(RUN_UNIT)

tests/unit/stray: tests/unit/stray.o $(RUN_UNIT)
	$(LINK) -o $@ tests/unit/stray.o $(RUN_UNIT)

tests/unit/sig: tests/unit/sig.o lib/sig.o lib/str.o
	$(LINK) -o $@ tests/unit/sig.o lib/sig.o lib/str.o

tests/unit/str: tests/unit/str.o lib/str.o
	$(LINK) -o $@ tests/unit/str.o lib/str.o

# Fuzz targets; without a fuzzer, what they have found is tried once more.
FUZZ_MAIN = tests/fuzz/replay.o
$(FUZZERS:=.o) tests/fuzz/replay.o: $(HEADERS) tests/fuzz/fuzz.h

FUZZ_CONN = tests/fuzz/conn.o $(CONN) $(FUZZ_MAIN)
tests/fuzz/conn: $(FUZZ_CONN)
	$(LINK) -o $@ $(FUZZ_CONN)

FUZZ_HTTP = lib/buf.o lib/chunks.o lib/http.o lib/str.o tests/fuzz/http.o \
	$(FUZZ_MAIN)
tests/fuzz/http: $(FUZZ_HTTP)
	$(LINK) -o $@ $(FUZZ_HTTP)

FUZZ_LIST = lib/buf.o lib/list.o tests/fuzz/list.o $(FUZZ_MAIN)
tests/fuzz/list: $(FUZZ_LIST)
	$(LINK) -o $@ $(FUZZ_LIST)

FUZZ_RULE = lib/glob.o lib/rule.o lib/str.o tests/fuzz/rule.o $(FUZZ_MAIN)
tests/fuzz/rule: $(FUZZ_RULE)
	$(LINK) -o $@ $(FUZZ_RULE)

FUZZ_WS = lib/base64.o lib/buf.o lib/sha1.o lib/utf8.o lib/ws.o \
	tests/fuzz/ws.o $(FUZZ_MAIN)
tests/fuzz/ws: $(FUZZ_WS)
	$(LINK) -o $@ $(FUZZ_WS)

# What end-to-end tests need and the shell has not.
BELL = lib/box.o lib/buf.o lib/clock.o $(OS) \
	lib/str.o tests/tools/bell.o
$(BELL): $(HEADERS)
tests/tools/bell: $(BELL)
	$(LINK) -o $@ $(BELL)

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
WSECHO = lib/base64.o lib/buf.o lib/clock.o lib/http.o lib/net.o lib/sha1.o \
	lib/str.o lib/utf8.o lib/ws.o tests/wsecho.o
$(WSECHO): $(HEADERS)
tests/wsecho: $(WSECHO)
	$(LINK) -o $@ $(WSECHO)

WSCAT = lib/base64.o lib/buf.o lib/clock.o lib/sha1.o lib/str.o lib/utf8.o \
	lib/ws.o tests/tools/wscat.o
$(WSCAT): $(HEADERS)
tests/tools/wscat: $(WSCAT)
	$(LINK) -o $@ $(WSCAT)

ACCESS_UNIT = tests/unit/access.o lib/access.o lib/buf.o lib/http.o \
	lib/str.o
tests/unit/access: $(ACCESS_UNIT)
	$(LINK) -o $@ $(ACCESS_UNIT)

ANSWER_UNIT = tests/unit/answer.o lib/answer.o lib/access.o lib/base64.o \
	lib/buf.o lib/clock.o lib/dialect.o lib/history.o lib/http.o lib/json.o \
	lib/list.o lib/news.o $(OS) lib/reload_js.o \
	lib/sha1.o lib/str.o lib/trigger.o lib/utf8.o lib/ws.o $(FILES)
tests/unit/answer: $(ANSWER_UNIT)
	$(LINK) -o $@ $(ANSWER_UNIT)

BASE64_UNIT = tests/unit/base64.o lib/base64.o
tests/unit/base64: $(BASE64_UNIT)
	$(LINK) -o $@ $(BASE64_UNIT)

CONN_UNIT = tests/unit/conn.o $(CONN)
tests/unit/conn: $(CONN_UNIT)
	$(LINK) -o $@ $(CONN_UNIT)

DIALECT_UNIT = tests/unit/dialect.o lib/dialect.o lib/base64.o lib/buf.o \
	lib/history.o lib/http.o lib/json.o lib/list.o lib/news.o lib/sha1.o \
	lib/str.o lib/utf8.o lib/ws.o
tests/unit/dialect: $(DIALECT_UNIT)
	$(LINK) -o $@ $(DIALECT_UNIT)

HTTP_UNIT = tests/unit/http.o lib/http.o lib/buf.o lib/str.o
tests/unit/http: $(HTTP_UNIT)
	$(LINK) -o $@ $(HTTP_UNIT)

JSON_UNIT = tests/unit/json.o lib/json.o lib/buf.o lib/utf8.o
tests/unit/json: $(JSON_UNIT)
	$(LINK) -o $@ $(JSON_UNIT)

LIST_UNIT = tests/unit/list.o lib/list.o lib/buf.o
tests/unit/list: $(LIST_UNIT)
	$(LINK) -o $@ $(LIST_UNIT)

MIME_UNIT = tests/unit/mime.o lib/mime.o lib/str.o
tests/unit/mime: $(MIME_UNIT)
	$(LINK) -o $@ $(MIME_UNIT)

NET_UNIT = tests/unit/net.o lib/net.o lib/str.o
tests/unit/net: $(NET_UNIT)
	$(LINK) -o $@ $(NET_UNIT)

HISTORY_UNIT = tests/unit/history.o lib/history.o lib/buf.o lib/list.o \
	lib/news.o lib/str.o lib/utf8.o
tests/unit/history: $(HISTORY_UNIT)
	$(LINK) -o $@ $(HISTORY_UNIT)

TRIGGER_UNIT = tests/unit/trigger.o lib/trigger.o lib/buf.o lib/http.o \
	lib/json.o lib/list.o lib/news.o lib/str.o lib/utf8.o
tests/unit/trigger: $(TRIGGER_UNIT)
	$(LINK) -o $@ $(TRIGGER_UNIT)

POSTMAN = tests/tools/postman.o lib/box.o lib/buf.o lib/str.o $(SYSTEM)
$(POSTMAN): $(HEADERS)
tests/tools/postman: $(POSTMAN)
	$(LINK) -o $@ $(POSTMAN)

NEWS_UNIT = tests/unit/news.o lib/news.o lib/buf.o lib/list.o lib/str.o \
	lib/utf8.o
tests/unit/news: $(NEWS_UNIT)
	$(LINK) -o $@ $(NEWS_UNIT)

tests/unit/paths: tests/unit/paths.o lib/paths.o lib/str.o
	$(LINK) -o $@ tests/unit/paths.o lib/paths.o lib/str.o

PEERS_UNIT = tests/unit/peers.o lib/peers.o lib/net.o $(CONN)
tests/unit/peers: $(PEERS_UNIT)
	$(LINK) -o $@ $(PEERS_UNIT)

PAGE_UNIT = tests/unit/page.o lib/page.o lib/str.o
tests/unit/page: $(PAGE_UNIT)
	$(LINK) -o $@ $(PAGE_UNIT)

RANGE_UNIT = tests/unit/range.o lib/range.o lib/buf.o lib/http.o lib/str.o
tests/unit/range: $(RANGE_UNIT)
	$(LINK) -o $@ $(RANGE_UNIT)

REPLY_UNIT = tests/unit/reply.o lib/reply.o lib/buf.o
tests/unit/reply: $(REPLY_UNIT)
	$(LINK) -o $@ $(REPLY_UNIT)

ROOT_UNIT = tests/unit/root.o lib/root.o $(OS)
tests/unit/root: $(ROOT_UNIT)
	$(LINK) -o $@ $(ROOT_UNIT)

SANDBOX_UNIT = tests/unit/sandbox.o $(OS) $(SANDBOX)
tests/unit/sandbox: $(SANDBOX_UNIT)
	$(LINK) -o $@ $(SANDBOX_UNIT)

SHA1_UNIT = tests/unit/sha1.o lib/sha1.o
tests/unit/sha1: $(SHA1_UNIT)
	$(LINK) -o $@ $(SHA1_UNIT)

SITE_UNIT = tests/unit/site.o lib/buf.o lib/clock.o lib/http.o \
	$(OS) lib/str.o lib/utf8.o $(FILES)
tests/unit/site: $(SITE_UNIT)
	$(LINK) -o $@ $(SITE_UNIT)

TREE_UNIT = lib/clock.o $(OS) lib/str.o $(TREE)
tests/unit/tree: tests/unit/tree.o $(TREE_UNIT)
	$(LINK) -o $@ tests/unit/tree.o $(TREE_UNIT)

tests/unit/tree_content: tests/unit/tree_content.o $(TREE_UNIT)
	$(LINK) -o $@ tests/unit/tree_content.o $(TREE_UNIT)

tests/unit/tree_hints: tests/unit/tree_hints.o $(TREE_UNIT)
	$(LINK) -o $@ tests/unit/tree_hints.o $(TREE_UNIT)

tests/unit/tree_polled: tests/unit/tree_polled.o $(TREE_UNIT)
	$(LINK) -o $@ tests/unit/tree_polled.o $(TREE_UNIT)

tests/unit/tree_random: tests/unit/tree_random.o $(TREE_UNIT)
	$(LINK) -o $@ tests/unit/tree_random.o $(TREE_UNIT)

tests/unit/tree_random_polled.o: tests/unit/tree_random.c
tests/unit/tree_random_polled: tests/unit/tree_random_polled.o $(TREE_UNIT)
	$(LINK) -o $@ tests/unit/tree_random_polled.o $(TREE_UNIT)

tests/unit/tree_start: tests/unit/tree_start.o $(TREE_UNIT)
	$(LINK) -o $@ tests/unit/tree_start.o $(TREE_UNIT)

# What another system's backend does is told by a kernel that is made for that.
KQUEUE = tests/fake/kqueue.o tests/fake/watch_kqueue.o
KQUEUE_TREE = $(KQUEUE) lib/watch_inotify.o lib/clock.o lib/content.o lib/dir.o lib/ghost.o \
	lib/glob.o lib/link.o lib/look.o lib/mounts.o $(OS) \
	lib/rule.o lib/seen.o lib/str.o lib/sweep.o lib/tree.o
$(KQUEUE): $(HEADERS) tests/fake/sys/event.h
tests/fake/watch_kqueue.o: lib/watch_kqueue.c
	$(COMPILE) -U__linux__ -D_XOPEN_SOURCE=700 -Itests/fake -c -o $@ lib/watch_kqueue.c

tests/unit/tree_kqueue.o: tests/unit/tree.c
tests/unit/tree_kqueue: tests/unit/tree_kqueue.o $(KQUEUE_TREE)
	$(LINK) -o $@ tests/unit/tree_kqueue.o $(KQUEUE_TREE)

tests/unit/tree_kqueue_random.o: tests/unit/tree_random.c
tests/unit/tree_kqueue_random: tests/unit/tree_kqueue_random.o $(KQUEUE_TREE)
	$(LINK) -o $@ tests/unit/tree_kqueue_random.o $(KQUEUE_TREE)

tests/unit/tree_mute: tests/unit/tree_mute.o $(KQUEUE_TREE)
	$(LINK) -o $@ tests/unit/tree_mute.o $(KQUEUE_TREE)

tests/unit/watch_kqueue: tests/unit/watch_kqueue.o $(KQUEUE)
	$(LINK) -o $@ tests/unit/watch_kqueue.o $(KQUEUE)

UTF8_UNIT = tests/unit/utf8.o lib/utf8.o
tests/unit/utf8: $(UTF8_UNIT)
	$(LINK) -o $@ $(UTF8_UNIT)

VERSION_UNIT = tests/unit/version.o lib/version.o lib/buf.o lib/clock.o \
	lib/content.o lib/http.o $(OS) lib/reply.o \
	lib/str.o
tests/unit/version: $(VERSION_UNIT)
	$(LINK) -o $@ $(VERSION_UNIT)

tests/unit/watch_inotify: tests/unit/watch_inotify.o lib/watch_inotify.o
	$(LINK) -o $@ tests/unit/watch_inotify.o lib/watch_inotify.o

WS_UNIT = tests/unit/ws.o lib/ws.o lib/base64.o lib/buf.o lib/sha1.o \
	lib/utf8.o
tests/unit/ws: $(WS_UNIT)
	$(LINK) -o $@ $(WS_UNIT)

LISTING_UNIT = tests/unit/listing.o lib/listing.o lib/buf.o lib/http.o \
	$(OS) lib/root.o lib/str.o lib/utf8.o
tests/unit/listing: $(LISTING_UNIT)
	$(LINK) -o $@ $(LISTING_UNIT)
