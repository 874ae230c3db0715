"""Runs Meson's tests of one suite: unit.py BUILD-FOLDER SUITE LOG-FOLDER [WORD…].

With words only the tests whose name has one of them. Each case of a program that prints TAP counts,
any other program by its exit code. "passed failed skipped" goes to descriptor 3, the reason of what was
skipped to LOG-FOLDER/skipped, words that had a test to LOG-FOLDER/found.
"""
import collections
import json
import os
import pathlib
import re
import subprocess
import sys

SHOWN_LINES = 30
NO_REASON = "skipped without saying why"


def cases(entry):
    """(passed, failed, [reason of each that was skipped]) of one entry of Meson's log."""
    good, bad, skipped, reason = 0, 0, [], None
    lines = entry.get("stdout", "").splitlines()
    for line in lines:
        if re.match(r"(# )?skipped: ", line):
            reason = line.split("skipped: ", 1)[1]
        elif re.match(r"(not )?ok\b.*# SKIP", line):
            skipped.append(reason or NO_REASON)
            reason = None
        else:
            good += bool(re.match(r"ok\b", line))
            bad += bool(re.match(r"not ok\b", line))
    if entry["result"] == "SKIP":
        skipped = skipped or [lines[-1] if lines else NO_REASON]
    elif entry["result"] != "OK":
        bad = bad or 1
    elif not good and not bad and not skipped:
        good = 1
    bad += skipped.count(NO_REASON)  # print_message("skipped: REASON\\n") is missing before skip()
    return good, bad, [why for why in skipped if why != NO_REASON]


def show(entry):
    text = entry.get("stdout", "") + entry.get("stderr", "")
    kept = [line for line in text.splitlines() if not line.startswith("ok ")]
    print(f"not ok: {entry['name']}: {entry['result']}", *kept[-SHOWN_LINES:], sep="\n", flush=True)


def chosen(build, suite, words, log):
    """Meson's record of each test that is wanted; notes the words that had one."""
    every = json.loads(subprocess.check_output(["meson", "introspect", "--tests", build]))
    every = [test for test in every if any(name.split(":")[-1] == suite for name in test["suite"])]
    with open(log / "found", "a", encoding="utf-8") as found:
        for word in words:
            if any(word in test["name"] for test in every):
                print(word, file=found)
    return [test for test in every if not words or any(word in test["name"] for word in words)]


def built(build, tests):
    """Builds what they need: after a whole build, nothing."""
    targets = json.loads(subprocess.check_output(["meson", "introspect", "--targets", build]))
    files = {target["id"]: target["filename"] for target in targets}
    needed = {os.path.relpath(name, os.path.realpath(build)) for test in tests for id in test["depends"] for name in files[id]}
    return not needed or subprocess.run(["ninja", "-C", build, *sorted(needed)], stdout=subprocess.DEVNULL).returncode == 0


def run(build, tests, log_file):
    """What Meson logs of each; a log of an earlier run is not taken for this one's."""
    log = pathlib.Path(build, "meson-logs/testlog.json")
    log.unlink(missing_ok=True)
    with open(log_file, "w", encoding="utf-8") as output:
        subprocess.run(["meson", "test", "-C", build, "--no-rebuild", "--timeout-multiplier", "4",
                        *(test["name"] for test in tests)], env=os.environ | {"CMOCKA_MESSAGE_OUTPUT": "TAP"},
                       stdout=output, stderr=subprocess.STDOUT, check=False)
    if not log.exists():
        print(pathlib.Path(log_file).read_text(encoding="utf-8")[-2000:])
        return []
    return [json.loads(line) for line in log.read_text(encoding="utf-8", errors="replace").splitlines() if line.strip()]


def main():
    build, suite, log, words = sys.argv[1], sys.argv[2], pathlib.Path(sys.argv[3]), sys.argv[4:]
    tests = chosen(build, suite, words, log)
    good = bad = skips = 0
    if tests and built(build, tests):
        entries = run(build, tests, log / f"{pathlib.Path(build).name}-{suite}.log")
        bad = abs(len(tests) - len(entries))
        if bad:
            print(f"not ok: {len(tests)} {suite} tests were to run, {len(entries)} did")
        with open(log / "skipped", "a", encoding="utf-8") as skipped:
            for entry in sorted(entries, key=lambda entry: entry["name"]):
                passed, failed, reasons = cases(entry)
                good, bad, skips = good + passed, bad + failed, skips + len(reasons)
                for why, n in collections.Counter(reasons).items():
                    name = entry["name"].split(" / ")[-1]
                    print(f"{pathlib.Path(build).name}, {name}: {f'{n} × ' if n > 1 else ''}{why}", file=skipped)
                if failed:
                    show(entry)
    elif tests or not words:
        print(f"not ok: the {suite} tests of {build} are not there or do not build")
        bad = 1
    os.write(3, f"{good} {bad} {skips}\n".encode())


if __name__ == "__main__":
    main()
