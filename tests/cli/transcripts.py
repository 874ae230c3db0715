"""Runs the program as a user would and compares all that is said: transcripts.py PLIMSOLL FOLDER [NAME…]

FOLDER/*.txt are transcripts. A line "$ plimsoll …" is run (its words split as a shell would, no shell
runs; "< FILE" feeds a file), the lines behind it are its standard output, its standard error with "! "
before each line, and "? N" if it ends with N and not with 0. "## …" is a comment. "% git …" runs
git, and "% FILE: TEXT" writes a line behind those of a file; neither says anything. Each transcript has a
copy of FOLDER/tree for its own. What differs from run to run is replaced: see SAME.
With PLIMSOLL_EXPECTED=write in the environment the transcripts are written anew.
"""
import os
import pathlib
import re
import shlex
import shutil
import subprocess
import sys
import tempfile

SAME = [
    (r"advisories -?\d+ h old", "advisories N h old"),
    (r"\b\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", "TIME"),
    (r"\bsha256:[0-9a-f]{64}", "sha256:DIGEST"),
    (r"^plimsoll \d+\.\d+\.\d+.*$", "plimsoll VERSION"),
    (r'("duration_ms": )\d+', r"\1N"),
    (r'("version": )"\d+\.\d+\.\d+[^"]*"', r'\1"VERSION"'),
]


def lines_of(text, mark, folder):
    text = text.decode(errors="backslashreplace").replace(str(folder), "/FOLDER")
    for pattern, new in SAME:
        text = re.sub(pattern, new, text, flags=re.M)
    return [(mark + line).rstrip() if line else mark.rstrip() for line in text.splitlines()]


def run(program, command, folder):
    words = shlex.split(command)
    given = subprocess.DEVNULL
    if "<" in words:
        given = open(folder / words[words.index("<") + 1], "rb")
        del words[words.index("<"):]
    env = {"PATH": os.environ["PATH"], "HOME": str(folder / "home"), "LC_ALL": "C.UTF-8", "NO_COLOR": "1"}
    env |= {name: value for name, value in os.environ.items() if name.endswith("SAN_OPTIONS")}
    done = subprocess.run([program, *words[1:]], cwd=folder / "tree", env=env, stdin=given,
                          stdout=subprocess.PIPE, stderr=subprocess.PIPE, timeout=60, check=False)
    status = [f"? {done.returncode}"] if done.returncode else []
    return lines_of(done.stdout, "", folder) + lines_of(done.stderr, "! ", folder) + status


GIT = {"GIT_CONFIG_NOSYSTEM": "1", "GIT_CONFIG_GLOBAL": "/dev/null", "GIT_AUTHOR_NAME": "A", "GIT_AUTHOR_EMAIL":
       "a@example.org", "GIT_COMMITTER_NAME": "C", "GIT_COMMITTER_EMAIL": "c@example.org",
       "GIT_AUTHOR_DATE": "@1700000000 +0000", "GIT_COMMITTER_DATE": "@1700000000 +0000"}


def prepare(line, folder):
    if line.startswith("git "):
        subprocess.run(shlex.split(line), cwd=folder, check=True, env={"PATH": os.environ["PATH"]} | GIT,
                       stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        return
    name, _, text = line.partition(": ")
    with open(folder / name, "a", encoding="utf-8") as file:
        file.write(text + "\n")


def replay(program, path):
    """The transcript as it is now."""
    told = []
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        shutil.copytree(path.parent / "tree", folder / "tree")
        (folder / "home").mkdir()
        for line in path.read_text().splitlines():
            if line.startswith("## "):
                told.append(line)
            if line.startswith("% "):
                told.append(line)
                prepare(line[2:], folder / "tree")
            if line.startswith("$ "):
                told += [line, *run(program, line[2:], folder)]
    return "\n".join(told) + "\n"


def main():
    program, folder, *names = sys.argv[1:]
    paths = [path for path in sorted(pathlib.Path(folder).glob("*.txt")) if not names or path.stem in names]
    failed = not paths
    for path in paths:
        should, is_now = path.read_text(), replay(os.path.abspath(program), path)
        if os.environ.get("PLIMSOLL_EXPECTED") == "write":
            path.write_text(is_now)
        elif should != is_now:
            failed = True
            pairs = enumerate(zip(should.splitlines() + [""], is_now.splitlines() + [""]), 1)
            at, (want, got) = next(((at, pair) for at, pair in pairs if pair[0] != pair[1]), (0, ("the end", "more")))
            print(f"{path}:{at}:\nis     {got}\nshould {want}")
    sys.exit(failed)


main()
