"""burst.py - many writes over many files, and when all is told"""
import time

from harness import BENCH
from page import Plot
from peers import chains, watchers
from save import begin_all

TITLE = "A burst"
WRITES, FILES = 50000, 1000
WRITE_MS = 8000  # of one peer; what does not go into it is not written
QUIET_MS = 4000  # without news, then it has ended
LEAST = 6  # seconds that a peer takes


def measure(bench, peer, writes):
    """How many, ns, news during and after, ns to the last; or why not"""
    if bench.left() < LEAST:
        return "the time was up"
    out = bench.tool([BENCH / "stopwatch", "burst", writes, WRITE_MS, FILES,
                      QUIET_MS], 40, peer.ear(), peer.dir)
    fields = (out or "").split()
    return [int(f) for f in fields[1:]] if len(fields) == 6 else "never heard"


def tabulate(report, bench, peers, heading):
    """{name: (ms to the last, None)}"""
    table = report.table(heading, [
        "", "writes", "a second", "told meanwhile", "told after",
        "last write to last message ms", "final state seen"])
    begin_all(bench, peers, files=FILES)
    time.sleep(2)
    bars = {}
    for p in peers:
        bars[p.name] = (None, None)
        found = p.missing() or measure(bench, p,
                                       WRITES // 10 if bench.quick else WRITES)
        p.end(bench)
        if isinstance(found, str):
            table.absent(p.name, found)
            if p.ours:
                report.goal(f"{p.name}: bursts whose end is not told", None, 0)
            continue
        n, ns, during, after, last = found
        table.add(p.name, n, n * 1e9 / ns, during, after,
                  last / 1e6 if after else None, "yes" if after else "**no**")
        if after:
            bars[p.name] = (last / 1e6, None)
        if p.ours:
            report.goal(f"{p.name}: bursts whose end is not told", int(not after), 0)
    return bars


def run(bench, report):
    report.say(
        f"{WRITES:,} writes over {FILES:,} files as fast as they go, one after the "
        f"other, or as many as go into {WRITE_MS // 1000} s. *Told* are messages of a "
        "chain, or for a watcher what one read of its output gives; the final state "
        "is seen where one comes from the last write on. It ends when nothing has "
        f"come for {QUIET_MS // 1000} s, so whoever tells later than that is not "
        "heard. hugo server watches its content, so the files are its pages. "
        "The floors know one file, and are left out.")
    bars = {}
    for heading, peers, ours in ("Chains", chains(), "ours"), (
            "Watchers", watchers(), "watchrun -l"):
        found = tabulate(report, bench, [
            p for p in peers if not p.floor and "-t 0" not in p.name], heading)
        report.lead(f"{heading}, after a burst, ms from the last write to the last "
                    "message",
                    {name: ms for name, (ms, _) in found.items()
                     if name == ours or not name.startswith("watchrun")}, ours)
        bars.update(found)
    report.plot(Plot.bars("burst", "From the last of many writes to the last message",
                          "ms", {"": bars}))
