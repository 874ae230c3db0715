"""Words of the shell reader against what dash and bash hand to a command: quotes, escapes, continuations, comments,
assignments, at which byte ${…} ends, and which words a pattern is in.

Only texts that are made here are run, from pieces that can do nothing: they call functions of this script, hold no
substitution, redirection or path, and run without a PATH in an empty folder. The reader leaves expansions as they are
written; so each variable's value is how its expansion is written, and no field is split (IFS is empty).

Which texts are scripts at all is held against both shells in tests/read/syntax/against_shells.py.
"""
import re
import shlex
import shutil
import subprocess
import tempfile

import oracle

EXCEPTIONS = {
    "a bracket alone": "a [ without its ] is counted as a pattern",
}
QUOTED, EXPANDS, GLOBS = 1, 2, 4
NAMES = ["cmd1", "cmd2", "cmd3"]
PLAIN = ["a", "b1", "-x", "--y=z", "a#b", "=", "x=y", "é", "{}", "{a,b}", "!", "%", "@", "^", "+", ",", ".", ":", "/", "a/b", "]", "}", "{"]
PATTERNS = ["*", "?", "[ab]", "*.c", "a*", "[!x]?", "["]
FUNCTIONS = r"""
cmd() { printf 'C%s\0' "$1"; shift; printf 'A%s\0' "$A"; if [ $# -gt 0 ]; then printf 'W%s\0' "$@"; fi; unset A; }
cmd1() { cmd cmd1 "$@"; }
cmd2() { cmd cmd2 "$@"; }
cmd3() { cmd cmd3 "$@"; }
mark() { printf 'M\0'; unset A; }
IFS=
"""


class Maker:
    def __init__(self, rand):
        self.rand = rand
        self.values = {}  # of each variable
        self.bash_only = False

    def variable(self, written):
        """A new variable, whose value is what `written` makes of its name."""
        name = f"V{len(self.values)}"
        self.values[name] = written(name)
        return name

    def inside(self, quoted):
        """What may stand in ${NAME:-…}."""
        pieces = ["a", "b c", "\\}", '"a}b"', "\\\\", '"a\\"}"', "{", "#", " # ", "é", "$.", "*"]
        pieces += ["'a b'"] if quoted else ["'a}b'", "''", "\\'", '""']
        return "".join(self.rand.choice(pieces) for _ in range(self.rand.randrange(4))) + \
            (self.expansion(quoted, 1) if self.rand.random() < 0.15 else "")

    def expansion(self, quoted, depth=0):
        kind = self.rand.randrange(6)
        if kind < 2 or depth > 1:
            return "$" + self.variable(lambda name: f"${{{name}}}") + self.rand.choice([".", "-"])
        if kind == 2:
            return "${" + self.variable(lambda name: f"${{{name}}}") + "}"
        operator = self.rand.choice([":-", "-", ":?", "?", "#", "##", "%", "%%"])
        tail = self.inside(quoted) if operator[-1] in "-?" else "zz" + self.rand.choice(["", "'}'", '"}"', "\\}", "?"])
        name = self.variable(lambda name: f"${{{name}{operator}{tail}}}")
        return self.values[name]

    def double(self):
        pieces = ["a", "b c", "\\\"", "\\\\", "\\$", "\\a", "'", "\n", "\\\n", "#", " # ", "*", ";", "&", ")", "é", "\\n"]
        return '"' + "".join(self.expansion(True) if self.rand.random() < 0.2 else self.rand.choice(pieces)
                             for _ in range(self.rand.randrange(5))) + '"'

    def piece(self):
        kind = self.rand.randrange(12)
        if kind < 4:
            return self.rand.choice(PLAIN)
        if kind < 6:
            return self.double()
        if kind < 8:
            return "'" + "".join(self.rand.choice(["a", " ", "\\", '"', "$", "\n", "#", "*", ";", "&", ")"])
                                 for _ in range(self.rand.randrange(4))) + "'"
        if kind == 8:
            return "\\" + self.rand.choice(["a", " ", "\\", '"', "'", "$", "#", "*", ";", "&", "(", "\n", "é", "["])
        if kind == 9:
            return self.rand.choice(PATTERNS)
        if kind == 10 and self.rand.random() < 0.3:
            self.bash_only = True
            return self.rand.choice(["$'a\\'b'", "$'\\\\'", "$'x\\\"y'", "$''", '$"a b"', '$""', "$'a b#'"])
        return self.expansion(False)

    def word(self):
        return "".join(self.piece() for _ in range(self.rand.choice([1, 1, 1, 2, 3])))

    def command(self):
        words = [self.rand.choice(NAMES)]
        if self.rand.random() < 0.15:
            words[0] = self.rand.choice(['"cmd1"', "cm\\d2", "'cmd'3", "c\\\nmd1"])
        words += [self.word() for _ in range(self.rand.randrange(5))]
        if self.rand.random() < 0.15:
            words.insert(0, "A=" + self.word())
        return "".join(word + self.rand.choice([" ", " ", " ", "  ", "\t", " \\\n ", " \\\n"]) for word in words)

    def text(self):
        out = self.command()
        for _ in range(self.rand.choice([0, 0, 1, 2])):
            out += self.rand.choice(["; ", ";", "\n", " && ", "&&\n", "\n\n", " # it's; \"a\" comment\n"]) + self.command()
        kind = self.rand.randrange(12)
        if kind == 0:
            return f"( {out})"
        if kind == 1:
            return f"{{ {out}\n}}"
        if kind == 2:
            return f"if {out}; then {self.command()}\nfi"
        return out + (self.rand.choice([" # '", "\n#\"", ";"]) if kind == 3 else "")


def check(text):
    """Nothing that is made here may start a program, write a file, or read one."""
    if re.search(r"[`<>|~]|\$\(", text):
        raise SystemExit(f"not to be run: {text!r}")


def run(shell, options, values, texts):
    """Of each text its commands: [name, value of A, words]; None if the shell refuses any of them."""
    script = FUNCTIONS + "".join(f"{name}={shlex.quote(value)}\n" for name, value in values.items())
    script += "".join(text + "\nmark\n" for text in texts)
    with tempfile.TemporaryDirectory() as folder:
        done = subprocess.run([shell, *options, "-s"], cwd=folder, env={"PATH": "", "LC_ALL": "C"}, input=script.encode(),
                              capture_output=True, timeout=60, check=False)
    if done.returncode != 0 or done.stderr:
        return done.stderr
    answers = [[]]
    for field in done.stdout.split(b"\0")[:-1]:
        kind, rest = field[:1], field[1:].decode()
        if kind == b"M":
            answers.append([])
        elif kind == b"C":
            answers[-1].append([rest, "", []])
        elif kind == b"A":
            answers[-1][-1][1] = rest
        else:
            answers[-1][-1][2].append(rest)
    return answers[:-1]


def text_of(word):
    return word[0].encode("latin-1").decode()


def ours(answer):
    """The commands in the shells' words."""
    out = []
    for command in answer["commands"]:
        value = [text_of(word)[2:] for word in command["assigns"]]
        out.append([text_of(command["words"][0]), *(value or [""]), [text_of(word) for word in command["words"][1:]]])
    return out


def patterns(o, bash, made, answers):
    """In an empty folder, with nullglob, bash drops each word that has a pattern in it."""
    some = [i for i, (text, _) in enumerate(made) if "/" not in text]
    values = {name: "v" for name in sorted(set(re.findall(r"V\d+", "".join(made[i][0] for i in some))))}
    told = run(bash, ["--norc", "--noprofile", "-r", "+B", "-O", "nullglob"], values, [made[i][0] for i in some])
    for i, theirs in zip(some, told):
        kept = [sum(not word[2] & GLOBS for word in command["words"][1:]) for command in answers[i]["commands"]]
        alone = "a bracket alone" if re.search(r"\[(?!ab\]|!x\])", made[i][0]) else None
        o.compare((made[i][0], "patterns"), kept, [len(words) for _, _, words in theirs], alone)


def marks(o, text, answer):
    """Whether some of a word stood in quotes, by what is written; a continuation is not a quote."""
    for command in answer["commands"]:
        for _, raw, flags in command["words"]:
            outside = re.sub(r"\\.", "", re.sub(r"\$\{V\d+[^\s\w]", "$", raw), flags=re.S)
            if "$" not in raw:
                o.compare((text, raw, "quoted"), bool(flags & QUOTED), "'" in outside or '"' in outside)
            o.compare((text, raw, "expands"), bool(flags & EXPANDS), bool(re.search(r"V\d", raw)))


def main():
    o = oracle.Oracle(EXCEPTIONS)
    shells = {name: shutil.which(name) for name in ("dash", "bash")}
    if None in shells.values():
        oracle.skip("dash and bash are wanted")
    made = []
    maker = Maker(o.rand)
    for _ in range(3000):
        maker.bash_only = False
        made.append((maker.text(), maker.bash_only))
        check(made[-1][0])
    answers = o.ask("shell", [text.encode() for text, _ in made])
    bash = run(shells["bash"], ["--norc", "--noprofile", "-r", "-f", "+B"], maker.values, [text for text, _ in made])
    plain = [i for i, (_, bash_only) in enumerate(made) if not bash_only]
    dash = run(shells["dash"], ["-f"], maker.values, [made[i][0] for i in plain])
    if isinstance(bash, bytes) or isinstance(dash, bytes):
        raise SystemExit(f"a text is none (seed {o.seed}): {(bash if isinstance(bash, bytes) else dash)[-2000:].decode()}")
    for (text, _), answer, theirs in zip(made, answers, bash):
        o.compare((text, "bash"), ours(answer), theirs)
    for i, theirs in zip(plain, dash):
        o.compare((made[i][0], "dash"), ours(answers[i]), theirs)
    patterns(o, shells["bash"], made, answers)
    for (text, _), answer in zip(made, answers):
        marks(o, text, answer)
    o.finish(20000)


main()
