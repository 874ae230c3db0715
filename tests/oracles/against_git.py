"""The globs of a policy against git's: what `git ls-files PATTERN` takes from an index of paths that need not exist.

A pathspec of git's knows more than `*` and `?`: what it would take for more is escaped. It also names all that is
below a folder; see EXCEPTIONS.
"""
import os
import subprocess
import tempfile

import oracle

EXCEPTIONS = {
    "a folder names what is in it": "`a` is `a` alone; a pathspec `a` takes `a/b` too, and `a?/` means a folder",
    "letter for letter": "a pathspec takes the path that is written like it, escapes and all",
}
PIECES = ["a", "b", "ab", "aab", ".", "-", "[", "]", "\\", "é", "CVE-", "DL3", "*", "?", "**", "/", ".py", "x y", "!", "{a,b}"]


def text(rand):
    return "".join(rand.choice(PIECES) for _ in range(rand.randint(1, 6)))


def path(rand):
    """What an index takes: no empty part, no "." and no ".."."""
    parts = [part for part in text(rand).split("/") if part not in ("", ".", "..")]
    return "/".join(parts) or "a"


def pattern(rand, paths):
    """Any, or a path with pieces of it replaced by what matches them (or a bit more, or less)."""
    if rand.random() < 0.4:
        return text(rand)
    one = rand.choice(paths)
    for _ in range(rand.randint(1, 3)):
        start = rand.randrange(len(one) + 1)
        end = min(len(one), start + rand.choice([0, 1, 1, 2, 4]))
        one = one[:start] + rand.choice(["*", "*", "?", "?" * (end - start), "**", "a*"]) + one[end:]
    return one


def escaped(glob):
    return "".join("\\" + c if c in "[]\\" else c for c in glob)


def git(folder, *words, given=None):
    env = {"PATH": os.environ["PATH"], "HOME": folder, "GIT_CONFIG_NOSYSTEM": "1", "LC_ALL": "C.UTF-8"}
    return subprocess.run(["git", *words], cwd=folder, env=env, input=given, stdout=subprocess.PIPE, check=True).stdout


def index(folder, paths):
    git(folder, "init", "-q")
    lines = "".join(f"100644 e69de29bb2d1d6434b8b29ae775ad8c2e48c5391 0\t{path}\0" for path in paths)
    git(folder, "update-index", "-z", "--index-info", given=lines.encode())


def main():
    o = oracle.Oracle(EXCEPTIONS)
    paths = sorted({path(o.rand) for _ in range(500)})
    # A file may not be a folder of another.
    paths = [p for p in paths if not any(other.startswith(p + "/") for other in paths)]
    patterns = sorted({pattern(o.rand, paths) for _ in range(700)} - {""})
    patterns = [p for p in patterns if not p.startswith(("/", ":")) and "//" not in p and
                not {".", ".."} & set(p.split("/"))]
    answers = o.ask("glob", ["\0".join([p, *paths, ""]).encode() for p in patterns])
    with tempfile.TemporaryDirectory() as folder:
        index(folder, paths)
        for glob, answer in zip(patterns, answers):
            taken = set(git(folder, "ls-files", "-z", "--", escaped(glob)).decode().split("\0"))
            for one, ours in zip(paths, answer):
                excuse = "letter for letter" if one == escaped(glob) else None
                if (one + "/").startswith(glob.rstrip("/") + "/"):
                    excuse = "a folder names what is in it"
                o.compare((glob, one), bool(ours), one in taken, excuse)
    o.finish(200000)


main()
