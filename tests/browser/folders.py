# folders.py - Python's static server, which is somebody else's, for many folders in one process
#
# Reads lines "start PORT FOLDER" and "stop PORT", and says each again when it is done.

import functools
import http.server
import socket
import sys
import threading


class Handler(http.server.SimpleHTTPRequestHandler):
    def log_message(self, *args):
        pass


class Server(http.server.ThreadingHTTPServer):
    request_queue_size = 64

    def __init__(self, port, folder):
        self.connections = set()
        super().__init__(("127.0.0.1", port), functools.partial(Handler, directory=folder))

    def process_request(self, request, client_address):
        self.connections.add(request)
        super().process_request(request, client_address)

    def shutdown_request(self, request):
        self.connections.discard(request)
        super().shutdown_request(request)

    def handle_error(self, request, client_address):
        pass  # a browser goes whenever it likes

    def end(self):
        """Leave nothing open, as if the process had been killed."""
        self.shutdown()
        self.server_close()
        for connection in list(self.connections):
            try:
                connection.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass


servers = {}


def say(word, port):
    """In one write, as threads would mix their lines otherwise."""
    sys.stdout.write(f"{word} {port}\n")
    sys.stdout.flush()


def start(port, folder):
    servers[port] = Server(port, folder)
    threading.Thread(target=servers[port].serve_forever, args=(0.1,), daemon=True).start()
    say("start", port)


def stop(port):
    server = servers.pop(port, None)
    if server:
        server.end()
    say("stop", port)


for line in sys.stdin:
    word, port, *folder = line.rstrip("\n").split(" ", 2)
    if word == "start":
        start(int(port), folder[0])
    else:
        threading.Thread(target=stop, args=(int(port),), daemon=True).start()
