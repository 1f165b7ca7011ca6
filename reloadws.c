#define _XOPEN_SOURCE 700
/* reloadws.c - tell every browser to reload, whenever a signal comes */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "clock.h"
#include "conn.h"
#include "msg.h"
#include "net.h"
#include "pidfile.h"
#include "sig.h"

enum {
	PLACES = 16, /* -l */
	HOSTS = 64, /* -a, and the addresses listened at */
	WRITES = 16, /* to one peer before the others have their turn */
	REST_MS = 1000, /* from accepting, when descriptors ran out */
	LEAVE_MS = 1000 /* for peers to take our last words */
};

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
	/*
	 * fds[0] is the pipe of the signals, fds[1 .. base) the sockets that
	 * listen, fds[base + i] belongs to conns[i], i < n.
	 */
	struct pollfd *fds;
	struct conn **conns;
	size_t base, n, cap;
	struct pidfile pidfile;
	int64_t resting; /* ms; no accepting until then */
	int64_t end; /* ms; when to be gone, 0 while all is well */
	bool wildcard; /* some socket listens at all addresses */
	bool terminal; /* there was one at the start */
	unsigned char bytes[CONN_READ];
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

/* room for one more peer; 0, or -1 */
static int
reserve(void)
{
	struct pollfd *fds;
	struct conn **conns;
	size_t cap;

	if (srv.n < srv.cap)
		return 0;
	cap = srv.cap == 0 ? 16 : srv.cap * 2;
	fds = realloc(srv.fds, (srv.base + cap) * sizeof *fds);
	if (fds == NULL)
		return -1;
	srv.fds = fds;
	conns = realloc(srv.conns, cap * sizeof *conns);
	if (conns == NULL)
		return -1;
	srv.conns = conns;
	srv.cap = cap;
	return 0;
}

/* a new peer; takes fd over */
static int
add(int fd)
{
	struct conn *c;

	c = reserve() < 0 ? NULL : malloc(sizeof *c);
	if (c == NULL) {
		close(fd);
		return -1;
	}
	conn_init(c, srv.world.now);
	srv.fds[srv.base + srv.n] = (struct pollfd){ .fd = fd };
	srv.conns[srv.n++] = c;
	msg_why("connection %d: open", fd);
	return 0;
}

/* The last takes the place of the one that goes. */
static void
drop(size_t i)
{
	msg_why("connection %d: closed, was in state %s",
	    srv.fds[srv.base + i].fd, conn_state_name(srv.conns[i]->state));
	close(srv.fds[srv.base + i].fd);
	conn_free(srv.conns[i]);
	free(srv.conns[i]);
	srv.n--;
	srv.conns[i] = srv.conns[srv.n];
	srv.fds[srv.base + i] = srv.fds[srv.base + srv.n];
	srv.resting = 0;
}

static void
write_out(struct conn *c, int fd)
{
	ssize_t n;
	int i;

	for (i = 0; i < WRITES && c->out.len > 0 && !c->over; i++) {
		n = net_write(fd, buf_head(&c->out), c->out.len);
		if (n < 0) {
			c->over = errno != EAGAIN && errno != EWOULDBLOCK;
			break;
		}
		conn_sent(c, &srv.world, (size_t)n);
	}
	if (!c->over && conn_shuts(c))
		net_shut(fd);
}

static void
read_in(struct conn *c, int fd)
{
	ssize_t n;

	n = net_read(fd, srv.bytes, sizeof srv.bytes);
	if (n > 0)
		conn_feed(c, &srv.world, srv.bytes, (size_t)n);
	else if (n == 0)
		conn_eof(c);
	else
		c->over = c->over || (errno != EAGAIN && errno != EWOULDBLOCK);
}

/* whatever one peer has for us, and we for it */
static void
serve(size_t i)
{
	struct net_end end;
	struct pollfd *p;
	struct conn *c;
	bool trouble;

	c = srv.conns[i];
	p = &srv.fds[srv.base + i];
	srv.world.local = NULL;
	if (srv.wildcard &&
	    (c->state == CONN_REQUEST || c->state == CONN_REPLY) &&
	    net_local(p->fd, &end) == 0)
		srv.world.local = end.address;
	trouble = (p->revents & (POLLERR | POLLHUP | POLLNVAL)) != 0;
	if (conn_reads(c) && (trouble || (p->revents & POLLIN) != 0))
		read_in(c, p->fd);
	else if (trouble)
		c->over = true;
	if (!c->over && srv.world.now >= c->deadline)
		conn_tick(c, &srv.world);
	if (!c->over)
		write_out(c, p->fd);
	p->revents = 0;
	if (c->over)
		drop(i);
}

/* Who has not asked for anything goes first, the one that came first first. */
static bool
make_room(void)
{
	size_t i, which;

	which = srv.n;
	for (i = 0; i < srv.n; i++)
		if (srv.conns[i]->state == CONN_REQUEST &&
		    (which == srv.n ||
			srv.conns[i]->asked < srv.conns[which]->asked ||
			(srv.conns[i]->asked == srv.conns[which]->asked &&
			    srv.conns[i]->deadline <
				srv.conns[which]->deadline)))
			which = i;
	if (which == srv.n)
		return false;
	drop(which);
	return true;
}

static bool
short_of(int error)
{
	return error == EMFILE || error == ENFILE || error == ENOBUFS ||
	    error == ENOMEM;
}

static void
accept_from(int fd)
{
	int peer;

	for (;;) {
		peer = net_accept(fd);
		if (peer >= 0 && add(peer) == 0) {
			/* what it asks has often come along */
			srv.fds[srv.base + srv.n - 1].revents = POLLIN;
			serve(srv.n - 1);
			continue;
		}
		if (peer < 0 && !short_of(errno))
			return;
		if (peer < 0 && errno == EMFILE && !net_pending(fd))
			return;
		if (peer < 0 && errno == EMFILE && make_room())
			continue;
		msg_why("no room for another connection");
		srv.resting = srv.world.now + REST_MS;
		return;
	}
}

/* One write a listener; what it can't take now it gets later, as one piece. */
static void
broadcast(enum news_kind kind)
{
	struct buf frame[DIALECT_ROWS] = { { 0 } };
	struct buf *f;
	struct conn *c;
	char name[NEWS_NAME];
	size_t i, told;
	ssize_t n;

	news_next(&srv.world.generation, kind, srv.world.now);
	for (i = 0; i < DIALECT_ROWS; i++) {
		frame[i].max = CONN_MESSAGE;
		if (dialect_news((enum dialect)i, &frame[i],
			&srv.world.generation, kind) < 0)
			msg_warn("out of memory");
	}
	for (i = told = 0; i < srv.n; i++) {
		c = srv.conns[i];
		if (c->state != CONN_LISTENING)
			continue;
		told++;
		f = &frame[c->dialect];
		if (!conn_ready(c)) {
			conn_owe(c, kind);
			continue;
		}
		n = net_write(srv.fds[srv.base + i].fd, buf_head(f), f->len);
		if (n < 0 && errno != EAGAIN && errno != EWOULDBLOCK)
			c->over = true;
		else if (n < (ssize_t)f->len)
			conn_rest(c, buf_head(f) + (n < 0 ? 0 : n),
			    f->len - (size_t)(n < 0 ? 0 : n));
	}
	for (i = 0; i < DIALECT_ROWS; i++)
		buf_free(&frame[i]);
	news_name(&srv.world.generation, name);
	msg_why("%s: %s to %lu listeners", name, news_word(kind),
	    (unsigned long)told);
}

/* no new peers, no pidfile; those that are here get our last words */
static void
leave(void)
{
	size_t i;

	if (srv.end != 0) /* asked twice */
		exit(0);
	srv.end = srv.world.now + LEAVE_MS;
	for (i = 1; i < srv.base; i++) {
		close(srv.fds[i].fd);
		srv.fds[i].fd = -1;
	}
	pidfile_release(&srv.pidfile);
	for (i = 0; i < srv.n; i++)
		conn_leave(srv.conns[i], &srv.world);
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
	if (kind != NEWS_NONE && srv.end == 0)
		broadcast(kind);
	if (sig_has(taken, SIGINT) || sig_has(taken, SIGTERM))
		leave();
}

/* what to wait for; the milliseconds until then, or -1 for as long as it takes */
static int
prepare(void)
{
	struct conn *c;
	int64_t first;
	bool rest;
	size_t i;

	first = srv.end == 0 ? INT64_MAX : srv.end;
	rest = srv.resting > srv.world.now;
	if (rest && srv.resting < first)
		first = srv.resting;
	for (i = 1; i < srv.base; i++)
		srv.fds[i].events = rest ? 0 : POLLIN;
	srv.world.listeners = 0;
	for (i = 0; i < srv.n; i++) {
		c = srv.conns[i];
		srv.fds[srv.base + i].events = (short)((conn_reads(c) ? POLLIN
								      : 0) |
		    (c->out.len > 0 ? POLLOUT : 0));
		srv.world.listeners += c->state == CONN_LISTENING;
		if (c->deadline < first)
			first = c->deadline;
	}
	if (first == INT64_MAX)
		return -1;
	return first <= srv.world.now ? 0 : (int)(first - srv.world.now);
}

static void
loop(void)
{
	int timeout;
	size_t i;

	while (srv.end == 0 || (srv.n > 0 && srv.world.now < srv.end)) {
		timeout = prepare();
		if (poll(srv.fds, srv.base + srv.n, timeout) < 0 &&
		    errno != EINTR)
			msg_die("poll:");
		set_clock();
		if (srv.fds[0].revents != 0)
			take_signals();
		for (i = srv.n; i-- > 0;)
			serve(i);
		for (i = 1; i < srv.base; i++)
			if (srv.fds[i].fd >= 0 && srv.fds[i].revents != 0)
				accept_from(srv.fds[i].fd);
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
	srv.fds[0] = (struct pollfd){ .fd = fd, .events = POLLIN };
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
		end = &srv.listening[srv.base - 1];
		if (net_local(fds[i], end) < 0)
			msg_die("getsockname:");
		if (end->wildcard)
			srv.wildcard = true;
		else
			srv.host[srv.access.n++] = end->address;
		srv.fds[srv.base++] = (struct pollfd){ .fd = fds[i] };
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

	srv.fds = calloc(1 + 2 * PLACES, sizeof *srv.fds);
	if (srv.fds == NULL)
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
	srv.base = 1;
	if (srv.nplaces == 0)
		net_place(&srv.place[srv.nplaces++], "5678");
	for (i = 0; i < srv.nplaces; i++)
		listen_at(&srv.place[i]);
	claim_pidfile();
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
	srv.access.hosts = srv.host;
	options(argc, argv);
	start();
	loop();
	return 0;
}
