"""harness.py - what every measure stands on: processes that are surely ended,
numbers of /proc, tables that are all written in one way, and plots

A measure is a module with a TITLE and run(bench), which returns a Report.
Everything is on loopback.  Whatever is started is ended by its pid, and so is what
comes of it: orphans become children of this process.  Should this be killed, what
it started dies with it, and what that started when its own time is up.
"""
import ctypes
import math
import os
import pathlib
import resource
import shutil
import signal
import socket
import statistics
import subprocess
import tempfile
import time

BENCH = pathlib.Path(__file__).resolve().parent
TOP = BENCH.parent.parent
PR_SET_PDEATHSIG, PR_SET_CHILD_SUBREAPER = 1, 36
LIVES = 900  # seconds that anything lives at most
GRACE = 2  # seconds from TERM to KILL


def die_with_parent():
    os.setpgid(0, 0)
    signal.alarm(LIVES)
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)


class Bench:
    """A folder of its own, and what was started in it."""

    def __init__(self, quick=False):
        self.quick = quick
        self.tmp = pathlib.Path(tempfile.mkdtemp(prefix="bench."))
        self.running = []
        self.count = 0
        ctypes.CDLL(None).prctl(PR_SET_CHILD_SUBREAPER, 1)
        hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
        resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))

    def close(self):
        for process in list(self.running):
            self.stop(process)
        end_pids(descendants(os.getpid())[1:])
        shutil.rmtree(self.tmp, ignore_errors=True)

    def folder(self, name):
        self.count += 1
        path = self.tmp / f"{self.count}.{name}"
        path.mkdir()
        return path

    def start(self, argv, cwd=None, stdout=None, stdin=subprocess.DEVNULL):
        """In the background; what it says goes to a file, for who looks for why."""
        log = open(self.tmp / "log", "ab")
        process = subprocess.Popen(
            [str(a) for a in argv], cwd=cwd or self.tmp, stdin=stdin,
            stdout=stdout if stdout is not None else log, stderr=log,
            preexec_fn=die_with_parent)
        log.close()
        self.running.append(process)
        return process

    def stop(self, process):
        """It and all that came of it."""
        if process not in self.running:
            return
        self.running.remove(process)
        end_pids(descendants(process.pid))
        process.wait()

    def tool(self, argv, timeout, stdin="", cwd=None):
        """What it prints, at most so many seconds; None when it fails."""
        process = subprocess.Popen(
            [str(a) for a in argv], cwd=cwd or self.tmp, text=True,
            stdin=subprocess.PIPE, stdout=subprocess.PIPE,
            preexec_fn=die_with_parent)
        self.running.append(process)
        try:
            out, _ = process.communicate(stdin, timeout)
        except subprocess.TimeoutExpired:
            self.stop(process)
            return None
        self.running.remove(process)
        return out if process.returncode == 0 else None


def alive(pid):
    try:
        with open(f"/proc/{pid}/stat") as stat:
            return stat.read().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def end_pids(pids):
    """Asked first, then made to."""
    for signo in signal.SIGTERM, signal.SIGKILL:
        for pid in pids:
            try:
                os.kill(pid, signo)
            except ProcessLookupError:
                pass
        if until(GRACE, lambda: not any(alive(pid) for pid in pids)):
            return


def descendants(pid):
    """It and all that come of it, by who their parents are."""
    children = {}
    for entry in os.listdir("/proc"):
        if entry.isdigit():
            try:
                with open(f"/proc/{entry}/stat") as stat:
                    parent = int(stat.read().rpartition(")")[2].split()[1])
            except OSError:
                continue
            children.setdefault(parent, []).append(int(entry))
    found = [pid]
    for each in found:
        found += children.get(each, [])
    return found


def free_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


def until(seconds, condition):
    end = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > end:
            return False
        time.sleep(0.01)
    return True


# ---- numbers of the kernel ----

def status(pid, field):
    """A number of /proc/pid/status."""
    with open(f"/proc/{pid}/status") as lines:
        for line in lines:
            if line.startswith(field + ":"):
                return int(line.split()[1])
    return 0


def proportional(pid):
    """KiB of memory, what is shared counted in shares."""
    with open(f"/proc/{pid}/smaps_rollup") as lines:
        for line in lines:
            if line.startswith("Pss:"):
                return int(line.split()[1])
    return 0


def cpu_ns(pid):
    """Of all its threads that there are."""
    total = 0
    for task in os.listdir(f"/proc/{pid}/task"):
        with open(f"/proc/{pid}/task/{task}/schedstat") as stat:
            total += int(stat.read().split()[0])
    return total


def wakeups(pid):
    """How often a thread of it has gone to sleep."""
    total = 0
    for task in os.listdir(f"/proc/{pid}/task"):
        with open(f"/proc/{pid}/task/{task}/status") as lines:
            for line in lines:
                if line.startswith("voluntary_ctxt_switches"):
                    total += int(line.split()[1])
    return total


# ---- numbers ----

def percentile(values, p):
    values = sorted(values)
    return values[min(len(values) - 1, math.ceil(p / 100 * len(values)) - 1)]


def median(values):
    return statistics.median(values)


def exponent(points):
    """The slope of a straight line through them where both axes are logarithmic."""
    xs = [math.log(x) for x, y in points if y > 0]
    ys = [math.log(y) for x, y in points if y > 0]
    if len(xs) < 2:
        return None
    mx, my = statistics.mean(xs), statistics.mean(ys)
    return (sum((x - mx) * (y - my) for x, y in zip(xs, ys))
            / sum((x - mx) ** 2 for x in xs))


def figures(value):
    """Three of them, in the way that people read them."""
    if value is None:
        return "-"
    if isinstance(value, str):
        return value
    if isinstance(value, int) or value == int(value) or abs(value) >= 100:
        return f"{round(value):,}"
    digits = 2 - math.floor(math.log10(abs(value)))
    return f"{value:.{min(digits, 3)}f}"


# ---- what a measure gives ----

class Table:
    """columns: their heads; a row: a name and a value a column, or why not."""

    def __init__(self, title, columns):
        self.title, self.columns, self.rows = title, columns, []

    def add(self, name, *values):
        self.rows.append((name, values))

    def absent(self, name, why):
        self.rows.append((name, (why,) + ("",) * (len(self.columns) - 2)))

    def markdown(self):
        lines = [f"**{self.title}**", "", "| " + " | ".join(self.columns) + " |",
                 "| --- |" + " ---: |" * (len(self.columns) - 1)]
        for name, values in self.rows:
            cells = [name] + [figures(v) for v in values]
            lines.append("| " + " | ".join(cells) + " |")
        return "\n".join(lines)


class Report:
    """Tables, plots and sentences, in the order in which they are to be read."""

    def __init__(self):
        self.parts, self.goals = [], []

    def table(self, title, columns):
        table = Table(title, columns)
        self.parts.append(table)
        return table

    def plot(self, plot):
        self.parts.append(plot)

    def say(self, text):
        self.parts.append(text)

    def goal(self, text, value, limit, unit=""):
        """At most the limit; what is missed is told on the first page."""
        self.goals.append((text, value, limit, unit))


class Plot:
    """What gnuplot draws: a file of data, and a script."""

    def __init__(self, name, title, lines, data):
        self.name, self.title, self.lines, self.data = name, title, lines, data

    @classmethod
    def bars(cls, name, title, unit, groups, rows):
        """rows: {name: [a value a group]}, on a logarithmic axis"""
        data = "".join(
            f'"{row}" ' + " ".join(f"{v or 0:.6g}" for v in values) + "\n"
            for row, values in rows.items())
        plots = ", ".join(
            f"$data using {i + 2}:xtic(1) title '{group}' linecolor {i + 1}"
            for i, group in enumerate(groups))
        return cls(name, title, [
            "set style data histograms", "set style histogram clustered gap 1",
            "set style fill solid 0.8", "set logscale y",
            f"set ylabel '{unit}'", "set xtics rotate by -30 noenhanced",
            "set grid ytics", "set key top left", f"plot {plots}"], data)

    @classmethod
    def curves(cls, name, title, x, y, rows, log="xy"):
        """rows: {name: [(x, y)]}"""
        data = "".join(
            "".join(f"{a:.6g} {b:.6g}\n" for a, b in points) + "\n\n"
            for points in rows.values())
        plots = ", ".join(
            f"$data index {i} with linespoints linewidth 2 pointtype 7 "
            f"pointsize 0.5 title '{row}' noenhanced"
            for i, row in enumerate(rows))
        scale = [f"set logscale {log}"] if log else []
        return cls(name, title, scale + [
            f"set xlabel '{x}'", f"set ylabel '{y}'", "set grid",
            "set key top left", f"plot {plots}"], data)

    def draw(self, bench, folder):
        """folder/name.svg; false when there is no gnuplot to do it"""
        if not shutil.which("gnuplot"):
            return False
        path = folder / f"{self.name}.svg"
        script = "\n".join([
            "set terminal svg size 800,420 font 'sans,12' background 'white'",
            f"set output '{path}'", f"set title '{self.title}'",
            "$data << EOD", self.data + "EOD", *self.lines, ""])
        return bench.tool(["gnuplot"], 30, script) is not None

    def markdown(self):
        return f"![{self.title}](plots/{self.name}.svg)"
