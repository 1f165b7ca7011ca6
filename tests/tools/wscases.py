"""wscases.py - cases of RFC 6455 against an echo server: wscases.py port

A client of its own, which shares no code with what it tests.  Each case is a
connection: bytes that are sent, and the events that must come back, nothing
else among them.  A case that ends without a close ends it by the handshake.
Prints ok or FAIL for each family, and the cases that failed.
"""
import base64
import hashlib
import os
import socket
import struct
import sys
import threading

MAGIC = b"258EAFA5-E914-47DA-95CA-C5AB0DC85B11"
CONT, TEXT, BIN, CLOSE, PING, PONG = 0, 1, 2, 8, 9, 10
DEADLINE = 10  # seconds without a byte
ENOUGH = 3  # failures in a family
LIMIT = 16 << 20

port = int(sys.argv[1])
failures = []


class Wrong(Exception):
    pass


def masked(data, key):
    n = len(data)
    pad = (key * (n // 4 + 1))[:n]
    return (int.from_bytes(data, "big") ^ int.from_bytes(pad, "big")).to_bytes(n, "big")


def frame(op, data=b"", fin=1, rsv=0, mask=True, form=None, length=None):
    """form: 1, 2 or 8 bytes of length, whether it needs them or not"""
    n = len(data) if length is None else length
    if form is None:
        form = 1 if n < 126 else 2 if n < 65536 else 8
    head = bytes([fin << 7 | rsv << 4 | op])
    bit = 0x80 if mask else 0
    if form == 1:
        head += bytes([bit | n])
    elif form == 2:
        head += struct.pack(">BH", bit | 126, n)
    else:
        head += struct.pack(">BQ", bit | 127, n)
    if not mask:
        return head + data
    key = os.urandom(4)
    return head + key + masked(data, key)


def close(code=None, reason=b""):
    return frame(CLOSE, b"" if code is None else struct.pack(">H", code) + reason)


def request(key, fields=""):
    return (f"GET /echo?x HTTP/1.1\r\nHost: localhost:{port}\r\nUpgrade: websocket\r\n"
            f"Connection: keep-alive, Upgrade\r\nSec-WebSocket-Version: 13\r\n"
            f"Sec-WebSocket-Key: {key}\r\n{fields}\r\n").encode()


class Peer:
    def __init__(self, first=b"", fields=""):
        self.sock = socket.create_connection(("127.0.0.1", port), DEADLINE)
        self.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.got = b""
        self.pongs = []
        key = base64.b64encode(os.urandom(16)).decode()
        self.sock.sendall(request(key, fields) + first)
        while b"\r\n\r\n" not in self.got:
            self.more()
        head, self.got = self.got.split(b"\r\n\r\n", 1)
        want = base64.b64encode(hashlib.sha1(key.encode() + MAGIC).digest())
        if not head.startswith(b"HTTP/1.1 101 ") or b"Accept: " + want not in head:
            raise Wrong(head)
        if b"sec-websocket-extensions" in head.lower():
            raise Wrong("an extension was agreed to")

    def more(self):
        data = self.sock.recv(1 << 20)
        if not data:
            raise EOFError
        self.got += data

    def take(self, n):
        while len(self.got) < n:
            self.more()
        data, self.got = self.got[:n], self.got[n:]
        return data

    def frame(self):
        first, second = self.take(2)
        if first & 0x70 or second & 0x80:
            raise Wrong("reserved bits, or a mask")
        n = second
        if second == 126:
            n, = struct.unpack(">H", self.take(2))
        elif second == 127:
            n, = struct.unpack(">Q", self.take(8))
        if n < {126: 126, 127: 65536}.get(second, 0):
            raise Wrong("not the shortest length")
        return first >> 7, first & 15, self.take(n)

    def event(self):
        """the next message or close; pongs, which may come within one, apart"""
        parts, kind = [], None
        while True:
            try:
                fin, op, data = self.frame()
            except (EOFError, ConnectionError):
                return ("eof",)
            if op >= 8:
                if not fin or len(data) > 125:
                    raise Wrong("a bad control frame")
                if op == CLOSE and data:
                    return CLOSE, struct.unpack(">H", data[:2])[0], data[2:]
                if op == CLOSE:
                    return (CLOSE,)
                if op != PONG:
                    raise Wrong(f"opcode {op}")
                self.pongs.append(data)
                continue
            if (kind is None) != (op in (TEXT, BIN)):
                raise Wrong("a fragment out of place")
            kind = op if kind is None else kind
            parts.append(data)
            if fin:
                return kind, b"".join(parts)


def send(peer, chunks):
    try:
        for chunk in chunks:
            peer.sock.sendall(chunk)
    except OSError:
        pass  # what it had to say is still to be read


def run(sent, want, step=0, first=b"", fields="", pongs=()):
    peer = Peer(first, fields)
    if step:
        sent = b"".join(sent)
        sent = [sent[i:i + step] for i in range(0, len(sent), step)]
    want = list(want)
    if not want or want[-1][0] != CLOSE:
        sent = list(sent) + [close(1000, b"bye")]
        want.append((CLOSE, 1000))
    sender = threading.Thread(target=send, args=(peer, sent), daemon=True)
    sender.start()
    for each in want + [("eof",)]:
        event = peer.event()
        if event[:len(each)] != each:
            raise Wrong(f"{brief(event)} instead of {brief(each)}")
    sender.join(DEADLINE)
    if list(pongs) != peer.pongs:
        raise Wrong(f"pongs {peer.pongs}")
    peer.sock.close()


def brief(event):
    return repr(event)[:80]


def case(name, sent, want, **more):
    if len(failures) == ENOUGH:
        return
    if isinstance(sent, bytes):
        sent = [sent]
    try:
        run(sent, want, **more)
    except (Wrong, OSError, EOFError, struct.error) as why:
        failures.append(f"    {name}: {why!r}"[:200])


def family(name, cases):
    failures.clear()
    cases()
    print(f"{'FAIL' if failures else 'ok'} '{name}'")
    for each in failures:
        print(each)
    sys.stdout.flush()


def bad(name, sent, code, **more):
    """refused, and what came before it is answered"""
    case(name, sent, [(CLOSE, code)], **more)
    case(name + " later", [frame(TEXT, b"first"), sent, frame(TEXT, b"last")],
         [(TEXT, b"first"), (CLOSE, code)], **more)


def framing():
    for op in (TEXT, BIN):
        for n in (0, 1, 125, 126, 127, 128, 65535, 65536, 1 << 20):
            data = b"*" * n if op == TEXT else bytes(i & 255 for i in range(n))
            case(f"{op} of {n}", frame(op, data), [(op, data)])
            for step in (1, 997):
                if n // step < 3000:
                    case(f"{op} of {n} by {step}", frame(op, data), [(op, data)], step=step)
    for n in (0, 1, 125):
        bad(f"two bytes for {n}", frame(TEXT, b"*" * n, form=2), 1002)
    for n in (0, 125, 126, 65535):
        bad(f"eight bytes for {n}", frame(BIN, b"*" * n, form=8), 1002)
    bad("no mask", frame(TEXT, b"hello", mask=False), 1002)
    bad("a ping without one", frame(PING, b"hello", mask=False), 1002)
    many = [b"m%d" % i for i in range(500)]
    case("many at once", b"".join(frame(TEXT, m) for m in many), [(TEXT, m) for m in many])


def pings():
    for data in (b"", b"hello", bytes(range(125)), b"\xff\xfe\x00" * 41):
        case("a ping", frame(PING, data), [], pongs=[data])
        case("by bytes", frame(PING, data), [], pongs=[data], step=1)
    bad("126 bytes", frame(PING, b"*" * 126), 1002)
    bad("one in 8 bytes of length", frame(PING, b"*", form=8), 1002)
    case("a pong", frame(PONG), [])
    case("a pong that nobody asked for, and a ping",
         frame(PONG, b"x") + frame(PING, b"y"), [], pongs=[b"y"])
    many = [b"p%d" % i for i in range(200)]
    for step in (0, 1):
        case("many", [b"".join(frame(PING, m) for m in many)], [], pongs=many, step=step)


def reserved():
    for rsv in range(1, 8):
        for op in (TEXT, BIN, PING, PONG, CLOSE):
            bad(f"rsv {rsv} of {op}", frame(op, b"", rsv=rsv), 1002)
        case(f"rsv {rsv} of a continuation", frame(TEXT, b"a", fin=0) + frame(CONT, b"b", rsv=rsv),
             [(CLOSE, 1002)])
    bad("compressed", frame(TEXT, b"\xcaH\xcd\xc9\xc9\x07\x00", rsv=4), 1002)


def opcodes():
    for op in (3, 4, 5, 6, 7, 11, 12, 13, 14, 15):
        bad(f"opcode {op}", frame(op), 1002)
        bad(f"opcode {op} with payload", frame(op, b"hello"), 1002)
        case(f"opcode {op} in a message", frame(TEXT, b"a", fin=0) + frame(op), [(CLOSE, 1002)])


def fragments():
    a, b, c = (frame(TEXT, b"a", fin=0), frame(CONT, b"b", fin=0), frame(CONT, b"c"))
    for step in (0, 1, 3):
        case("three", a + b + c, [(TEXT, b"abc")], step=step)
        case("a ping in between", a + frame(PING, b"p") + b + frame(PING, b"q") + c,
             [(TEXT, b"abc")], pongs=[b"p", b"q"], step=step)
        case("a pong in between", a + frame(PONG, b"p") + c, [(TEXT, b"ac")], step=step)
        case("empty ones", frame(BIN, fin=0) + frame(CONT, fin=0) + frame(CONT), [(BIN, b"")],
             step=step)
        case("an empty one last", a + frame(CONT), [(TEXT, b"a")], step=step)
        case("two messages", a + c + frame(BIN, b"x", fin=0) + frame(CONT, b"y"),
             [(TEXT, b"ac"), (BIN, b"xy")], step=step)
    for op in (PING, PONG, CLOSE):
        bad(f"{op} in parts", frame(op, b"", fin=0), 1002)
    bad("nothing to go on with", c, 1002)
    bad("nothing, and not the last", b, 1002)
    case("to go on after the end", a + c + c, [(TEXT, b"ac"), (CLOSE, 1002)])
    for op in (TEXT, BIN):
        for fin in (0, 1):
            # the first part may have come back already: it is no message
            case("a message in a message", a + frame(op, b"x", fin=fin), [(CLOSE, 1002)])
    data = os.urandom(200000)
    parts = [frame(CONT if i else BIN, data[i:i + 1000], fin=0) for i in range(0, len(data), 1000)]
    case("many", parts + [frame(CONT)], [(BIN, data)])


GOOD = ["", "plain", "\u00fc", "\u20ac", "\U0001f600", "\x00", "\x7f", "\x80", "\u07ff", "\u0800",
        "\ud7ff", "\ue000", "\ufffd", "\ufffe", "\uffff", "\U00010000", "\U0001fffe", "\U0010ffff",
        "\u03ba\u1f79\u03c3\u03bc\u03b5", "a\u0300", "\ufeffx"]
BAD = [b"\x80", b"\xbf", b"\xc0\x80", b"\xc1\xbf", b"\xc2", b"\xc2A", b"\xe0\x80\x80", b"\xe0\x9f\xbf",
       b"\xe2\x82", b"\xe2\x82A", b"\xed\xa0\x80", b"\xed\xbf\xbf", b"\xed\xa0\xbd\xed\xb8\x80",
       b"\xf0\x80\x80\x80", b"\xf0\x8f\xbf\xbf", b"\xf0\x9f\x98", b"\xf4\x90\x80\x80",
       b"\xf5\x80\x80\x80", b"\xf8\x88\x80\x80\x80", b"\xfc\x84\x80\x80\x80\x80", b"\xfe", b"\xff"]


def utf8():
    for text in GOOD:
        data = text.encode()
        case(f"{text!a}", frame(TEXT, data), [(TEXT, data)])
        parts = [frame(CONT if i else TEXT, data[i:i + 1], fin=0) for i in range(len(data))]
        if parts:
            case(f"{text!a} by bytes", parts + [frame(CONT)], [(TEXT, data)])
            case(f"{text!a} with pings", b"".join(p + frame(PING, b"p") for p in parts) + frame(CONT),
                 [(TEXT, data)], pongs=[b"p"] * len(parts))
    for data in BAD:
        for text in (data, b"ok " + data, data + b" ok"):
            bad(f"{text}", frame(TEXT, text), 1007)
            case(f"{text} by bytes", [frame(CONT if i else TEXT, text[i:i + 1], fin=0)
                                      for i in range(len(text))] + [frame(CONT)],
                 [(CLOSE, 1007)])
        case(f"{data} is good in a binary message", frame(BIN, data), [(BIN, data)])
    # at once, though neither its frame nor its message has ended
    case("told at once", frame(TEXT, b"\xff" + b"x" * 99)[:30], [(CLOSE, 1007)])
    case("told in the first part", frame(TEXT, b"\xf4\x90", fin=0), [(CLOSE, 1007)])
    case("told in the second", frame(TEXT, b"\xf4", fin=0) + frame(CONT, b"\x90", fin=0),
         [(CLOSE, 1007)])


def closing():
    case("without a code", close(), [(CLOSE,)])
    for reason in (b"", b"bye", "\u20ac".encode(), b"*" * 123):
        case(f"reason {reason}", close(1000, reason), [(CLOSE, 1000)])
        case(f"reason {reason} by bytes", close(1000, reason), [(CLOSE, 1000)], step=1)
    for code in (1000, 1001, 1002, 1003, 1007, 1008, 1009, 1010, 1011, 1012, 1013, 1014,
                 3000, 3999, 4000, 4999):
        case(f"code {code}", close(code), [(CLOSE, code)])
    for code in (0, 1, 999, 1004, 1005, 1006, 1015, 1016, 1100, 2000, 2999, 5000, 32768, 65535):
        case(f"code {code}", close(code), [(CLOSE, 1002)])
    bad("half a code", frame(CLOSE, b"\x03"), 1002)
    bad("124 bytes of reason", close(1000, b"*" * 124), 1002)
    for data in BAD:
        case(f"reason {data}", close(1000, data), [(CLOSE, 1007)])
    case("a message after it", close(1000) + frame(TEXT, b"x"), [(CLOSE, 1000)])
    case("a ping after it", close(1000) + frame(PING, b"x"), [(CLOSE, 1000)])
    case("another after it", close(1000) + close(1001), [(CLOSE, 1000)])
    case("nonsense after it", close(1000) + b"\xff" * 1000, [(CLOSE, 1000)])
    case("much after it", [close(1000), frame(BIN, b"*" * 300000)], [(CLOSE, 1000)])
    case("within a message", frame(TEXT, b"x", fin=0) + close(1000), [(CLOSE, 1000)])
    case("much before it", [frame(BIN, b"*" * 300000), close(1000)],
         [(BIN, b"*" * 300000), (CLOSE, 1000)])


def limits():
    text = "\u20ac".encode() * (LIMIT // 3) + b"*" * (LIMIT % 3)
    data = os.urandom(LIMIT)
    case("16 MiB of text", frame(TEXT, text), [(TEXT, text)])
    case("16 MiB", frame(BIN, data), [(BIN, data)])
    case("twice", [frame(BIN, data), frame(BIN, data)], [(BIN, data), (BIN, data)])
    for size in (65536, 100000):
        case(f"in parts of {size}",
             [frame(CONT if i else BIN, data[i:i + size], fin=0) for i in range(0, LIMIT, size)] +
             [frame(CONT)], [(BIN, data)])
    case("1 MiB in parts of 64",
         [b"".join(frame(CONT if i else BIN, data[i:i + 64], fin=0)
                   for i in range(0, 1 << 20, 64)) + frame(CONT)], [(BIN, data[:1 << 20])])
    case("1 MiB in writes of 1,000", frame(BIN, data[:1 << 20]), [(BIN, data[:1 << 20])], step=1000)
    bad("one byte more", frame(BIN, length=LIMIT + 1), 1009)
    bad("the longest length", frame(BIN, length=(1 << 63) - 1), 1009)
    bad("a longer one", frame(BIN, length=1 << 63), 1002)
    case("one byte more in parts", [frame(BIN, data, fin=0), frame(CONT, b"x")], [(CLOSE, 1009)])


def opening():
    offer = "Sec-WebSocket-Extensions: permessage-deflate; client_max_window_bits\r\n"
    case("permessage-deflate is declined", frame(TEXT, b"x"), [(TEXT, b"x")], fields=offer)
    case("frames right behind the request", b"", [(TEXT, b"x")], first=frame(TEXT, b"x"))
    half = frame(TEXT, b"hello")
    case("half a frame there", half[5:], [(TEXT, b"hello")], first=half[:5])
    good = request("dGhlIHNhbXBsZSBub25jZQ==")
    for name, old, new in (
            ("another version", b"Version: 13", b"Version: 12"),
            ("no key", b"Sec-WebSocket-Key", b"X-Key"),
            ("a short key", b"bXBsZSBub25jZQ==", b"bXBsZSBub25j"),
            ("no upgrade", b"Upgrade: websocket", b"X: y"),
            ("no connection", b"keep-alive, Upgrade", b"keep-alive"),
            ("POST", b"GET ", b"POST "),
            ("HTTP/1.0", b"HTTP/1.1", b"HTTP/1.0"),
            ("no host", b"Host", b"X-Host"),
            ("a body", b"Upgrade: w", b"Content-Length: 1\r\nUpgrade: w"),
            ("nonsense", b"GET", b"\x00\x01")):
        sock = socket.create_connection(("127.0.0.1", port), DEADLINE)
        sock.sendall(good.replace(old, new))
        if sock.recv(100)[:13] == b"HTTP/1.1 101 ":
            failures.append(f"    {name}: accepted")
        sock.close()


family("messages of each length come back, in whatever pieces they went", framing)
family("pings are answered, pongs are not", pings)
family("reserved bits are 1002", reserved)
family("unknown opcodes are 1002", opcodes)
family("fragments are one message, and only in their order", fragments)
family("text is UTF-8, told at its first bad byte", utf8)
family("closes are answered by their code, bad ones by 1002 or 1007", closing)
family("messages may have 16 MiB, in any parts", limits)
family("handshakes are checked, and extensions declined", opening)
