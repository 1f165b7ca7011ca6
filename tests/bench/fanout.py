"""fanout.py - many listeners: the last to be told, handshakes, memory"""
import re
import subprocess

from harness import (BENCH, TOP, Plot, Report, exponent, status, until)

TITLE = "Fan-out"
SIZES = [10, 100, 1000, 10000]
ROUNDS = 5  # of five rings and of a rate each
HANDSHAKES = 500
BOUND = 20  # seconds for one step of one server, else it is left out from there


class Server:
    """A server with its crowd, which waits for orders."""

    def __init__(self, bench, name, argv):
        self.name, self.bench = name, bench
        folder = bench.folder("server")
        log = folder / "out"
        with open(log, "w") as out:
            self.process = bench.start(argv, folder, out)
        if not until(10, lambda: "http://" in log.read_text()):
            raise OSError(f"{name} does not start")
        port = re.search(r"127\.0\.0\.1:(\d+)", log.read_text()).group(1)
        self.said = folder / "steps"
        with open(self.said, "w") as out:
            self.crowd = bench.start(
                [TOP / "tests/tools/swarm", "-k", self.process.pid, port, "-"],
                stdin=subprocess.PIPE, stdout=out)
        self.empty = self.anon()

    def anon(self):
        return status(self.process.pid, "RssAnon") * 1024

    def order(self, step, seconds=BOUND):
        """The numbers of the line that says it is done; None when it is not."""
        before = len(self.said.read_text().splitlines())
        try:
            self.crowd.stdin.write((step + "\n").encode())
            self.crowd.stdin.flush()
        except OSError:
            return None
        done = until(seconds, lambda: self.crowd.poll() is not None or
                     len(self.said.read_text().splitlines()) > before)
        lines = self.said.read_text().splitlines()
        if not done or len(lines) <= before:
            return None
        return [int(n) for n in re.findall(r"\d+", lines[before])]

    def end(self):
        self.bench.stop(self.crowd)
        self.bench.stop(self.process)


SERVERS = {"floor": [BENCH / "bare"],
           "ours": [TOP / "reloadws", "-l", "0"],
           "ws (npm)": ["node", BENCH / "ws.mjs"],
           "python3-websockets": ["/usr/bin/python3",
                                  BENCH / "websockets_server.py"]}


def servers(bench, out):
    """Those that start, in a folder of their own, and why not for the others."""
    begun, why = [], {}
    for name, argv in SERVERS.items():
        if name in out:
            continue
        try:
            begun.append(Server(bench, name, argv))
        except OSError as error:
            why[name] = str(error)
    return begun, why


def measure(server, step, column, keep):
    """One more number for each column; a server that can't is left out."""
    got = server.order(step)
    if got is None:
        return False
    for name, i in column.items():
        keep.setdefault(name, []).append(got[i])
    return True


def at_size(bench, n, out):
    """{name: {what: [number]}} with n listeners each, by turns; who is out stays
    out at the sizes above"""
    running, why = servers(bench, out)
    found = {s.name: {} for s in running}
    begun = list(running)
    for s in begun:
        if s.order(f"open:{n}", 60) is None:
            running.remove(s)
    for _ in range(2 if bench.quick else ROUNDS):
        for s in list(running):
            keep = found[s.name]
            if not (measure(s, "ring:5", {"last": 1, "cpu": 2}, keep) and
                    measure(s, f"rate:{HANDSHAKES}", {"rate": 1, "each": 2}, keep)):
                running.remove(s)
    for s in running:
        found[s.name]["bytes"] = [(s.anon() - s.empty) / n]
    for s in begun:
        s.end()
    out.update({name: why.get(name, f"more than {BOUND} s for a step")
                for name in SERVERS if name not in [s.name for s in running]})
    return found


def complete(row):
    return row is not None and "bytes" in row and "last" in row


def tabulate(report, sizes, names, out, results):
    for n in sizes:
        table = report.table(f"{n:,} listeners", [
            "", "last told ms", "CPU of a ring ms", "handshakes a second",
            "CPU of one us", "bytes a listener"])
        for name in names:
            row = results[n].get(name)
            if not complete(row):
                table.absent(name, why[name])
                continue
            table.add(name, min(row["last"]) / 1000, min(row["cpu"]) / 1000,
                      max(row["rate"]), min(row["each"]), row["bytes"][0])


def growth(report, sizes, names, results):
    """How each grows, as a curve and as an exponent."""
    table = report.table("Growth with the listeners: exponents", [
        "", "last told", "CPU of a ring", "CPU of a handshake"])
    curves = {}
    for name in names:
        at = [(n, results[n][name]) for n in sizes
              if complete(results[n].get(name))]
        if len(at) < 2:
            continue
        curves[name] = [(n, min(row["last"]) / 1000) for n, row in at]
        big = [(n, row) for n, row in at if n >= 100]
        table.add(name, *(exponent([(n, min(row[what])) for n, row in big])
                          for what in ("last", "cpu", "each")))
    report.say("Exponents are from 100 listeners on: 1 is linear, 0 does not grow.")
    report.plot(Plot.curves("fanout", "From the signal to the last listener",
                            "listeners", "ms", curves))



def run(bench):
    report = Report()
    sizes = [10, 100, 1000] if bench.quick else SIZES
    names, out = list(SERVERS), {}
    results = {n: at_size(bench, n, out) for n in sizes}
    report.say(
        "All servers have so many listeners at a time, and are rung by turns by "
        "a signal; one process is all the listeners. *Last told* is from the "
        "signal to the message at the last of them. Of "
        f"{ROUNDS} rounds (a rate of {HANDSHAKES:,} handshakes, and the middle of "
        "five rings) the best counts, since whatever disturbs makes it worse. "
        "Bytes are of memory that is the server's own (RssAnon), beyond those "
        "before the first listener. The floor is a poll-and-write loop that "
        "reads no request, checks nothing and has no deadlines.")
    tabulate(report, sizes, names, out, results)
    growth(report, sizes, names, results)
    for n in sizes[1:]:
        ours, floor = results[n].get("ours"), results[n].get("floor")
        if complete(ours) and complete(floor):
            report.goal(f"{n:,} listeners, the last to the floor's",
                        min(ours["last"]) / min(floor["last"]), 1.5)
    biggest = results[sizes[-1]].get("ours")
    if complete(biggest):
        report.goal(f"bytes a listener of {sizes[-1]:,}", biggest["bytes"][0], 256)
    return report
