"""burst.py - many writes over many files, and when all is told"""
import time

from harness import BENCH, Report
from peers import chains, watchers
from save import begin_all

TITLE = "A burst"
WRITES, FILES = 50000, 1000
QUIET_MS = 3000  # without news, then it has ended


def measure(bench, peer, writes):
    """ns of the writes, news during and after, ns to the last; or None"""
    out = bench.tool([BENCH / "stopwatch", "burst", writes, FILES, QUIET_MS],
                     60, peer.ear(), peer.dir)
    peer.end(bench)
    fields = (out or "").split()
    return [int(f) for f in fields[1:]] if len(fields) == 5 else None


def tabulate(report, bench, peers, heading):
    table = report.table(heading, [
        "", "writes took ms", "told meanwhile", "told after",
        "last write to last message ms", "final state seen"])
    begin_all(bench, peers, files=FILES)
    time.sleep(3)
    for p in peers:
        if p.missing():
            table.absent(p.name, p.missing())
            continue
        found = measure(bench, p, WRITES // 10 if bench.quick else WRITES)
        if found is None:
            table.absent(p.name, "never heard")
            continue
        ns, during, after, last = found
        table.add(p.name, ns / 1e6, during, after,
                  last / 1e6 if after else None, "yes" if after else "**no**")
        if p.ours:
            report.goal(f"{p.name}: bursts whose end is not told", int(not after), 0)


def run(bench):
    report = Report()
    report.say(
        f"{WRITES:,} writes over {FILES:,} files as fast as they go, one after the "
        "other. *Told* are messages of a chain, or for a watcher what one read "
        "of its output gives; the final state is seen where one comes after the "
        f"last write. It ends when nothing has come for {QUIET_MS // 1000} s, so "
        "whoever tells later than that is not heard. hugo server watches "
        "its content, so the files are its pages. The floors know one file, and "
        "are left out.")
    tabulate(report, bench, [p for p in chains()
                             if not p.floor and p.name != "ours -t 0"], "Chains")
    tabulate(report, bench, [p for p in watchers()
                             if not p.floor and "-t 0" not in p.name], "Watchers")
    return report
