"""start.py - from exec to the first handshake, and what has to be there for it"""
import json
import pathlib
import re
import shutil
import subprocess

from harness import BENCH, TOP
from page import Plot, median, ratio
from peers import chains

TITLE = "To start, and to install"
ROUNDS = 5


def shell_line(commands):
    """All in one group, started together, as one would in a shell."""
    quoted = [" ".join("'" + str(a) + "'" for a in argv) for argv in commands]
    return " & ".join(quoted[1:] + ["exec " + quoted[0]])


def start_once(bench, peer):
    commands = peer.commands()
    if len(commands) == 1:
        argv = commands[0]
    else:
        argv = ["sh", "-c", shell_line(commands)]
    out = bench.tool([BENCH / "stopwatch", "start", *argv], 70, peer.ear(),
                     peer.dir)
    fields = (out or "").split()
    return int(fields[-1]) / 1e6 if fields and fields[-1] != "silent" else None


# ---- sizes ----

def debian_closure(name):
    """It and all installed packages that it depends on: {name: KiB}"""
    out = subprocess.run(
        ["dpkg-query", "-W", "-f",
         "${Package}\t${Installed-Size}\t${Provides}\t${Pre-Depends}, ${Depends}\n"],
        capture_output=True, text=True).stdout
    size, needs, provider = {}, {}, {}
    for line in out.splitlines():
        package, kib, provides, depends = line.split("\t")
        size[package] = int(kib or 0)
        needs[package] = [re.findall(r"(?:^|\|)\s*([a-z0-9][a-z0-9.+-]*)", part)
                          for part in depends.split(",")]
        for virtual in re.findall(r"[a-z0-9][a-z0-9.+-]+", provides):
            provider.setdefault(virtual, package)
    found, queue = {}, [name]
    while queue:
        package = queue.pop()
        if package in found or package not in size:
            continue
        found[package] = size[package]
        for either in needs[package]:
            here = [provider.get(n, n) for n in either]
            queue += [n for n in here if n in size][:1]
    return found


def npm_closure(name):
    """It and all packages that are installed for it: {folder: bytes}"""
    with open(BENCH / "package-lock.json") as f:
        packages = json.load(f)["packages"]
    found, queue = {}, [f"node_modules/{name}"]
    while queue:
        folder = queue.pop()
        if folder in found or not (BENCH / folder).is_dir():
            continue
        found[folder] = sum(p.stat().st_size
                            for p in (BENCH / folder).rglob("*")
                            if p.is_file() and "node_modules" not in
                            p.relative_to(BENCH / folder).parts)
        entry = packages[folder]
        wanted = {**entry.get("dependencies", {}),
                  **entry.get("optionalDependencies", {})}
        for need in wanted:
            where = folder
            while f"{where}/node_modules/{need}" not in packages and "/" in where:
                where = where.rpartition("/node_modules/")[0]
            queue.append(f"{where}/node_modules/{need}".lstrip("/"))
    return found


def node_runtime():
    path = pathlib.Path(shutil.which("node") or "/nonexistent").resolve()
    out = subprocess.run(["dpkg-query", "-S", path], capture_output=True, text=True)
    if out.returncode == 0:
        return debian_closure(out.stdout.split(":")[0])
    return {"node": path.stat().st_size // 1024 if path.exists() else 0}


def installed(peer):
    """(MiB of its own, packages of its own, MiB and packages with what runs it)"""
    if peer.of is None:
        binaries = [BENCH / "floor"] if peer.floor else [TOP / "reloadws",
                                                         TOP / "watchrun"]
        own = sum(b.stat().st_size for b in binaries) / 2**20
        below = debian_closure("libc6")
        return own, 1, own + sum(below.values()) / 1024, 1 + len(below)
    kind, _, name = peer.of.partition(":")
    if kind == "npm":
        packages = npm_closure(name)
        own, below = sum(packages.values()) / 2**20, node_runtime()
        return (own, len(packages), own + sum(below.values()) / 1024,
                len(packages) + len(below))
    packages = debian_closure(name)
    return (packages.get(name, 0) / 1024, 1, sum(packages.values()) / 1024,
            len(packages))


def run(bench, report):
    peers = [p for p in chains() if p.name != "ours -t 0"]
    rounds = 2 if bench.quick else ROUNDS
    report.say(
        f"From exec to the first handshake that is accepted, the middle of {rounds} "
        "starts by turns, with a site of 20 files; ours are two programs, started "
        "by a shell that is counted too. Then what it takes on disk and how many "
        "packages, by itself and with all that it needs, down to libc (Debian's "
        "packages by Installed-Size, npm's by the bytes of their files, with "
        "Node.js as it is here).")
    able = [p for p in peers if not p.missing()]
    times = {p.name: [] for p in able}
    for p in able:
        p.prepare(bench.folder(p.key()))
    for _ in range(rounds):
        for p in able:
            if bench.left() > 2:
                times[p.name].append(start_once(bench, p))
    table = report.table("Start", [
        "", "ms", "to the floor", "MiB, itself", "packages", "MiB, with all",
        "packages"])
    middle, sizes = {}, {}
    for p in peers:
        if p.missing():
            table.absent(p.name, p.missing())
            continue
        taken = [t for t in times[p.name] if t is not None]
        if taken:
            middle[p.name] = median(taken)
        found = installed(p)
        sizes[p.name] = found[2]
        table.add(p.name, middle.get(p.name, "*does not start*"),
                  ratio(middle.get(p.name), middle.get("floor")), *found)
    report.plot(Plot.bars("start", "Exec to the first handshake", "ms", {
        "": {p.name: (middle.get(p.name), None) for p in peers}}))
    report.lead("Exec to the first handshake, ms", middle, "ours")
    report.lead("On disk with all that it needs, MiB", sizes, "ours")
