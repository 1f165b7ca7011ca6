#define _GNU_SOURCE /* pipe2, vfork */
/* floor.c - the least that tells of a save: one directory, one listener, no more
 *
 * usage: floor ws port dir/file          a text for each save of that file
 *        floor line dir/file             a line for each
 *        floor run dir/file command...   a run for each
 *
 * It looks at one directory, waits for one whole file only (closed after writing,
 * or moved there), knows nothing of batches, and answers any request with one
 * and the same 101.
 */
#include <sys/inotify.h>
#include <sys/socket.h>
#include <sys/wait.h>

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const char hello[] =
    "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\n"
    "Connection: Upgrade\r\n"
    "Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n\r\n";
static const char news[] = "\x81\x06reload";

static _Noreturn void
die(const char *what)
{
	perror(what);
	exit(1);
}

static const char *file; /* without its directory */

static int
watch(char *path)
{
	char *slash;
	int fd;

	slash = strrchr(path, '/');
	if (slash == NULL)
		die(path);
	*slash = '\0';
	file = slash + 1;

	fd = inotify_init1(IN_CLOEXEC);
	if (fd < 0 ||
	    inotify_add_watch(fd, path, IN_CLOSE_WRITE | IN_MOVED_TO) < 0)
		die(path);
	return fd;
}

/* Wait until something was saved; was it that file? */
static bool
await(int watched)
{
	_Alignas(struct inotify_event) char events[4096];
	const struct inotify_event *e;
	ssize_t n, at;
	bool saved;

	n = read(watched, events, sizeof events);
	if (n <= 0)
		die("read");
	saved = false;
	for (at = 0; at < n; at += (ssize_t)(sizeof *e + e->len)) {
		e = (const void *)(events + at);
		saved |= e->len > 0 && strcmp(e->name, file) == 0;
	}
	return saved;
}

static int
serve(const char *port)
{
	struct sockaddr_in a = { .sin_family = AF_INET };
	int fd, on;

	on = 1;
	a.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	a.sin_port = htons((uint16_t)strtol(port, NULL, 10));
	fd = socket(AF_INET, SOCK_STREAM, 0);
	if (fd < 0 ||
	    setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on) < 0 ||
	    bind(fd, (struct sockaddr *)&a, sizeof a) < 0 || listen(fd, 8) < 0)
		die(port);
	return fd;
}

static int
come(int server)
{
	char bytes[4096];
	int fd, on;

	on = 1;
	fd = accept(server, NULL, NULL);
	if (fd < 0)
		die("accept");
	setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
	if (read(fd, bytes, sizeof bytes) <= 0 ||
	    write(fd, hello, sizeof hello - 1) < 0)
		die("write");
	return fd;
}

/* One listener: who comes later takes the place of who was there. */
static void
tell_listener(int watched, int server)
{
	struct pollfd fds[2] = { { .fd = watched, .events = POLLIN },
		{ .fd = server, .events = POLLIN } };
	int fd;

	for (fd = -1; poll(fds, 2, -1) > 0;) {
		if (fds[1].revents != 0) {
			if (fd >= 0)
				close(fd);
			fd = come(server);
		}
		if (fds[0].revents != 0 && await(watched) && fd >= 0 &&
		    send(fd, news, sizeof news - 1, MSG_NOSIGNAL) < 0)
			perror("send");
	}
}

static void
run(char *argv[])
{
	pid_t pid;

	pid = vfork();
	if (pid == 0) {
		execvp(argv[0], argv);
		_exit(127);
	}
	if (pid < 0 || waitpid(pid, NULL, 0) < 0)
		die(argv[0]);
}

int
main(int argc, char *argv[])
{
	int watched;

	if (argc < 3) {
		fputs("usage: floor ws|line|run ...\n", stderr);
		return 2;
	}
	watched = watch(argv[argc > 3 && *argv[1] == 'w' ? 3 : 2]);
	if (strcmp(argv[1], "ws") == 0 && argc == 4)
		tell_listener(watched, serve(argv[2]));
	for (;;) {
		if (!await(watched))
			continue;
		if (strcmp(argv[1], "run") == 0 && argc > 3)
			run(argv + 3);
		else if (write(STDOUT_FILENO, "saved\n", 6) < 0)
			die("write");
	}
}
