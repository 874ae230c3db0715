#!/usr/bin/env python3
"""Writes the generated half of tests/data/version/{deb,pep440}.txt.

Each line is a comparison whose answer comes from an independent implementation:
`dpkg --compare-versions`, and Python's `packaging`. What stands above the mark in a file was
written by hand and is kept. The same seed gives the same pairs.

usage: make_versions.py FOLDER [PAIRS]
"""
import pathlib
import random
import subprocess
import sys

MARK = "# generated below\n"


def deb_version(rng):
    def part(extra):
        text = str(rng.choice([0, 1, 2, 3, 9, 10, 11, 20]))
        for _ in range(rng.randrange(4)):
            text += rng.choice([".", ".", ".", "+", "~", "a", "b", "rc", "~~", "Z", "0", "00", *extra])
            text += rng.choice(["", "0", "1", "2", "9", "10", "01"])
        return text

    text = rng.choice(["", "", "", "0:", "1:", "2:"]) + part(["-"])
    text = text.rstrip("-")
    return text + rng.choice(["", "", "-"+part([])])


def deb_order(a, b):
    for operator, sign in (("lt", "<"), ("eq", "="), ("gt", ">")):
        if subprocess.run(["dpkg", "--compare-versions", a, operator, b]).returncode == 0:
            return sign
    raise ValueError(a + " " + b)


def pep440_version(rng):
    number = lambda: str(rng.choice([0, 1, 2, 3, 9, 10, 11]))
    sep = lambda: rng.choice(["", "", ".", "-", "_"])
    text = rng.choice(["", "", "", "", "v", "1!", "0!"]) + number()
    for _ in range(rng.randrange(4)):
        text += "." + number()
    if rng.random() < 0.35:
        text += sep() + rng.choice(["a", "b", "rc", "c", "alpha", "beta", "pre", "preview", "RC"])
        text += rng.choice(["", sep() + number()])
    if rng.random() < 0.3:
        text += rng.choice(["-" + number(), sep() + rng.choice(["post", "rev", "r"]) + rng.choice(["", sep() + number()])])
    if rng.random() < 0.3:
        text += sep() + "dev" + rng.choice(["", sep() + number()])
    if rng.random() < 0.2:
        text += "+" + rng.choice(["1", "abc", "abc.1", "1.abc", "abc-1", "ubuntu_2", "Abc", "10", "9"])
    return text


def pep440_order(a, b):
    from packaging.version import InvalidVersion, Version

    try:
        left, right = Version(a), Version(b)
    except InvalidVersion:
        return "?"
    return "<" if left < right else "=" if left == right else ">"


def near(rng, make, version):
    """Another version; half of the time one that differs in a single character."""
    if rng.random() < 0.5:
        return make(rng)
    at = rng.randrange(len(version))
    return version[:at] + rng.choice(["", version[at] + "0", "1", ".", "~", "a"]) + version[at + 1:]


def deb_fits(text):
    epoch, _, rest = text.rpartition(":")
    upstream, dash, revision = rest.rpartition("-") if "-" in rest else (rest, "", "1")
    good = set("0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ.+~-")
    return (text.count(":") == (1 if epoch else 0) and (not epoch or epoch.isdigit()) and upstream[:1].isdigit()
            and revision != "" and "-" not in revision and set(upstream + revision) <= good)


def write(path, make, order, fits, pairs):
    rng = random.Random(440)
    kept = path.read_text().split(MARK)[0] if path.exists() else ""
    lines = []
    while len(lines) < pairs:
        a = make(rng)
        b = near(rng, make, a)
        if fits(a) and fits(b) and " " not in a + b:
            lines.append(f"{a} {order(a, b)} {b}\n")
    path.write_text(kept + MARK + "".join(lines))


def main():
    folder = pathlib.Path(sys.argv[1])
    pairs = int(sys.argv[2]) if len(sys.argv) > 2 else 3000
    write(folder / "deb.txt", deb_version, deb_order, deb_fits, pairs)
    write(folder / "pep440.txt", pep440_version, pep440_order, lambda text: text != "", pairs)


if __name__ == "__main__":
    main()
