"""Compares the objects that we read from packs and loose files with git's own list of them.

against_git_objects.py OBJECTS_DUMP [SEEDS]

Repositories made at random: texts that change little by little, long and short, binary ones, copies;
commits, tags, trees. Loose, in one pack, in many, with chains of deltas that name their base by id or
by distance, in thin packs' way across packs, with indexes of version 1 and 2, with alternates, with
SHA-1 and SHA-256. Then the same with bytes of packs and indexes changed: no crash, and what is printed
is git's or a fault.
"""
import os
import random
import shutil
import subprocess
import sys
import tempfile

ENV = {"PATH": os.environ["PATH"], "HOME": "/nonexistent", "LC_ALL": "C.UTF-8",
       "GIT_CONFIG_NOSYSTEM": "1", "GIT_CONFIG_GLOBAL": "/dev/null",
       "GIT_AUTHOR_NAME": "A", "GIT_AUTHOR_EMAIL": "a@example.org",
       "GIT_COMMITTER_NAME": "C", "GIT_COMMITTER_EMAIL": "c@example.org"}
SANITIZERS = {name: os.environ[name] for name in ("ASAN_OPTIONS", "UBSAN_OPTIONS") if name in os.environ}


def git(folder, *args, data=b""):
    return subprocess.run(["git", *args], cwd=folder, input=data, check=True, env=ENV,
                          stdout=subprocess.PIPE, stderr=subprocess.DEVNULL).stdout


class Repo:
    def __init__(self, folder, rng, sha256):
        self.folder, self.rng, self.id_bytes = folder, rng, 32 if sha256 else 20
        os.makedirs(folder)
        git(folder, "init", "-q", "--bare", "--object-format=" + ("sha256" if sha256 else "sha1"))
        self.text = [os.urandom(8).hex().encode() for _ in range(rng.choice([3, 60, 3000]))]

    def grow(self, count):
        rng = self.rng
        for _ in range(count):
            for _ in range(rng.randrange(4)):
                at = rng.randrange(len(self.text))
                self.text[at:at + rng.randrange(2)] = [rng.randbytes(8).hex().encode() for _ in range(rng.randrange(3))]
            data = rng.choice([b"\n".join(self.text), rng.randbytes(rng.randrange(300)), b"", b"x" * 70000])
            blob = git(self.folder, "hash-object", "-w", "--stdin", data=data).strip()
            tree = git(self.folder, "mktree", data=b"100644 blob " + blob + b"\tf\n").strip()
            commit = git(self.folder, "commit-tree", tree.decode(), data=b"m\n").strip().decode()
            git(self.folder, "update-ref", f"refs/heads/b{rng.randrange(1 << 40)}", commit)
        git(self.folder, "tag", "-a", "-m", "t", f"t{rng.randrange(1 << 40)}", commit)

    def objects(self):
        return os.path.join(self.folder, "objects")

    def truth(self):
        out = git(self.folder, "cat-file", "--batch-all-objects", "--batch-check").decode()
        return set(out.splitlines())


def dump(program, repo, shards):
    run = subprocess.run([program, repo.objects(), str(repo.id_bytes), str(shards)], capture_output=True,
                         env=ENV | SANITIZERS, timeout=100)
    if run.returncode != 0:
        raise AssertionError(run.stderr.decode(errors="replace"))
    return run.stdout.decode(errors="replace").splitlines()


def pack(repo, rng):
    """One of the ways in which packs come to be."""
    kind = rng.randrange(5)
    options = ["-c", f"pack.indexVersion={rng.choice([1, 2]) if repo.id_bytes == 20 else 2}"]
    if kind == 0:
        git(repo.folder, *options, "repack", "-q", "-adf", f"--depth={rng.choice([1, 50, 4095])}")
    elif kind == 1:
        git(repo.folder, *options, "repack", "-q", "-d")
    elif kind == 2:
        git(repo.folder, "-c", "repack.useDeltaBaseOffset=false", *options, "repack", "-q", "-adf")
    elif kind == 3:
        git(repo.folder, *options, "-c", "pack.packSizeLimit=1m", "repack", "-q", "-ad")
    return kind


def compare(program, repo, shards):
    printed, truth = dump(program, repo, shards), repo.truth()
    wrong = [line for line in printed if line not in truth]
    if wrong or set(printed) != truth:
        raise AssertionError(f"{len(wrong)} lines of {len(printed)} are not git's, {len(truth - set(printed))} of "
                             f"{len(truth)} are missing: {wrong[:3]} {sorted(truth - set(printed))[:3]}")
    return len(truth)


def damage(program, repo, rng):
    """Whatever is printed as an object is one of git's, and the rest is a fault."""
    truth = repo.truth()
    names = [os.path.join(folder, name) for folder, _, names in os.walk(repo.objects()) for name in names]
    path = rng.choice([name for name in names if os.path.getsize(name) > 0])
    os.chmod(path, 0o600)
    with open(path, "r+b") as file:
        size = os.path.getsize(path)
        if rng.randrange(4) == 0:
            file.truncate(rng.randrange(size))
        else:
            for _ in range(rng.randrange(1, 9)):
                file.seek(rng.randrange(min(size, rng.choice([16, 1100, size]))))
                file.write(rng.randbytes(1))
    for line in dump(program, repo, rng.randrange(1, 5)):
        if line not in truth and not line.startswith(("fault ", "wrong ", "pieces ")):
            raise AssertionError(f"{path}: {line}")


def one(program, seed, folder):
    rng = random.Random(seed)
    repo = Repo(os.path.join(folder, "repo"), rng, sha256=seed % 4 == 3)
    kinds = []
    for _ in range(rng.randrange(1, 4)):
        repo.grow(rng.randrange(3, 12))
        kinds.append(pack(repo, rng))
    count = compare(program, repo, rng.randrange(1, 9))
    if rng.randrange(2):
        other = Repo(os.path.join(folder, "other"), rng, sha256=repo.id_bytes == 32)
        with open(os.path.join(other.objects(), "info/alternates"), "w") as file:
            file.write("# ours\n" + rng.choice([repo.objects(), "../../repo/objects"]) + "\n")
        other.grow(3)
        git(other.folder, "repack", "-q", "-d")
        count += compare(program, other, 3)
    for _ in range(6):
        copy = Repo.__new__(Repo)
        copy.folder, copy.id_bytes = os.path.join(folder, "copy"), repo.id_bytes
        shutil.copytree(repo.folder, copy.folder)
        copy.truth = lambda known=repo.truth(): known
        damage(program, copy, rng)
        shutil.rmtree(copy.folder)
    return count


def main():
    program, seeds = sys.argv[1], int(sys.argv[2]) if len(sys.argv) > 2 else 8
    objects = 0
    for seed in range(seeds):
        with tempfile.TemporaryDirectory() as folder:
            try:
                objects += one(program, seed, folder)
            except AssertionError as why:
                sys.exit(f"seed {seed}: {why}")
    print(f"{objects} objects of {seeds} repositories are read as git reads them")


if __name__ == "__main__":
    main()
