"""What a run that is ended leaves behind: nothing at once by a signal, nothing for long by kill -9."""
import contextlib
import fcntl
import os
import random
import signal
import subprocess
import time
import unittest

from house import PROGRAM, House, heed_signals


class Left(House):
    def setUp(self):
        super().setUp()
        self.tmp = self.folder / "tmp"
        self.tmp.mkdir()
        (self.folder / "repo").mkdir()
        self.repo = self.folder / "repo"
        for number, branch in ((1, "main"), (2, "dev")):
            if number == 1:
                self.in_repo("init", "-q", "-b", "main")
            else:
                self.in_repo("checkout", "-qb", branch)
            (self.repo / f"file{number}").write_text("x y z\n" * 700000)
            self.in_repo("add", "-A")
            self.in_repo("-c", "user.name=a", "-c", "user.email=a@b", "commit", "-qm", branch)

    def in_repo(self, *args):
        subprocess.run(["git", *args], cwd=self.repo, check=True, capture_output=True, timeout=60)

    def begin(self):
        return subprocess.Popen([PROGRAM, "check", "--base", "main"], cwd=self.repo, stdin=subprocess.DEVNULL,
                                stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, preexec_fn=heed_signals,
                                env={**os.environ, "TMPDIR": str(self.tmp)})

    def left(self):
        return sorted(path.name for path in self.tmp.iterdir())

    def end(self, number, after):
        process = self.begin()
        time.sleep(after)
        process.send_signal(number)
        code = process.wait(timeout=60)
        self.assertIn(code, (0, 1, -number))
        return code == -number

    def test_a_signal_leaves_nothing(self):
        moments = random.Random(7)
        for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
            for _ in range(6):
                self.end(number, moments.uniform(0.002, 0.3))
                self.assertEqual(self.left(), [], number)

    def test_the_next_start_removes_what_the_killed_left(self):
        moments = random.Random(9)
        found = 0
        for _ in range(12):
            self.end(signal.SIGKILL, moments.uniform(0.01, 0.3))
            found += bool(self.left())
        self.assertGreater(found, 0, "no kill came in time")
        (self.tmp / "plimsoll-of-mine").mkdir()
        time.sleep(0.2)
        self.assertIn(self.begin().wait(timeout=60), (0, 1))
        self.assertEqual(self.left(), ["plimsoll-of-mine"])

    def locked(self):
        """Whether there is a folder that is held: one that was only just made may be swept, and its
        maker takes another."""
        for name in self.left():
            with contextlib.suppress(OSError):
                fd = os.open(self.tmp / name, os.O_RDONLY | os.O_DIRECTORY)
                try:
                    fcntl.flock(fd, fcntl.LOCK_SH | fcntl.LOCK_NB)
                except BlockingIOError:
                    return True
                finally:
                    os.close(fd)
        return False

    def test_the_living_keep_theirs(self):
        process = self.begin()
        until = time.monotonic() + 20
        while not self.locked() and process.poll() is None and time.monotonic() < until:
            time.sleep(0.001)
        process.send_signal(signal.SIGSTOP)
        mine = self.left()
        self.assertIn(self.begin().wait(timeout=60), (0, 1))
        self.assertEqual(self.left(), mine)
        process.send_signal(signal.SIGCONT)
        self.assertIn(process.wait(timeout=60), (0, 1))
        self.assertEqual(self.left(), [])


if __name__ == "__main__":
    unittest.main()
