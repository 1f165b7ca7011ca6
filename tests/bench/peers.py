"""peers.py - what people would use instead, a row each, and how it is heard

A chain sees that a file was saved and tells a browser; a watcher runs a
command, or writes a line.  Each row says what it needs, how it is started for
a folder with the directory site, and what of it is news.  What does not come
with a machine is told as that, not guessed.
"""
import pathlib
import shutil
import socket
import subprocess

from harness import BENCH, TOP, free_port

MODULES = BENCH / "node_modules"
LIVERELOAD = ('{"command":"hello","protocols":'
              '["http://livereload.com/protocols/official-7"]}|'
              '{"command":"info","plugins":{},"url":"http://localhost/"}')


class Peer:
    """file: what is saved; version: a command that prints it, or an npm package"""

    file = "site/page.html"
    path, protocol, hello, news = "/", "", "", "reload"

    def __init__(self, name, needs, version, argvs, **rest):
        self.name, self.needs, self.of, self.argvs = name, needs, version, argvs
        self.ours = self.floor = False
        self.setup = self.input = None
        for key, value in rest.items():
            setattr(self, key, value)
        self.begun, self.port, self.dir = [], 0, None

    def missing(self):
        """Why it cannot be measured, or None."""
        for need in self.needs:
            if not shutil.which(need) and not pathlib.Path(need).exists():
                return f"no {pathlib.Path(need).name} here"
        return None

    def version(self):
        if self.of is None:
            return "this tree"
        if isinstance(self.of, str):
            return package_version(self.of)
        try:
            out = subprocess.run(self.of, capture_output=True, text=True,
                                 timeout=20, stdin=subprocess.DEVNULL)
        except (OSError, subprocess.TimeoutExpired):
            return "?"
        text = (out.stdout + out.stderr).strip().splitlines()
        return text[0][:60] if text else "?"

    def prepare(self, folder, files=20, dirs=1):
        """A site with so many files, and one that is saved."""
        self.dir = folder
        (folder / "site").mkdir()
        each = files // dirs
        for d in range(dirs):
            where = folder / self.file
            where = where.parent / f"dir{d}" if dirs > 1 else where.parent
            where.mkdir(parents=True, exist_ok=True)
            for i in range(each):
                name = f"file{i}{where.suffix or pathlib.Path(self.file).suffix}"
                (where / name).write_text(f"---\ntitle: {d} {i}\n---\n<p>{i}\n")
        (folder / self.file).write_text("---\ntitle: a page\n---\n<p>first\n")
        if self.setup:
            self.setup(folder)

    def commands(self):
        self.port = free_port()
        return self.argvs(self)

    def begin(self, bench, stdout=None):
        self.begun = [bench.start(argv, self.dir, stdout,
                                  **({"stdin": self.input(self)} if self.input else {}))
                      for argv in self.commands()]

    def end(self, bench):
        bench.stop_all(self.begun)
        self.begun = []


class Chain(Peer):
    def ear(self):
        return "\t".join([self.key(), str(self.dir / self.file), "ws",
                          f"{self.port}{self.path}", self.protocol, self.hello,
                          self.news]) + "\n"

    def answers(self):
        """Does anybody listen?  The floor would take that for its listener."""
        if self.floor:
            return True
        with socket.socket() as s:
            return s.connect_ex(("127.0.0.1", self.port)) == 0

    def key(self):
        return self.name.replace(" ", "_")


class Watcher(Chain):
    news = ""
    fifo = None

    def answers(self):
        return True

    def ear(self):
        return "\t".join([self.key(), str(self.dir / self.file), "pipe",
                          str(self.fifo), "", "", self.news]) + "\n"

    def begin(self, bench, stdout=None):
        import os
        self.fifo = self.dir / "told"
        os.mkfifo(self.fifo)
        end = os.open(self.fifo, os.O_RDWR)
        super().begin(bench, end)
        os.close(end)


def package_version(text):
    """npm:name or deb:name"""
    kind, _, name = text.partition(":")
    if kind == "npm":
        import json
        with open(MODULES / name / "package.json") as f:
            return json.load(f)["version"]
    out = subprocess.run(["dpkg-query", "-W", "-f", "${Version}", name],
                         capture_output=True, text=True)
    return out.stdout or "?"


def npm(name, script):
    return [MODULES / name / script, "node"]


def node(name, script, *args):
    return ["node", MODULES / name / script, *args]


# ---- chains ----

def ours(*options):
    def argvs(p):
        return [[TOP / "reloadws", "-q", "-l", p.port, "-d", "site", "-p", "live.pid"],
                [TOP / "watchrun", "-q", *options, "-p", "live.pid", "site/**"]]
    return argvs


def hugo_site(folder):
    site = folder / "site"
    (site / "config.toml").write_text(
        'baseURL = "http://localhost/"\ntitle = "t"\n'
        'disableKinds = ["taxonomy", "term", "RSS", "sitemap"]\n')
    (site / "layouts" / "_default").mkdir(parents=True)
    for name in "single.html", "list.html":
        (site / "layouts" / "_default" / name).write_text(
            "<!doctype html><html><head></head><body>{{ .Title }}"
            "{{ .Content }}</body></html>\n")


def chains():
    return [
        Chain("floor", [BENCH / "floor"], None, lambda p: [
            [BENCH / "floor", "ws", p.port, "site/page.html"]], floor=True),
        Chain("ours -t 0", [], None, ours("-t", "0"), ours=True, path="/reload",
              protocol="reload.v1", news='"reload"'),
        Chain("ours", [], None, ours(), ours=True, path="/reload",
              protocol="reload.v1", news='"reload"'),
        Chain("vite", npm("vite", "bin/vite.js"), "npm:vite", lambda p: [
            node("vite", "bin/vite.js", "site", "--port", p.port, "--strictPort",
                 "--host", "127.0.0.1", "--logLevel", "silent")],
              protocol="vite-hmr", news="full-reload"),
        Chain("live-server", npm("live-server", "live-server.js"),
              "npm:live-server", lambda p: [
                  node("live-server", "live-server.js", f"--port={p.port}",
                       "--host=127.0.0.1", "--no-browser", "--quiet", "site")]),
        Chain("browser-sync", npm("browser-sync", "dist/bin.js"),
              "npm:browser-sync", lambda p: [
                  node("browser-sync", "dist/bin.js", "start", "--server", "site",
                       "--files", "site/**", "--port", p.port, "--listen",
                       "127.0.0.1", "--no-open", "--no-ui", "--no-notify",
                       "--logLevel", "silent")],
              path="/browser-sync/socket.io/?EIO=4&transport=websocket",
              hello="40/browser-sync,", news="reload"),
        Chain("livereload (npm)", npm("livereload", "bin/livereload.js"),
              "npm:livereload", lambda p: [
                  node("livereload", "bin/livereload.js", "site", "-p", p.port,
                       "--bind", "127.0.0.1")],
              path="/livereload", hello=LIVERELOAD, news='"reload"'),
        Chain("hugo server", ["hugo"], "deb:hugo", lambda p: [
            ["hugo", "server", "-s", "site", "-p", p.port, "--bind", "127.0.0.1"]],
              path="/livereload", hello=LIVERELOAD, news='"reload"',
              file="site/content/page.md", setup=hugo_site),
        Chain("python3-livereload", ["/usr/bin/livereload"],
              "deb:python3-livereload", lambda p: [
                  ["/usr/bin/livereload", "--host", "127.0.0.1", "-p", p.port,
                   "site"]],
              path="/livereload", hello=LIVERELOAD, news='"reload"'),
    ]


# ---- watchers ----

def watchman(p):
    """A server of its own: the one that a person may have is not ours to use."""
    sock = p.dir / "sock"
    return [["watchman", "--foreground", "--no-save-state",
             f"--sockname={sock}", f"--logfile={p.dir}/log",
             f"--pidfile={p.dir}/pid"],
            ["sh", "-c", f'until test -S "{sock}"; do sleep 0.1; done; '
             f'watchman --no-spawn --sockname="{sock}" watch "$PWD/site" >/dev/null; '
             f'(echo "[\\"subscribe\\", \\"$PWD/site\\", \\"s\\", '
             f'{{\\"fields\\": [\\"name\\"]}}]"; exec sleep 900) | '
             f'exec watchman --no-spawn --sockname="{sock}" -j -p']]


def watchers():
    return [
        Watcher("floor, a line", [BENCH / "floor"], None, lambda p: [
            [BENCH / "floor", "line", "site/page.html"]], floor=True),
        Watcher("floor, a command", [BENCH / "floor"], None, lambda p: [
            [BENCH / "floor", "run", "site/page.html", "echo", "saved"]], floor=True),
        Watcher("watchrun -t 0 -l", [], None, lambda p: [
            [TOP / "watchrun", "-q", "-t", "0", "-l", "site/**"]], ours=True),
        Watcher("watchrun -l", [], None, lambda p: [
            [TOP / "watchrun", "-q", "-l", "site/**"]], ours=True),
        Watcher("watchrun, a command", [], None, lambda p: [
            [TOP / "watchrun", "-q", "-w", "site/**", "--", "echo", "saved"]],
                ours=True),
        Watcher("inotifywait -m", ["inotifywait"], "deb:inotify-tools", lambda p: [
            ["inotifywait", "-m", "-r", "-q", "-e", "close_write", "-e", "moved_to",
             "site"]]),
        Watcher("entr", ["entr"], "deb:entr", lambda p: [
            ["sh", "-c", "find site -type f | exec entr -np echo saved"]]),
        Watcher("fswatch -l 0.1", ["fswatch"], "deb:fswatch", lambda p: [
            ["fswatch", "-r", "-l", "0.1", "site"]]),
        Watcher("watchman", ["watchman"], "deb:watchman", watchman,
                news='"subscription"'),
        Watcher("chokidar", npm("chokidar", "package.json"), "npm:chokidar",
                lambda p: [["node", BENCH / "chokidar.mjs", "site"]]),
        Watcher("nodemon", npm("nodemon", "bin/nodemon.js"), "npm:nodemon",
                lambda p: [node("nodemon", "bin/nodemon.js", "-q", "-I", "-w",
                                "site", "-e", "html,md", "--exec", "echo saved")]),
    ]
