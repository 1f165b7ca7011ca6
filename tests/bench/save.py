"""save.py - from a save to the message at who listens

All are started, each with a site of its own, and their files are saved by turns.
"""
import time

from harness import BENCH, Plot, Report, percentile
from peers import chains, watchers

TITLE = "Save to message"
MODES = {"place": "in place", "rename": "by rename", "slow": "slowly"}
OWN_MS = {"place": 10000, "rename": 10000, "slow": 9000}  # of one peer
SAVES = 200
SETTLE_MS = 10  # the default of watchrun


def samples(bench, peers, mode):
    """{name: [(ns, early, more)]}; those of floor and peers by turns"""
    n = 8 if bench.quick else SAVES
    ears = "".join(p.ear() for p in peers)
    out = bench.tool([BENCH / "stopwatch", "saves", mode, n, OWN_MS[mode]], 300, ears) or ""
    found = {p.name: [] for p in peers}
    names = {p.key(): p.name for p in peers}
    for line in out.splitlines():
        key, *rest = line.split()
        if rest != ["silent"]:
            found[names[key]].append(tuple(map(int, rest)))
    return found


def begin_all(bench, peers, **shape):
    """Those that can be had, started, each in a folder of its own."""
    able = [p for p in peers if not p.missing()]
    for p in able:
        p.prepare(bench.folder(p.key()), **shape)
        p.begin(bench)
    time.sleep(3)
    return able


def end_all(bench, peers):
    for p in peers:
        p.end(bench)


def in_ms(taken, p):
    told = [ns / 1e6 for ns, _, _ in taken if ns >= 0]
    return percentile(told, p) if told else None


def tabulate(report, peers, found, heading):
    """One table of a mode; {name: (p50, p99)}"""
    table = report.table(heading, ["", "saves", "p50 ms", "p99 ms", "lost",
                                   "doubled", "early"])
    times = {}
    for p in peers:
        taken = found.get(p.name)
        if p.missing() or not taken:
            table.absent(p.name, p.missing() or "never heard")
            continue
        times[p.name] = in_ms(taken, 50), in_ms(taken, 99)
        table.add(p.name, len(taken), *times[p.name],
                  sum(ns < 0 for ns, _, _ in taken),
                  sum(more > 0 for _, _, more in taken),
                  sum(early > 0 for _, early, _ in taken))
    return times


def goals(report, mode, times, found):
    floor, fast, usual = (times.get(n) for n in ("floor", "ours -t 0", "ours"))
    if not floor or not fast or not usual:
        return
    report.goal(f"{mode}, -t 0: p50 to the floor's", fast[0] / floor[0], 1.5)
    report.goal(f"{mode}, -t 0: p99 to the floor's", fast[1] / floor[1], 3)
    report.goal(f"{mode}: p50 less the floor's and the settle",
                usual[0] - floor[0] - SETTLE_MS, 1, "ms")
    report.goal(f"{mode}: p99 less the floor's and the settle",
                usual[1] - floor[1] - SETTLE_MS, 1, "ms")
    for name in "ours -t 0", "ours":
        wrong = sum(ns < 0 or early > 0 or more > 0
                    for ns, early, more in found[name])
        report.goal(f"{mode}, {name}: saves lost, doubled or told early", wrong, 0)


def run(bench):
    report = Report()
    report.say(
        f"Up to {SAVES} saves of a page of 4 KiB, of which each peer has so many as "
        "fit into its share of the time. *Doubled*: told more than once after "
        "the save; *early*: told while the file was half written, which reloads "
        "half a page. *Slowly* is half the file, 80 ms, the rest. The floor is "
        "one program that hears of one file by inotify and writes to one socket; "
        f"ours are two, with a settle of {SETTLE_MS} ms unless -t says "
        "otherwise. A chain ends at the message in a WebSocket, a watcher at "
        "the first byte that it, or the command that it runs, writes.")
    for kind, peers in ("chain", chains()), ("watcher", watchers()):
        able = begin_all(bench, peers)
        bars = {}
        for mode, words in MODES.items():
            found = samples(bench, able, mode)
            times = tabulate(report, peers, found, f"A {kind}, {words}")
            for name, pair in times.items():
                bars.setdefault(name, []).append(pair[0])
            if kind == "chain":
                goals(report, words, times, found)
        end_all(bench, able)
        report.plot(Plot.bars(f"save-{kind}", f"Save to message, p50, {kind}",
                              "ms", list(MODES.values()), bars))
    return report
