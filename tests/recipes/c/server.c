/* A server of one page, as short as it can be. */
#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

static const char page[] =
    "HTTP/1.0 200 OK\r\nContent-Type: text/html\r\n\r\n"
    "<!doctype html><script src=\"http://localhost:5678/reload.js\"></script>"
    "<h1>First</h1>\n";

int
main(void)
{
	const char *port = getenv("PORT");
	struct sockaddr_in at = { .sin_family = AF_INET };
	char request[4096];
	int fd, one = 1, peer;

	at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	at.sin_port = htons((uint16_t)atoi(port != NULL ? port : "8000"));
	fd = socket(AF_INET, SOCK_STREAM, 0);
	setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof one);
	if (bind(fd, (struct sockaddr *)&at, sizeof at) < 0 || listen(fd, 9)) {
		perror("server");
		return 1;
	}
	while ((peer = accept(fd, NULL, NULL)) >= 0) {
		if (read(peer, request, sizeof request) > 0 &&
		    write(peer, page, sizeof page - 1) < 0)
			perror("server");
		close(peer);
	}
	return 1;
}
