"""idle.py - what it costs that nothing happens"""
import time

from harness import (BENCH, cpu_ns, descendants, proportional, status, until,
                     wakeups)
from page import Plot
from peers import chains, watchers
from save import begin_all, end_all

TITLE = "At rest"
FILES, DIRS = 2000, 20
SECONDS = 35  # a ping of ours falls into it
PING_S = 30


def look(peer):
    """Of all its processes: wake-ups, ns, KiB, KiB, threads, processes"""
    pids = [pid for begun in peer.begun for pid in descendants(begun.pid)]
    return [sum(f(pid) for pid in pids) for f in (
        wakeups, cpu_ns, lambda p: status(p, "VmRSS"), proportional,
        lambda p: status(p, "Threads"), lambda p: 1)]


def hold(bench, able):
    """Somebody who listens to each of them."""
    ears = bench.tmp / "ears"
    ears.write_text("".join(p.ear() for p in able))
    out = bench.tmp / "hold"
    with open(ears) as stdin, open(out, "w") as stdout:
        holder = bench.start([BENCH / "stopwatch", "hold"], stdin=stdin,
                             stdout=stdout)
    until(20, lambda: "holding" in out.read_text())
    return holder


def measure(bench, kinds, report):
    """All at the same time, and a table for each kind: {name: (wake-ups, KiB)}"""
    able = begin_all(bench, [p for peers in kinds.values() for p in peers],
                     files=FILES, dirs=DIRS)
    time.sleep(3 if bench.quick else 12)
    holder = hold(bench, able)
    time.sleep(2)
    seconds = 5 if bench.quick else SECONDS
    before = {p.name: look(p) for p in able}
    time.sleep(seconds)
    after = {p.name: look(p) for p in able}
    bench.stop(holder)
    end_all(bench, able)
    for heading, peers in kinds.items():
        tabulate(report, heading, peers, before, after, seconds)
    return {name: (after[name][0] - before[name][0], after[name][3])
            for name in before}


def tabulate(report, heading, peers, before, after, seconds):
    table = report.table(heading, [
        "", "wake-ups a minute", "CPU ms a minute", "resident KiB",
        "proportional KiB", "threads", "processes"])
    for p in peers:
        if p.missing() or p.name not in before:
            table.absent(p.name, p.missing())
            continue
        woken, ns = (after[p.name][i] - before[p.name][i] for i in (0, 1))
        table.add(p.name, 60 * woken / seconds, 60 * ns / 1e6 / seconds,
                  *after[p.name][2:])


def run(bench, report):
    report.say(
        f"A site of {FILES:,} files in {DIRS} directories, one listener, and "
        f"{SECONDS} seconds in which nothing changes; all of them at the same "
        "time. A wake-up is a thread of any of its processes that has gone to "
        "sleep again. *Proportional* counts what is shared with other processes "
        "in shares. Ours sends a ping each "
        f"{PING_S} s: two wake-ups, of the clock and of the answer.")
    kinds = {"Chains": chains(), "Watchers": watchers()}
    found = measure(bench, kinds, report)
    report.plot(Plot.bars("idle", "Proportional memory at rest", "KiB", {
        "": {p.name: (found.get(p.name, (0, None))[1], None)
             for peers in kinds.values() for p in peers}}))
    for name in "ours -t 0", "ours":
        woken, kib = found.get(name, (None, None))
        report.goal(f"{name}: wake-ups in {SECONDS} s, of which two a ping", woken,
                    2 * (SECONDS // PING_S + 1))
        report.goal(f"{name}: proportional memory of both programs", kib, 2048,
                    "KiB")
    for (kind, peers), ours in zip(kinds.items(), ("ours", "watchrun -l")):
        rest = {p.name: found.get(p.name, (None, None)) for p in peers
                if not p.ours or p.name == ours}
        report.lead(f"{kind}, memory at rest, KiB",
                    {n: k for n, (_, k) in rest.items()}, ours)
        report.lead(f"{kind}, wake-ups in {SECONDS} s",
                    {n: w for n, (w, _) in rest.items()}, ours)
