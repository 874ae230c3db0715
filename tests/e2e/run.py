"""Runs the end-to-end tests: run.py LOG-FOLDER [NAME…]. The counts go to descriptor 3."""
import os
import pathlib
import sys
import time
import unittest

HERE = pathlib.Path(__file__).resolve().parent


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


def main():
    names = sys.argv[2:]
    sys.path.insert(0, str(HERE))
    suite = unittest.TestSuite()
    for path in sorted(HERE.glob("test_*.py")):
        if not names or any(name in path.stem for name in names):
            suite.addTests(unittest.defaultTestLoader.loadTestsFromName(path.stem))
    runner = unittest.TextTestRunner(stream=sys.stdout, verbosity=0, resultclass=Result)
    result = runner.run(suite)
    bad = len(result.failures) + len(result.errors) + len(result.unexpectedSuccesses)
    for test, why in result.skipped:
        print(f"  skipped: {test.id()}: {why}", flush=True)
    good = result.testsRun - bad - len(result.skipped)
    os.write(3, f"{good} {bad}\n".encode())


main()
