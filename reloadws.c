#define _XOPEN_SOURCE 700
/* reloadws.c - tell every browser to reload, whenever a signal comes */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "clock.h"
#include "msg.h"
#include "net.h"
#include "peers.h"
#include "pidfile.h"
#include "sandbox.h"
#include "sig.h"

enum {
	PLACES = PEERS_LISTENING / 2, /* -l; of each come two sockets at most */
	HOSTS = 64, /* -a, and the addresses listened at */
	LEAVE_MS = 1000 /* for peers to take our last words */
};

/* whose turn it is among the first of peers.fds */
enum { OWN_SIGNALS };

#define VERSION "0.1"

static const char usage[] = "usage: reloadws [-hqVv] [-a host]... [-d dir] "
			    "[-l [addr:]port]... [-p pidfile]\n";

static struct {
	/* what the user wants */
	struct net_place place[PLACES];
	size_t nplaces;
	const char *pidpath;
	const char *dir; /* NULL: serve none */
	/* what all peers share */
	struct world world;
	struct access access;
	struct site site;
	const char *host[HOSTS];
	struct net_end listening[2 * PLACES];
	size_t nlistening;
	struct peers peers;
	struct pidfile pidfile;
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
	srv.world.now = clock_ms();
	srv.world.wall = clock_wall_ns() / 1000000000;
}

static void
broadcast(enum news_kind kind)
{
	char name[NEWS_NAME];
	size_t told;

	news_next(&srv.world.generation, kind, srv.world.now);
	told = peers_tell(&srv.peers, kind);
	news_name(&srv.world.generation, name);
	msg_why("%s: %s to %lu listeners", name, news_word(kind),
	    (unsigned long)told);
}

/* no new peers, no pidfile; those that are here get our last words */
static void
leave(void)
{
	if (srv.end != INT64_MAX) /* asked twice */
		exit(0);
	srv.end = srv.world.now + LEAVE_MS;
	peers_leave(&srv.peers);
	pidfile_release(&srv.pidfile);
}

static void
take_signals(void)
{
	enum news_kind kind;
	uint64_t taken;

	taken = sig_take();
	kind = NEWS_NONE;
	if (sig_has(taken, SIGUSR2))
		kind = news_merge(kind, NEWS_STYLE);
	if (sig_has(taken, SIGUSR1))
		kind = news_merge(kind, NEWS_RELOAD);
	if (sig_has(taken, SIGHUP) && srv.terminal && !has_terminal())
		leave();
	else if (sig_has(taken, SIGHUP))
		kind = news_merge(kind, NEWS_RELOAD);
	if (kind != NEWS_NONE && srv.end == INT64_MAX)
		broadcast(kind);
	if (sig_has(taken, SIGINT) || sig_has(taken, SIGTERM))
		leave();
}

static bool
is_over(void)
{
	return srv.end != INT64_MAX &&
	    (srv.peers.n == 0 || srv.world.now >= srv.end);
}

static void
loop(void)
{
	while (!is_over()) {
		if (peers_wait(&srv.peers, srv.end) < 0)
			msg_die("poll:");
		set_clock();
		if (srv.peers.fds[OWN_SIGNALS].revents != 0)
			take_signals();
		peers_serve(&srv.peers);
	}
}

static void
catch_signals(void)
{
	static const int signals[] = { SIGUSR1, SIGUSR2, SIGINT, SIGTERM };
	size_t i;
	int fd;

	fd = sig_open();
	if (fd < 0)
		msg_die("pipe:");
	srv.peers.fds[OWN_SIGNALS] = (struct pollfd){ .fd = fd,
		.events = POLLIN };
	sig_ignore(SIGPIPE);
	for (i = 0; i < sizeof signals / sizeof signals[0]; i++)
		if (sig_catch(signals[i]) < 0)
			msg_die("%s:", sig_name(signals[i]));
	srv.terminal = has_terminal();
	if (!sig_ignored(SIGHUP) && sig_catch(SIGHUP) < 0)
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
			msg_die("getsockname:");
		if (!end->wildcard)
			srv.host[srv.access.n++] = end->address;
		peers_listen(&srv.peers, fds[i], end->wildcard);
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
	if (srv.dir != NULL)
		root_hide(&srv.site.root, srv.pidfile.dev, srv.pidfile.ino);
}

static void
open_site(void)
{
	if (srv.dir == NULL)
		return;
	srv.world.site = &srv.site;
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

/* The address of the first socket, as it can be put into a browser. */
static void
announce(void)
{
	const struct net_end *end;
	const char *address;

	end = &srv.listening[0];
	address = !end->wildcard ? end->address
	    : end->six           ? "::1"
				 : "127.0.0.1";
	printf("http://%s%s%s:%u/\n", end->six ? "[" : "", address,
	    end->six ? "]" : "", end->port);
	if (fflush(stdout) != 0)
		msg_warn("standard output:");
}

/* Signals are caught and sockets listen before the pidfile says so. */
static void
start(void)
{
	size_t i;

	if (peers_init(&srv.peers, &srv.world) < 0)
		msg_die("out of memory");
	net_raise_limit();
	catch_signals();
	set_clock();
	srv.world.access = &srv.access;
	srv.world.why = msg_verbose() ? msg_why : NULL;
	srv.world.generation = (struct generation){
		.boot = (uint32_t)((uint64_t)clock_wall_ns() / 1000 +
		    (uint64_t)getpid() * 2654435761u),
		.since = srv.world.now
	};
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

	while ((c = getopt(argc, argv, ":a:d:hl:p:qVv")) != -1)
		switch (c) {
		case 'a':
			add_host(optarg);
			break;
		case 'd':
			if (*optarg == '\0')
				msg_misuse("-d '': an empty name");
			srv.dir = optarg;
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
			puts("reloadws " VERSION);
			msg_printed();
		case 'v':
			msg_set_level(MSG_VERBOSE);
			break;
		case ':':
			msg_misuse("-%c: wants an argument", optopt);
		default:
			msg_misuse("-%c: no such option", optopt);
		}
	if (optind < argc)
		msg_misuse("%s: takes no arguments", argv[optind]);
}

int
main(int argc, char **argv)
{
	msg_init("reloadws", usage);
	srv.pidpath = "reloadws.pid";
	srv.pidfile.fd = -1;
	srv.end = INT64_MAX;
	srv.access.hosts = srv.host;
	options(argc, argv);
	start();
	loop();
	return 0;
}
