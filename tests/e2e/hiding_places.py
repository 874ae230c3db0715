"""Where a secret can hide in a git repository: each place is a function that puts one there.

PLACES maps names to functions (repo, marker). A marker has the shape of a GitHub token whose checksum is
right, and is made here. Behind them a last commit deletes the files, so that the history, the index, a ref or
an object alone has them.
"""
import base64
import bz2
import codecs
import gzip
import io
import lzma
import os
import random
import sqlite3
import subprocess
import tarfile
import zipfile
import zlib

DIGITS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
ENV = {"PATH": os.environ["PATH"], "HOME": "/nonexistent", "LC_ALL": "C.UTF-8",
       "GIT_CONFIG_NOSYSTEM": "1", "GIT_CONFIG_GLOBAL": "/dev/null",
       "GIT_AUTHOR_NAME": "Ada", "GIT_AUTHOR_EMAIL": "ada@widgets.io",
       "GIT_COMMITTER_NAME": "Bo", "GIT_COMMITTER_EMAIL": "bo@widgets.io"}


def marker(number):
    """A token of GitHub's form for each number: thirty digits of base 62 and their checksum."""
    rng = random.Random(f"marker {number}")
    body = "".join(rng.choice(DIGITS) for _ in range(30))
    crc, tail = zlib.crc32(body.encode()), ""
    for _ in range(6):
        crc, digit = divmod(crc, 62)
        tail = DIGITS[digit] + tail
    return "gh" + "p_" + body + tail


class Repo:
    def __init__(self, folder, object_format="sha1"):
        self.folder, self.clock = folder, 1_700_000_000
        os.makedirs(folder, exist_ok=True)
        self.git("init", "-q", "-b", "main", f"--object-format={object_format}")
        self.write("README", "A small project.\n")
        self.commit("begin")

    def git(self, *args, data=None, **env):
        self.clock += 60
        times = {"GIT_AUTHOR_DATE": f"@{self.clock} +0000", "GIT_COMMITTER_DATE": f"@{self.clock} +0000"}
        return subprocess.run(["git", *args], cwd=self.folder, input=data, check=True, capture_output=True,
                              env=ENV | times | env).stdout.decode(errors="replace").strip()

    def write(self, path, content):
        path = os.path.join(self.folder, path)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, "wb") as file:
            file.write(content if isinstance(content, bytes) else content.encode())

    def commit(self, message="change", **env):
        self.git("add", "-A")
        self.git("commit", "-q", "--allow-empty", "-m", message, **env)

    def add(self, path, content):
        """A commit with the file, and one that deletes it."""
        self.write(path, content)
        self.commit("add a file")
        self.git("rm", "-q", "-f", path)
        self.git("commit", "-q", "-m", "remove")


def line(m):
    return f"some = text\ntoken = {m}\nmore = text\n"


# ---- the eighteen ----

def merge_only(repo, m, branches=1):
    for i in range(branches):
        repo.git("checkout", "-q", "-b", f"side{i}-{m[-4:]}", "main")
        repo.write(f"side{i}-{m[-4:]}", "side\n")
        repo.commit()
    repo.git("checkout", "-q", "main")
    repo.write("main-line", m[-6:])
    repo.commit()
    repo.git("merge", "-q", "--no-commit", "--no-ff", "-s", "octopus" if branches > 1 else "ort",
             *[f"side{i}-{m[-4:]}" for i in range(branches)])
    repo.write("merged.txt", line(m))
    repo.commit("merge")
    repo.git("rm", "-q", "-f", "merged.txt")
    repo.git("commit", "-q", "-m", "remove")
    for i in range(branches):
        repo.git("branch", "-q", "-D", f"side{i}-{m[-4:]}")


def rename_and_edit(repo, m):
    text = "".join(f"line {i} of a long file\n" for i in range(60))
    repo.write("old-name.txt", text)
    repo.commit()
    repo.git("mv", "old-name.txt", "new-name.txt")
    repo.write("new-name.txt", text + line(m))
    repo.commit()
    repo.git("rm", "-q", "-f", "new-name.txt")
    repo.commit()


def link_to_file(repo, m):
    os.symlink("README", os.path.join(repo.folder, "changing"))
    repo.commit()
    os.unlink(os.path.join(repo.folder, "changing"))
    repo.add("changing", line(m))


def link_target(repo, m):
    os.symlink("/srv/" + m, os.path.join(repo.folder, "link"))
    repo.commit()
    os.unlink(os.path.join(repo.folder, "link"))
    repo.commit()


def no_diff(repo, m):
    repo.write(".gitattributes", "hidden.* -diff\n")
    repo.add("hidden.txt", line(m))


def stash(repo, m):
    repo.write("README", line(m))
    repo.git("stash", "-q")


def amended(repo, m):
    repo.write("amend.txt", line(m))
    repo.commit()
    os.unlink(os.path.join(repo.folder, "amend.txt"))
    repo.git("add", "-A")
    repo.git("commit", "-q", "--amend", "--allow-empty", "-m", "amended")


def staged(repo, m):
    repo.write("staged.txt", line(m))
    repo.git("add", "staged.txt")
    repo.write("staged.txt", "nothing here\n")


def blob(repo, m):
    return repo.git("hash-object", "-w", "--stdin", data=line(m).encode())


def tagged_tree(repo, m):
    tree = repo.git("mktree", data=f"100644 blob {blob(repo, m)}\tin-a-tree.txt\n".encode())
    repo.git("tag", "tree-tag", tree)


# ---- content ----

def pem(seed):
    raw = random.Random(seed).randbytes(600)
    # A PKCS #1 sequence by its outer form: nine integers.
    parts = [b"\x02\x01\x00"] + [b"\x02\x40" + bytes([1 + raw[i] % 100]) + raw[i * 60:i * 60 + 63] for i in range(8)]
    body = b"".join(parts)
    der = b"\x30\x82" + len(body).to_bytes(2, "big") + body
    text = base64.encodebytes(der).decode().replace("\n", "")
    lines = "\n".join(text[i:i + 64] for i in range(0, len(text), 64))
    return "-----BEGIN RSA " + "PRIVATE KEY-----\n" + lines + "\n-----END RSA " + "PRIVATE KEY-----\n"


def zipped(members):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return out.getvalue()


def tarred(name, content):
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w:gz") as archive:
        info = tarfile.TarInfo(name)
        info.size = len(content)
        archive.addfile(info, io.BytesIO(content))
    return out.getvalue()


def pdf(m):
    stream = zlib.compress(f"BT /F1 12 Tf ({m}) Tj ET".encode())
    return (b"%PDF-1.4\n1 0 obj\n<< /Length " + str(len(stream)).encode() + b" /Filter /FlateDecode >>\nstream\n" +
            stream + b"\nendstream\nendobj\ntrailer\n<< >>\n%%EOF\n")


def png(m):
    def chunk(kind, data):
        return len(data).to_bytes(4, "big") + kind + data + zlib.crc32(kind + data).to_bytes(4, "big")
    return (b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", bytes([0, 0, 0, 1, 0, 0, 0, 1, 8, 0, 0, 0, 0])) +
            chunk(b"zTXt", b"Comment\0\0" + zlib.compress(line(m).encode())) +
            chunk(b"IDAT", zlib.compress(b"\0\0")) + chunk(b"IEND", b""))


def sqlite(repo, m):
    path = os.path.join(repo.folder, "data.db")
    db = sqlite3.connect(path)
    db.execute("create table t (a text)")
    db.execute("insert into t values (?)", (f"token {m} here",))
    db.commit()
    db.close()
    repo.commit()
    os.unlink(path)
    repo.commit()


def elf(m):
    return b"\x7fELF\x02\x01\x01" + bytes(57) + random.Random(1).randbytes(2000) + b"\0" + m.encode() + b"\0" + bytes(300)


def swapped_body(repo, _):
    repo.write("server.key", pem("first"))
    repo.commit()
    repo.add("server.key", pem("second"))


def of_content(path, make):
    return lambda repo, m: repo.add(path, make(m))


def b64(m):
    return base64.b64encode(line(m).encode()).decode()


def wrapped(m):
    text = base64.b64encode(("x" * 50 + line(m) + "y" * 50).encode()).decode()
    return "data:\n" + "\n".join("  " + text[i:i + 64] for i in range(0, len(text), 64)) + "\n"


# ---- git's own places ----

def author(repo, m):
    repo.commit("by somebody", GIT_AUTHOR_NAME=m)


def header(repo, m):
    head = repo.git("rev-parse", "HEAD")
    tree = repo.git("rev-parse", "HEAD^{tree}")
    who = "Ada <ada@widgets.io> 1700000000 +0000"
    text = f"tree {tree}\nparent {head}\nauthor {who}\ncommitter {who}\nx-build {m}\n\nwith a header\n"
    commit = repo.git("hash-object", "-t", "commit", "-w", "--stdin", data=text.encode())
    repo.git("update-ref", "refs/heads/main", commit)


def replaced(repo, m):
    repo.add("replaced.txt", line(m))
    victim, tree = repo.git("rev-parse", "HEAD~1"), repo.git("rev-parse", "HEAD^{tree}")
    parent = repo.git("rev-parse", "HEAD~2")
    repo.git("replace", victim, repo.git("commit-tree", tree, "-p", parent, "-m", "harmless"))


def alternate(repo, m):
    other = Repo(repo.folder + ".other")
    other.add("elsewhere.txt", line(m))
    with open(os.path.join(repo.folder, ".git/objects/info/alternates"), "w") as file:
        file.write(os.path.join(other.folder, ".git/objects") + "\n")


def lfs(repo, m):
    repo.write(".git/lfs/objects/aa/bb/" + "aabb" * 16, line(m))


def config(repo, m):
    repo.git("remote", "add", f"r{m[-4:]}", f"https://x:{m}@git.widgets.io/a.git")


def edit_message(repo, m):
    repo.write(".git/COMMIT_EDITMSG", f"wip {m}\n")


def reflog(repo, m):
    repo.git("update-ref", "-m", f"note {m}", "--create-reflog", "refs/heads/logged", "HEAD")


def worktree(repo, m):
    path = repo.folder + ".linked"
    repo.git("worktree", "add", "-q", "--detach", path)
    with open(os.path.join(path, "linked.txt"), "w") as file:
        file.write(line(m))
    repo.git("-C", path, "add", "-A")
    repo.git("-C", path, "commit", "-q", "-m", "linked")


def pull_ref(repo, m):
    repo.add("pull.txt", line(m))
    repo.git("update-ref", "refs/pull/7/head", "HEAD~1")
    repo.git("reset", "-q", "--hard", "HEAD~2")


def pack_objects(repo):
    """All in one pack, what nothing leads to as well."""
    repo.git("repack", "-q", "-a", "-d", "--keep-unreachable")
    repo.git("prune-packed")


THE_18 = {
    "added only in a merge": merge_only,
    "rename and edit": rename_and_edit,
    "link becomes file": link_to_file,
    "link's target": link_target,
    "UTF-16 with BOM": of_content("wide.txt", lambda m: line(m).encode("utf-16")),
    "-diff attribute": no_diff,
    "text with one NUL": of_content("nul.txt", lambda m: "one\0nul\n" + line(m)),
    "top stash": stash,
    "older stash": lambda repo, m: (stash(repo, m), repo.write("README", "other\n"), repo.git("stash", "-q")),
    "amended commit": amended,
    "dangling blob": blob,
    "staged only": staged,
    "tag on a blob": lambda repo, m: repo.git("tag", "blob-tag", blob(repo, m)),
    "tag's message": lambda repo, m: repo.git("tag", "-a", "noted", "-m", f"text {m}"),
    "commit's message": lambda repo, m: repo.commit(f"subject\n\nbody {m}\n"),
    "author's name": author,
    "note": lambda repo, m: repo.git("notes", "add", "-m", f"note {m}"),
    "file's name": lambda repo, m: repo.add(f"dir/{m}.txt", "nothing\n"),
}

THE_46 = {
    "key's body replaced": swapped_body,
    "octopus merge": lambda repo, m: merge_only(repo, m, branches=2),
    "commit hidden by refs/replace": replaced,
    "tag on a tree": tagged_tree,
    "alternate store": alternate,
    "Git LFS object": lfs,
    ".git/config": config,
    "COMMIT_EDITMSG": edit_message,
    "reflog's message": reflog,
    "linked work tree": worktree,
    "extra commit header": header,
    "folder's name": lambda repo, m: repo.add(f"{m}/file.txt", "nothing\n"),
    "branch's name": lambda repo, m: repo.git("branch", f"feature/{m}"),
    "UTF-16 without BOM": of_content("le.txt", lambda m: line(m).encode("utf-16-le")),
    "UTF-16BE": of_content("be.txt", lambda m: line(m).encode("utf-16-be")),
    "UTF-32": of_content("utf32.txt", lambda m: line(m).encode("utf-32")),
    "EBCDIC": of_content("host.txt", lambda m: codecs.encode(line(m), "cp037")),
    "base64 wrapped": of_content("wrapped.yaml", wrapped),
    "literals joined": of_content("joined.js", lambda m: f'const t = "{m[:17]}" + "{m[17:]}";\n'),
    "PDF stream": of_content("doc.pdf", pdf),
    "PNG text": of_content("image.png", png),
    "plain": of_content("plain.txt", line),
    "whole key": of_content("whole.key", lambda m: pem(m)),
    "base64": of_content("once.txt", lambda m: f"value: {b64(m)}\n"),
    "base64 twice": of_content("twice.txt", lambda m: base64.b64encode(f"v: {b64(m)}".encode()).decode() + "\n"),
    "line of 3 MB": of_content("long.js", lambda m: "var a=1;" * 375_000 + f"t='{m}';" + "x();" * 1000),
    "file of 30 MB": of_content("large.txt", lambda m: "a line of text in a large file\n" * 1_000_000 + line(m)),
    "pull ref": pull_ref,
    "notebook's output": of_content("book.ipynb", lambda m: '{"cells":[{"outputs":[{"text":["t = ' + m + '\\n"]}]}]}\n'),
    "hex": of_content("hex.txt", lambda m: "data = " + line(m).encode().hex() + "\n"),
    "percent": of_content("percent.txt", lambda m: "q=" + "".join(f"%{c:02X}" for c in m.encode()) + "\n"),
    "\\u escapes": of_content("escaped.json", lambda m: '{"t": "' + "".join(f"\\u{ord(c):04x}" for c in m) + '"}\n'),
    "entities": of_content("page.html", lambda m: "<p>" + "".join(f"&#{ord(c)};" for c in m) + "</p>\n"),
    "gzip": of_content("log.gz", lambda m: gzip.compress(line(m).encode(), mtime=0)),
    "bzip2": of_content("log.bz2", lambda m: bz2.compress(line(m).encode())),
    "xz": of_content("log.xz", lambda m: lzma.compress(line(m).encode())),
    "zip": of_content("a.zip", lambda m: zipped({"a/conf.txt": line(m)})),
    "tar.gz": of_content("a.tar.gz", lambda m: tarred("a/conf.txt", line(m).encode())),
    "zip in zip in zip": of_content("deep.zip", lambda m: zipped({"b.zip": zipped({"c.zip": zipped({"d.txt": line(m)})})})),
    "zip named .dat": of_content("blob.dat", lambda m: zipped({"conf.txt": line(m)})),
    "docx": of_content("letter.docx", lambda m: zipped({"word/document.xml": f"<w:t>{m}</w:t>"})),
    "SQLite": sqlite,
    "program": of_content("tool.bin", elf),
    "lock file": of_content("package-lock.json", lambda m: '{"resolved": "https://x:' + m + '@npm.widgets.io/a.tgz"}\n'),
    "node_modules": of_content("node_modules/a/index.js", line),
    "line with an allow mark": of_content("marked.py", lambda m: f't = "{m}"  # gitleaks:allow\n'),
}

PLACES = THE_18 | THE_46
