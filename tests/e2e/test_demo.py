"""./demo, as a person calls it: from blocked to published, interrupted, and cleaned away."""
import contextlib
import json
import os
import pathlib
import shutil
import signal
import subprocess
import tempfile
import time
import unittest

from house import BUILD, ROOT, heed_signals, key_shaped, rules

DEFECTS = {"DL3026", "DL3007", "DL3002", "DL3025", "aws-access-key", "CVE-2020-25032"}
# Debian's packages are fetched once for all test runs in this build folder.
BASE = BUILD / "demo-base"


def registries(folder):
    """The process ids of registries that were started in this folder."""
    config = str(folder / "registry/config.yml").encode()
    found = []
    for path in pathlib.Path("/proc").glob("[0-9]*/cmdline"):
        try:
            words = path.read_bytes().split(b"\0")
        except OSError:
            continue
        if words[0] == b"docker-registry" and config in words:
            found.append(path.parent.name)
    return found


class Demo(unittest.TestCase):
    def setUp(self):
        self.outer = pathlib.Path(tempfile.mkdtemp(prefix="plimsoll-demo-"))
        self.addCleanup(shutil.rmtree, self.outer, ignore_errors=True)
        self.folder = self.outer / "a folder"

    def with_base(self):
        (self.folder / "cache").mkdir(parents=True)
        (self.folder / ".plimsoll-demo").touch()
        if BASE.is_dir():
            shutil.copytree(BASE, self.folder / "cache/base")

    def begin(self, *args, **env):
        return subprocess.Popen([str(ROOT / "demo"), "--folder", "a folder", *args], cwd=self.outer,
                                env={**os.environ, "PLIMSOLL_BUILD": str(BUILD), **env}, stdin=subprocess.DEVNULL,
                                stdout=subprocess.PIPE, stderr=subprocess.PIPE, start_new_session=True,
                                preexec_fn=heed_signals)

    def end_group(self, process):
        """What was at work when it was killed, and holds the folder's lock until it ends."""
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.communicate(timeout=60)

    def demo(self, code, *args, **env):
        process = self.begin(*args, **env)
        out, err = (text.decode() for text in process.communicate(timeout=400))
        log = self.folder / "demo.log"
        tail = log.read_text(errors="replace")[-3000:] if log.exists() else ""
        self.assertEqual(process.returncode, code, f"{out}\n{err}\n{tail}")
        self.assertEqual(registries(self.folder), [])
        return out, err

    def load(self, name):
        return json.loads((self.folder / name).read_text())

    def check_secrets(self, out):
        """Neither the key nor the registry's password is anywhere but in their own places."""
        password = (self.folder / "registry/password").read_bytes()
        self.assertGreaterEqual(len(password), 24)
        self.assertEqual((self.folder / "registry/password").stat().st_mode & 0o777, 0o600)
        for secret in (key_shaped().encode(), password):
            self.assertNotIn(secret, out.encode())
            for path in self.folder.rglob("*"):
                if path.is_file() and path.name != "password" and not path.is_relative_to(self.folder / "cache"):
                    self.assertNotIn(secret, path.read_bytes(), path)

    def test_from_blocked_to_published(self):
        self.with_base()
        out, err = self.demo(0, "--yes")
        if not BASE.is_dir():
            shutil.copytree(self.folder / "cache/base", BASE)
        self.assertEqual(err, "")
        self.assertLess(len(out.splitlines()), 120)
        first, last, result = (self.load(f"{name}.json") for name in ("first", "last", "result"))
        self.assertEqual(first["verdict"], "blocked")
        self.assertLessEqual(DEFECTS, set(rules(first, "blocks")))
        self.assertEqual(last["verdict"], "passed")
        self.assertEqual(rules(last, "blocks"), [])
        self.assertRegex(result["scanned_digest"], "^sha256:[0-9a-f]{64}$")
        self.assertEqual(result["scanned_digest"], result["published_digest"])
        self.assertRegex(result["merged_commit"], "^[0-9a-f]{40}$")
        self.assertEqual(result["merged_commit"], result["target_tip"])
        self.check_secrets(out)
        self.demo(0, "--clean")
        self.assertEqual(list(self.outer.iterdir()), [])

    def test_what_ends_it_ends_all_of_it(self):
        for ending, code in ((signal.SIGINT, 130), (signal.SIGKILL, -signal.SIGKILL)):
            shutil.rmtree(self.folder, ignore_errors=True)
            self.with_base()
            process = self.begin("--yes")
            until = time.monotonic() + 300
            while not registries(self.folder) and process.poll() is None and time.monotonic() < until:
                time.sleep(0.02)
            self.assertIsNone(process.poll(), "it ended before there was a registry")
            # A terminal's ^C reaches the whole group; a kill -9 the demonstration alone.
            (os.killpg if ending == signal.SIGINT else os.kill)(process.pid, ending)
            self.assertEqual(process.wait(timeout=60), code)
            until = time.monotonic() + 10
            while registries(self.folder) and time.monotonic() < until:
                time.sleep(0.05)
            self.assertEqual(registries(self.folder), [])
            self.end_group(process)
        self.demo(0, "--clean")
        self.assertEqual(list(self.outer.iterdir()), [])

    def test_without_a_mirror_it_says_so(self):
        _, err = self.demo(1, "--yes", PLIMSOLL_DEMO_MIRROR="http://127.0.0.1:9/debian")
        self.assertEqual(len(err.splitlines()), 1, err)
        for word in ("base image", "127.0.0.1:9", "Debian mirror", "demo.log"):
            self.assertIn(word, err)

    def test_a_build_of_another_demonstration_is_left_alone(self):
        build = ROOT / "build"
        if build.exists():
            self.skipTest("there is a build/ here")
        self.addCleanup(shutil.rmtree, build, ignore_errors=True)
        build.mkdir()
        for made_by in ("", "/another/folder", str(self.folder)):
            (build / ".plimsoll-demo").write_text(made_by + "\n")
            self.with_base()
            self.demo(0, "--clean")
            self.assertTrue(build.exists(), made_by)

    def test_a_folder_of_somebody_else_is_left_alone(self):
        self.folder.mkdir()
        (self.folder / "thesis").touch()
        for args in (["--yes"], ["--clean"]):
            _, err = self.demo(2, *args)
            self.assertIn("not a demonstration's", err)
        self.assertEqual([path.name for path in self.folder.iterdir()], ["thesis"])


if __name__ == "__main__":
    unittest.main()
