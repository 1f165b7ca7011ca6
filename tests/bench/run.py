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

from harness import BENCH, TOP, Bench
from page import Plot, Report, Table
from peers import chains, package_version, watchers

# Seconds of each; what one leaves over is there for the next.
MEASURES = {"save": 200, "fanout": 115, "idle": 75, "trees": 160, "burst": 115,
            "start": 40, "settle": 130}
LIMIT = 870  # for all of it
OVER = 6  # seconds to end by itself when the time is up
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
    """The goals of all, and in words how they are met."""
    goals = [(title, goal) for title, r, _ in reports for goal in r.goals]
    met = sum(goal.met() for _, goal in goals)
    table = Table(f"Goals: {met} of {len(goals)} met", [
        "", "measured", "at most", "which is"])
    for title, goal in goals:
        table.add(f"{title}: {goal.text}", *goal.cells())
    missed = [f"{title}: {goal.text} ({goal.cells()[0]}, at most {goal.cells()[1]})"
              for title, goal in goals if not goal.met()]
    missed += [f"{title}: {r.failed}" for title, r, _ in reports if r.failed]
    words = ["All goals are met, and all was measured to the end." if not missed else
             "Not met, or not measured to the end:", ""]
    return "\n".join(words + [f"- {line}" for line in missed] +
                     ["", table.markdown()])


def facts(reports):
    return "\n".join(["Who is ahead of ours, by these figures (the floors, which do "
                      "less, are not counted):", ""] +
                     [f"- {fact}" for _, r, _ in reports for fact in r.facts])


def seconds(reports):
    table = Table("Seconds that each took", ["", "seconds"])
    for title, _, taken in reports:
        table.add(title, round(taken))
    return table.markdown()


def render(reports, taken):
    commit = first_line(["git", "-C", str(TOP), "describe", "--always", "--dirty"])
    words = (BENCH / "WORDS.md").read_text()
    load = os.getloadavg()
    lines = [words.rstrip(), "",
             f"Measured {datetime.date.today().isoformat()} at {commit}, on "
             f"{machine()}; in {taken // 60:.0f} min {taken % 60:.0f} s, load at "
             f"the end {load[0]:.1f}.", "", verdicts(reports), "", facts(reports), ""]
    for title, report, _ in reports:
        lines += [f"## {title}", ""]
        for part in report.parts:
            lines += [part if isinstance(part, str) else part.markdown(), ""]
    lines += ["## Versions and times", "", versions().markdown(), "",
              seconds(reports), ""]
    return "\n".join(lines)


def draw(bench, reports, folder):
    folder.mkdir(exist_ok=True)
    for _, report, _ in reports:
        for part in report.parts:
            if isinstance(part, Plot) and not part.draw(bench, folder):
                print(f"run.py: {part.name}: not drawn", file=sys.stderr)


class TimeUp(Exception):
    """What is not measured by then is told as that."""


def on_alarm(*_):
    raise TimeUp


def measure(bench, name, end):
    """What it finds until then, whatever happens; and how long it took."""
    began = time.monotonic()
    report = Report()
    bench.end = end
    module = importlib.import_module(name)
    try:
        signal.alarm(max(1, round(end - began) + OVER))
        module.run(bench, report)
    except TimeUp:
        report.fail("the time was up")
    except Exception as error:  # one measure is to keep no other away
        traceback.print_exc()
        report.fail(f"{type(error).__name__}: {error}")
    finally:
        signal.alarm(0)
        bench.clear()
    return module.TITLE, report, time.monotonic() - began


def measure_all(bench, names, began):
    reports, end = [], began
    for name in names:
        end += MEASURES[name]
        reports.append(measure(bench, name, min(end, began + LIMIT - OVER)))
        print(f"# {name}: {reports[-1][2]:.0f} s, of {MEASURES[name]}",
              file=sys.stderr, flush=True)
    return reports


def write(bench, reports, taken, whole):
    folder = PLOTS if whole else bench.tmp / "plots"
    draw(bench, reports, folder)
    text = render(reports, taken)
    if whole:
        (BENCH / "RESULTS.md").write_text(text)
        print(f"run.py: RESULTS.md written, {taken:.0f} s")
    else:
        print(text)


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
    began = time.monotonic()
    try:
        reports = measure_all(bench, names or list(MEASURES), began)
        bench.end = began + LIMIT
        write(bench, reports, time.monotonic() - began, not names and not quick)
    finally:
        bench.close()


if __name__ == "__main__":
    main(sys.argv[1:])
