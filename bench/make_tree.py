#!/usr/bin/env python3
"""Writes a source tree to look for secrets in: make_tree.py FOLDER [MEGABYTES]

The same bytes on every machine; prints a digest. Four kinds of files (code, configuration, logs, code
in one long line), one file in a hundred with a word that has the shape of a key and is none.
"""
import hashlib
import pathlib
import sys

from make_dockerfiles import Dice

WORDS = ("request session token user config handler return value index buffer password client server path "
         "for while if else import from class def function const let self this error result config_key").split()
HEX = "0123456789abcdef"


def fake(dice):
    return "AKIA" + "".join(dice.of("ABCDEFGHIJKLMNOPQRSTUVWXYZ234567") for _ in range(16))


def code(dice):
    indent = "    " * dice.below(4)
    return f"{indent}{dice.of(WORDS)}_{dice.of(WORDS)} = {dice.of(WORDS)}({dice.of(WORDS)}, \"{dice.of(WORDS)}\")\n"


def configuration(dice):
    return f"{dice.of(WORDS)}.{dice.of(WORDS)}: \"{''.join(dice.of(HEX) for _ in range(8 + dice.below(40)))}\"\n"


def log(dice):
    return (f"2026-11-{1 + dice.below(28):02}T{dice.below(24):02}:00:00Z INFO {dice.of(WORDS)} id={dice.below(1 << 30)} "
            f"took {dice.below(900)} ms path=/{dice.of(WORDS)}/{dice.of(WORDS)}\n")


def long_line(dice):
    return f"!function({dice.of(WORDS)}){{return {dice.of(WORDS)}[{dice.below(99)}]||{dice.of(WORDS)}.{dice.of(WORDS)}}}();"


KINDS = [("py", code), ("yaml", configuration), ("log", log), ("min.js", long_line)]


def block(make, seed):
    dice = Dice(seed)
    return "".join(make(dice) for _ in range(120))


def main():
    if len(sys.argv) not in (2, 3):
        sys.exit(__doc__)
    wanted = int(float(sys.argv[2]) * 1e6) if len(sys.argv) == 3 else 50_000_000
    # Files are put together from blocks: making each line by itself would take minutes.
    blocks = {name: [block(make, 1000 + i) for i in range(48)] for name, make in KINDS}
    digest, written, number, dice = hashlib.sha256(), 0, 0, Dice(7)
    while written < wanted:
        kind, _ = dice.of(KINDS)
        parts = [dice.of(blocks[kind]) for _ in range(1 + dice.below(8))]
        if dice.once_in(100):
            parts.insert(dice.below(len(parts) + 1), f'\naccess = "{fake(dice)}"\n')
        text = "".join(parts).encode()
        path = pathlib.Path(sys.argv[1]) / f"{number // 64:03}" / f"{number:05}.{kind}"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(text)
        digest.update(b"%d %d\n" % (number, len(text)) + text)
        written, number = written + len(text), number + 1
    print(digest.hexdigest())


if __name__ == "__main__":
    main()
