"""run.py - measure, and write RESULTS.md: run.py [-q] [measure...]

-q is quick, to try the measures themselves.  Without the names of measures, and
without -q, all are done and RESULTS.md is written anew; else they are printed.
"""
import datetime
import importlib
import os
import platform
import signal
import subprocess
import sys
import time
import traceback

from harness import BENCH, TOP, Bench, Plot, Report, Table, figures
from peers import chains, package_version, watchers

MEASURES = ["save", "fanout", "idle", "trees", "burst", "start", "settle"]
LIMIT = 870  # seconds for all measures
PLOTS = BENCH / "plots"


def first_line(argv):
    try:
        out = subprocess.run(argv, capture_output=True, text=True, timeout=20)
    except OSError:
        return "-"
    return (out.stdout or out.stderr).strip().partition("\n")[0]


def machine():
    with open("/proc/cpuinfo") as lines:
        model = [line.partition(":")[2].strip() for line in lines
                 if line.startswith("model name")]
    with open("/proc/meminfo") as lines:
        memory = int(lines.readline().split()[1]) // 2**20
    return (f"{os.cpu_count()} processors ({model[0] if model else '?'}), "
            f"{memory} GiB, Linux {platform.release()}, "
            f"{first_line([os.environ.get('CC', 'cc'), '--version'])}")


def versions():
    table = Table("Versions", ["", "version"])
    seen = set()
    for p in chains() + watchers():
        if p.of is None or p.of in seen:
            continue
        seen.add(p.of)
        table.add(p.of.partition(":")[2],
                  p.missing() or package_version(p.of))
    for name in "npm:ws", "deb:python3-websockets":
        try:
            table.add(name.partition(":")[2], package_version(name))
        except OSError:
            table.add(name.partition(":")[2], "not here")
    table.add("Node.js", first_line(["node", "--version"]))
    table.add("Python", first_line(["/usr/bin/python3", "--version"]))
    return table


def verdicts(reports):
    """The goals of all: those that are met in a line, those missed in a table."""
    goals = [(title, *goal) for title, r in reports for goal in r.goals]
    table = Table(f"Goals, {sum(g[2] <= g[3] for g in goals)} of {len(goals)} met",
                  ["", "measured", "at most", "met"])
    for title, text, value, limit, unit in goals:
        table.add(f"{title}: {text}", f"{figures(value)} {unit}".strip(),
                  f"{figures(limit)} {unit}".strip(),
                  "yes" if value <= limit else "**no**")
    return table


def render(reports, taken):
    commit = first_line(["git", "-C", str(TOP), "describe", "--always", "--dirty"])
    words = (BENCH / "WORDS.md").read_text()
    load = os.getloadavg()
    lines = [words.rstrip(), "",
             f"Measured {datetime.date.today().isoformat()} at {commit}, on "
             f"{machine()}; in {taken // 60:.0f} min {taken % 60:.0f} s.", "",
             verdicts(reports).markdown(), ""]
    for title, report in reports:
        lines += [f"## {title}", ""]
        for part in report.parts:
            lines += [part if isinstance(part, str) else part.markdown(), ""]
    lines += ["## Versions", "", versions().markdown(), ""]
    return "\n".join(lines)


def draw(bench, reports, folder):
    folder.mkdir(exist_ok=True)
    for _, report in reports:
        for part in report.parts:
            if isinstance(part, Plot):
                part.draw(bench, folder)


class TimeUp(Exception):
    """What is not measured by then is told as that."""


def on_alarm(*_):
    raise TimeUp


def measure(bench, name):
    module = importlib.import_module(name)
    try:
        return module.TITLE, module.run(bench)
    except TimeUp:
        why = "the time was up"
    except Exception as error:  # one measure is to keep no other away
        traceback.print_exc()
        why = f"{type(error).__name__}: {error}"
    report = Report()
    report.say(f"Not measured: {why}.")
    return module.TITLE, report


def main(args):
    quick = "-q" in args
    names = [a for a in args if a != "-q"]
    unknown = [n for n in names if n not in MEASURES]
    if unknown:
        sys.exit(f"run.py: {unknown[0]}: no such measure")
    bench = Bench(quick)
    for signo in signal.SIGTERM, signal.SIGHUP:
        signal.signal(signo, lambda n, _: sys.exit(f"run.py: signal {n}"))
    signal.signal(signal.SIGALRM, on_alarm)
    signal.alarm(LIMIT)
    began = time.monotonic()
    reports = []
    try:
        for name in names or MEASURES:
            print(f"# {name}, at {time.monotonic() - began:.0f} s",
                  file=sys.stderr, flush=True)
            if time.monotonic() - began > LIMIT:
                break
            reports.append(measure(bench, name))
        signal.alarm(0)
        taken = time.monotonic() - began
        text = render(reports, taken)
        if names or quick:
            draw(bench, reports, bench.tmp / "plots")
            print(text)
        else:
            draw(bench, reports, PLOTS)
            (BENCH / "RESULTS.md").write_text(text)
            print(f"run.py: RESULTS.md written, {taken:.0f} s")
    finally:
        bench.close()


if __name__ == "__main__":
    main(sys.argv[1:])
