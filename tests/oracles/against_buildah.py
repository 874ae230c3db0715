"""Dockerfiles against what buildah makes of them: the configuration of an image that is built from scratch, with nothing
to run. Words of ENV, LABEL, ARG, WORKDIR, USER, VOLUME and EXPOSE with quotes, escapes and variables, JSON forms,
continuations with comments and blank lines between, both escape characters, arguments of the build.

What it refuses is refused. The instructions of that kind of the tree's own Dockerfiles are built the same way.
"""
import json
import os
import posixpath
import shutil
import subprocess
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor

import oracle

FILES, LABELS = 7, 170
SETS = ["A", "B", "LONG_name", "E"]


class Maker:
    def __init__(self, rand):
        self.rand = rand
        self.escape = rand.choice(["\\", "\\", "\\", "`"])

    def variable(self, depth=0, quoted=False):
        name = self.rand.choice([*SETS, "UNSET", "B", "A"])
        kind = self.rand.randrange(6)
        if kind < 2:
            return "$" + name + self.rand.choice([".", "-", "/", ":", "=" if quoted else "."])
        if kind < 4 or depth > 1:
            return "${" + name + "}"
        return "${" + name + self.rand.choice([":-", ":+"]) + self.inside(depth, quoted) + "}"

    def inside(self, depth, quoted):
        pieces = ["a", "x.y", "é", "/", ":", "-", "1"]
        out = "".join(self.rand.choice(pieces) for _ in range(self.rand.randrange(3)))
        if self.rand.random() < 0.3:
            out += self.variable(depth + 1, quoted)
        return out

    def double(self):
        e = self.escape
        pieces = ["a", "b c", e + '"', e + e, e + "$", e + "a", "'", "#", " # ", "é", "\t", "=", ",", "[", "{", "}", e + "\n"]
        return '"' + self.joined(self.variable(0, True) if self.rand.random() < 0.25 else self.rand.choice(pieces)
                                 for _ in range(self.rand.randrange(5))) + '"'

    def joined(self, pieces):
        """No line ends in two escapes (buildah goes on there), and no word has an escape of the file's own (buildah takes
        a backslash): read/syntax/dockerfile_dialect.c describes both."""
        out = ""
        for piece in pieces:
            if self.escape == "`" and "`" in piece and not piece.endswith("\n"):
                continue
            if out.endswith("\n") and piece.lstrip(" '\"").startswith("#"):  # a comment there
                continue
            out += piece[2:] if out.endswith(self.escape) and piece[1:2] == "\n" else piece
        return out

    def piece(self):
        e = self.escape
        kind = self.rand.randrange(10)
        if kind < 3:
            return self.rand.choice(["a", "b1", "x.y", "-", "é", "/usr/bin", ":", ",", "=", "#", "[", "]", "{", "}", "*", "~", "!", "@"])
        if kind < 5:
            return self.double()
        if kind < 6:
            return "'" + "".join(self.rand.choice(["a", " ", '"', "$A", "${B}", "#", "=", "b c"])
                                 for _ in range(self.rand.randrange(4))) + "'"
        if kind < 7:
            return e + self.rand.choice(["a", " ", e, '"', "'", "$", "#", "=", "\n", "n", "é"])
        return self.variable()

    def word(self):
        out = self.joined(self.piece() for _ in range(self.rand.choice([1, 1, 2, 3])))
        return out + "." if out.endswith(self.escape) else out

    def next_line(self):
        """A continuation, with what may stand in it."""
        between = self.rand.choice(["", "", "", "# a comment\n", "  # one \"more\n", "\n", "# x " + self.escape + "\n"])
        return self.rand.choice([" ", "  ", "\t"]) + self.escape + self.rand.choice(["", "", " "]) + "\n" + between + \
            self.rand.choice(["    ", "\t", " "])

    def keyword(self, word):
        return self.rand.choice([word, word, word, word.lower(), word.title()])

    def pairs(self, keyword, names):
        out = self.keyword(keyword)
        for name in names:
            out += (self.next_line() if self.rand.random() < 0.3 else " ") + f"{name}={self.word()}"
        return out + "\n"

    def json(self, words):
        gap = self.rand.choice([" ", "", "  "])
        return "[" + gap + ("," + gap).join(json.dumps(word, ensure_ascii=self.rand.random() < 0.5) for word in words) + gap + "]"

    def command(self):
        words = [self.rand.choice(["a", "b c", "$A", "${B}", "é", '"', "\\", "#", "'"]) for _ in range(self.rand.randint(1, 4))]
        if self.rand.random() < 0.5:
            return self.json(words)
        return self.rand.choice(["echo  a", "[a, b", "x 'y' \"z\"", "$A ${B}  é", "a # b", "run" + self.next_line() + "more"])

    def text(self):
        rand = self.rand
        out = rand.choice(["", "# escape=\\\n"]) if self.escape == "\\" else rand.choice(["# escape=`\n", "#escape = `\n"])
        out += rand.choice(["", "\n# first\n", "# second\n"]) + "FROM scratch\n"
        out += "ARG A=one\nARG B\nARG UNSET2\nENV E=\n" + self.pairs("ENV", ["A" if rand.random() < 0.3 else "LONG_name"])
        out += "".join(self.pairs("ENV", [f"ENV{i}"]) for i in range(25))
        out += f"env legacy  {self.rand.choice(['a  b c', 'a=b c', '$A x', 'é'])}\n"
        left = [f"l{i}" for i in range(LABELS)]
        while left:
            n = rand.randint(1, 5)
            out += self.pairs("LABEL", left[:n])
            out += rand.choice(["", "", "\n", "# between\n", "   # indented\n"])
            left = left[n:]
        for keyword in ("WORKDIR", "WORKDIR"):
            out += f"{keyword} {rand.choice(['/a', 'b', '../c', '/d/$B', 'e/./f', '/x y', '$LONG_name'])}\n"
        out += f"USER {rand.choice(['app', '$B', '1000:1000', '${B}:g'])}\n"
        out += "VOLUME " + rand.choice([self.json(["/a", "/b c", "/$B"]), "/v /w", "/v/$B   /x"]) + "\n"
        out += "EXPOSE " + rand.choice(["80", "80/tcp 443/udp", "8000   9000"]) + "\n"
        out += f"{self.keyword('CMD')} {self.command()}\nENTRYPOINT {self.command()}\n"
        out += f"ONBUILD {rand.choice(['RUN a  b', 'COPY . /x', 'ENV a=b'])}\n"
        return out + rand.choice(["", "STOPSIGNAL SIGTERM\n", "SHELL " + self.json(["/bin/bash", "-c"])])


ARGS = {"B": "given", "A": "other"}


class Builder:
    def __init__(self, folder):
        self.folder = folder

    def run(self, name, *words, text=None):
        root = os.path.join(self.folder, name)
        os.makedirs(root, exist_ok=True)
        command = ["buildah", "--root", f"{root}/root", "--runroot", f"{root}/run", "--storage-driver", "vfs", *words]
        return subprocess.run(command, cwd=root, input=text, stdout=subprocess.PIPE, stderr=subprocess.PIPE, timeout=100, check=False)

    def config(self, name, text):
        """The configuration of the image, or what buildah says."""
        os.makedirs(os.path.join(self.folder, name, "context"), exist_ok=True)
        file = os.path.join(self.folder, name, "Dockerfile")
        with open(file, "wb") as out:
            out.write(text)
        arguments = [word for key, value in ARGS.items() for word in ("--build-arg", f"{key}={value}")]
        done = self.run(name, "build", "--isolation", "chroot", "--format", "docker", "--layers=false", "-q",
                        *arguments, "-f", file, "-t", "localhost/x:1", "context")
        if done.returncode == 0:
            done = self.run(name, "inspect", "--type", "image", "localhost/x:1")
        if done.returncode != 0:
            return done.stderr.decode()
        return json.loads(done.stdout)["Docker"]["config"]


def text_of(text):
    return text.encode("latin-1").decode()


def steps_of(answer, kind):
    return [step for step in answer["steps"] if step["kind"] == kind]


def command_of(answer, kind):
    steps = steps_of(answer, kind)
    if not steps:
        return []
    last = steps[-1]
    if last["exec"]:
        return [text_of(word[0]) for word in last["words"]]
    return ["/bin/sh", "-c", text_of(last["args"])]


def expanded(answer, kind):
    return [text_of(word[0] if step["exec"] and kind != "VOLUME" else word[1]) for step in steps_of(answer, kind) for word in step["words"]]


def compare(o, text, answer, config):
    if isinstance(config, str):
        o.compare((text, config), bool(answer["problems"]), True)
        return
    o.compare((text, "problems"), answer["problems"], [])
    labels = {text_of(pair[0]): text_of(pair[1]) for step in steps_of(answer, "LABEL") for pair in step["pairs"]}
    theirs = config.get("Labels") or {}
    for name, value in labels.items():
        o.compare((text, name), value, theirs.get(name))
    o.compare((text, "labels"), sorted(labels), sorted(set(theirs) - {"io.buildah.version"}))
    env = {text_of(name): text_of(value) for name, value, _ in answer["env"]}
    theirs = dict(pair.split("=", 1) for pair in config["Env"])
    for name, value in env.items():
        o.compare((text, name), value, theirs.get(name))
    o.compare((text, "env"), sorted(env), sorted(set(theirs) - ({"PATH"} - set(env))))
    folder = "/"
    for one in expanded(answer, "WORKDIR"):
        folder = posixpath.normpath(posixpath.join(folder, one))
    o.compare((text, "workdir"), folder, posixpath.normpath(config["WorkingDir"] or "/"))
    o.compare((text, "user"), text_of(answer["user"]), config["User"])
    o.compare((text, "volumes"), sorted(set(expanded(answer, "VOLUME"))), sorted(config.get("Volumes") or {}))
    ports = {port if "/" in port else port + "/tcp" for one in expanded(answer, "EXPOSE") for port in one.split()}
    o.compare((text, "ports"), sorted(ports), sorted(config.get("ExposedPorts") or {}))
    o.compare((text, "cmd"), command_of(answer, "CMD"), config["Cmd"] or [])
    o.compare((text, "entrypoint"), command_of(answer, "ENTRYPOINT"), config["Entrypoint"] or [])
    o.compare((text, "shell"), command_of(answer, "SHELL"), config.get("Shell") or [])


REFUSED = [b'ENV A="x', b"LABEL a=it's", b'WORKDIR /"a', b'USER "a', b'VOLUME /v "/w x"', b'EXPOSE "8 0"', b"COPY 'a b' /x/", b"ENV",
           b"ENV A", b"ENV A=1 B", b"LABEL a=1 b", b"ARG", b"CUM x"]
KINDS = ("ENV", "ARG", "LABEL", "WORKDIR", "USER", "VOLUME", "EXPOSE", "CMD", "ENTRYPOINT")


def own_instructions(o):
    """What the tree's own Dockerfiles say with such instructions, without anything that is run or copied."""
    files = oracle.corpus("tests/data/**/*Dockerfile*", "examples/**/Dockerfile", "fuzz/corpus/dockerfile/*", "fuzz/corpus/lint/*")
    texts = []
    for data, answer in zip(files, o.ask("dockerfile", [data.replace(b"\0", b"") for data in files])):
        steps = [step for step in answer.get("steps", []) if step["kind"] in KINDS and not step["malformed"]]
        if b"escape" in data or b"\0" in data or not any(step["kind"] in ("ENV", "LABEL", "VOLUME", "WORKDIR") for step in steps):
            continue
        texts.append(b"FROM scratch\n" + b"".join(data[step["at"][0]:step["at"][1]] + b"\n" for step in steps))
    return sorted(set(texts))


def main():
    o = oracle.Oracle()
    if not shutil.which("buildah"):
        oracle.skip("buildah is not here")
    with tempfile.TemporaryDirectory() as folder:
        builder = Builder(folder)
        first = builder.config("first", b"FROM scratch\nENV A=1\n")
        if isinstance(first, str):
            oracle.skip(f"buildah builds nothing here: {first[-300:]}")
        texts = [b"FROM scratch\n" + line + b"\n" for line in REFUSED] + own_instructions(o) + [Maker(o.rand).text().encode() for _ in range(FILES)]
        given = b"".join(b"\0%s\0%s" % (name.encode(), value.encode()) for name, value in ARGS.items())
        answers = o.ask("dockerfile", [text + given for text in texts])
        with ThreadPoolExecutor(2) as pool:
            configs = list(pool.map(lambda i: builder.config(f"f{i % 2}-{i}", texts[i]), range(len(texts))))
        for text, answer, config in zip(texts, answers, configs):
            compare(o, text, answer, config)
    o.finish(1100)


main()
