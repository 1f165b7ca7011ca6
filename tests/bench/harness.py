"""harness.py - what every measure stands on: processes that are surely ended, and
numbers of /proc

A measure is a module with a TITLE and run(bench, report), which has so many seconds
and puts what it finds into the report as it goes.  Everything is on loopback.  Whatever is started is ended by its pid, and so is what
comes of it: orphans become children of this process.  Should this be killed, what
it started dies with it, and what that started when its own time is up.
"""
import ctypes
import os
import pathlib
import resource
import signal
import socket
import subprocess
import tempfile
import time

BENCH = pathlib.Path(__file__).resolve().parent
TOP = BENCH.parent.parent
PR_SET_PDEATHSIG, PR_SET_CHILD_SUBREAPER = 1, 36
LIVES = 900  # seconds that anything lives at most
GRACE = 2  # seconds from TERM to KILL
FILES = 65536


def die_with_parent():
    os.setpgid(0, 0)
    signal.alarm(LIVES)
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)


def raise_limit():
    """Open files that each process may have: as many as may be, up to FILES, since
    some programs walk through all that there could be."""
    hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    most = FILES if hard == resource.RLIM_INFINITY else min(hard, FILES)
    for soft, limit in (FILES, max(hard, FILES)), (most, hard):
        try:
            resource.setrlimit(resource.RLIMIT_NOFILE, (soft, limit))
            return soft
        except (ValueError, OSError):
            continue
    return resource.getrlimit(resource.RLIMIT_NOFILE)[0]


class Bench:
    """A folder of its own, and what was started in it."""

    def __init__(self, quick=False):
        self.quick = quick
        self.tmp = pathlib.Path(tempfile.mkdtemp(prefix="bench."))
        self.running = []
        self.count = 0
        self.end = time.monotonic() + LIVES  # of the measure that runs
        ctypes.CDLL(None).prctl(PR_SET_CHILD_SUBREAPER, 1)
        self.files = raise_limit()

    def clear(self):
        """End what was started, remove what was made."""
        self.stop_all(list(self.running))
        end_pids(descendants(os.getpid())[1:])
        for path in self.tmp.iterdir():
            if path.name != "plots":
                remove(path)

    def close(self):
        self.clear()
        remove(self.tmp)

    def left(self):
        """Seconds that the measure still has."""
        return self.end - time.monotonic()

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
        self.stop_all([process])

    def stop_all(self, processes):
        """At the same time, since some take all the time that they are given."""
        processes = [p for p in processes if p in self.running]
        end_pids([pid for p in processes for pid in descendants(p.pid)])
        for p in processes:
            self.running.remove(p)
            p.wait()

    def tool(self, argv, timeout, stdin="", cwd=None):
        """What it prints, at most so many seconds; None when it fails."""
        timeout = max(1, min(timeout, self.left()))
        with open(self.tmp / "log", "ab") as log:
            process = subprocess.Popen(
                [str(a) for a in argv], cwd=cwd or self.tmp, text=True,
                stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=log,
                preexec_fn=die_with_parent)
        self.running.append(process)
        try:
            out, _ = process.communicate(stdin, timeout)
        except subprocess.TimeoutExpired:
            self.stop(process)
            return None
        self.running.remove(process)
        return out if process.returncode == 0 else None


def remove(path):
    """rm is several times as fast as Python."""
    subprocess.run(["rm", "-rf", "--", path], check=False)


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


def rollup(pid, field):
    """KiB of its memory, counted page by page, which /proc/pid/status is not: there
    each processor's share of the count may be off by 128 KiB and more."""
    with open(f"/proc/{pid}/smaps_rollup") as lines:
        for line in lines:
            if line.startswith(field + ":"):
                return int(line.split()[1])
    return 0


def proportional(pid):
    """KiB of memory, what is shared counted in shares."""
    return rollup(pid, "Pss")


def private(pid):
    """Bytes of memory that is its own: no file, nobody else's."""
    return rollup(pid, "Anonymous") * 1024


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
