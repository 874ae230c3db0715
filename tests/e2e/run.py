"""Runs the end-to-end tests: run.py LOG-FOLDER [WORD…].

With words only the tests with one of them in their name (FILE.CLASS.TEST). A file of tests is a process
of its own, two at a time, the largest first. "passed failed skipped" goes to descriptor 3, the reason of
what was skipped to LOG-FOLDER/skipped, words that had a test to LOG-FOLDER/found.
"""
import concurrent.futures
import json
import os
import pathlib
import subprocess
import sys
import time
import unittest

HERE = pathlib.Path(__file__).resolve().parent
AT_ONCE = 2


class Result(unittest.TextTestResult):
    """Counts, and the time of each slow test."""

    passed = 0

    def startTest(self, test):
        self.started = time.monotonic()
        super().startTest(test)

    def addSuccess(self, test):
        super().addSuccess(test)
        self.passed += 1
        took = time.monotonic() - self.started
        if took > 5:
            print(f"  {test.id()}: {took:.0f} s", flush=True)


def names_in(stem):
    """The full name of each test of a file."""
    left, names = [unittest.defaultTestLoader.loadTestsFromName(stem)], []
    while left:
        one = left.pop()
        if isinstance(one, unittest.TestSuite):
            left += one
        else:
            names.append(one.id())
    return sorted(names)


def run_file(names):
    """In a process of its own: the last line is what came of it."""
    suite = unittest.defaultTestLoader.loadTestsFromNames(names)
    result = unittest.TextTestRunner(stream=sys.stdout, verbosity=0, resultclass=Result).run(suite)
    bad = {getattr(test, "test_case", test).id() for test, _ in [*result.failures, *result.errors]}
    bad |= {test.id() for test in result.unexpectedSuccesses}
    print(json.dumps([result.passed, len(bad), [f"{test.id()}: {why}" for test, why in result.skipped]]))


def start_file(stem, names):
    done = subprocess.run([sys.executable, __file__, "--file", *names], stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT, text=True, check=False)
    *said, counts = done.stdout.splitlines() or [""]
    try:
        good, bad, skipped = json.loads(counts)
    except ValueError:
        said, good, bad, skipped = [*said, counts, f"{stem} did not come to its end"], 0, 1, []
    if good + bad + len(skipped) == 0:
        said, bad = [*said, f"{stem} ran no test"], 1
    print(f"{stem}: {good} passed, {bad} failed, {len(skipped)} skipped", flush=True)
    shown = [line for line in said if bad or line.startswith("  ")]
    if shown:
        print("\n".join(shown), flush=True)
    return good, bad, skipped


def main():
    log, words = pathlib.Path(sys.argv[1]), sys.argv[2:]
    files = sorted(HERE.glob("test_*.py"), key=lambda path: -path.stat().st_size)
    chosen, found = {}, set()
    for stem in [path.stem for path in files]:
        names = names_in(stem) if words else [stem]
        found |= {word for word in words for name in names if word in name}
        wanted = [name for name in names if not words or any(word in name for word in words)]
        if wanted:
            chosen[stem] = wanted if len(wanted) < len(names) else [stem]
    with concurrent.futures.ThreadPoolExecutor(AT_ONCE) as pool:
        counts = list(pool.map(start_file, chosen, chosen.values()))
    with open(log / "found", "a", encoding="utf-8") as file:
        file.writelines(f"{word}\n" for word in sorted(found))
    with open(log / "skipped", "a", encoding="utf-8") as file:
        file.writelines(f"{why}\n" for _, _, skipped in counts for why in skipped)
    good, bad = sum(count[0] for count in counts), sum(count[1] for count in counts)
    os.write(3, f"{good} {bad or int(not words and not counts)} {sum(len(count[2]) for count in counts)}\n".encode())


if __name__ == "__main__":
    sys.path.insert(0, str(HERE))
    if sys.argv[1:2] == ["--file"]:
        run_file(sys.argv[2:])
    else:
        main()
