"""trees.py - trees of many files: ready, memory, a save deep inside, a sweep"""
import shutil
import time

from harness import BENCH, TOP, Plot, Report, end_pids, exponent, status

TITLE = "Trees"
SIZES = [10, 100, 1000, 10000, 100000, 1000000]
PER_DIR = 10
ROUNDS = {10: 7, 100: 7, 1000: 7, 10000: 5, 100000: 3, 1000000: 1}
SAVES = 60
SWEPT = [1000, 10000, 100000] # files of a tree that is polled
WATCHES = "/proc/sys/fs/inotify/max_user_watches"
PEERS = 100000 # files that a peer is given at most


class Tree:
    def __init__(self, bench, files):
        self.bench, self.files = bench, files
        self.dir = bench.folder(f"tree{files}")
        self.dirs = max(1, files // PER_DIR)
        bench.tool([BENCH / "walk", "make", "tree", self.dirs, files], 120,
                   cwd=self.dir)

    def walk(self, *args, seconds=60):
        out = self.bench.tool([BENCH / "walk", *args], seconds, cwd=self.dir)
        return [int(n) for n in out.split()] if out else None

    def deepest(self):
        """The directories of walk are one in another: dir0 of dir0."""
        path = self.dir / "tree"
        while (path / "dir0").is_dir():
            path = path / "dir0"
        return str((path / "file0.html").relative_to(self.dir))

    def remove(self):
        shutil.rmtree(self.dir)


def ready(tree, argv, keep, extra=lambda pid: None):
    """Start it until it is ready, look at it, end it."""
    got = tree.walk("ready", *argv)
    if got is None:
        return
    pid, ns, cpu = got
    try:
        keep.setdefault("ns", []).append(ns)
        keep.setdefault("cpu", []).append(cpu)
        keep["anon"] = status(pid, "RssAnon") * 1024
        extra(pid)
    finally:
        end_pids([pid])


def sweep(tree, keep):
    """A sweep ends in a sleep, so that they can be counted."""
    def measure(pid):
        time.sleep(0.3)
        n, cpu = sleeps(pid), tree.walk("cpu", pid)[0]
        end_at = time.monotonic() + 20
        while sleeps(pid) < n + 2 and time.monotonic() < end_at:
            time.sleep(0.05)
        cpu = tree.walk("cpu", pid)[0] - cpu
        if sleeps(pid) > n:
            keep.setdefault("sweep", []).append(cpu / (sleeps(pid) - n))
    ready(tree, [TOP / "watchrun", "-v", "-w", "-i", "0.01", "tree/**", "--",
                 "true"], {}, measure)
    got = tree.walk("stat", "tree", 3)
    keep.setdefault("stat", []).append(got[0])


def sleeps(pid):
    return status(pid, "voluntary_ctxt_switches")


def measure(bench, files, peers):
    tree = Tree(bench, files)
    rounds = 1 if bench.quick else ROUNDS[files]
    ours, floor, swept, saves = {}, {}, {}, []
    for _ in range(rounds):
        ready(tree, [BENCH / "walk", "watch", "tree"], floor)
        ready(tree, [TOP / "watchrun", "-v", "-w", "tree/**", "--", "true"], ours)
        if files in SWEPT:
            sweep(tree, swept)
    for _ in range(min(rounds, 3)):
        got = tree.walk("save", SAVES, tree.deepest(), TOP / "watchrun", "-l",
                        "tree/**")
        if got:
            saves.append(got[0])
    found = {"ours": ours, "floor": floor, "swept": swept, "saves": saves,
             "peers": peers_at(tree, 1 if files == PEERS else 2)
             if peers else {}}
    tree.remove()
    return found


def peers_at(tree, rounds):
    """Others that say when they are ready."""
    found = {}
    rows = {"inotifywait -m": ["inotifywait", "-m", "-r", "tree"],
            "chokidar": ["node", str(BENCH / "chokidar.mjs"), "tree", "ready"]}
    for _ in range(rounds):
        for name, argv in rows.items():
            if shutil.which(argv[0]):
                ready(tree, argv, found.setdefault(name, {}))
    return found


def run(bench):
    report = Report()
    sizes = [10, 1000, 10000] if bench.quick else SIZES
    with open(WATCHES) as f:
        most = int(f.read()) * 9 // 10 * PER_DIR
    left_out = [n for n in sizes if n > most]
    results = {n: measure(bench, n, 1000 <= n <= PEERS)
               for n in sizes if n <= most}
    sizes = [n for n in results if "ns" in results[n]["ours"]]
    report.say(
        f"Trees with {PER_DIR} files in each directory. *Ready* is from exec to "
        "the line that says so; the floor of it only adds a watch to each "
        "directory and lists it, and keeps nothing. A save is of one file in the "
        "deepest directory, CPU until it is told. The floor of a sweep is a "
        "loop of fstatat() over all files by their paths. By turns; of all "
        "rounds the best counts.")
    if left_out:
        report.say(f"Left out, for want of watches: {left_out}.")
    tables(report, sizes, results)
    growth(report, sizes, results)
    return report


def tables(report, sizes, results):
    table = report.table("Ready, memory, a save", [
        "files", "ready ms", "floor ms", "ratio", "CPU ratio", "bytes a file",
        "a save, CPU us"])
    base = results[sizes[0]]["ours"]["anon"]
    for n in sizes:
        ours, floor = results[n]["ours"], results[n]["floor"]
        ratio = min(ours["ns"]) / min(floor["ns"])
        saves = results[n]["saves"]
        table.add(f"{n:,}", min(ours["ns"]) / 1e6, min(floor["ns"]) / 1e6, ratio,
                  min(ours["cpu"]) / min(floor["cpu"]),
                  (ours["anon"] - base) / n if n > sizes[0] else None,
                  min(saves) / 1000 if saves else None)
        if n >= 10000:
            report.goal(f"{n:,} files, ready to the floor's", ratio, 1.5)
        if n > 10 and saves and results[sizes[0]]["saves"]:
            report.goal(f"{n:,} files, CPU of a save to that among 10",
                        min(saves) / min(results[sizes[0]]["saves"]), 1.2)
    table = report.table("A sweep", ["files", "CPU ms", "floor ms", "ratio"])
    for n in sizes:
        swept = results[n]["swept"]
        if "sweep" in swept and "stat" in swept:
            ratio = min(swept["sweep"]) / min(swept["stat"])
            table.add(f"{n:,}", min(swept["sweep"]) / 1e6,
                      min(swept["stat"]) / 1e6, ratio)
            if n >= 10000:
                report.goal(f"{n:,} files, a sweep to the floor's", ratio, 1.3)
    table = report.table("Others that say when they are ready", [
        "", "files", "ready ms", "bytes of memory a file"])
    for n in sizes:
        for name, row in results[n]["peers"].items():
            if "ns" in row:
                table.add(name, f"{n:,}", min(row["ns"]) / 1e6, row["anon"] / n)
            else:
                table.add(name, f"{n:,}", "not in a minute", "")


def growth(report, sizes, results):
    curves = {"ours": [(n, min(results[n]["ours"]["ns"]) / 1e6) for n in sizes],
              "floor": [(n, min(results[n]["floor"]["ns"]) / 1e6) for n in sizes]}
    for n in sizes:
        for name, row in results[n]["peers"].items():
            if "ns" in row:
                curves.setdefault(name, []).append((n, min(row["ns"]) / 1e6))
    table = report.table("Growth with the files: exponents, from 1,000 on", [
        "", "ready", "memory", "a save", "a sweep"])
    big = [n for n in sizes if n >= 1000]
    of = {
        "ready": [(n, min(results[n]["ours"]["ns"])) for n in big],
        "memory": [(n, results[n]["ours"]["anon"]) for n in big],
        "a save": [(n, min(results[n]["saves"])) for n in big
                   if results[n]["saves"]],
        "a sweep": [(n, min(results[n]["swept"]["sweep"])) for n in big
                    if "sweep" in results[n]["swept"]]}
    table.add("ours", *(exponent(points) for points in of.values()))
    table.add("floor", exponent([(n, min(results[n]["floor"]["ns"]))
                                 for n in big]), None, None,
              exponent([(n, min(results[n]["swept"]["stat"])) for n in big
                        if "stat" in results[n]["swept"]]))
    report.plot(Plot.curves("trees", "From exec to ready", "files", "ms", curves))
