"""save.py - from a save to the message at who listens

All are started, each with a site of its own, and their files are saved by turns.
"""
import time

from harness import BENCH, until
from page import Plot, percentile, ratio
from peers import chains, watchers

TITLE = "Save to message"
MODES = {"place": "in place", "rename": "by rename", "slow": "slowly"}
OWN_MS = 3000  # of one peer in one mode
QUICK = 0.6  # of the time of slow saves, for the floor and ours
SHARES = {"place": 1, "rename": 1, "slow": 2}  # of the time
TURN = 15  # seconds for the last turn, which is not cut off
UP = 15  # seconds until all answer; who does not is never heard
VOID = "-2"
SAVES = 200
SETTLE_MS = 10  # the default of watchrun


def stopwatch(bench, peers, mode, own_ms, seconds, found):
    """Adds {name: [(ns, early, more)]}; those of floor and peers by turns."""
    n = 8 if bench.quick else SAVES
    out = bench.tool([BENCH / "stopwatch", "saves", mode, n, own_ms,
                      round(seconds * 1000)], seconds + TURN, "".join(
                          p.ear() for p in peers))
    names = {p.key(): p.name for p in peers}
    for line in (out or "").splitlines():
        key, *rest = line.split()
        if rest not in (["silent"], []) and rest[0] != VOID:
            found[names[key]].append(tuple(map(int, rest)))


def samples(bench, peers, mode, seconds):
    """In a slow save the floor and ours are half written at the same time, which
    makes time for all their saves; they are told long before it is over."""
    found = {p.name: [] for p in peers}
    if mode != "slow":
        stopwatch(bench, peers, mode, OWN_MS, seconds, found)
        return found
    quick = [p for p in peers if p.ours or p.floor]
    stopwatch(bench, quick, "together", 10 * OWN_MS, seconds * QUICK, found)
    stopwatch(bench, [p for p in peers if p not in quick], mode, OWN_MS,
              seconds * (1 - QUICK), found)
    return found


def begin_all(bench, peers, **shape):
    """Those that can be had, started, each in a folder of its own."""
    able = [p for p in peers if not p.missing()]
    for p in able:
        p.prepare(bench.folder(p.key()), **shape)
        p.begin(bench)
    until(UP, lambda: all(p.answers() for p in able))
    time.sleep(3)
    return able


def end_all(bench, peers):
    bench.stop_all([process for p in peers for process in p.begun])


def in_ms(taken, p):
    told = [ns / 1e6 for ns, _, _ in taken if ns >= 0]
    return percentile(told, p) if told else None


def tabulate(report, peers, found, heading):
    """One table of a mode; {name: (p50, p99)}"""
    table = report.table(heading, ["", "saves", "p50 ms", "p99 ms",
                                   "p50 to the floor", "lost", "doubled", "early"])
    times, base = {}, None
    for p in peers:
        taken = found.get(p.name)
        if p.missing() or not taken:
            table.absent(p.name, p.missing() or "never heard, or no time")
            continue
        times[p.name] = in_ms(taken, 50), in_ms(taken, 99)
        if p.floor and base is None:
            base = times[p.name][0]
        table.add(p.name, len(taken), *times[p.name],
                  ratio(times[p.name][0], base),
                  sum(ns < 0 for ns, _, _ in taken),
                  sum(more > 0 for _, _, more in taken),
                  sum(early > 0 for _, early, _ in taken))
    return times


def goals(report, mode, times, found):
    floor, fast, usual = (times.get(n, (None, None))
                          for n in ("floor", "ours -t 0", "ours"))
    for i, what, most in (0, "p50", 1.5), (1, "p99", 3):
        report.goal(f"{mode}, -t 0: {what}, to the floor's",
                    ratio(fast[i], floor[i]), most)
    for i, what in (0, "p50"), (1, "p99"):
        beyond = None
        if usual[i] is not None and floor[i] is not None:
            beyond = usual[i] - floor[i] - SETTLE_MS
        report.goal(f"{mode}: {what}, beyond the floor's and the settle", beyond, 1,
                    "ms")
    for name in "ours -t 0", "ours":
        bad = sum(ns < 0 or early > 0 or more > 0
                  for ns, early, more in found.get(name, []))
        report.goal(f"{mode}, {name}: saves lost, doubled or told early",
                    bad if found.get(name) else None, 0)


def wrong(taken):
    """What a tenth of the saves or more had wrong, in words."""
    kinds = {"early": sum(early > 0 for _, early, _ in taken),
             "doubled": sum(more > 0 for _, _, more in taken)}
    words = [word for word, n in kinds.items() if n * 10 >= len(taken)]
    return ", " + " and ".join(words) if words else ""


def compared(report, kind, words, peers, times, found):
    """What the first page says of this mode."""
    mine = [p.name for p in peers if p.ours]
    here = {name + wrong(found[name]): pair[0] for name, pair in times.items()}
    for name in mine:
        others = {n: v for n, v in here.items() if n not in mine}
        others[name] = times.get(name, (None, None))[0]
        report.lead(f"A save {words}, {kind}, p50 ms", others, name)
    if words == MODES["slow"]:
        early = [f"{name} ({sum(e > 0 for _, e, _ in taken)} of {len(taken)})"
                 for name, taken in found.items()
                 if any(e > 0 for _, e, _ in taken)]
        report.facts.append(f"Told while a file was half written, {kind}s: " +
                            (", ".join(early) or "nobody") + ".")


def run(bench, report):
    report.say(
        f"Up to {SAVES} saves of a page of 4 KiB, of which each peer has so many as "
        "fit into its share of the time. *Lost*: not told within 3 s; *doubled*: "
        "told more than once after the save; *early*: told while the file was half "
        "written, which reloads half a page. *Slowly* is half the file, 80 ms, the rest. The floor is "
        "one program that hears of one file by inotify and writes to one socket; "
        f"ours are two, with a settle of {SETTLE_MS} ms unless -t says "
        "otherwise. A chain ends at the message in a WebSocket, a watcher at "
        "the first byte that it, or the command that it runs, writes. "
        "python3-livereload tells nothing for 3 s after its last news. In the plots "
        "a bar is the p50, its whisker ends at the p99.")
    shares = 2 * sum(SHARES.values())
    for kind, peers in ("chain", chains()), ("watcher", watchers()):
        able = begin_all(bench, peers)
        panels = {}
        for mode, words in MODES.items():
            share = max(2, (bench.left() - TURN) * SHARES[mode] / shares)
            shares -= SHARES[mode]
            found = samples(bench, able, mode, share)
            times = tabulate(report, peers, found, f"A {kind}, {words}")
            panels[words] = {p.name: times.get(p.name, (None, None)) for p in peers}
            if kind == "chain":
                goals(report, words, times, found)
            compared(report, kind, words, peers, times, found)
        end_all(bench, able)
        report.plot(Plot.bars(f"save-{kind}", f"Save to message, {kind}s", "ms",
                              panels))
