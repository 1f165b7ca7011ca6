#define _GNU_SOURCE /* ppoll */
/* bare.c - the least that a server can do with poll(), to be compared with */
#include <sys/resource.h>
#include <sys/socket.h>

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

/*
 * Whoever connects and sends anything gets one and the same 101, and at each
 * USR1 one and the same text.  It reads no request, checks nothing, has no
 * deadlines, and drops who hangs up.
 */
enum { MOST = 65536 };

static struct pollfd fds[MOST]; /* the first listens */
static size_t n = 1;
static volatile sig_atomic_t rung;

static const char hello[] =
    "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\n"
    "Connection: Upgrade\r\n"
    "Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n\r\n";
static const char news[] = "\x81\x06reload";

static void
on_signal(int signo)
{
	(void)signo;
	rung = 1;
}

static void
tell(void)
{
	size_t i;

	for (i = 1; i < n; i++)
		if (write(fds[i].fd, news, sizeof news - 1) < 0)
			perror("write");
}

static void
serve(size_t i)
{
	char bytes[4096];
	ssize_t got;

	got = read(fds[i].fd, bytes, sizeof bytes);
	if (got < 0 && errno == EAGAIN)
		return;
	if (got > 0 && write(fds[i].fd, hello, sizeof hello - 1) > 0)
		return;
	close(fds[i].fd);
	fds[i] = fds[--n];
}

/* What they ask has often come along: that saves a turn. */
static void
come(void)
{
	int fd, on;

	on = 1;
	while (n < MOST && (fd = accept(fds[0].fd, NULL, NULL)) >= 0) {
		fcntl(fd, F_SETFL, O_NONBLOCK);
		setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
		fds[n++] = (struct pollfd){ .fd = fd, .events = POLLIN };
		serve(n - 1);
	}
}

static void
turn(const sigset_t *during)
{
	size_t i;

	if (ppoll(fds, n, NULL, during) < 0) {
		if (rung)
			tell();
		rung = 0;
		return;
	}
	for (i = n; i-- > 1;)
		if (fds[i].revents != 0)
			serve(i);
	if (fds[0].revents != 0)
		come();
}

static void
start(void)
{
	struct sockaddr_in a = { .sin_family = AF_INET };
	socklen_t size;
	int fd;

	a.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	size = sizeof a;
	fd = socket(AF_INET, SOCK_STREAM, 0);
	if (fd < 0 || fcntl(fd, F_SETFL, O_NONBLOCK) < 0 ||
	    bind(fd, (struct sockaddr *)&a, size) < 0 || listen(fd, 1024) < 0 ||
	    getsockname(fd, (struct sockaddr *)&a, &size) < 0) {
		perror("bare");
		exit(1);
	}
	fds[0] = (struct pollfd){ .fd = fd, .events = POLLIN };
	printf("http://127.0.0.1:%d/\n", ntohs(a.sin_port));
	fflush(stdout);
}

int
main(void)
{
	struct sigaction action = { .sa_handler = on_signal };
	struct rlimit limit;
	sigset_t usr1, before;

	if (getrlimit(RLIMIT_NOFILE, &limit) == 0) {
		limit.rlim_cur = limit.rlim_max;
		setrlimit(RLIMIT_NOFILE, &limit);
	}
	signal(SIGPIPE, SIG_IGN);
	sigemptyset(&usr1);
	sigaddset(&usr1, SIGUSR1);
	sigprocmask(SIG_BLOCK, &usr1, &before);
	sigaction(SIGUSR1, &action, NULL);
	start();
	for (;;)
		turn(&before);
}
