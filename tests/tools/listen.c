#define _POSIX_C_SOURCE 200809L
/* listen.c - a server that says whether it got its port
 *
 * usage: listen portfile log
 *
 * Listens on the port in the file, which it writes when there is none yet.
 * Adds "up pid" to the log and waits for a signal, or adds "busy pid" and ends
 * with status 1.
 */
#include <sys/socket.h>

#include <arpa/inet.h>
#include <netinet/in.h>

#include <stdio.h>
#include <unistd.h>

static int
read_port(const char *path)
{
	FILE *f;
	int port;

	f = fopen(path, "r");
	if (f == NULL)
		return 0;
	if (fscanf(f, "%d", &port) != 1)
		port = 0;
	fclose(f);
	return port;
}

static void
append(const char *path, const char *mode, const char *word, int number)
{
	FILE *f;

	f = fopen(path, mode);
	if (f == NULL)
		return;
	fprintf(f, "%s%d\n", word, number);
	fclose(f);
}

/* a socket that listens there, the real port in it; or -1 */
static int
listen_at(int *port)
{
	struct sockaddr_in at;
	socklen_t len;
	int fd;

	at = (struct sockaddr_in){ .sin_family = AF_INET,
		.sin_port = htons((unsigned short)*port),
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	len = sizeof at;
	fd = socket(AF_INET, SOCK_STREAM, 0);
	if (fd < 0 || bind(fd, (struct sockaddr *)&at, len) < 0 ||
	    listen(fd, 1) < 0 ||
	    getsockname(fd, (struct sockaddr *)&at, &len) < 0)
		return -1;
	*port = ntohs(at.sin_port);
	return fd;
}

int
main(int argc, char *argv[])
{
	int port;

	if (argc != 3) {
		fputs("usage: listen portfile log\n", stderr);
		return 2;
	}
	port = read_port(argv[1]);
	if (listen_at(&port) < 0) {
		append(argv[2], "a", "busy ", (int)getpid());
		return 1;
	}
	append(argv[1], "w", "", port);
	append(argv[2], "a", "up ", (int)getpid());
	for (;;)
		pause();
}
