"""Compares the engine with Python's re.findall, which the workshop's scanner used.

findall.py SECRET_DUMP RULES.json|- RULES.def

RULES.json are a user's own rules; "-" the built-in ones, which RULES.def lists and which lie beside it.

The corpus is made from the patterns themselves (and near misses of what they match), the same at
every run. Each match of findall must be ours, with the same span and the same value. There
is nothing beyond that.
"""
import json
import pathlib
import random
import re
import subprocess
import sys
import tempfile
import tomllib
import warnings

import re._constants as c
import re._parser as parser

ALPHABET = [ord(x) for x in "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"]
FILLER = [b" ", b"\n", b"\n\n", b" = ", b"\"", b"'", b"\t", b": ", b"x", b"0", b"\xc3\xa9", b"\0",
          b" secret ", b" key ", b" api_key=", b"github ", b"token ", b"\r\n", b"}", b"|", b"@"]


def pick(items, rng):
    chosen = []
    for op, value in items:
        if op is c.LITERAL:
            chosen.append(value)
        elif op is c.RANGE:
            chosen.extend(range(value[0], value[1] + 1))
        elif op is c.CATEGORY:
            chosen.extend({c.CATEGORY_SPACE: b" \t\n", c.CATEGORY_DIGIT: b"0123456789"}.get(
                value, b"abc019_"))
    if items[0][0] is c.NEGATE:
        chosen = [x for x in ALPHABET + [33, 46] if x not in chosen]
    return rng.choice(chosen)


def sample(tree, rng, groups):
    """A text that the parsed pattern matches, looking around left out."""
    out = bytearray()
    for op, value in tree:
        if op is c.LITERAL:
            out.append(value)
        elif op is c.NOT_LITERAL or op is c.ANY:
            out.append(rng.choice(ALPHABET + [32, 34, 39]))
        elif op is c.IN:
            out.append(pick(value, rng))
        elif op in (c.MAX_REPEAT, c.MIN_REPEAT, c.POSSESSIVE_REPEAT):
            low, high, body = value
            high = min(high if high is not c.MAXREPEAT else low + 30, low + 40)
            for _ in range(rng.choice([low, high, rng.randint(low, high)])):
                out += sample(body, rng, groups)
        elif op is c.SUBPATTERN:
            text = sample(value[-1], rng, groups)
            groups[value[0]] = text
            out += text
        elif op is c.BRANCH:
            out += sample(rng.choice(value[1]), rng, groups)
        elif op is c.GROUPREF:
            out += groups.get(value, b"")
    return bytes(out)


def change_case(text, rng):
    return bytes(b ^ 32 if chr(b).isalpha() and rng.random() < 0.2 else b for b in text)


def corpus(patterns, rng, n):
    parts = []
    for i in range(n):
        pattern = rng.choice(patterns)
        text = sample(parser.parse(pattern), rng, {})
        kind = rng.random()
        if kind < 0.15:
            at = rng.randrange(len(text))
            text = text[:at] + text[at + 1:]
        elif kind < 0.25:
            text = text + rng.choice(FILLER)[:1] * 2
        elif kind < 0.35:
            text = change_case(text, rng)
        parts += [rng.choice(FILLER), text, rng.choice(FILLER)]
        if i % 3 == 0:
            parts.append(b"\n")
    return b"".join(parts) + rng.choice([b"", b"end", b"end\n", b"fin", b"fin\n"])


def expected(pattern, text, own):
    """A pattern of ours may have a group in each of its alternatives."""
    regex = re.compile(pattern)
    for m in regex.finditer(text):
        group = m.lastindex or 0 if own or regex.groups == 1 else 0
        value = m.span(group) if m.span(group)[1] > m.span(group)[0] else m.span()
        yield m.span() + value


def compare(dump, rules_arg, rules, seed, n):
    rng = random.Random(seed)
    patterns = {name: pattern.encode() for name, pattern in rules.items()}
    text = corpus(list(patterns.values()), rng, n)
    with tempfile.NamedTemporaryFile() as file:
        file.write(text)
        file.flush()
        out = subprocess.run([dump, rules_arg, file.name], check=True, capture_output=True).stdout
    ours = {name: set() for name in rules}
    for line in out.decode().splitlines():
        name, *span = line.split("\t")
        ours[name].add(tuple(int(x) for x in span))
    total = 0
    for name, pattern in patterns.items():
        theirs = set(expected(pattern, text, rules_arg == "-"))
        total += len(theirs)
        for span in sorted(theirs - ours[name]):
            sys.exit(f"seed {seed}: {name}: missed bytes {span}: {text[span[0]:span[1]][:80]!r}")
        for span in sorted(ours[name] - theirs):
            sys.exit(f"seed {seed}: {name}: only ours: {span}: {text[span[0]:span[1]][:80]!r}")
    return total


def main():
    warnings.simplefilter("ignore", FutureWarning)
    dump, rules_arg, builtin = sys.argv[1:4]
    if rules_arg == "-":
        names = re.findall(r"^ROW\((.*)\)$", pathlib.Path(builtin).read_text(), re.M)
        rules = {name: tomllib.loads(pathlib.Path(builtin).with_name(name + ".toml").read_text())["pattern"]
                 for name in names}
    else:
        rules = json.loads(pathlib.Path(rules_arg).read_text())
    rounds = int(sys.argv[4]) if len(sys.argv) > 4 else 12
    total = sum(compare(dump, rules_arg, rules, seed, 400) for seed in range(rounds))
    print(f"{total} matches, the same as findall's")
    if total < 10 * len(rules):
        sys.exit("too few matches to say anything")


main()
