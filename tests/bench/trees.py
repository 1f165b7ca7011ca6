"""trees.py - trees of many files: ready, memory, a save deep inside, a sweep"""
import os
import pathlib
import shutil
import tempfile
import time

from harness import (BENCH, TOP, cpu_ns, descendants, end_pids, private, remove,
                     status)
from page import Plot, exponent, ratio
from peers import watchers

TITLE = "Trees"
SIZES = [10, 100, 1000, 10000, 100000, 1000000]
PER_DIR = 10
ROUNDS = {10: 7, 100: 7, 1000: 7, 10000: 5, 100000: 3, 1000000: 2}
SAVES = 60
SWEPT = 1000  # files of the smallest tree that is polled
GOALS = 10000  # and of the smallest that the goals are for
WATCHES = "/proc/sys/fs/inotify/max_user_watches"
SHM = pathlib.Path("/dev/shm")
FILE_BYTES = 7168  # of memory for a file of a tree there, with what a walk takes
INODE_BYTES = 2048  # of memory for a file of a disk
PEERS = {"inotifywait -m": (1000000, ["inotifywait", "-m", "-r", "site"]),
         "chokidar": (100000, ["node", str(BENCH / "chokidar.mjs"), "site",
                               "ready"])}
# Those that do not say when they are ready, and the trees that they are given.
SILENT = ["entr", "fswatch -l 0.1", "watchman", "nodemon"]
SILENT_IN = [10000, 100000]
REST_S, REST_NS = 1, 10_000_000  # so little CPU in so many seconds is rest
STEP = 10  # seconds without which no step is begun
PATIENCE = 20  # seconds for one of them


def available():
    with open("/proc/meminfo") as lines:
        for line in lines:
            if line.startswith("MemAvailable"):
                return int(line.split()[1]) * 1024
    return 0


def room(path):
    """Bytes and files that go there."""
    try:
        st = os.statvfs(path)
    except OSError:
        return 0, 0
    return st.f_bavail * st.f_frsize, st.f_favail


def too_much(files, where):
    """Why a tree of so many can't be made there, or None."""
    with open(WATCHES) as f:
        watches = int(f.read())
    size, inodes = room(where)
    need = FILE_BYTES if where == SHM else INODE_BYTES
    dirs = files // PER_DIR
    if dirs > watches * 9 // 10:
        return f"{dirs:,} watches, of {watches:,} that inotify allows"
    if files * need * 5 // 4 > available():
        return f"{files * need >> 20:,} MiB of memory"
    if files * 4096 * 5 // 4 > size or (files + dirs) * 5 // 4 > inodes:
        return f"{files * 4096 >> 20:,} MiB on {where}, or so many files"
    return None


class Tree:
    def __init__(self, bench, files, where):
        self.bench, self.files = bench, files
        self.dir = pathlib.Path(tempfile.mkdtemp(prefix="bench.", dir=where))
        self.dirs = max(1, files // PER_DIR)
        self.made = 0  # seconds

    def make(self):
        began = time.monotonic()
        self.bench.tool([BENCH / "walk", "make", "site", self.dirs, self.files], 120,
                        cwd=self.dir)
        self.made = time.monotonic() - began

    def time(self, sizes=0):
        """Is there any for one more step, to remove it in the end, and for so many
        sizes more?"""
        return self.bench.left() > self.made * (1 + 40 * sizes) + STEP * (1 + 2 * sizes)

    def walk(self, *args, seconds=60):
        out = self.bench.tool([BENCH / "walk", *args], seconds, cwd=self.dir)
        return [int(n) for n in out.split()] if out else None

    def deepest(self):
        """The directories of walk are one in another: dir0 of dir0."""
        path = self.dir / "site"
        while (path / "dir0").is_dir():
            path = path / "dir0"
        return str((path / "file0.html").relative_to(self.dir))


def ready(tree, argv, keep, extra=lambda pid: None):
    """Start it until it is ready, look at it, end it."""
    got = tree.walk("ready", *argv)
    if got is None:
        return
    pid, ns, cpu = got
    try:
        keep.setdefault("ns", []).append(ns)
        keep.setdefault("cpu", []).append(cpu)
        keep["bytes"] = private(pid)
        extra(pid)
    finally:
        end_pids([pid])


def sleeps(pid):
    return status(pid, "voluntary_ctxt_switches")


def sweep(tree, keep):
    """A sweep ends in a sleep, so that they can be counted."""
    def measure(pid):
        time.sleep(0.3)
        n, cpu = sleeps(pid), tree.walk("cpu", pid)[0]
        end_at = time.monotonic() + min(20, tree.bench.left())
        while sleeps(pid) < n + 2 and time.monotonic() < end_at:
            time.sleep(0.05)
        cpu = tree.walk("cpu", pid)[0] - cpu
        if sleeps(pid) > n:
            keep.setdefault("sweep", []).append(cpu / (sleeps(pid) - n))
    ready(tree, [TOP / "watchrun", "-v", "-w", "-i", "0.01", "site/**", "--",
                 "true"], {}, measure)
    got = tree.walk("stat", "site", 3)
    if got:
        keep.setdefault("stat", []).append(got[0])


def rounds_of(tree, found, rounds):
    for _ in range(rounds):
        if tree.time():
            ready(tree, [BENCH / "walk", "watch", "site"], found["floor"])
            ready(tree, [TOP / "watchrun", "-v", "-w", "site/**", "--", "true"],
                  found["ours"])
    for _ in range(min(rounds, 3)):
        got = tree.walk("save", SAVES, tree.deepest(), TOP / "watchrun", "-l",
                        "site/**") if tree.time() else None
        if got:
            found["saves"].append(got[0])
    for _ in range(rounds if tree.files >= SWEPT else 0):
        if tree.time():
            sweep(tree, found["swept"])


def peers_at(tree, found, rounds):
    """Others that say when they are ready."""
    for _ in range(rounds):
        for name, (most, argv) in PEERS.items():
            if (shutil.which(argv[0]) and SWEPT <= tree.files <= most and
                    tree.time(tree.files < SIZES[-1])):
                ready(tree, argv, found["peers"].setdefault(name, {}))


def total(pids, of):
    """Of those that are still there."""
    found = 0
    for pid in pids:
        try:
            found += of(pid)
        except OSError:
            pass
    return found


def at_rest(bench, tree, peer):
    """ns until it takes no CPU to speak of, and bytes; None when that is too late"""
    began = time.monotonic()
    peer.dir = tree.dir
    peer.begin(bench)
    seen = []
    while time.monotonic() - began < min(PATIENCE, bench.left()):
        pids = [pid for p in peer.begun for pid in descendants(p.pid)]
        seen.append((time.monotonic() - began, total(pids, cpu_ns)))
        before = [ns for t, ns in seen if t < seen[-1][0] - REST_S]
        if before and seen[-1][1] - before[-1] < REST_NS:
            ns = next(t for t, ns in seen if ns > seen[-1][1] - REST_NS)
            return {"ns": [ns * 1e9], "bytes": total(pids, private)}
        time.sleep(0.02)
    return None


def silent_at(bench, tree, found):
    for peer in watchers():
        if peer.name not in SILENT or tree.files not in SILENT_IN:
            continue
        if peer.missing() or not tree.time(1):
            found["silent"][peer.name] = peer.missing() or "the time was up"
            continue
        found["silent"][peer.name] = (at_rest(bench, tree, peer) or
                                      f"no rest in {PATIENCE} s")
        peer.end(bench)
        (tree.dir / "told").unlink(missing_ok=True)


def measure(bench, files, where):
    rounds = 1 if bench.quick else ROUNDS[files]
    found = {"ours": {}, "floor": {}, "swept": {}, "saves": [], "peers": {},
             "silent": {}, "made": 0}
    tree = Tree(bench, files, where)
    try:
        tree.make()
        found["made"] = tree.made
        rounds_of(tree, found, rounds)
        peers_at(tree, found, 1 if files > GOALS else 2)
        silent_at(bench, tree, found)
    finally:
        remove(tree.dir)
    return found


def measure_all(bench, sizes, where, left_out, results):
    """results: {size: found}; what can't be is left out, with why"""
    made = 0
    for n in sizes:
        why = too_much(n, where)
        # What is ten times as large is made and removed in ten times as long.
        if not why and made * 20 + 2 * STEP > bench.left():
            why = f"the time: {bench.left():.0f} s are left"
        if why:
            left_out[n] = why
            continue
        results[n] = measure(bench, n, where)
        made = results[n]["made"]
        if "ns" not in results[n]["ours"] or "ns" not in results[n]["floor"]:
            left_out[n] = "the time: it was not ready when that was up"
            del results[n]


def run(bench, report):
    sizes = [10, 1000, 10000] if bench.quick else SIZES
    where = SHM if too_much(sizes[-1], SHM) is None else bench.tmp
    report.say(
        f"Trees with {PER_DIR} files in each directory, "
        f"{'in memory (tmpfs)' if where == SHM else 'on the disk'}. *Ready* is from "
        "exec to the line that says so; the floor of it only adds a watch to each "
        "directory and lists it, and keeps nothing. A save is of one file in the "
        "deepest directory, CPU until it is told. The floor of a sweep is a "
        "loop of fstatat() over all files by their paths. Bytes a file are those of "
        "this size beyond the size above it, in a table. By turns; of all rounds "
        "the best counts.")
    left_out, results = {}, {}
    try:
        measure_all(bench, sizes, where, left_out, results)
    finally:  # also when the time is up
        for n in sizes:
            if n not in results:
                why = left_out.get(n, "more time than there is")
                report.say(f"**{n:,} files are left out: they would take {why}.**")
        if results:
            tables(report, results)
            others(report, results)
            growth(report, results)


def tables(report, results):
    table = report.table("Ready, memory, a save", [
        "files", "ready ms", "floor ms", "to the floor", "CPU, to the floor",
        "MiB of its own", "bytes a file", "a save, CPU us", "to that among 10"])
    before = None
    for n, found in results.items():
        ours, floor = found["ours"], found["floor"]
        to_floor = ratio(min(ours["ns"]), min(floor["ns"]))
        save = min(found["saves"], default=None)
        small = min(results[min(results)]["saves"], default=None)
        each = None
        if before:
            each = (ours["bytes"] - results[before]["ours"]["bytes"]) / (n - before)
        table.add(f"{n:,}", min(ours["ns"]) / 1e6, min(floor["ns"]) / 1e6, to_floor,
                  ratio(min(ours["cpu"]), min(floor["cpu"])),
                  ours["bytes"] / 2**20, each, save / 1000 if save else None,
                  ratio(save, small))
        before = n
        if n >= GOALS:
            report.goal(f"{n:,} files: ready, to the floor's", to_floor, 1.5)
            report.goal(f"{n:,} files: CPU of a save, to that among 10",
                        ratio(save, small), 1.2)
    table = report.table("A sweep", ["files", "CPU ms", "floor ms",
                                     "to the floor"])
    for n, found in results.items():
        if n < SWEPT:
            continue
        swept = min(found["swept"].get("sweep", []), default=None)
        stat = min(found["swept"].get("stat", []), default=None)
        if swept and stat:
            table.add(f"{n:,}", swept / 1e6, stat / 1e6, swept / stat)
        else:
            table.absent(f"{n:,}", "the time was up")
        if n >= GOALS:
            report.goal(f"{n:,} files: a sweep, to the floor's",
                        ratio(swept, stat), 1.3)


def others(report, results):
    table = report.table("Others that say when they are ready", [
        "", "files", "ready ms", "to the floor", "bytes of its own a file"])
    for n, found in results.items():
        for name, (most, argv) in PEERS.items():
            row = found["peers"].get(name, {})
            if n > most or n < SWEPT:
                continue
            if "ns" in row:
                table.add(name, f"{n:,}", min(row["ns"]) / 1e6,
                          ratio(min(row["ns"]), min(found["floor"]["ns"])),
                          row["bytes"] / n)
            else:
                table.add(name, f"{n:,}", "*not here*" if
                          not shutil.which(argv[0]) else "*not ready in time*",
                          "", "")
    report.say("chokidar is not given a tree of 1,000,000, for want of time.")
    table = report.table("Others, which do not say it: until they take no CPU", [
        "", "files", "ms", "bytes of their own a file"])
    for n, found in results.items():
        for name, row in found["silent"].items():
            if isinstance(row, str):
                table.add(name, f"{n:,}", f"*{row}*", "")
            else:
                table.add(name, f"{n:,}", row["ns"][0] / 1e6, row["bytes"] / n)
    for n in [n for n in (GOALS, 100000) if n in results]:
        ready_ms = {name: min(row["ns"]) / 1e6 for name, row in
                    results[n]["peers"].items() if "ns" in row}
        ready_ms["ours"] = min(results[n]["ours"]["ns"]) / 1e6
        report.lead(f"Ready in a tree of {n:,} files, ms", ready_ms, "ours")


def series(results, what, of, key, scale):
    return [(n, min(found[of][key]) / scale) for n, found in results.items()
            if found[of].get(key)] if what else []


def growth(report, results):
    """As curves, and as exponents."""
    curves, memory, exponents = {}, {}, {}
    for name in "ours", "floor":
        curves[name] = series(results, True, name, "ns", 1e6)
        memory[name] = [(n, f[name]["bytes"] / 2**20) for n, f in results.items()]
    for n, found in results.items():
        for name, row in found["peers"].items():
            if "ns" in row:
                curves.setdefault(name, []).append((n, min(row["ns"]) / 1e6))
                memory.setdefault(name, []).append((n, row["bytes"] / 2**20))
    saves = [(n, min(f["saves"])) for n, f in results.items() if f["saves"]]
    table = report.table("Growth with the files: exponents, from 1,000 on", [
        "", "ready", "memory", "a save", "a sweep"])
    for name in curves:
        sweeps = {"ours": "sweep", "floor": "stat"}.get(name)
        of = [curves[name], memory[name], saves if name == "ours" else [],
              series(results, sweeps, "swept", sweeps, 1)]
        found = [exponent([p for p in points if p[0] >= SWEPT]) for points in of]
        table.add(name, *found)
        exponents[name] = found
    for i, what in enumerate(("ready", "memory", "CPU of a save", "a sweep")):
        report.growth(f"growth with the files of {what}", exponents["ours"][i],
                      exponents["floor"][i])
    report.say("An exponent of 1 is linear, 0 does not grow.")
    report.plot(Plot.curves("trees-ready", "From exec to ready", "files", "ms",
                            curves))
    report.plot(Plot.curves("trees-memory", "Memory of its own", "files", "MiB",
                            memory))
    report.plot(Plot.curves(
        "trees-save", "CPU of one save deep inside", "files", "us",
        {"ours": [(n, ns / 1000) for n, ns in saves]}, "x"))
    report.plot(Plot.curves(
        "trees-sweep", "CPU of a sweep", "files", "ms",
        {"ours": series(results, True, "swept", "sweep", 1e6),
         "floor": series(results, True, "swept", "stat", 1e6)}))
