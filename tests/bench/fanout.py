"""fanout.py - many listeners: the last to be told, handshakes, memory"""
import re
import subprocess

from harness import BENCH, TOP, private, until
from page import Plot, exponent, ratio

TITLE = "Fan-out"
SIZES = [10, 100, 1000, 10000]
ROUNDS = 5  # of five rings and of a rate each
HANDSHAKES = 500
BOUND = 20  # seconds for one step of one server, else it is left out from there
OPEN = 60  # for all to be there
SPARE = 100  # open files beside those of listeners
LEAST = 5  # seconds without which nothing more is begun
WHAT = {"last": ("last told", "ms", 1000), "cpu": ("CPU of a ring", "ms", 1000),
        "each": ("CPU of a handshake", "us", 1),
        "bytes": ("memory beyond the first", "MiB", 2**20)}


class Server:
    """A server with its crowd, which waits for orders."""

    def __init__(self, bench, name, argv):
        self.name, self.bench = name, bench
        folder = bench.folder("server")
        log = folder / "out"
        with open(log, "w") as out:
            self.process = bench.start(argv, folder, out)
        until(10, lambda: "http://" in log.read_text() or
              self.process.poll() is not None)
        if "http://" not in log.read_text():
            raise OSError("does not start")
        port = re.search(r"127\.0\.0\.1:(\d+)", log.read_text()).group(1)
        self.said = folder / "steps"
        with open(self.said, "w") as out:
            self.crowd = bench.start(
                [TOP / "tests/tools/swarm", "-k", self.process.pid, port, "-"],
                stdin=subprocess.PIPE, stdout=out)
        self.found, self.first = {}, None

    def order(self, step, seconds=BOUND):
        """The numbers of the line that says it is done; None when it is not."""
        before = len(self.said.read_text().splitlines())
        try:
            self.crowd.stdin.write((step + "\n").encode())
            self.crowd.stdin.flush()
        except OSError:
            return None
        done = until(min(seconds, self.bench.left()), lambda:
                     self.crowd.poll() is not None or
                     len(self.said.read_text().splitlines()) > before)
        lines = self.said.read_text().splitlines()
        if not done or len(lines) <= before:
            return None
        return [int(n) for n in re.findall(r"\d+", lines[before])]

    def gather(self, n):
        """Memory counts from the first listener on; all are told once."""
        if self.order("open:1") is None:
            return False
        self.first = private(self.process.pid)
        return (self.order(f"open:{n - 1}", OPEN) is not None and
                self.order("ring:1") is not None)

    def measure(self, step, column):
        """One more number for each column; false when it can't."""
        got = self.order(step)
        if got is None:
            return False
        for name, i in column.items():
            self.found.setdefault(name, []).append(got[i])
        return True

    def round(self):
        return (self.measure("ring:5", {"last": 1, "cpu": 2}) and
                self.measure(f"rate:{HANDSHAKES}", {"rate": 1, "each": 2}))

    def weigh(self, n):
        used = private(self.process.pid)
        self.found["bytes"] = [used - self.first]
        self.found["beyond"] = [(used - self.first) / (n - 1)]


SERVERS = {"floor": [BENCH / "bare"],
           "ours": [TOP / "reloadws", "-l", "0"],
           "ws (npm)": ["node", BENCH / "ws.mjs"],
           "python3-websockets": ["/usr/bin/python3",
                                  BENCH / "websockets_server.py"]}


def begin(bench, out):
    """Those that start; why not, for the others."""
    begun = []
    for name, argv in SERVERS.items():
        if name in out:
            continue
        try:
            begun.append(Server(bench, name, argv))
        except OSError as error:
            out[name] = str(error)
    return begun


def at_size(bench, n, out, found):
    """{name: {what: [number]}} with n listeners each, by turns; who is out stays
    out at the sizes above"""
    begun = begin(bench, out)
    running = []
    for s in begun:
        if s.gather(n):
            running.append(s)
            s.weigh(n)
            found[s.name] = s.found
        else:
            out[s.name] = f"{n:,} listeners were not there in time"
    for _ in range(2 if bench.quick else ROUNDS):
        for s in list(running) if bench.left() > LEAST else []:
            if not s.round():
                out[s.name] = f"no step in time with {n:,}"
                running.remove(s)
    bench.stop_all([p for s in begun for p in (s.crowd, s.process)])


def least(found, name, what):
    return min(found.get(name, {}).get(what, []), default=None)


def scaled(value, by):
    return None if value is None else value / by


def tabulate(report, results, out):
    for n, found in results.items():
        table = report.table(f"{n:,} listeners", [
            "", "last told ms", "to the floor", "CPU of a ring ms", "to the floor",
            "handshakes a second", "CPU of one us",
            "bytes a listener beyond the first"])
        for name in SERVERS:
            row = found.get(name)
            if not row:
                table.absent(name, out.get(name, "the time was up"))
                continue
            last, cpu = least(found, name, "last"), least(found, name, "cpu")
            table.add(name, scaled(last, 1000),
                      ratio(last, least(found, "floor", "last")), scaled(cpu, 1000),
                      ratio(cpu, least(found, "floor", "cpu")),
                      max(row.get("rate", []), default=None),
                      least(found, name, "each"), row["beyond"][0])


def growth(report, results):
    """How each grows, as a curve and as an exponent."""
    table = report.table("Growth with the listeners: exponents, from 100 on",
                         ["", *(words for words, _, _ in WHAT.values())])
    curves, exponents = {what: {} for what in WHAT}, {}
    for name in SERVERS:
        found = []
        for what, (words, _, scale) in WHAT.items():
            points = [(n, least(rows, name, what) / scale)
                      for n, rows in results.items() if least(rows, name, what)]
            curves[what][name] = points
            found.append(exponent([p for p in points if p[0] >= 100]))
        exponents[name] = found
        table.add(name, *found)
    for i, (words, _, _) in enumerate(WHAT.values()):
        report.growth(f"growth with the listeners of {words}", exponents["ours"][i],
                      exponents["floor"][i])
    report.say("An exponent of 1 is linear, 0 does not grow.")
    for what, title in ("last", "From the signal to the last listener"), (
            "bytes", "Memory of its own beyond that for the first listener"), (
            "each", "CPU of a handshake, by those who listen already"):
        report.plot(Plot.curves(f"fanout-{what}", title, "listeners",
                                WHAT[what][1], curves[what]))


def goals(report, results):
    for n in SIZES[1:]:
        found = results.get(n, {})
        last = [least(found, name, "last") for name in ("ours", "floor")]
        report.goal(f"{n:,} listeners: the last told, to the floor's", ratio(*last),
                    1.5)
    biggest = results.get(SIZES[-1], {}).get("ours")
    report.goal(f"memory a listener beyond the first, of {SIZES[-1]:,}",
                biggest["beyond"][0] if biggest else None, 256, "bytes")
    few, many = results.get(1000, {}).get("ours"), biggest
    if few and many:
        each = (many["bytes"][0] - few["bytes"][0]) / 9000
        report.say("Between 1,000 and 10,000 listeners, one takes "
                   f"{each:.0f} bytes of ours.")
    for n in SIZES:
        if "ours" in results.get(n, {}):
            report.lead(f"Fan-out to {n:,}, ms to the last", {
                name: scaled(least(results[n], name, "last"), 1000)
                for name in results[n]}, "ours")


def run(bench, report):
    out, results = {}, {}
    report.say(
        "All servers have so many listeners at a time, and are rung by turns by "
        "a signal; one process is all the listeners. *Last told* is from the "
        "signal to the message at the last of them. Of "
        f"{ROUNDS} rounds (a rate of {HANDSHAKES:,} handshakes, and the middle of "
        "five rings) the best counts, since whatever disturbs makes it worse. "
        "Bytes are of memory that is the server's own, counted page by page, after "
        "a ring; among few listeners they are what the first ring takes. "
        "The floor is a poll-and-write loop that reads no request, checks nothing "
        "and has no deadlines.")
    try:
        for n in [10, 100, 1000] if bench.quick else SIZES:
            results[n] = {}
            if n + HANDSHAKES + SPARE > bench.files:
                out.update({name: f"only {bench.files:,} open files are allowed"
                            for name in SERVERS})
            elif bench.left() > LEAST:
                at_size(bench, n, out, results[n])
    finally:  # also when the time is up
        tabulate(report, results, out)
        growth(report, results)
        goals(report, results)
