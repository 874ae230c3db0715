#!/usr/bin/env python3
"""The shell reader against dash and bash: which texts are complete shell scripts.

    against_shells.py VERDICTS FILE...

Of the last at most MUTANTS_MAY may differ: what both shells refuse for different reasons, or bash
reports nowhere (`for ((i=0; i<3; i++); do x; done`) is not modelled.

A text is complete if `dash -n` or `bash -n` takes it. Texts are the FILEs' (each ended by a line
of dashes), what a small grammar makes, and all of these with a piece cut out, doubled or put in.
Prints each text on which the reader differs.
"""
import pathlib
import random
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor

GENERATED, MUTANTS, MUTANTS_MAY = 250, 900, 4
PIECES = ["(", ")", "{", "}", ";", ";;", "&", "&&", "|", "||", "\n", "'", '"', "`", "$(", "${x", "$((",
          "))", "<<E\n", "<", ">", "if ", "then ", "else ", "fi", "do ", "done", "case ", " in ", "esac",
          "for i ", "while ", "[[ ", " ]]", "!", "#", "\\", " ", "f() ", "x=", "=(", "function g ", "<("]


def texts_of(path):
    return [t for t in pathlib.Path(path).read_text().split("\n----\n") if t.strip("\n")]


class Grammar:
    """Scripts from a grammar; most of them are complete."""

    def __init__(self, rand):
        self.rand = rand

    def pick(self, *makers):
        return self.rand.choice(makers)()

    def word(self, depth=0):
        plain = ["a", "b1", "-x", "--long=y", "/usr/lib", "'it (is) # quoted'", '"two words"', "*.c", "a\\ b",
                 "$X", "${X}", "${X:-d}", "${X%.*}", "${#X}", "a#b", "$'x\\n'", "x=y", "{}", "[a-z]", "2"]
        if depth > 3 or self.rand.random() < 0.75:
            return self.rand.choice(plain)
        d = depth + 1
        return self.rand.choice([
            lambda: f"$({self.list(d)})", lambda: f'"a $({self.list(d)}) b"', lambda: f"`{self.simple(9)}`",
            lambda: f"${{X:-{self.word(d)}}}", lambda: f'"${{X:+{self.rand.choice(["y", "$Y", "a b"])}}}"',
            lambda: "$((1 + (2 * $X)))", lambda: f"<({self.simple(d)})", lambda: f"x$({self.simple(d)})y"])()

    def simple(self, depth):
        words = [self.rand.choice(["apt-get", "echo", "cd", "make", "test", "x"])]
        words += [self.word(depth) for _ in range(self.rand.randrange(4))]
        if self.rand.random() < 0.15:
            words.insert(0, f"V={self.word(depth)}")
        if self.rand.random() < 0.2:
            words.append(self.rand.choice([">/dev/null", "2>&1", "< f", ">> f", "2>/dev/null", "<<< x"]))
        return " ".join(words)

    def command(self, depth):
        if depth > 3 or self.rand.random() < 0.6:
            return self.simple(depth)
        d = depth + 1
        return self.rand.choice([
            lambda: f"( {self.list(d)} )", lambda: f"{{ {self.list(d)}; }}",
            lambda: f"if {self.list(d)}; then {self.list(d)}; fi",
            lambda: f"if {self.list(d)}; then\n{self.list(d)}\nelif {self.list(d)}; then {self.list(d)}; else {self.list(d)}; fi",
            lambda: f"for i in {self.word(d)} {self.word(d)}; do {self.list(d)}; done",
            lambda: f"while {self.list(d)}; do {self.list(d)}; done",
            lambda: f"case {self.word(d)} in a|b) {self.list(d)};; *) {self.list(d)} ;; esac",
            lambda: f"f() {{ {self.list(d)}; }}", lambda: f"[[ {self.word(d)} == a* && -n $X ]]",
            lambda: f"cat <<E\nbody $X\nE\n{self.simple(d)}", lambda: f"cat <<'E' > f\n$( ` '\nE\n{self.simple(d)}",
            lambda: f"! {self.simple(d)}", lambda: f"{self.simple(d)} | {self.simple(d)}"])()

    def list(self, depth=0):
        out = self.command(depth)
        for _ in range(self.rand.randrange(3)):
            out += self.rand.choice([" && ", " || ", "; ", "\n", " | "]) + self.command(depth)
        return out


def mutate(text, rand):
    at = rand.randrange(len(text) + 1)
    kind = rand.randrange(4)
    if kind == 0:
        return text[:at] + text[at + rand.randrange(1, 6):]
    if kind == 1:
        return text[:at] + rand.choice(PIECES) + text[at:]
    if kind == 2:
        words = text.split(" ")
        del words[rand.randrange(len(words))]
        return " ".join(words)
    return text[:at]


def accepts(shell, text):
    # bash reports some mistakes and returns 0; of a here-document without an end it only warns.
    run = subprocess.run([shell, "-n"], input=text.encode(), capture_output=True, timeout=20,
                         env={"PATH": "/usr/bin:/bin", "LC_ALL": "C"})
    said = [line for line in run.stderr.splitlines() if b"warning: here-document" not in line]
    return run.returncode == 0 and not said


def main():
    program, files = sys.argv[1], sys.argv[2:]
    rand = random.Random(7)
    texts = [t for f in files for t in texts_of(f)]
    given = len(texts)
    texts += [Grammar(rand).list() for _ in range(GENERATED)]
    texts += [mutate(rand.choice(texts), rand) for _ in range(MUTANTS)]
    texts = [t for t in texts if "\0" not in t]
    out = subprocess.run([program], input="".join(t + "\0" for t in texts).encode(), capture_output=True,
                         check=True, timeout=120).stdout.decode().splitlines()
    assert len(out) == len(texts), (len(out), len(texts))
    with ThreadPoolExecutor(4) as pool:
        dash = list(pool.map(lambda t: accepts("dash", t), texts))
        bash = list(pool.map(lambda t: accepts("bash", t), texts))
    bad = mutants = 0
    for i, text in enumerate(texts):
        if (out[i] == "1") != (dash[i] or bash[i]):
            bad += 1
            mutants += i >= given + GENERATED
            where = "given" if i < given else f"made {i - given}"
            print(f"{where}: reader {out[i]}, dash {dash[i]}, bash {bash[i]}:\n{text}\n----")
    print(f"{len(texts)} texts, {sum(a or b for a, b in zip(dash, bash))} complete, {bad} differ")
    return bad > mutants or mutants > MUTANTS_MAY


if __name__ == "__main__":
    sys.exit(main())
