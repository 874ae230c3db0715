"""Folders as they lie: how their paths are written, what git ignores, and what nobody can read."""
import json
import os
import pathlib
import shutil
import socket
import subprocess
import tempfile
import time

from house import PROGRAM, House, key_shaped, rules

BAD = "FROM debian:12\nUSER root\n"
GOOD = "FROM debian:12\nUSER 1\n"


def paths(report):
    return sorted(p["path"] for f in report["findings"] for p in f["places"])


def gaps(report):
    return sorted((g["stage"], g["kind"], g["what"]) for g in report["not_covered"])


class Paths(House):
    """a, b and sub/deep hold a bad Dockerfile each."""

    def setUp(self):
        super().setUp()
        self.top = self.folder / "top"
        self.top.mkdir()
        self.git("init", "-q", "-b", "main", cwd=self.top)
        for name in ("a", "b", "sub/deep"):
            self.write(f"top/{name}/Dockerfile", BAD)

    def commit(self):
        self.git("add", "-A", cwd=self.top)
        self.git("commit", "-qm", "x", cwd=self.top)

    def test_places_are_where_the_user_stands(self):
        up = str(self.top)
        for at, args, wanted in (
                ("top", ("lint", "a", "b"), ["a/Dockerfile", "b/Dockerfile"]),
                ("top", ("lint", "a/Dockerfile", "./b//Dockerfile"), ["a/Dockerfile", "b/Dockerfile"]),
                ("top", ("lint", "./a/", "b/."), ["a/Dockerfile", "b/Dockerfile"]),
                ("top", ("lint", "sub"), ["sub/deep/Dockerfile"]),
                ("top/sub", ("lint",), ["deep/Dockerfile"]),
                ("top/sub", ("lint", "../a/Dockerfile"), ["../a/Dockerfile"]),
                ("top/sub", ("lint", "../sub/deep"), ["../sub/deep/Dockerfile"]),
                ("top/sub", ("check",), ["deep/Dockerfile"]),
                ("top/sub", ("check", ".."), ["../a/Dockerfile", "../b/Dockerfile", "../sub/deep/Dockerfile"]),
                ("top", ("check", "sub"), ["sub/deep/Dockerfile"]),
                ("top", ("check", "sub/deep/Dockerfile"), ["sub/deep/Dockerfile"]),
                (".", ("check", "top/a"), ["top/a/Dockerfile"]),
                (".", ("lint", up + "/a"), [up + "/a/Dockerfile"]),
                (".", ("lint", up + "//a/./Dockerfile"), [up + "/a/Dockerfile"])):
            report = self.report(1, *args, cwd=self.folder / at)
            self.assertEqual(paths(report), wanted, args)
            out, _ = self.plimsoll(1, *args, cwd=self.folder / at)
            for path in wanted:
                self.assertIn(f"{path}:2:1", out)
            out, _ = self.plimsoll(1, *args, "--format", "markdown", cwd=self.folder / at)
            self.assertIn(f"{wanted[0]}:2", out)

    def test_secrets_too(self):
        self.write("top/sub/k", key_shaped())
        for at, args, wanted in (("top", ("dir", "sub"), "sub/k"), ("top/sub", ("dir",), "k"),
                                 (".", ("dir", "top/sub/k"), "top/sub/k"), ("top/a", ("dir", "../sub"), "../sub/k")):
            self.assertEqual(paths(self.report(1, "secrets", *args, cwd=self.folder / at)), [wanted])

    def test_standard_input_has_no_name(self):
        self.assertEqual(paths(self.report(1, "lint", "-", stdin=BAD.encode())), ["-"])

    def test_a_link_that_is_named_is_followed(self):
        (self.top / "link").symlink_to("a/Dockerfile")
        (self.top / "linked").symlink_to("sub")
        self.assertEqual(paths(self.report(1, "lint", "link", cwd=self.top)), ["link"])
        self.assertEqual(paths(self.report(1, "lint", "linked", cwd=self.top)), ["linked/deep/Dockerfile"])

    def test_a_fingerprint_is_the_same_from_everywhere(self):
        seen = set()
        for at, args in (("top", ("check", "a")), ("top/a", ("check",)), ("top/sub", ("lint", "../a/Dockerfile")),
                         (".", ("lint", self.top / "a/Dockerfile")), ("top", ("lint", "a"))):
            seen |= {f["fingerprint"] for f in self.report(1, *args, cwd=self.folder / at)["findings"]}
        self.assertEqual(len(seen), 1)
        both = self.report(1, "lint", "a", "b", cwd=self.top)
        self.assertEqual(len({f["fingerprint"] for f in both["findings"]}), 2)

    def test_a_file_that_is_named_several_times_is_judged_once(self):
        (self.top / "link").symlink_to("a/Dockerfile")
        for name in ("a", "b"):
            self.write(f"outside/{name}/Dockerfile", BAD + "USER root\n")
        outside = self.folder / "outside"
        for cwd in (self.top, outside):
            bad = self.report(1, "lint", "a", cwd=cwd)["findings"]
            for args in (("a", "a/Dockerfile", "./a"), ("a", cwd / "a"), ("a/Dockerfile", cwd / "a/Dockerfile", "a")):
                self.assertEqual(len(self.report(1, "lint", *args, cwd=cwd)["findings"]), len(bad), args)
            self.assertEqual(len(self.report(1, "lint", "a", "b", cwd=cwd)["findings"]), 2 * len(bad))
        self.assertEqual(paths(self.report(1, "lint", "link", "a", cwd=self.top)), ["link"])

    def test_operands_outside_a_repository_are_told_apart(self):
        for name in ("x", "y"):
            self.write(f"{name}/Dockerfile", BAD)
        report = self.report(1, "lint", "x", "y")
        self.assertEqual(len({f["fingerprint"] for f in report["findings"]}), 2)

    def test_a_policy_means_paths_of_the_repository(self):
        self.write("policy.yaml", "plimsoll: 1\nstages: {validate: {block: [DL3002]}}\nignore: [{rule: DL3002, path: 'sub/*', reason: no}]\n")
        policy = self.folder / "policy.yaml"
        for at, args in (("top", ("sub",)), ("top/sub", ()), ("top/sub/deep", ("Dockerfile",)), (".", ("top/sub",))):
            self.plimsoll(0, "check", "--policy", policy, *args, cwd=self.folder / at)
        self.plimsoll(1, "check", "--policy", policy, "top/a")

    def test_a_commit_and_a_folder_mean_the_same_file(self):
        self.write("top/old", "x")
        self.commit()
        self.git("checkout", "-qb", "dev", cwd=self.top)
        self.write("top/sub/k", key_shaped() + "\n")
        self.write("top/b/k2", key_shaped()[:-1] + "Q\n")
        self.commit()
        for at, args, known, prefix in (("top", (), 3, ""), (".", ("top",), 3, "top/"), ("top/sub", ("..",), 3, "../"),
                                        ("top/sub", (), 1, "../")):
            report = self.report(1, "check", *args, "--base", "main", cwd=self.folder / at)
            self.assertEqual(sum(f["state"] == "known" for f in report["findings"]), known, args)
            self.assertEqual(sum(f["state"] == "fixed" for f in report["findings"]), 0, args)
            where = {"../sub/k": "k"}.get(prefix + "sub/k", prefix + "sub/k") if not args else prefix + "sub/k"
            secrets = {p["path"] for f in report["findings"] if f["stage"] == "secrets" for p in f["places"]}
            self.assertEqual(secrets, {where, prefix + "b/k2"})

    def test_requests_and_edits_name_the_same_file(self):
        self.write("top/a/Dockerfile", "FROM debian:12\nMAINTAINER x\n# plimsoll ignore=DL3002 why\nUSER root\n")
        report = self.report(1, "lint", "../a", cwd=self.top / "sub")
        text = str([f.get("request") for f in report["findings"]])
        self.assertIn("'../a/Dockerfile:3 asks", text)


class Ignored(House):
    def setUp(self):
        super().setUp()
        self.git("init", "-q", "-b", "main")

    def judged(self, *args, cwd=None):
        done = self.run_program("check", *args, "--format", "json", cwd=cwd)
        return paths(json.loads(done.stdout))

    def test_lint_keeps_ignore_files_too(self):
        self.write(".gitignore", "node_modules/\nbuild/\n")
        for name in ("a/Dockerfile", "build/Dockerfile", "node_modules/x/Dockerfile"):
            self.write(name, "FROM ubuntu\nUSER 1\n")
        for named, wanted in ((".", ["a/Dockerfile"]), ("build", ["build/Dockerfile"]), ("node_modules/x/Dockerfile", ["node_modules/x/Dockerfile"])):
            done = self.run_program("lint", named, "--format", "json")
            self.assertEqual(paths(json.loads(done.stdout)), wanted, named)

    def test_as_git_has_it(self):
        self.write(".gitignore", "node_modules/\n*.log\n!keep.log\n/only-here\nforced/\n")
        self.write("sub/.gitignore", "local\n!again.log\n")
        self.write(".git/info/exclude", "mine\n")
        for name in ("node_modules/x/k", "sub/node_modules/k", "a.log", "only-here", "sub/local", "mine", "sub/deep/b.log",
                     "forced/other"):
            self.write(name, key_shaped())
        wanted = ["forced/tracked", "keep.log", "local", "plain", "sub/again.log", "sub/only-here"]
        for name in wanted:
            self.write(name, key_shaped())
        self.git("add", "-f", "forced/tracked", "plain")
        self.assertEqual(self.judged(), wanted)
        self.assertEqual(self.judged("sub"), ["sub/again.log", "sub/only-here"])
        self.assertEqual(self.judged(cwd=self.folder / "sub"), ["again.log", "only-here"])
        # What is named is judged, and `secrets dir` takes a folder as it lies.
        self.assertEqual(self.judged("node_modules"), ["node_modules/x/k"])
        self.assertEqual(self.judged("mine"), ["mine"])
        self.assertEqual(len(paths(self.report(1, "secrets", "dir", "."))), len(wanted) + 8)

    def test_a_linked_work_tree_and_a_new_repository(self):
        self.write(".gitignore", "out\n")
        self.write("out", key_shaped())
        self.assertEqual(self.judged(), [])
        self.git("add", ".gitignore")
        self.git("commit", "-qm", "x")
        self.git("worktree", "add", "-q", self.folder / "tree", "HEAD")
        self.write("tree/out", key_shaped())
        self.write("tree/in", key_shaped())
        self.assertEqual(self.judged(cwd=self.folder / "tree"), ["in"])

    def test_nothing_of_the_repository_runs(self):
        self.write("k", key_shaped())
        self.git("add", "k")
        trap = self.write("trap", "#!/bin/sh\ntouch %s/sprung\n" % self.folder)
        trap.chmod(0o755)
        self.git("config", "core.fsmonitor", str(trap))
        self.git("config", "core.excludesFile", str(self.write("all", "*\n")))
        self.write("k2", key_shaped())
        self.assertEqual(self.judged(), ["k", "k2"])
        self.assertFalse((self.folder / "sprung").exists())

    def test_an_ignore_file_that_never_answers(self):
        os.mkfifo(self.folder / ".gitignore")
        self.write("sub/k", key_shaped())
        for cwd in (self.folder, self.folder / "sub"):
            begun = time.monotonic()
            done = self.run_program("check", cwd=cwd)
            self.assertLess(time.monotonic() - begun, 20)
            self.assertEqual(done.returncode, 1)
            self.assertIn(b"is a FIFO", done.stderr)

    def test_a_broken_index_hides_nothing(self):
        self.write(".gitignore", "k\n")
        self.write("k", key_shaped())
        self.write(".git/index", b"DIRC" + b"\xff" * 60)
        done = self.run_program("check")
        self.assertEqual(done.returncode, 1)
        self.assertIn(b"ignore files are not followed", done.stderr)

    def test_a_repository_of_somebody_else_above_hides_nothing(self):
        if os.geteuid() != 0:
            self.skipTest("only root gives files away")
        self.write(".gitignore", "*\n")
        self.write("mine/k", key_shaped())
        self.assertEqual(self.judged("mine/k"), ["mine/k"])
        for path in (self.folder / ".git", *(self.folder / ".git").rglob("*")):
            os.chown(path, 65534, 65534)
        self.assertEqual(self.judged(cwd=self.folder / "mine"), ["k"])


class NotRead(House):
    """What is found and not read is not covered, once; what is named and not read is an error."""

    def test_special_files(self):
        self.write("x", "x")
        os.mkfifo(self.folder / "Dockerfile")
        os.mkfifo(self.folder / "pipe")
        here = socket.socket(socket.AF_UNIX)
        self.addCleanup(here.close)
        here.bind(str(self.folder / "s"))
        self.assertEqual(gaps(self.report(0, "check")), [("secrets", "special-file", "pipe"), ("secrets", "special-file", "s"),
                                                        ("validate", "special-file", "Dockerfile")])
        self.assertEqual(gaps(self.report(0, "lint")), [("validate", "special-file", "Dockerfile")])
        self.assertEqual([g[2] for g in gaps(self.report(0, "secrets", "dir", "."))], ["Dockerfile", "pipe", "s"])
        for form in ("text", "markdown"):
            out, _ = self.plimsoll(0, "check", "--format", form)
            for word in ("Dockerfile", "pipe", "not covered"):
                self.assertIn(word, out.replace("Not covered", "not covered"))

    def test_links_where_a_dockerfile_is_expected(self):
        self.write("foo/b.txt", BAD)
        wanted = []
        for name, target in (("a/Dockerfile", "../foo/b.txt"), ("b/web.dockerfile", "nowhere"), ("c/Containerfile", "/dev/zero"),
                             ("d/Dockerfile.dev", "../../out"), ("e/taskdef.json", "../foo/b.txt")):
            (self.folder / name).parent.mkdir()
            (self.folder / name).symlink_to(target)
            wanted.append(("validate", "special-file", name))
        (self.folder / "foo/link.txt").symlink_to("b.txt")
        (self.folder / "foo/Dockerfile.md").symlink_to("b.txt")
        self.assertEqual(gaps(self.report(0, "lint")), wanted)
        report = self.report(0, "check")
        self.assertEqual(gaps(report), wanted)
        self.assertIn("a symbolic link", report["not_covered"][0]["why"])
        self.assertEqual(gaps(self.report(4, "lint", "a")), wanted[:1])
        self.git("init", "-q", "-b", "main")
        self.git("add", "foo")
        self.git("commit", "-qm", "x")
        self.git("checkout", "-qb", "dev")
        self.git("add", ".")
        self.git("commit", "-qm", "y")
        self.assertEqual(gaps(self.report(0, "check", "--base", "main")), wanted)

    def test_pointers_where_a_dockerfile_is_expected(self):
        pointer = "version https://git-lfs.github.com/spec/v1\noid sha256:" + "4d7a" * 16 + "\nsize 12345\n"
        for name in ("a/Dockerfile", "b/task-definition.json", "b/data.json"):
            self.write(name, pointer)
        wanted = [("validate", "lfs-pointer", "a/Dockerfile"), ("validate", "lfs-pointer", "b/task-definition.json")]
        report = self.report(0, "lint")
        self.assertEqual((gaps(report), report["findings"]), (wanted, []))
        self.assertEqual(gaps(self.report(0, "check")), [("secrets", "lfs-pointer", name) for name in
                                                         ("a/Dockerfile", "b/data.json", "b/task-definition.json")])
        for name in ("a/Dockerfile", "b/task-definition.json", "b/data.json"):
            report = self.report(4, "lint", name)
            self.assertEqual(report["findings"], [])
            self.assertIn("a Git LFS pointer: its content is not here", json.dumps(report))

    def test_pointers_submodules_and_large_files(self):
        self.git("init", "-q", "-b", "main")
        self.write("big.bin", "version https://git-lfs.github.com/spec/v1\noid sha256:" + "4d7a" * 16 + "\nsize 12345\n")
        self.write("x", "x")
        self.git("add", ".")
        self.git("commit", "-qm", "x")
        self.assertEqual(gaps(self.report(0, "check")), [("secrets", "lfs-pointer", "big.bin")])
        self.git("checkout", "-qb", "dev")
        self.git("update-index", "--add", "--cacheinfo", "160000," + "a" * 40 + ",sub")
        self.write("huge/Dockerfile", b"RUN x\n" * (20 * 1024 * 1024 // 6))
        self.write("other.bin", (self.folder / "big.bin").read_text())
        self.git("add", "huge", "other.bin")
        self.git("commit", "-qm", "y")
        report = self.report(0, "check", "--base", "main")
        self.assertEqual(gaps(report), [("secrets", "lfs-pointer", "big.bin"), ("secrets", "lfs-pointer", "other.bin"),
                                        ("secrets", "submodule", "sub"), ("validate", "submodule", "sub"),
                                        ("validate", "too-large", "huge/Dockerfile")])
        report = self.report(0, "secrets", "git", "--range", "main..dev")
        self.assertEqual(gaps(report), [("secrets", "lfs-pointer", "other.bin"), ("secrets", "submodule", "sub")])

    def test_submodules_that_are_not_fetched(self):
        self.git("init", "-q", "-b", "main")
        self.write("Dockerfile", GOOD)
        self.write("d/x", "x")
        self.git("add", ".")
        self.git("commit", "-qm", "x")
        for name in ("subm", "d/deep", "d/new\nline"):
            self.git("update-index", "--add", "--cacheinfo", f"160000,{'a' * 40},{name}")
        self.git("commit", "-qm", "y")
        (self.folder / "subm").mkdir()
        self.git("clone", "-q", ".", "plain")
        names = ["d/deep", "d/new\nline", "subm"]
        both = [(stage, "submodule", name) for stage in ("secrets", "validate") for name in names]
        for args in (("check",), ("check", "--base", "HEAD"), ("check", "--base", "HEAD~1")):
            self.assertEqual(gaps(self.report(0, *args)), both, args)
            self.assertEqual(gaps(self.report(0, *args, cwd=self.folder / "plain")), both, args)
            for form in ("text", "markdown"):
                out, _ = self.plimsoll(0, *args, "--format", form)
                self.assertEqual(out.count("another repository"), 3, out)
        self.assertEqual([g[2] for g in gaps(self.report(0, "lint", "."))], names)
        self.assertEqual([g[2] for g in gaps(self.report(0, "secrets", "dir", "."))], names)
        self.assertEqual([g[2] for g in gaps(self.report(0, "secrets", "dir", "../d", cwd=self.folder / "subm"))],
                         ["../d/deep", "../d/new\nline"])
        self.assertEqual([g[2] for g in gaps(self.report(0, "secrets", "dir", "subm"))], ["subm"])
        self.assertEqual([g[2] for g in gaps(self.report(0, "secrets", "dir", cwd=self.folder / "subm"))], ["../subm"])
        self.assertEqual(gaps(self.report(0, "check", "Dockerfile")), [])
        policy = self.write("policy.yaml", "plimsoll: 1\nstages: {secrets: {not-covered: {submodule: block}}}\n")
        out, _ = self.plimsoll(1, "check", "--policy", policy)
        self.assertEqual(out.count("another repository"), 6, out)
        self.write("subm/.git", "gitdir: nowhere\n")
        self.assertIn("subm", [g[2] for g in gaps(self.report(0, "check"))])
        self.write("subm/k", key_shaped())
        report = self.report(1, "check")
        self.assertEqual(paths(report), ["subm/k"])
        self.assertNotIn("subm", [g[2] for g in gaps(report)])

    def test_unreadable_files(self):
        if os.geteuid() != 0:
            self.skipTest("only root can become somebody who may not read")
        os.chmod(self.folder, 0o755)
        self.write("Dockerfile", GOOD)
        self.write("k", "x")
        self.write("shut/k", "x")
        for name, mode in (("Dockerfile", 0), ("k", 0), ("shut", 0)):
            os.chmod(self.folder / name, mode)
        apart = pathlib.Path(tempfile.mkdtemp(prefix="plimsoll-e2e-"))
        self.addCleanup(shutil.rmtree, apart)
        apart.chmod(0o755)
        program = apart / "plimsoll"
        program.write_bytes(pathlib.Path(PROGRAM).read_bytes())
        program.chmod(0o755)

        def as_nobody(code, *args):
            done = subprocess.run(["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups", str(program), *args],
                                  cwd=self.folder, capture_output=True, timeout=60, check=False,
                                  env={"PATH": os.environ["PATH"], "HOME": "/nonexistent", "TMPDIR": "/tmp"})
            self.assertEqual(done.returncode, code, done.stdout.decode() + done.stderr.decode())
            return json.loads(done.stdout)
        report = as_nobody(0, "check", "--format", "json")
        self.assertEqual(gaps(report), [("secrets", "unreadable", "k"), ("validate", "unreadable", "Dockerfile"),
                          ("validate", "unreadable", "shut")])
        self.assertEqual(report["errors"], [])
        for args in (("lint", "Dockerfile"), ("check", "Dockerfile"), ("secrets", "dir", "k"), ("check", "shut"), ("lint", "shut/x")):
            report = as_nobody(4, *args, "--format", "json")
            self.assertEqual(len(report["errors"]), 1, report["errors"])

    def test_what_is_named_is_read_or_an_error(self):
        self.write("notes.txt", "hello\n")
        self.write("Dockerfile", BAD)
        os.mkfifo(self.folder / "fifo")
        (self.folder / "empty").mkdir()
        for name in ("notes.txt", "fifo", "/dev/zero", "/dev/null", "empty", "none", "none/Dockerfile", "Dockerfile/"):
            report = self.report(4, "lint", name)
            self.assertEqual(len(report["errors"]), 1)
            out, _ = self.plimsoll(4, "lint", name, "Dockerfile")
            self.assertIn(name.rstrip("/"), out)
            self.assertIn("DL3002", out)
        for name in ("fifo", "/dev/zero", "/dev/null", "none"):
            for command in (("secrets", "dir"), ("check",)):
                out, _ = self.plimsoll(4, *command, name)
                self.assertIn(name, out)
        for name in ("fifo", "/dev/zero", "none.tar", "empty", "notes.txt"):
            out, err = self.plimsoll(4, "scan", "--no-vulnerabilities", name)
            self.assertIn(name, out + err)
        self.plimsoll(4, "secrets", "git", "none", "--range", "a..b")
        self.assertEqual(self.report(0, "lint", cwd=self.folder / "empty")["errors"], [])
        self.assertEqual(self.report(0, "check", "empty")["errors"], [])


class Project(House):
    """.plimsoll.yaml is judged at the place from which a run would read it."""

    def setUp(self):
        super().setUp()
        self.git("init", "-q", "-b", "main")
        self.write("build.txt", "FROM debian:12 AS first\nARG U=10001\nUSER $U\nFROM debian:12\nUSER 1\n")

    def check(self, code, text, *args, cwd=None):
        self.write(".plimsoll.yaml", text)
        return self.report(code, "check", *args, cwd=cwd)

    def test_what_is_wrong_is_named(self):
        for text, says in (("images: [", ".plimsoll.yaml:1:"), ("plimsoll: 1\nimagess: 1\n", "did you mean images"),
                           ("plimsoll: 1\nimages: [{file: none}]\n", "no file none here"),
                           ("plimsoll: 1\nimages: [{file: ../x}]\n", "file"),
                           ("plimsoll: 1\nimages: [{file: build.txt, target: nope}]\n", "no stage nope"),
                           ("[" * 99, "nested too deep"), ("a" * (1 << 21), "more than")):
            report = self.check(3, text)
            self.assertIn(says, report["errors"][0]["message"])
            self.assertEqual(len(report["errors"]), 1)
        (self.folder / "sub").mkdir()
        self.check(3, "images: [", cwd=self.folder / "sub")
        self.git("add", "build.txt")
        self.git("commit", "-qm", "x")
        self.check(3, "images: [", "--base", "HEAD")

    def test_its_path_is_written_from_where_the_user_stands(self):
        self.write("d/e/x", "x")
        for text in ("plimsoll: 1\nimages:\n\t- {", "plimsoll: 1\nimages: [{file: none}]\n",
                     "plimsoll: 1\nimages: [{file: build.txt, name: X}]\n"):
            for args, cwd, shown in (((), "d/e", "../../"), (("..",), "d/e", "../../"), (("d",), ".", ""),
                                     ((self.folder / "d",), "d/e", f"{self.folder}/")):
                message = self.check(3, text, *args, cwd=self.folder / cwd)["errors"][0]["message"]
                self.assertTrue(message.startswith(f"{shown}.plimsoll.yaml:"), message)

    def test_arguments_that_steer_the_builder(self):
        self.write("Dockerfile", GOOD)
        for name in ("PATH", "LD_PRELOAD", "BUILDAH_ISOLATION", "container"):
            report = self.check(3, f"plimsoll: 1\nimages: [{{args: {{{name}: x}}}}]\n")
            self.assertIn(f"{name} is a variable of the builder itself", report["errors"][0]["message"])
        self.check(0, "plimsoll: 1\nimages: [{args: {PATHS: x, LD: y, CONTAINER: z}}]\n")

    def test_what_is_built_is_linted(self):
        head = "plimsoll: 1\nimages: [{file: build.txt"
        self.assertEqual(self.check(0, head + "}]\n")["findings"], [])
        self.assertEqual(self.check(0, head + ", target: first}]\n")["findings"], [])
        report = self.check(1, head + ", target: first, args: {U: root}}]\n")
        self.assertEqual([(f["rule"], f["places"][0]["path"]) for f in report["findings"]], [("DL3002", "build.txt")])
        (self.folder / "sub").mkdir()
        report = self.check(1, head + ", target: first, args: {U: root}}]\n", "..", cwd=self.folder / "sub")
        self.assertEqual(paths(report), ["../build.txt"])
        self.write("ctx/build.txt", BAD)
        self.assertEqual(paths(self.check(1, head + ", context: ctx}]\n")), ["ctx/build.txt"])

    def test_one_that_never_answers(self):
        os.mkfifo(self.folder / ".plimsoll.yaml")
        self.plimsoll(3, "check")
        os.unlink(self.folder / ".plimsoll.yaml")
        (self.folder / ".plimsoll.yaml").symlink_to("/dev/zero")
        self.plimsoll(4, "check")


class Machine(House):
    """What the machine has too little of says nothing of the files: never a pass."""

    def limited(self, descriptors, *args, cwd=None):
        command = f'ulimit -n {descriptors}; exec "$0" "$@"'
        return subprocess.run(["sh", "-c", command, str(PROGRAM), *args], cwd=cwd or self.folder, capture_output=True,
                              env={"PATH": os.environ["PATH"], "HOME": str(self.folder)}, timeout=120, check=False)

    def test_few_descriptors(self):
        for i in range(300):
            self.write(f"src/{i}.txt", "x\n" * 10)
        self.write("src/300.txt", "key = " + key_shaped() + "\n")
        self.write("/".join(["deep"] + ["d"] * 40) + "/key.txt", "key = " + key_shaped() + "\n")
        for n in (4, 5, 6, 7, 8, 10, 12, 16, 20, 32, 64):
            for command in (("secrets", "dir", "src"), ("secrets", "dir", "deep"), ("check", "deep")):
                done = self.limited(n, *command)
                self.assertIn(done.returncode, (1, 4), (n, command, done.stdout, done.stderr))

    def test_debug_into_a_file(self):
        self.write("src/key.txt", "key = " + key_shaped() + "\n")
        with open(self.folder / "log", "wb") as log:
            done = subprocess.run([str(PROGRAM), "secrets", "dir", "src"], cwd=self.folder, stdout=subprocess.PIPE,
                                  stderr=log, env={"PATH": os.environ["PATH"], "PLIMSOLL_LOG": "debug"}, timeout=60,
                                  check=False)
        self.assertEqual(done.returncode, 1, done.stdout)
        self.assertIn(b"item 0", (self.folder / "log").read_bytes())
