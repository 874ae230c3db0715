#!/usr/bin/env python3
"""The merged view against `umoci unpack`, on cases by hand and on random layers.

usage: against_umoci.py IMAGE-DUMP [SEED [COUNT]]
"""
import hashlib
import os
import pathlib
import random
import shutil
import subprocess
import sys
import tempfile

from layout import Layout, tar_of

DUMP = sys.argv[1]
FOLDERS, NAMES = ["a", "d", "w"], ["x", "y", "w1", "w2"] * 3 + ["a", "w"]

# Each case: its layers, the lowest first. w… are the names that the narrow run wants.
CASES = {
    "a whiteout": [[("file", "w", "1"), ("file", "wx", "1")], [("file", ".wh.w", "")]],
    "a whiteout of what the same layer has": [[("file", "w", "1")], [("file", "w", "2"), ("file", ".wh.w", "")]],
    "the other order": [[("file", "w", "1")], [("file", ".wh.w", ""), ("file", "w", "2")]],
    "a whiteout of a folder": [[("file", "d/e/w", "1")], [("file", ".wh.d", "")]],
    "of a folder that has something new": [
        [("file", "d/w1", "1"), ("file", "d/e/w3", "1")], [("file", "d/w2", "2"), ("file", ".wh.d", "")]],
    "an opaque folder": [[("file", "d/w1", "1"), ("file", "d/e/w1", "1")],
                         [("dir", "d", ""), ("file", "d/.wh..wh..opq", ""), ("file", "d/w2", "2")]],
    "opaque last": [[("file", "d/w1", "1")], [("file", "d/w2", "2"), ("file", "d/.wh..wh..opq", "")]],
    "opaque below what is new": [[("file", "d/e/w1", "1")],
                                 [("file", "d/e/w2", "2"), ("file", "d/.wh..wh..opq", "")]],
    "an opaque root": [[("file", "w1", "1"), ("file", "d/w1", "1")],
                       [("file", ".wh..wh..opq", ""), ("file", "w2", "2")]],
    "deleted and back": [[("file", "w", "1")], [("file", ".wh.w", "")], [("file", "w", "3")]],
    "a file becomes a folder": [[("file", "w", "1")], [("dir", "w", ""), ("file", "w/w", "2")]],
    "a folder becomes a file": [[("file", "w/w", "1"), ("file", "w/d/w", "1")], [("file", "w", "2")]],
    "a folder becomes a file nobody wants": [[("file", "d/w", "1")], [("file", "d", "2")]],
    "a folder becomes a link": [[("file", "d/w", "1"), ("file", "e/w2", "1")], [("link", "d", "e")]],
    "a link becomes a folder": [[("file", "e/w", "1"), ("link", "d", "e")], [("dir", "d", ""), ("file", "d/w2", "2")]],
    "a link becomes a file": [[("file", "w1", "1"), ("link", "w2", "w1")], [("file", "w2", "2")]],
    "a file below a link of a lower layer": [[("dir", "usr/lib", ""), ("link", "lib", "usr/lib")],
                                             [("file", "lib/w", "2")]],
    "a whiteout below a link": [[("file", "usr/lib/w", "1"), ("link", "lib", "usr/lib")], [("file", "lib/.wh.w", "")]],
    "an opaque folder behind a link": [[("file", "usr/lib/w", "1"), ("link", "lib", "usr/lib")],
                                       [("file", "lib/.wh..wh..opq", ""), ("file", "lib/w2", "2")]],
    "a whiteout of a link": [[("file", "usr/lib/w", "1"), ("link", "lib", "usr/lib")], [("file", ".wh.lib", "")]],
    "an absolute link": [[("file", "e/w", "1"), ("link", "d/w2", "/e/w")]],
    "a link out of the root": [[("file", "w", "1"), ("link", "d/w2", "../../../../w")]],
    "a chain of links": [[("file", "x", "1"), ("link", "y", "x"), ("link", "z", "y"), ("link", "w", "z")]],
    "a circle": [[("link", "w1", "w2"), ("link", "w2", "w1"), ("file", "w3", "1")]],
    "a link to nothing": [[("link", "w", "nothing"), ("link", "w2", "/no/thing")]],
    "a link to a folder": [[("file", "d/w", "1"), ("link", "w2", "d")]],
    "a link to a file below a link": [[("file", "usr/lib/x", "1"), ("link", "lib", "usr/lib"), ("link", "w", "lib/x")]],
    "a hard link": [[("file", "w1", "1"), ("hard", "w2", "w1")]],
    "a hard link to a lower layer": [[("file", "w1", "1")], [("hard", "w2", "w1")]],
    "a hard link to what nobody wants": [[("file", "x", "1")], [("hard", "w2", "x")]],
    "a hard link to what is replaced later": [[("file", "x", "1")], [("hard", "w2", "x")], [("file", "x", "2")]],
    "a hard link to what is deleted later": [[("file", "x", "1")], [("hard", "w2", "x")], [("file", ".wh.x", "")]],
    "a hard link to a hard link": [[("file", "x", "1"), ("hard", "y", "x"), ("hard", "w", "y")]],
    "a hard link to a symbolic one": [[("file", "d/x", "1"), ("link", "d/y", "x"), ("hard", "d/w", "d/y")]],
    "a symbolic link to a hard one": [[("file", "x", "1"), ("hard", "y", "x"), ("link", "w", "y")]],
    "a hard link through a link": [[("file", "usr/lib/x", "1"), ("link", "lib", "usr/lib")], [("hard", "w", "lib/x")]],
    "twice in one layer": [[("file", "w", "1"), ("file", "w", "2")]],
    "names with ./ and //": [[("file", "./d//./w", "1")], [("file", "./d/.wh.w", ""), ("file", ".//w2", "2")]],
    "an absolute name": [[("file", "/d/w", "1")]],
    "a FIFO in a file's place": [[("file", "w", "1")], [("fifo", "w", "")]],
    "a folder twice": [[("dir", "d", ""), ("file", "d/w", "1")], [("dir", "d", "")]],
    "names of any bytes": [[("file", "w\udcff\udc80", "1"), ("file", "w\n", "2"), ("file", "w\u00e4/w", "3")]],
}


def resolve(root, path, hops=0):
    """Where a path leads inside root, with links followed as chroot would; None: nowhere."""
    done = []
    rest = [p for p in path.split("/") if p not in ("", ".")]
    while rest:
        name = rest.pop(0)
        if name in ("", "."):
            continue
        if name == "..":
            done = done[:-1]
            continue
        full = os.path.join(root, *done, name)
        if os.path.islink(full):
            hops += 1
            if hops > 40:
                return None
            target = os.readlink(full)
            if target.startswith("/"):
                done = []
            rest = target.split("/") + rest
            continue
        if not os.path.lexists(full):
            return None
        done.append(name)
    return os.path.join(root, *done)


def expected(root, prefix):
    view = {}
    for folder, dirs, files in os.walk(root):
        for name in files + dirs:
            path = os.path.join(folder, name)
            short = os.path.relpath(path, root)
            if not name.startswith(prefix) or (os.path.isdir(path) and not os.path.islink(path)):
                continue
            real = resolve(root, short)
            if real and os.path.isfile(real):
                view[os.fsencode(short)] = hashlib.sha256(pathlib.Path(real).read_bytes()).hexdigest()
    return view


def dumped(layout, prefix):
    done = subprocess.run([DUMP, layout, prefix], capture_output=True, check=False, timeout=60)
    view = {}
    for line in done.stdout.decode().splitlines():
        path, digest = line.split()
        path = bytes.fromhex(path)
        assert path not in view, f"{path} twice"
        view[path] = digest
    return view, done.returncode, done.stderr.decode(errors="replace").strip()


def compare(layers, folder):
    """None if the views agree; "skipped" if umoci cannot unpack it; else what differs."""
    layout = Layout(folder / "layout")
    layout.image([tar_of(entries) for entries in layers])
    umoci = subprocess.run(["umoci", "unpack", "--rootless", "--image", f"{folder}/layout:latest", f"{folder}/bundle"],
                           capture_output=True, check=False, timeout=60)
    if umoci.returncode != 0:
        return "skipped"
    for prefix in ("", "w"):
        want = expected(str(folder / "bundle/rootfs"), prefix)
        got, code, err = dumped(str(folder / "layout"), prefix)
        if code != 0 or got != want:
            return (f"names {prefix}*: exit {code} {err}\n  only umoci {sorted(set(want.items()) - set(got.items()))}"
                    f"\n  only here  {sorted(set(got.items()) - set(want.items()))}")
    return None


def random_path(rng):
    folders = [rng.choice(FOLDERS) for _ in range(rng.randint(0, 2))]
    return "/".join([*folders, rng.choice(NAMES)])


def random_target(rng):
    path = random_path(rng)
    return rng.choice(["", "", "/", "../", "./"]) + path


def random_layer(rng, number, files):
    """files: the paths so far, so that most hard links lead somewhere."""
    entries = []
    for i in range(rng.randint(1, 8)):
        path = random_path(rng)
        folder, _, name = path.rpartition("/")
        kind = rng.choice(["file"] * 6 + ["dir", "dir", "link", "link", "hard", "hard", "white", "white", "opaque"])
        if kind == "white":
            entries.append(("file", f"{folder}/.wh.{name}".lstrip("/"), ""))
        elif kind == "opaque":
            entries.append(("file", f"{folder}/.wh..wh..opq".lstrip("/"), ""))
        elif kind == "hard":
            entries.append((kind, path, rng.choice(files[-4:]) if files else "nothing"))
        elif kind == "link":
            entries.append((kind, path, random_target(rng)))
        else:
            entries.append((kind, path, f"{number}.{i}"))
            if kind == "file":
                files.append(path)
    return entries


def random_image(rng):
    files = []
    return [random_layer(rng, n, files) for n in range(rng.randint(1, 3))]


def main():
    seed = int(sys.argv[2]) if len(sys.argv) > 2 else 1876
    count = int(sys.argv[3]) if len(sys.argv) > 3 else 80
    rng = random.Random(seed)
    cases = list(CASES.items())
    cases += [(f"random {i}", random_image(rng)) for i in range(count)]
    bad = skipped = alike = 0
    for name, layers in cases:
        folder = pathlib.Path(tempfile.mkdtemp(prefix="plimsoll-umoci-"))
        try:
            result = compare(layers, folder)
        finally:
            shutil.rmtree(folder, ignore_errors=True)
        if result == "skipped":
            skipped += 1
            if name in CASES:
                bad += 1
                print(f"{name}: umoci cannot unpack it")
        elif result:
            bad += 1
            print(f"{name}: {result}")
            for layer in layers:
                print("   ", layer)
        else:
            alike += 1
    print(f"{alike} alike, {skipped} that umoci refuses, {bad} differ")
    if alike < len(CASES) + count // 2:
        print(f"of {count} random images at least half are to be compared")
        return 1
    return 1 if bad else 0


sys.exit(main())
