#define _XOPEN_SOURCE 700
/* reloadws.c - tell every browser to reload, whenever a signal comes */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/msg.h"
#include "base/release.h"
#include "http/net.h"
#include "http/server.h"
#include "notify/changelist.h"
#include "notify/mailbox.h"
#include "notify/pidfile.h"
#include "os/sandbox.h"
#include "os/signals.h"
#include "push/generation.h"
#include "push/protocols.h"
#include "push/routes.h"

enum {
	PLACES = SERVER_SOCKETS / 2, /* -l; of each come two sockets at most */
	HOSTS = 64, /* -a, and the addresses listened at */
	LEAVE_MS = 1000, /* for peers to take our last words */
	MERGE_MS = 20, /* for more of what standard input tells */
	SHOWN_MS = 1000, /* for pages to say that they show it */
	FEW = 100, /* peers that are told in no time */
	SUBJECT = 200 /* bytes of what is said of a broadcast */
};

/* whose turn it is among the first of peers.fds */
enum { OWN_SIGNALS, OWN_INPUT };

static const char usage[] =
    "usage: reloadws [-hqVv] [-a host]... [-d dir] [-H header]...\n"
    "                [-l [addr:]port]... [-p pidfile] [-]\n";

static struct {
	/* what the user wants */
	struct net_place place[PLACES];
	size_t nplaces;
	const char *pidpath;
	const char *dir; /* NULL: serve none */
	bool input; /* changes come from standard input, too */
	/* what all connections share */
	struct handler handler;
	struct routes routes;
	struct generation generation;
	struct access access;
	struct site site;
	const char *host[HOSTS];
	struct net_end listening[2 * PLACES];
	size_t nlistening;
	char url[NET_URL]; /* of the first of these, for a browser */
	bool heard, refused; /* what advise() and refused() say is said */
	struct server server;
	struct pidfile pidfile;
	struct mailbox box; /* at rest, or closed */
	/* the broadcast that is to be spoken of, under -v */
	struct {
		char subject[SUBJECT];
		size_t listeners;
		size_t pages; /* that have not said yet that they show it */
		int64_t longest; /* ms that it took one of the others, or -1 */
		int64_t until; /* ms; INT64_MAX: there is none */
	} told_of;
	/* what standard input has told so far */
	struct changelist_reader reader;
	struct update told;
	int64_t flush; /* ms; when to pass it on, INT64_MAX: it is nothing */
	int64_t end; /* ms; when to be gone, INT64_MAX while all is well */
	bool terminal; /* there was one at the start */
} srv;

static bool
has_terminal(void)
{
	int fd;

	fd = open("/dev/tty", O_RDONLY | O_NOCTTY | O_NONBLOCK | O_CLOEXEC);
	if (fd >= 0)
		close(fd);
	return fd >= 0;
}

static void
set_clock(void)
{
	srv.handler.now = clock_ms();
	srv.handler.wall = clock_wall_ns() / 1000000000;
}

/* `what` and to how many, and how long it took until they showed it, or -1 */
static void
say_told(const char *what, size_t n, int64_t ms)
{
	if (ms < 0)
		msg_why("%s: %zu listener%s", what, n, n == 1 ? "" : "s");
	else
		msg_why("%s: %zu listener%s, shown in %lld ms", what, n,
		    n == 1 ? "" : "s", (long long)ms);
}

static void
speak(void)
{
	if (srv.told_of.until == INT64_MAX)
		return;
	srv.told_of.until = INT64_MAX;
	say_told(
	    srv.told_of.subject, srv.told_of.listeners, srv.told_of.longest);
}

/* Pages that are hidden show it when they are looked at, which may be never. */
static void
shown(const char *name, int64_t ms)
{
	char now[GENERATION_NAME];

	generation_name(&srv.generation, now);
	if (srv.told_of.until == INT64_MAX || srv.told_of.pages == 0 ||
	    strcmp(now, name) != 0)
		return;
	if (ms > srv.told_of.longest)
		srv.told_of.longest = ms;
	if (--srv.told_of.pages == 0)
		speak();
}

/* Said once, when a broadcast reaches nobody: to wait for that takes no timer. */
static void
advise(size_t listeners)
{
	if (!srv.heard && listeners == 0)
		msg_warn("nobody listens yet; %s%s%s",
		    srv.dir != NULL ? "open " : "is ", srv.url,
		    srv.dir != NULL ? "" : "reload.js in the page?");
	srv.heard = true;
}

/* Once, too: who tries us again and again shall not be a nuisance. */
static void
refused(struct span who)
{
	if (!srv.refused)
		msg_warn("%.*s: refused; -a and its name let it in",
		    (int)(who.n < SUBJECT ? who.n : SUBJECT), who.p);
	srv.refused = true;
}

/* A broadcast of changes: what is said of it waits for pages to show it. */
static void
begin_told_of(size_t clients, size_t pages)
{
	char name[GENERATION_NAME];

	generation_name(&srv.generation, name);
	snprintf(srv.told_of.subject, SUBJECT, "%s %s", name,
	    update_subject(&srv.generation.last));
	srv.told_of.listeners = clients;
	srv.told_of.pages = pages;
	srv.told_of.longest = -1;
	srv.told_of.until = srv.handler.now + SHOWN_MS;
	if (pages == 0 || !msg_verbose())
		speak();
	advise(clients);
}

/* All updates go through here. */
static void
broadcast(struct update *update)
{
	struct protocol_frames frames = { .generation = &srv.generation };
	struct client latest;
	struct generation *g;

	g = &srv.generation;
	latest = (struct client){ .sent = g->n, .reported = g->reports };
	generation_add(g, update, srv.handler.now);
	frames.update = g->n != latest.sent;
	frames.report = g->reports != latest.reported;
	latest = (struct client){ .sent = g->n, .reported = g->reports };
	server_broadcast(&srv.server, protocol_frame, &frames, &latest);
	protocol_frames_free(&frames);
	speak();
	if (frames.update)
		begin_told_of(frames.sent, frames.pages);
	if (frames.report)
		say_told(g->report.len > 0 ? "the build is broken"
					   : "the build is mended",
		    frames.sent, -1);
}

/* no new peers, no pidfile; those that are here get our last words */
static void
leave(void)
{
	if (srv.end != INT64_MAX) /* asked twice */
		exit(0);
	srv.end = srv.handler.now + LEAVE_MS;
	speak();
	server_leave(&srv.server);
	if (pidfile_ours(&srv.pidfile))
		mailbox_remove(srv.pidpath);
	pidfile_release(&srv.pidfile);
}

/* ---- signals and the mailbox ---- */

/* A box that somebody removed is made again, for the next letter. */
static void
read_letters(enum mailbox_result result, struct update *update)
{
	struct buf letters = { .max = MAILBOX_MAX };

	if (result == MAILBOX_OK && mailbox_read(&srv.box, &letters) < 0)
		msg_why("%s: mailbox:", srv.pidpath);
	else if (result == MAILBOX_NONE)
		mailbox_make(srv.pidpath);
	else if (result != MAILBOX_OK && result != MAILBOX_ERRNO)
		msg_why("%s: mailbox: %s", srv.pidpath, mailbox_why(result));
	update_read(update, buf_head(&letters), letters.len);
	buf_free(&letters);
}

static void
empty_box(enum mailbox_result result)
{
	if (result == MAILBOX_OK && mailbox_empty(&srv.box) < 0)
		msg_why("%s: mailbox:", srv.pidpath);
	mailbox_close(&srv.box);
}

/*
 * The mailbox is locked before the signals are taken, so it holds the messages
 * of just these signals.  A few clients are notified before it is emptied.
 */
static void
take_signals(void)
{
	enum mailbox_result result;
	struct update update;
	uint64_t got;
	bool hung_up, hup, ring, few;

	result = mailbox_open(&srv.box, srv.pidpath);
	got = signals_take();
	hup = signals_has(got, SIGHUP);
	hung_up = hup && srv.terminal && !has_terminal();
	ring = signals_has(got, SIGUSR1) || (hup && !hung_up);
	few = srv.server.n < FEW;
	update_init(&update);
	if (ring || signals_has(got, SIGUSR2))
		read_letters(result, &update);
	if (!few)
		empty_box(result);
	if (!ring && update.kind == UPDATE_RELOAD)
		update.kind = UPDATE_STYLE;
	if (srv.end == INT64_MAX)
		broadcast(&update);
	if (few)
		empty_box(result);
	update_free(&update);
	if (hung_up || signals_has(got, SIGINT) || signals_has(got, SIGTERM))
		leave();
}

/* ---- standard input ---- */

static void
pass_on(void)
{
	srv.flush = INT64_MAX;
	if (srv.end == INT64_MAX)
		broadcast(&srv.told);
	update_free(&srv.told);
}

/* An empty line ends a batch; without one it ends by itself. */
static void
take_record(const struct changelist_record *record)
{
	if (update_record(&srv.told, record))
		pass_on();
	else if (srv.flush == INT64_MAX)
		srv.flush = srv.handler.now + MERGE_MS;
}

/* At its end we go on without it. */
static void
take_input(void)
{
	int result;

	result = changelist_read(&srv.reader, STDIN_FILENO, take_record);
	if (result > 0)
		return;
	if (result < 0)
		msg_warn("standard input:");
	pass_on();
	srv.server.fds[OWN_INPUT].fd = -1;
	msg_why("standard input: ended");
}

static void
open_input(void)
{
	update_init(&srv.told);
	changelist_begin(&srv.reader, '\n');
	if (srv.input)
		srv.server.fds[OWN_INPUT] = (struct pollfd){ .fd = STDIN_FILENO,
			.events = POLLIN };
}

/* ---- the loop ---- */

static bool
is_over(void)
{
	return srv.end != INT64_MAX &&
	    (srv.server.n == 0 || srv.handler.now >= srv.end);
}

/* the first of our own deadlines */
static int64_t
next(void)
{
	int64_t first;

	first = srv.flush < srv.end ? srv.flush : srv.end;
	return srv.told_of.until < first ? srv.told_of.until : first;
}

static void
loop(void)
{
	while (!is_over()) {
		if (server_wait(&srv.server, next()) < 0)
			msg_die("poll:");
		set_clock();
		if (srv.server.fds[OWN_SIGNALS].revents != 0)
			take_signals();
		if (srv.server.fds[OWN_INPUT].revents != 0)
			take_input();
		if (srv.handler.now >= srv.flush)
			pass_on();
		if (srv.handler.now >= srv.told_of.until)
			speak();
		server_serve(&srv.server);
	}
}

static void
catch_signals(void)
{
	static const int signals[] = { SIGUSR1, SIGUSR2, SIGINT, SIGTERM };
	size_t i;
	int fd;

	fd = signals_open();
	if (fd < 0)
		msg_die("pipe:");
	srv.server.fds[OWN_SIGNALS] = (struct pollfd){ .fd = fd,
		.events = POLLIN };
	signals_ignore(SIGPIPE);
	for (i = 0; i < sizeof signals / sizeof signals[0]; i++)
		if (signals_catch(signals[i]) < 0)
			msg_die("%s:", signals_name(signals[i]));
	srv.terminal = has_terminal();
	if (!signals_ignored(SIGHUP) && signals_catch(SIGHUP) < 0)
		msg_die("HUP:");
}

static void
listen_at(struct net_place *place)
{
	struct net_end *end;
	int fds[2], i, n;

	n = net_listen(place, fds);
	if (n < 0 && errno == EADDRINUSE)
		msg_die("%s port %u: in use; -l %u would listen elsewhere",
		    place->address, place->port,
		    place->port < 65535 ? place->port + 1u : 0u);
	if (n < 0)
		msg_die("%s port %u:", place->address, place->port);
	for (i = 0; i < n; i++) {
		end = &srv.listening[srv.nlistening++];
		if (net_local(fds[i], end) < 0)
			msg_die("%s port %u:", place->address, place->port);
		if (!end->wildcard)
			srv.host[srv.access.n++] = end->address;
		server_listen(&srv.server, fds[i], end->wildcard);
	}
}

static void
claim_pidfile(void)
{
	enum pidfile_result result;

	result = pidfile_claim(srv.pidpath, &srv.pidfile);
	if (result == PIDFILE_ERRNO)
		msg_die("%s:", srv.pidpath);
	if (result == PIDFILE_HELD && srv.pidfile.holder > 1)
		msg_die("%s: process %ld holds it; -p names another",
		    srv.pidpath, (long)srv.pidfile.holder);
	if (result != PIDFILE_OK)
		msg_die("%s: %s", srv.pidpath, pidfile_why(result));
	if (mailbox_make(srv.pidpath) != MAILBOX_OK)
		msg_warn(
		    "%s: no mailbox: each signal is a reload", srv.pidpath);
	if (srv.dir != NULL)
		docroot_hide(&srv.site.root, srv.pidfile.dev, srv.pidfile.ino);
}

static void
open_site(void)
{
	if (srv.dir == NULL)
		return;
	srv.routes.site = &srv.site;
	if (site_init(&srv.site, srv.dir) == 0)
		return;
	if (errno != ENOENT)
		msg_die("-d %s:", srv.dir);
	msg_warn("%s: no such directory yet", srv.dir);
}

/* All is open that will be, but files that are served, and boxes made anew. */
static void
enter_sandbox(void)
{
	struct sandbox sandbox;
	char how[SANDBOX_HOW];

	sandbox_plan(&sandbox, srv.dir, srv.pidpath);
	(void)sandbox_enter(&sandbox, how);
	msg_why("sandbox: %s", how);
}

/* Standard output is the address and nothing else: scripts read it there. */
static void
announce(void)
{
	net_url(&srv.listening[0], srv.url);
	puts(srv.url);
	if (fflush(stdout) != 0)
		msg_warn("standard output:");
	if (srv.dir != NULL)
		msg_warn("serves %s; watchrun -p %s %s reloads it", srv.dir,
		    srv.pidpath, srv.dir);
	else
		msg_warn("serves no files; pages want "
			 "<script src=\"%sreload.js\"></script>",
		    srv.url);
}

/* Signals are caught and sockets listen before the pidfile says so. */
static void
start(void)
{
	size_t i;

	if (server_init(&srv.server, &srv.handler) < 0)
		msg_die("connections:");
	net_raise_limit();
	catch_signals();
	set_clock();
	srv.handler.log = msg_verbose() ? msg_why : NULL;
	srv.routes = (struct routes){ .access = &srv.access,
		.generation = &srv.generation,
		.broadcast = broadcast,
		.shown = msg_verbose() ? shown : NULL,
		.refused = refused };
	routes_handle(&srv.routes, &srv.handler);
	generation_init(&srv.generation,
	    (uint32_t)((uint64_t)clock_wall_ns() / 1000 +
		(uint64_t)getpid() * 2654435761u),
	    srv.handler.now);
	open_input();
	open_site();
	if (srv.nplaces == 0)
		net_place(&srv.place[srv.nplaces++], "5678");
	for (i = 0; i < srv.nplaces; i++)
		listen_at(&srv.place[i]);
	claim_pidfile();
	enter_sandbox();
	announce();
}

static void
add_place(const char *arg)
{
	if (srv.nplaces == PLACES)
		msg_misuse("-l %s: at most %d of them", arg, PLACES);
	if (net_place(&srv.place[srv.nplaces++], arg) < 0)
		msg_misuse("-l %s: not a port, nor address:port", arg);
}

static void
add_host(char *arg)
{
	if (strcmp(arg, "0.0.0.0") == 0 || strcmp(arg, "::") == 0 ||
	    strcmp(arg, "[::]") == 0)
		msg_misuse("-a %s: that is no Host; to listen there: -l %s:%d",
		    arg, strchr(arg, '.') != NULL ? arg : "[::]", 5678);
	if (srv.access.n == HOSTS - 2 * PLACES)
		msg_misuse(
		    "-a %s: at most %d of them", arg, HOSTS - 2 * PLACES);
	if (access_allow(&srv.access, arg) < 0)
		msg_misuse("-a %s: not the name of a host", arg);
}

static void
add_field(const char *arg)
{
	const char *why;

	why = site_add_field(&srv.site, arg);
	if (why != NULL)
		msg_misuse("-H %s: %s", arg, why);
}

static void
set_pidfile(const char *arg)
{
	if (*arg == '\0')
		msg_misuse("-p '': an empty name");
	if (arg[strspn(arg, "0123456789")] == '\0')
		msg_misuse("-p %s: a pidfile, not a port; that would be -l %s",
		    arg, arg);
	srv.pidpath = arg;
}

static void
options(int argc, char **argv)
{
	int c;

	while ((c = getopt(argc, argv, ":a:d:H:hl:p:qVv")) != -1)
		switch (c) {
		case 'a':
			add_host(optarg);
			break;
		case 'd':
			if (*optarg == '\0')
				msg_misuse("-d '': an empty name");
			srv.dir = optarg;
			break;
		case 'H':
			add_field(optarg);
			break;
		case 'h':
			msg_usage();
		case 'l':
			add_place(optarg);
			break;
		case 'p':
			set_pidfile(optarg);
			break;
		case 'q':
			msg_set_level(MSG_QUIET);
			break;
		case 'V':
			puts("reloadws " RELEASE);
			msg_printed();
		case 'v':
			msg_set_level(MSG_VERBOSE);
			break;
		case ':':
			msg_misuse("-%c: wants an argument", optopt);
		default:
			msg_misuse("-%c: no such option", optopt);
		}
	srv.input = optind < argc && strcmp(argv[optind], "-") == 0;
	optind += srv.input;
	if (optind < argc)
		msg_misuse("%s: no argument but - is known", argv[optind]);
	if (srv.site.nfields > 0 && srv.dir == NULL)
		msg_misuse("-H: no files are served without -d");
}

int
main(int argc, char **argv)
{
	msg_init("reloadws", usage);
	srv.pidpath = "reloadws.pid";
	srv.end = srv.flush = srv.told_of.until = INT64_MAX;
	srv.access.hosts = srv.host;
	options(argc, argv);
	start();
	loop();
	return 0;
}
