"""Runs the end-to-end tests: run.py LOG-FOLDER [NAME…]. The counts go to descriptor 3.

A file of tests is a process of its own, two at a time, the largest first.
"""
import concurrent.futures
import os
import pathlib
import subprocess
import sys
import time
import unittest

HERE = pathlib.Path(__file__).resolve().parent
AT_ONCE = 2


class Result(unittest.TextTestResult):
    """One line for a test that fails; the time of each slow one."""

    def startTest(self, test):
        self.started = time.monotonic()
        super().startTest(test)

    def addSuccess(self, test):
        super().addSuccess(test)
        took = time.monotonic() - self.started
        if took > 5:
            print(f"  {test.id()}: {took:.0f} s", flush=True)


def run_file(stem):
    """In a process of its own: "good bad" is the last line."""
    sys.path.insert(0, str(HERE))
    suite = unittest.defaultTestLoader.loadTestsFromName(stem)
    result = unittest.TextTestRunner(stream=sys.stdout, verbosity=0, resultclass=Result).run(suite)
    bad = len(result.failures) + len(result.errors) + len(result.unexpectedSuccesses)
    for test, why in result.skipped:
        print(f"  skipped: {test.id()}: {why}", flush=True)
    print(result.testsRun - bad - len(result.skipped), bad)


def start_file(stem):
    done = subprocess.run([sys.executable, __file__, "--file", stem], stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT, text=True, check=False)
    *said, counts = done.stdout.splitlines() or [""]
    try:
        good, bad = map(int, counts.split())
    except ValueError:
        said, good, bad = [*said, counts, f"{stem} did not come to its end"], 0, 1
    print(f"{stem}: {good} passed, {bad} failed", flush=True)
    if bad or any(line.startswith("  ") for line in said):
        print("\n".join(said if bad else [line for line in said if line.startswith("  ")]), flush=True)
    return good, bad


def main():
    names = sys.argv[2:]
    files = sorted(HERE.glob("test_*.py"), key=lambda path: -path.stat().st_size)
    stems = [path.stem for path in files if not names or any(name in path.stem for name in names)]
    with concurrent.futures.ThreadPoolExecutor(AT_ONCE) as pool:
        counts = list(pool.map(start_file, stems))
    good, bad = (sum(column) for column in zip(*counts)) if counts else (0, 1)
    if not counts:
        print("no file of tests has such a name")
    os.write(3, f"{good} {bad}\n".encode())


if __name__ == "__main__":
    if sys.argv[1:2] == ["--file"]:
        run_file(sys.argv[2])
    else:
        main()
