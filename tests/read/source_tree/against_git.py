"""Compares our walks with git's own answers over repositories made at random.

against_git.py GIT_DUMP [SEEDS]

Trees: git ls-tree -r. Ranges: of each commit of git rev-list BASE..HEAD what git ls-tree shows and
neither its parents' trees nor the base's hold, at the same path. Files change, move, swap kinds
with links and folders, go and come back; merges have two or three parents and hold edits of their
own; names hold blanks, quotes, line ends and bytes that are no UTF-8.
Texts: the headers and the message of each commit of a range, as git cat-file has them. Changes: a
commit's tree and its parents' trees. Differences: git diff-tree. Paths: git ls-tree.
"""
import os
import random
import subprocess
import sys
import tempfile

NAMES = [b"a", b"a.b", b"a b", b"A", b"z\"q", b"new\nline", b"\xff\xfe", b"dir", b"dir.x", b"dir-x",
         b"deep", b"-dash", b"tab\t"]
MESSAGES = [b"m", b"two\n\nparagraphs\n", b"", b"\n\nlate\n", b"bytes \xff\xfe\n", b"\xe2\x82\xac"]
ENV = {"PATH": os.environ["PATH"], "HOME": "/nonexistent", "LC_ALL": "C.UTF-8",
       "GIT_CONFIG_NOSYSTEM": "1", "GIT_CONFIG_GLOBAL": "/dev/null",
       "GIT_AUTHOR_NAME": "A", "GIT_AUTHOR_EMAIL": "a@example.org",
       "GIT_COMMITTER_NAME": "C", "GIT_COMMITTER_EMAIL": "c@example.org"}


class Repo:
    def __init__(self, folder, rng, sha256):
        self.folder, self.rng, self.clock = folder, rng, 1_700_000_000
        self.git("init", "-q", "--bare", "--object-format=" + ("sha256" if sha256 else "sha1"))
        self.trees = {}

    def git(self, *args, data=b"", **env):
        return subprocess.run(["git", *args], cwd=self.folder, input=data, check=True,
                              env=ENV | env, stdout=subprocess.PIPE).stdout

    def blob(self, text):
        return self.git("hash-object", "-w", "--stdin", data=text).strip()

    def commit(self, files, parents):
        lines = b"".join(m + b" blob " + o + b"\t" + p + b"\0" for p, (m, o) in files.items())
        index = os.path.join(self.folder, "index.tmp")
        if os.path.exists(index):
            os.unlink(index)
        self.git("update-index", "-z", "--index-info", data=lines.replace(b" blob ", b" "),
                 GIT_INDEX_FILE=index)
        tree = self.git("write-tree", GIT_INDEX_FILE=index).strip().decode()
        self.clock += self.rng.randint(-50, 100)
        date = f"@{self.clock} +0000"
        args = [x for p in parents for x in ("-p", p)]
        message = self.rng.choice(MESSAGES)
        encoding = "ISO-8859-1" if b"\xff" in message else "UTF-8"
        commit = self.git("-c", f"i18n.commitEncoding={encoding}", "commit-tree", tree, *args, data=message,
                          GIT_AUTHOR_DATE=date, GIT_COMMITTER_DATE=date).strip().decode()
        self.trees[commit] = dict(files)
        return commit


def change(repo, files):
    rng = repo.rng
    for _ in range(rng.randint(0, 9)):
        path = b"/".join(rng.choice(NAMES) for _ in range(rng.randint(1, 4)))
        kind = rng.random()
        if kind < 0.25 and files:
            files.pop(rng.choice(sorted(files)))
        elif kind < 0.4 and files:
            old = rng.choice(sorted(files))
            value = files.pop(old)
            put(files, path, value)
        else:
            mode = rng.choice([b"100644", b"100644", b"100755", b"120000"])
            put(files, path, (mode, repo.blob(b"%d" % rng.randint(0, 40))))


def put(files, path, value):
    """Sets a path; what stands in its way as a folder or a file goes."""
    for other in sorted(files):
        if other.startswith(path + b"/") or path.startswith(other + b"/"):
            files.pop(other)
    files[path] = value


def grow(repo, n):
    commits = []
    for _ in range(n):
        if commits and repo.rng.random() < 0.3:
            parents = repo.rng.sample(commits, min(len(commits), repo.rng.choice([2, 2, 3])))
        else:
            parents = repo.rng.sample(commits[-4:], min(len(commits), 1))
        files = dict(repo.trees[parents[0]]) if parents else {}
        for other in parents[1:]:
            for path, value in repo.trees[other].items():
                if repo.rng.random() < 0.7:
                    put(files, path, value)
        for _ in range(1 if parents else 8):
            change(repo, files)
        commits.append(repo.commit(files, parents))
    return commits


def ls_tree(repo, rev):
    out = repo.git("ls-tree", "-r", "-z", rev)
    rows = []
    for row in out.split(b"\0")[:-1]:
        meta, path = row.split(b"\t", 1)
        mode, _, oid = meta.split(b" ")
        rows.append((mode, oid, path))
    return rows


def introduced(repo, base, head):
    rows = []
    order = repo.git("rev-list", "--topo-order", "--reverse", "--parents", head, "^" + base)
    for line in order.decode().split("\n")[:-1]:
        commit, *parents = line.split(" ")
        known = {(o, p, m[:2]) for rev in [*parents, base] for m, o, p in ls_tree(repo, rev)}
        for mode, oid, path in ls_tree(repo, commit):
            if (oid, path, mode[:2]) not in known:
                rows.append((commit.encode(), mode, oid, path))
    return rows


def commits_between(repo, base, head):
    order = repo.git("rev-list", "--topo-order", "--reverse", "--parents", head, "^" + base)
    return [line.split(" ") for line in order.decode().split("\n")[:-1]]


def texts(repo, base, head):
    """Of each commit what stands behind its parents: headers, and the message if there is one."""
    rows = []
    for commit, *_ in commits_between(repo, base, head):
        headers, _, message = repo.git("cat-file", "commit", commit).partition(b"\n\n")
        lines = headers.split(b"\n")
        kept = [line for line in lines if not line.startswith((b"tree ", b"parent "))]
        rows.append((commit.encode(), b"\n".join(kept) + b"\n"))
        if message:
            rows.append((commit.encode(), message.replace(b"\0", b"\\0")))
    return rows


def changes(repo, base, head):
    def tree(commit):
        return repo.git("rev-parse", commit + "^{tree}").strip()
    return [(commit.encode(), b" ".join(map(tree, [commit, *parents])))
            for commit, *parents in commits_between(repo, base, head)]


def difference(repo, commit, other):
    """What commit holds and other does not, in the order of commit's paths."""
    known = {(oid, path, mode[:2]) for mode, oid, path in ls_tree(repo, other)}
    return [(mode, oid, path) for mode, oid, path in ls_tree(repo, commit)
            if (oid, path, mode[:2]) not in known]


def check_paths(dump, repo, folder, commit):
    rows = {path: (mode, oid) for mode, oid, path in ls_tree(repo, commit)}
    wanted = [*rows, b"nothing", b"a/b/c/d/e/f", *(path + b"/x" for path in rows)]
    wanted += {path.rpartition(b"/")[0] for path in rows if b"/" in path}
    for path in wanted[:40] + wanted[-10:]:
        listed = repo.git("ls-tree", "-d", "-z", commit, b":(top,literal)" + path) if path not in rows else b""
        want = rows.get(path) or (tuple(listed.split(b"\t")[0].split(b" ")[::2]) if listed else (b"none",))
        got, = ours(dump, 2, "path", folder, commit, path)
        if want != got:
            sys.exit(f"{commit}: {path}: {got} is not {want}")
    return len(wanted)


def ours(dump, fields, *args):
    out = subprocess.run([dump, *args], check=True, stdout=subprocess.PIPE).stdout
    return [tuple(row.split(b" ", fields - 1)) for row in out.split(b"\0")[:-1]]


def check(dump, seed):
    rng = random.Random(seed)
    with tempfile.TemporaryDirectory() as folder:
        repo = Repo(folder, rng, sha256=seed % 4 == 3)
        commits = grow(repo, 24)
        rows = 0
        for commit in rng.sample(commits, 4):
            want, got = ls_tree(repo, commit), ours(dump, 3, "tree", folder, commit)
            if want != got:
                sys.exit(f"seed {seed}: the tree of {commit}: {got} is not {want}")
            rows += len(want)
        for _ in range(4):
            base, head = sorted(rng.sample(commits, 2), key=commits.index)
            want, got = introduced(repo, base, head), ours(dump, 4, "range", folder, base, head)
            if want != got:
                sys.exit(f"seed {seed}: {base}..{head}: {got} is not {want}")
            rows += len(want)
            for name, should in ("texts", texts(repo, base, head)), ("changes", changes(repo, base, head)):
                got = ours(dump, 2, name, folder, base, head)
                if should != got:
                    sys.exit(f"seed {seed}: {name} of {base}..{head}: {got} are not {should}")
                rows += len(should)
            trees = [repo.git("rev-parse", rev + "^{tree}").strip().decode() for rev in (head, base)]
            want, got = difference(repo, head, base), ours(dump, 3, "differ", folder, *trees)
            if want != got:
                sys.exit(f"seed {seed}: {head} without {base}: {got} is not {want}")
        rows += check_paths(dump, repo, folder, commits[-1])
    return rows


def main():
    dump, seeds = sys.argv[1], int(sys.argv[2]) if len(sys.argv) > 2 else 6
    rows = sum(check(dump, seed) for seed in range(seeds))
    print(f"{rows} rows, the same as git's")
    if rows < 100 * seeds:
        sys.exit("too few rows to say anything")


main()
