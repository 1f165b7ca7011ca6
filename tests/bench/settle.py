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
TRIED = 3  # rounds
TRIED_MS = [2, 5, 10, 20, 50]  # with watchrun itself
DEFAULT_MS = 10
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

def pauses(events):
    """The longest ns in which nothing happens and nothing holds the batch."""
    held, longest = {}, 0
    for (ns, kind, path), after in zip(events, events[1:]):
        if kind in "wn":
            held[path] = ns + WRITE_HOLD_NS
        elif kind == "d":
            held[path] = ns + GONE_HOLD_NS
        elif kind in "ct":
            held.pop(path, None)
        end = max([ns, *held.values()]) if len(held) < 50 else ns + WRITE_HOLD_NS
        longest = max(longest, after[0] - end)
    return longest


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

    def __init__(self, bench, folder, ms):
        self.out = folder / f"batches{ms}"
        with open(self.out, "w") as out:
            self.process = bench.start([TOP / "watchrun", "-q", "-l", "-t",
                                        ms / 1000, "site/**"], folder, out)
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
    """{kind: [ns]}: the longest pause of each batch"""
    longest = {}
    recorder = Recorder(bench, folder)

    def take(kind):
        events = recorder.take()
        if len(events) > 1:
            longest.setdefault(kind, []).append(pauses(events))
    rounds_of(bench, folder, kinds, range(2 if bench.quick else ROUNDS), end, take)
    bench.stop(recorder.process)
    return longest


def tried(bench, folder, kinds, end):
    """{ms: [batches]} that watchrun makes of each"""
    made = {ms: [] for ms in TRIED_MS}
    watchers = [Batches(bench, folder, ms) for ms in TRIED_MS]
    time.sleep(1)
    for b in watchers:
        b.take()

    def take(_):
        for ms, b in zip(TRIED_MS, watchers):
            made[ms].append(b.take())
    rounds_of(bench, folder, kinds, range(ROUNDS, ROUNDS + TRIED), end, take)
    for b in watchers:
        bench.stop(b.process)
    return made


def under(bench, kinds, load, end):
    """Both, until then, with others that are busy or without"""
    folder = bench.folder("settle")
    shared(folder)
    others = busy(bench) if load else []
    began = time.monotonic()
    longest = record(bench, folder, kinds, began + SHARE * (end - began))
    made = tried(bench, folder, kinds, end)
    for process in others:
        bench.stop(process)
    return longest, made


def run(bench, report):
    report.say(__doc__.partition("\n\n")[2].strip().replace("\n", " "))
    kinds = [k for k, (need, _) in KINDS.items() if shutil.which(need)]
    curves, all_ms = {}, {}
    for i, (words, load) in enumerate(LOADS.items()):
        end = time.monotonic() + bench.left() / (len(LOADS) - i)
        longest, made = under(bench, kinds, load, end)
        every = [ns / 1e6 for one in longest.values() for ns in one]
        tabulate(report, longest, every, words)
        batches(report, made, words)
        all_ms[words] = every
        curves[words] = [(ms, 100 * sum(e <= ms for e in every) / len(every))
                         for ms in STEPS_MS if every]
    report.plot(Plot.curves("settle", "What is one batch, and is taken for one",
                            "settle, ms", "% of batches", curves, "x",
                            (99, "99 in 100")))
    conclude(report, all_ms)


def tabulate(report, longest, every, words):
    table = report.table(f"The longest pause in a batch, {words}", [
        "", "batches", "p50 ms", "p99 ms", "most ms"])
    for kind in KINDS:
        if kind not in longest:
            need = KINDS[kind][0]
            table.absent(kind, "the time was up" if shutil.which(need) else
                         f"no {pathlib.Path(need).name} here")
            continue
        ms = [ns / 1e6 for ns in longest[kind]]
        table.add(kind, len(ms), percentile(ms, 50), percentile(ms, 99), max(ms))
    if every:
        table.add("**all**", len(every), percentile(every, 50),
                  percentile(every, 99), max(every))


def batches(report, made, words):
    table = report.table(f"What watchrun makes of them, {words}", [
        "settle ms", "of one piece", "of", "pieces, most"])
    for ms, counts in made.items():
        every = [n for n in counts if n > 0]
        name = f"{ms} (default)" if ms == DEFAULT_MS else str(ms)
        if every:
            table.add(name, f"{100 * sum(n == 1 for n in every) / len(every):.0f} %",
                      len(every), max(every))
        else:
            table.absent(name, "the time was up")


def conclude(report, all_ms):
    """The smallest settle that does, and what the default does."""
    least = {words: percentile(every, 99) for words, every in all_ms.items() if every}
    every = [ms for some in all_ms.values() for ms in some]
    if not every:
        report.goal("the default, to the least that makes one batch of 99 in 100",
                    None, 1)
        return
    whole = 100 * sum(ms <= DEFAULT_MS for ms in every) / len(every)
    report.say(
        "The smallest settle that makes one batch of 99 in 100 is " +
        ", ".join(f"**{ms:.1f} ms** with {words}" for words, ms in least.items()) +
        f", **{percentile(every, 99):.1f} ms** over all {len(every)}; the default of "
        f"{DEFAULT_MS} ms makes one of {whole:.1f} in 100.")
    for words, some in all_ms.items():
        n = sum(ms > DEFAULT_MS for ms in some)
        report.goal(f"batches in 100 that the default tears, {words}",
                    100 * n / len(some) if some else None, 1)
