"""settle.py - how long the pauses within real batches are

Each kind of batch is made many times, once with nothing else to do and once with
all processors busy, and the events are recorded as they are heard.  A pause
counts from when nothing holds the batch any more, as watchrun holds it: a file
that is being written, or one that has just vanished.
"""
import os
import pathlib
import shutil
import signal
import subprocess
import time

from harness import BENCH, TOP, until
from page import Plot, percentile

TITLE = "Settle"
WRITE_HOLD_NS = 150_000_000  # for a file that is written but not closed
GONE_HOLD_NS = 100_000_000  # for one that has vanished
REST = 0.25  # seconds after a batch
ROUNDS = 12  # of which nine kinds make more than a hundred batches
MORE = 3  # rounds, with watchrun itself
ONE_MS, MANY_MS = 10, 50  # the default of watchrun: of one path, of more
BY_DEFAULT = f"{ONE_MS}, then {MANY_MS} (the default)"
TRIED = {str(ms): ["-t", ms / 1000] for ms in (2, 5, 10, 20, 50)} | {BY_DEFAULT: []}
SHARE = 0.7  # of the time for the recording, what is left for watchrun itself
STEPS_MS = (0.5, 1, 2, 3, 5, 7, 10, 15, 20, 30, 50, 100, 200)
LOADS = {"nothing else to do": False, "all processors busy": True}


# ---- what makes batches ----

def sh(line):
    return lambda folder, n: ["sh", "-c", line.replace("$N", str(n))]


def shared(folder, files=500):
    """Sources of all kinds of batches, and the directory that is watched."""
    (folder / "site").mkdir()
    (folder / "from").mkdir()
    for i in range(files):
        sub = folder / "from" / f"d{i % 20}"
        sub.mkdir(exist_ok=True)
        (sub / f"f{i}.html").write_text(f"<p>{i}\n" * 200)
    subprocess.run(["tar", "-C", folder, "-cf", folder / "from.tar", "from"])
    for i in range(20):
        (folder / "site" / f"open{i}.txt").write_text(f"{i}\n" * 100)
    git(folder)
    scripts(folder)
    pages(folder)


def git(folder, files=500):
    repo = folder / "site" / "repo"
    repo.mkdir()
    run = lambda *args: subprocess.run(
        ["git", "-c", "user.name=b", "-c", "user.email=b@localhost", "-C", repo,
         *args], capture_output=True, check=True)
    run("init", "-q", "-b", "one")
    for branch in "one", "two":
        if branch == "two":
            run("checkout", "-q", "-b", "two")
        for i in range(files):
            (repo / f"d{i % 20}").mkdir(exist_ok=True)
            (repo / f"d{i % 20}" / f"f{i}.txt").write_text(f"{branch} {i}\n" * 100)
        run("add", "-A")
        run("commit", "-q", "-m", branch)


def scripts(folder, entries=60):
    (folder / "js").mkdir()
    for i in range(entries):
        (folder / "js" / f"e{i}.js").write_text(
            f"import {{ f }} from './e{(i + 1) % entries}.js';\n"
            f"export function g() {{ return {i}; }}\n"
                "export { g as f };\nconsole.log(f());\n")


def pages(folder, n=300):
    site = folder / "hugo"
    (site / "content").mkdir(parents=True)
    (site / "layouts" / "_default").mkdir(parents=True)
    (site / "config.toml").write_text('baseURL = "http://localhost/"\n')
    for name in "single.html", "list.html":
        (site / "layouts" / "_default" / name).write_text("{{ .Content }}\n")
    for i in range(n):
        (site / "content" / f"p{i}.md").write_text(
            f"---\ntitle: {i}\n---\n" + "text\n\n" * 50)


ESBUILD = BENCH / "node_modules/.bin/esbuild"
KINDS = {
    "git checkout, 500 files": ("git", sh(
        "cd site/repo && if test $(($N % 2)) = 0; then b=one; else b=two; fi; "
        "git checkout -q $b")),
    "vim, 20 files": ("vim", sh(
        "vim -es -u NONE -c 'bufdo s/$/$N/' -c wa -c qa! site/open*.txt")),
    "emacs, 20 files": ("emacs", sh(
        "emacs -Q --batch --eval '(dolist (f (directory-files \"site\" t "
        "\"open.*txt$\")) (find-file f) (insert \"$N\"))' "
        "--eval '(save-some-buffers t)'")),
    "an editor on Node.js, 20 files": ("node", sh(
        "node -e \"const f=require('fs');for(let i=0;i<20;i++)"
        "f.writeFile('site/open'+i+'.txt','$N'.repeat(4000),()=>{})\"")),
    "sed -i, 20 files": ("sed", sh("sed -i s/./$N/ site/open*.txt")),
    "cp -r, 500 files": ("cp", sh("rm -rf site/old; cp -r from site/cp$N")),
    "tar -x, 500 files": ("tar", sh("mkdir -p site/tar$N; "
                                    "tar -C site/tar$N -xf from.tar")),
    "hugo, 300 pages": ("hugo", sh("hugo -s hugo -d ../site/public --quiet")),
    "esbuild, 60 entries": (str(ESBUILD), sh(
        f"{ESBUILD} js/*.js --bundle --sourcemap --outdir=site/js --log-level=error "
        "--banner:js=/*$N*/")),
}


# ---- pauses ----

class Pauses:
    """The longest ms in which nothing happens and nothing holds the batch."""

    def __init__(self, events):
        self.one, self.most = 0, 0  # while it is one path, and in all
        seen, made, held = set(), set(), {}
        for (ns, kind, path), after in zip(events, events[1:]):
            seen.add(path)
            hold(held, made, ns, kind, path)
            # Of so many writers one is at work.
            end = (max([ns, *held.values()]) if len(held) < 50 else
                   ns + WRITE_HOLD_NS)
            ms = max(0, after[0] - end) / 1e6
            self.most = max(self.most, ms)
            if len(seen) == 1:
                self.one = max(self.one, ms)

    def whole(self, one_ms, many_ms):
        """Does a settle of so long make one batch of it?"""
        return self.one <= one_ms and self.most <= many_ms


def hold(held, made, ns, kind, path):
    """Until when this path holds its batch; one that came in it, and goes, does
    not."""
    if kind == "n":
        made.add(path)
    if kind in "wn":
        held[path] = ns + WRITE_HOLD_NS
    elif kind == "d" and path not in made:
        held[path] = ns + GONE_HOLD_NS
    elif kind in "dct":
        held.pop(path, None)


class Recorder:
    def __init__(self, bench, folder):
        self.out = folder / "events"
        with open(self.out, "w") as out:
            self.process = bench.start([BENCH / "gaps", "site"], folder, out)
        time.sleep(0.3)

    def take(self):
        """The events since the last time."""
        had = self.out.stat().st_size
        os.kill(self.process.pid, signal.SIGUSR1)
        until(10, lambda: self.tail(had).endswith(".\n"))
        lines = [line.split(" ", 2) for line in self.tail(had).splitlines()]
        return [(int(f[0]), f[1], f[2]) for f in lines if len(f) == 3]

    def tail(self, had):
        with open(self.out) as f:
            f.seek(had)
            return f.read()


class Batches:
    """watchrun itself, with a settle; how many batches there were."""

    def __init__(self, bench, folder, name):
        self.out = folder / f"batches {name}"
        with open(self.out, "w") as out:
            self.process = bench.start([TOP / "watchrun", "-q", "-l",
                                        *TRIED[name], "site/**"], folder, out)
        self.had = 0

    def take(self):
        n = self.out.read_text().count("\n\n")
        n, self.had = n - self.had, n
        return n


def busy(bench):
    """Something for each processor to do, until it is ended."""
    return [bench.start(["timeout", "300", "sh", "-c", "while :; do :; done"])
            for _ in range(os.cpu_count() or 1)]


def make(bench, folder, kind, n):
    bench.tool(KINDS[kind][1](folder, n), 60, cwd=folder)
    time.sleep(REST)


def rounds_of(bench, folder, kinds, numbers, end, after):
    """So many rounds of all kinds, or as many as there is time for."""
    for n in numbers:
        for kind in kinds:
            if time.monotonic() > end:
                return
            make(bench, folder, kind, n)
            after(kind)


def record(bench, folder, kinds, end):
    """{kind: [Pauses]} of each batch"""
    found = {}
    recorder = Recorder(bench, folder)

    def take(kind):
        events = recorder.take()
        if len(events) > 1:
            found.setdefault(kind, []).append(Pauses(events))
    rounds_of(bench, folder, kinds, range(2 if bench.quick else ROUNDS), end, take)
    bench.stop(recorder.process)
    return found


def tried(bench, folder, kinds, end):
    """{settle: [batches]} that watchrun makes of each"""
    made = {name: [] for name in TRIED}
    watchers = {name: Batches(bench, folder, name) for name in TRIED}
    time.sleep(1)
    for b in watchers.values():
        b.take()

    def take(_):
        for name, b in watchers.items():
            made[name].append(b.take())
    rounds_of(bench, folder, kinds, range(ROUNDS, ROUNDS + MORE), end, take)
    for b in watchers.values():
        bench.stop(b.process)
    return made


def under(bench, kinds, load, end):
    """Both, until then, with others that are busy or without"""
    folder = bench.folder("settle")
    shared(folder)
    others = busy(bench) if load else []
    began = time.monotonic()
    found = record(bench, folder, kinds, began + SHARE * (end - began))
    made = tried(bench, folder, kinds, end)
    for process in others:
        bench.stop(process)
    return found, made


def run(bench, report):
    report.say(__doc__.partition("\n\n")[2].strip().replace("\n", " "))
    kinds = [k for k, (need, _) in KINDS.items() if shutil.which(need)]
    curves, under_load = {}, {}
    for i, (words, load) in enumerate(LOADS.items()):
        end = time.monotonic() + bench.left() / (len(LOADS) - i)
        found, made = under(bench, kinds, load, end)
        every = [p for some in found.values() for p in some]
        tabulate(report, found, every, words)
        batches(report, made, words)
        under_load[words] = every
        curves[words] = [(ms, share(every, ms, ms)) for ms in STEPS_MS if every]
    report.plot(Plot.curves("settle", "What is one batch, and is taken for one",
                            "settle, ms", "% of batches", curves, "x",
                            (99, "99 in 100")))
    conclude(report, under_load)


def share(batches, one_ms, many_ms):
    """% of them that are of one piece"""
    return 100 * sum(p.whole(one_ms, many_ms) for p in batches) / len(batches)


def tabulate(report, found, every, words):
    table = report.table(f"The longest pause in a batch, {words}", [
        "", "batches", "p50 ms", "p99 ms", "most ms", "most while it is one file"])

    def add(name, some):
        ms = [p.most for p in some]
        table.add(name, len(ms), percentile(ms, 50), percentile(ms, 99), max(ms),
                  max(p.one for p in some))
    for kind in KINDS:
        if kind in found:
            add(kind, found[kind])
            continue
        need = KINDS[kind][0]
        table.absent(kind, "the time was up" if shutil.which(need) else
                     f"no {pathlib.Path(need).name} here")
    if every:
        add("**all**", every)


def batches(report, made, words):
    table = report.table(f"What watchrun makes of them, {words}", [
        "settle ms", "of one piece", "of", "pieces, most"])
    for name, counts in made.items():
        every = [n for n in counts if n > 0]
        if every:
            table.add(name, f"{100 * sum(n == 1 for n in every) / len(every):.0f} %",
                      len(every), max(every))
        else:
            table.absent(name, "the time was up")


def conclude(report, under_load):
    """The smallest settle that does, and what the default does."""
    every = [p for some in under_load.values() for p in some]
    least = {words: percentile([p.most for p in some], 99)
             for words, some in under_load.items() if some}
    if every:
        report.say(
            "The smallest settle that makes one batch of 99 in 100 is " +
            ", ".join(f"**{ms:.1f} ms** with {words}" for words, ms in least.items()) +
            f", **{percentile([p.most for p in every], 99):.1f} ms** over all "
            f"{len(every)}; {ONE_MS} ms makes one of "
            f"{share(every, ONE_MS, ONE_MS):.1f} in 100. While it is one file the "
            f"longest pause is {max(p.one for p in every):.1f} ms: so the default "
            f"is {ONE_MS} ms for one file and {MANY_MS} ms from the second on, "
            f"which makes one of {share(every, ONE_MS, MANY_MS):.1f} in 100.")
    for words, some in under_load.items():
        report.goal(f"batches in 100 that the default tears, {words}",
                    100 - share(some, ONE_MS, MANY_MS) if some else None, 1)
