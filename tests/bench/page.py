"""page.py - what a measure gives, and how it is shown: numbers, tables, goals, plots

A program has the same colour in every plot.
"""
import math
import shutil
import statistics

COLOURS = {
    "floor": 0x9a9a9a, "floor, a line": 0x9a9a9a, "floor, a command": 0x5f5f5f,
    "ours": 0x0057b8, "ours -t 0": 0x57b4f2,
    "watchrun -l": 0x0057b8, "watchrun -t 0 -l": 0x57b4f2,
    "watchrun, a command": 0x002b66,
    "vite": 0x8e44ad, "live-server": 0xd35400, "browser-sync": 0xd1478c,
    "livereload (npm)": 0xe0a100, "hugo server": 0x1e9e62,
    "python3-livereload": 0x8c5a3c, "inotifywait -m": 0xc0392b,
    "entr": 0x7f8c1a, "fswatch -l 0.1": 0x17a2a2, "watchman": 0x6b4fbb,
    "chokidar": 0xf28e2b, "nodemon": 0x3f7d3f, "ws (npm)": 0xd35400,
    "python3-websockets": 0x8c5a3c, "nothing else to do": 0x0057b8,
    "all processors busy": 0xc0392b}
LINEAR = 1.1  # an exponent of at most this is one of 1
LEFT, RIGHT = 0.19, 0.985  # of the width, where bars are


# ---- numbers ----

def percentile(values, p):
    values = sorted(values)
    return values[min(len(values) - 1, math.ceil(p / 100 * len(values)) - 1)]


def median(values):
    return statistics.median(values)


def exponent(points):
    """The slope of a straight line through them where both axes are logarithmic."""
    xs = [math.log(x) for x, y in points if y and y > 0]
    ys = [math.log(y) for x, y in points if y and y > 0]
    if len(xs) < 2:
        return None
    mx, my = statistics.mean(xs), statistics.mean(ys)
    return (sum((x - mx) * (y - my) for x, y in zip(xs, ys))
            / sum((x - mx) ** 2 for x in xs))


def ratio(value, floor):
    return value / floor if value is not None and floor else None


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


# ---- tables and goals ----

class Table:
    """columns: their heads; a row: a name and a value a column, or why not."""

    def __init__(self, title, columns):
        self.title, self.columns, self.rows = title, columns, []

    def add(self, name, *values):
        self.rows.append((name, values))

    def absent(self, name, why):
        self.rows.append((name, (f"*{why}*",) + ("",) * (len(self.columns) - 2)))

    def markdown(self):
        lines = [f"**{self.title}**", "", "| " + " | ".join(self.columns) + " |",
                 "| --- |" + " ---: |" * (len(self.columns) - 1)]
        for name, values in self.rows:
            cells = [name] + [figures(v) for v in values]
            lines.append("| " + " | ".join(cells) + " |")
        return "\n".join(lines)


class Goal:
    """At most the limit; value None: it could not be measured."""

    def __init__(self, text, value, limit, unit):
        self.text, self.value, self.limit, self.unit = text, value, limit, unit

    def met(self):
        return self.value is not None and self.value <= self.limit

    def cells(self):
        verdict = ("not measured" if self.value is None else
                   "met" if self.met() else "**not met**")
        return (f"{figures(self.value)} {self.unit}".strip(),
                f"{figures(self.limit)} {self.unit}".strip(), verdict)


class Report:
    """Tables, plots and sentences, in the order in which they are to be read;
    facts: sentences that the figures make, for the first page."""

    def __init__(self):
        self.parts, self.goals, self.facts, self.failed = [], [], [], None

    def table(self, title, columns):
        table = Table(title, columns)
        self.parts.append(table)
        return table

    def plot(self, plot):
        self.parts.append(plot)

    def say(self, text):
        self.parts.append(text)

    def fail(self, why):
        self.failed = why
        self.say(f"**Not measured to the end: {why}.**")

    def goal(self, text, value, limit, unit=""):
        self.goals.append(Goal(text, value, limit, unit))

    def growth(self, text, found, floor=None):
        """Linear, or no worse than the floor, whose listeners grow, too."""
        self.goal(f"{text}, exponent", None if found is None else round(found, 2),
                  max(LINEAR, round(floor or 0, 2)))

    def lead(self, what, values, ours):
        """Who is ahead of ours in what, less being better; or that nobody is."""
        mine = values.get(ours)
        if mine is None:
            return
        ahead = sorted((v, n) for n, v in values.items()
                       if v is not None and v < mine and "floor" not in n)
        if ahead:
            self.facts.append(
                f"{what}: {ours} has {figures(mine)}; ahead of it are " +
                ", ".join(f"{n} ({figures(v)})" for v, n in ahead) + ".")
        else:
            self.facts.append(f"{what}: {ours} has {figures(mine)}, and nobody "
                              "that is compared has less.")


# ---- plots ----

def quoted(text):
    return '"' + text + '"'


class Plot:
    """What gnuplot draws: lines of a script, with its data."""

    def __init__(self, name, title, height, lines):
        self.name, self.title, self.height = name, title, height
        self.lines = lines

    @classmethod
    def bars(cls, name, title, unit, panels):
        """panels: {heading: {name: (value, where a whisker ends, or None)}}, on
        one logarithmic axis; who has no value has no bar"""
        names = list(dict.fromkeys(n for rows in panels.values() for n in rows))
        ends = [v for rows in panels.values() for row in rows.values()
                for v in row if v]
        if not ends:
            return cls(name, title, 80, [])
        low = 10 ** (math.floor(math.log10(min(ends)) * 2 - 0.4) / 2)
        high = max(ends) * (9 if len(panels) < 2 else 40)
        height = 110 + 26 * len(names)
        lines = ["set logscale x", f"set xrange [{low:.6g}:{high:.6g}]",
                 f"set yrange [{len(names) - 0.4}:-0.6]", f"set xlabel '{unit}'",
                 "set grid xtics", "set tics nomirror", "unset key",
                 "set style fill solid 0.9 noborder", "set format x '%g'",
                 f"set tmargin at screen {1 - 66 / height:.4f}"
                 if len(panels) > 1 else "",
                 f"set multiplot layout 1,{len(panels)} title "
                 f"'{title}' font ',14'" if len(panels) > 1 else ""]
        width = (RIGHT - LEFT) / len(panels)
        for k, (heading, rows) in enumerate(panels.items()):
            lines += cls.panel(k, names, rows, low)
            ticks = ", ".join(f"{quoted(n if k == 0 else '')} {i}"
                              for i, n in enumerate(names))
            lines += [
                f"set lmargin at screen {LEFT + k * width:.4f}",
                f"set rmargin at screen {LEFT + (k + 1) * width - 0.012:.4f}",
                f"set title '{heading if len(panels) > 1 else title}'",
                f"set ytics ({ticks}) noenhanced",
                f"plot $bars{k} using 1:2:({low:.6g}):1:($2-0.36):($2+0.36):4 with "
                "boxxyerror linecolor rgb variable, "
                f"$bars{k} using 1:2:1:3 with xerrorbars pointtype 0 "
                "linecolor rgb 0x333333, "
                f"$bars{k} using 3:2:5 with labels left offset 0.6,0 font ',10'"]
        lines.append("unset multiplot" if len(panels) > 1 else "")
        return cls(name, title, height, lines)

    @staticmethod
    def panel(k, names, rows, low):
        """A line for each: value, place, end of the whisker, colour, label"""
        data = [f"$bars{k} << EOD"]
        for i, name in enumerate(names):
            value, end = rows.get(name, (None, None))
            if value is None:
                data.append(f'{low:.6g} {i} {low:.6g} 0 "no figure"')
            else:
                data.append(f"{max(value, low):.6g} {i} {max(end or value, low):.6g} "
                            f"{COLOURS.get(name, 0)} {quoted(figures(value))}")
        return data + ["EOD"]

    @classmethod
    def curves(cls, name, title, x, y, rows, log="xy", goal=None):
        """rows: {name: [(x, y)]}; goal: y of a dashed line in an axis of %, and its name"""
        rows = {n: [(a, b) for a, b in points if b and b > 0]
                for n, points in rows.items()}
        rows = {n: points for n, points in rows.items() if points}
        if not rows:
            return cls(name, title, 80, [])
        lines = ["$data << EOD"]
        for points in rows.values():
            lines += [f"{a:.6g} {b:.6g}" for a, b in points] + ["", ""]
        plots = ", ".join(
            f"$data index {i} with linespoints linewidth 2.5 pointtype 7 "
            f"pointsize 0.6 linecolor rgb {COLOURS.get(row, 0)} title '{row}' "
            "noenhanced" for i, row in enumerate(rows))
        scale = [f"set logscale {log}"]
        if "y" not in log:
            scale.append("set yrange [0:*]")
        if goal:
            scale += [f"set arrow from graph 0, first {goal[0]} to graph 1, first "
                      f"{goal[0]} nohead dashtype 2 linecolor rgb 0x333333",
                      f"set label '{goal[1]}' at graph 0.02, first {goal[0]} "
                      "offset 0,-0.8", "set yrange [0:104]"]
        return cls(name, title, 400, lines + ["EOD"] + scale + [
            f"set title '{title}'", f"set xlabel '{x}'", f"set ylabel '{y}'",
            "set format x '%.0s%c'" if "x" in log and max(
                a for p in rows.values() for a, _ in p) >= 1000 else "",
            "set grid", "set tics nomirror", "set key outside right top",
            f"plot {plots}"])

    def draw(self, bench, folder):
        """folder/name.svg; false when there is no gnuplot to do it"""
        if not shutil.which("gnuplot") or not self.lines:
            return False
        path = folder / f"{self.name}.svg"
        script = "\n".join([
            f"set terminal svg size 860,{self.height} font 'sans,12' "
            "background 'white'", f"set output '{path}'", *self.lines, ""])
        return bench.tool(["gnuplot"], 30, script) is not None

    def markdown(self):
        return f"![{self.title}](plots/{self.name}.svg)"
