"""settle.py - how long the pauses within real batches are

Each kind of batch is made many times, once with nothing else to do and once with
all processors busy, and the events are recorded as they are heard.  A pause
counts from when nothing holds the batch any more, as watchrun holds it: a file
that is being written, or one that has just vanished.
"""
import os
import shutil
import signal
import subprocess
import time

from harness import BENCH, TOP, Plot, Report, percentile, until

TITLE = "Settle"
WRITE_HOLD_NS = 150_000_000  # for a file that is written but not closed
GONE_HOLD_NS = 100_000_000  # for one that has vanished
REST = 0.25  # seconds after a batch
ROUNDS = 10
TRIED_MS = [2, 5, 10, 20, 50]  # with watchrun itself
DEFAULT_MS = 10


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
            bench.start([TOP / "watchrun", "-q", "-l", "-t", ms / 1000, "site/**"],
                        folder, out)
        self.had = 0

    def take(self):
        n = self.out.read_text().count("\n\n")
        n, self.had = n - self.had, n
        return n


def busy(bench):
    """Something for each processor to do, until it is ended."""
    return [bench.start(["timeout", "200", "sh", "-c", "while :; do :; done"])
            for _ in range(os.cpu_count() or 1)]


def make(bench, folder, kind, n):
    bench.tool(KINDS[kind][1](folder, n), 60, cwd=folder)
    time.sleep(REST)


def record(bench, kinds, load):
    """{kind: [ns]} of the longest pauses, and {ms: {kind: [batches]}}"""
    longest, made = {}, {ms: {} for ms in TRIED_MS}
    folder = bench.folder("settle")
    shared(folder)
    recorder = Recorder(bench, folder)
    others = busy(bench) if load else []
    rounds = 2 if bench.quick else ROUNDS
    for n in range(rounds):
        for kind in kinds:
            make(bench, folder, kind, n)
            events = recorder.take()
            if len(events) > 1:
                longest.setdefault(kind, []).append(pauses(events))
    bench.stop(recorder.process)
    tried = [Batches(bench, folder, ms) for ms in TRIED_MS]
    time.sleep(1)
    for b in tried:
        b.take()
    for n in range(rounds, rounds + max(1, rounds * 2 // 5)):
        for kind in kinds:
            make(bench, folder, kind, n)
            for ms, b in zip(TRIED_MS, tried):
                made[ms].setdefault(kind, []).append(b.take())
    for process in others:
        bench.stop(process)
    return longest, made


def run(bench):
    report = Report()
    report.say(__doc__.partition("\n\n")[2].strip().replace("\n", " "))
    kinds = [k for k, (need, _) in KINDS.items() if shutil.which(need)]
    curves = {}
    for load in False, True:
        words = "all processors busy" if load else "nothing else to do"
        longest, made = record(bench, kinds, load)
        table = report.table(f"The longest pause in a batch, {words}", [
            "", "batches", "p50 ms", "most ms"])
        for kind in KINDS:
            if kind not in longest:
                table.absent(kind, f"no {KINDS[kind][0]} here")
                continue
            ms = [ns / 1e6 for ns in longest[kind]]
            table.add(kind, len(ms), percentile(ms, 50), max(ms))
        every = [ns / 1e6 for one in longest.values() for ns in one]
        table.add("all, 99 in 100 within", len(every), percentile(every, 50),
                  percentile(every, 99))
        batches(report, made, words)
        curves[words] = [(ms, 100 * sum(e <= ms for e in every) / len(every))
                         for ms in (0.5, 1, 2, 3, 5, 7, 10, 15, 20, 30, 50, 100,
                                    200)]
    report.plot(Plot.curves("settle", "One batch of what is one batch",
                            "settle, ms", "% of batches", curves, "x"))
    return report


def batches(report, made, words):
    table = report.table(f"What watchrun makes of them, {words}", [
        "settle ms", "batches of one piece", "pieces, most"])
    for ms, kinds in made.items():
        every = [n for one in kinds.values() for n in one if n > 0]
        if every:
            name = f"{ms} (default)" if ms == DEFAULT_MS else str(ms)
            table.add(name, f"{100 * sum(n == 1 for n in every) / len(every):.0f} % "
                      f"of {len(every)}", max(every))
