"""What the end-to-end tests share: the built program, a folder of one's own, git."""
import json
import os
import pathlib
import shutil
import signal
import subprocess
import tempfile
import unittest

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
BUILD = pathlib.Path(os.environ.get("PLIMSOLL_BUILD", ROOT / "build"))
PROGRAM = BUILD / "src/cli/plimsoll"
NOW = "2026-11-23T10:00:00Z"


def needs_faults(test):
    """Fault points are compiled in by -Dfaults=true alone."""
    options = BUILD / "meson-info/intro-buildoptions.json"
    has = options.exists() and any(o["name"] == "faults" and o["value"] for o in json.loads(options.read_text()))
    return unittest.skipUnless(has, "needs fault points: -Dfaults=true")(test)


def heed_signals():
    """For preexec_fn: a background job and nohup ignore signals, and what they start does too."""
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_DFL)


def key_shaped():
    """Has the shape of an AWS key id and is not one; never whole in a file of this tree."""
    return "AKIA" + "QQ7JK2MX" + "WT5ZN3PL"


def copy_tree(to):
    """The project's files as they stand in the working tree."""
    done = subprocess.run(["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"], cwd=ROOT,
                          capture_output=True, check=True, timeout=60)
    for name in done.stdout.decode().split("\0"):
        if name and (ROOT / name).is_file():
            (to / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(ROOT / name, to / name)


class House(unittest.TestCase):
    def setUp(self):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="plimsoll-e2e-"))
        self.addCleanup(shutil.rmtree, self.folder, ignore_errors=True)

    def write(self, name, text):
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        if isinstance(text, bytes):
            path.write_bytes(text)
        else:
            path.write_text(text)
        return path

    def run_program(self, *args, cwd=None, stdin=b"", env=None):
        whole = {"PATH": os.environ["PATH"], "PLIMSOLL_TEST_NOW": NOW, "HOME": str(self.folder)}
        for name in ("ASAN_OPTIONS", "UBSAN_OPTIONS"):
            if name in os.environ:
                whole[name] = os.environ[name]
        whole.update(env or {})
        return subprocess.run([str(PROGRAM), *map(str, args)], cwd=cwd or self.folder, input=stdin,
                              env=whole, capture_output=True, timeout=120, check=False)

    def plimsoll(self, code, *args, **kwargs):
        done = self.run_program(*args, **kwargs)
        if code is None:
            return done.stdout.decode(), done.stderr.decode()
        self.assertEqual(done.returncode, code, f"{args}\n{done.stdout.decode()}\n{done.stderr.decode()}")
        return done.stdout.decode(), done.stderr.decode()

    def report(self, code, *args, **kwargs):
        out, _ = self.plimsoll(code, *args, "--format", "json", **kwargs)
        return json.loads(out)

    def git(self, *args, cwd=None):
        env = {"PATH": os.environ["PATH"], "HOME": str(self.folder), "GIT_CONFIG_NOSYSTEM": "1"}
        for who in ("AUTHOR", "COMMITTER"):
            env[f"GIT_{who}_NAME"] = "dev"
            env[f"GIT_{who}_EMAIL"] = "dev@example.com"
            env[f"GIT_{who}_DATE"] = "2026-11-20T10:00:00Z"
        done = subprocess.run(["git", *args], cwd=cwd or self.folder, env=env, capture_output=True,
                              check=True, timeout=60)
        return done.stdout.decode().strip()


def rules(report, verdict=None):
    return sorted({f["rule"] for f in report["findings"] if verdict in (None, f["verdict"])})
