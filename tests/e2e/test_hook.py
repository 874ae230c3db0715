"""plimsoll hook: what git's hooks let through, and how they come and go."""
import os
import subprocess

from house import NOW, PROGRAM, House, key_shaped

WHO = ["-c", "user.name=dev", "-c", "user.email=dev@example.com"]
KEY = f'key = "{key_shaped()}"\n'


class Hooks(House):
    def setUp(self):
        super().setUp()
        self.work = self.folder / "work"
        self.git("init", "-q", "-b", "main", str(self.work))
        self.write("work/readme", "hello\n")

    def hooks(self, code, *args, cwd=None, **kwargs):
        return self.plimsoll(code, "hook", *args, cwd=cwd or self.work, **kwargs)[0]

    def install(self, *args, cwd=None):
        return self.hooks(0, "install", *args, cwd=cwd)

    def put(self, name, text, cwd=None):
        path = (cwd or self.work) / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
        self.git("add", "-A", cwd=cwd or self.work)

    def try_git(self, *args, cwd=None, env=None):
        whole = {"PATH": os.environ["PATH"], "HOME": str(self.folder), "GIT_CONFIG_NOSYSTEM": "1",
                 "PLIMSOLL_TEST_NOW": NOW, **(env or {})}
        for name in ("ASAN_OPTIONS", "UBSAN_OPTIONS"):
            if name in os.environ:
                whole[name] = os.environ[name]
        done = subprocess.run(["git", *WHO, *args], cwd=cwd or self.work, env=whole, capture_output=True,
                              timeout=120, check=False)
        return done.returncode, done.stdout.decode() + done.stderr.decode()

    def commits(self, *args, cwd=None, env=None):
        """What stood in the way, or None."""
        code, said = self.try_git("commit", "-qm", "x", *args, cwd=cwd, env=env)
        return None if code == 0 else said

    def pushes(self, *args):
        code, said = self.try_git("push", "-q", "--no-verify", "origin", *args)
        return None if code == 0 else said

    def server(self):
        bare = self.folder / "server.git"
        self.git("init", "-q", "--bare", str(bare))
        self.git("remote", "add", "origin", str(bare), cwd=self.work)
        self.git("add", "-A", cwd=self.work)
        self.assertIsNone(self.commits("--no-verify"))
        self.assertIsNone(self.pushes("main"))
        self.assertEqual(self.install(cwd=bare), "hooks/pre-receive\n")
        return bare


class Commit(Hooks):
    def test_the_index_counts_and_not_the_work_tree(self):
        self.install()
        self.put("k", KEY)
        self.write("work/k", "clean\n")
        said = self.commits()  # before the first commit
        for part in ("k:1:8", "aws-access-key", "No commit was made", "git add", "waivers:", "fingerprint: ",
                     "until: 2026-12-23"):
            self.assertIn(part, said)
        self.put("k", "clean\n")
        self.write("work/k", KEY)
        self.assertIsNone(self.commits())
        self.assertIn("k:1:8", self.commits("-a"))
        self.assertIn("k:1:8", self.commits("k"))

    def test_what_is_known_stops_nobody(self):
        self.put("old", KEY + "a\n")
        self.assertIsNone(self.commits())
        self.install()
        self.put("old", "a line before\n" + KEY + "a\n")
        self.assertIsNone(self.commits())
        self.git("mv", "old", "new", cwd=self.work)
        self.assertIsNone(self.commits())
        self.put("copy", KEY)
        self.assertIn("copy:1:8", self.commits())

    def test_a_merge_brings_what_neither_side_has(self):
        self.put("a", "1\n")
        self.assertIsNone(self.commits())
        self.git("checkout", "-qb", "topic", cwd=self.work)
        self.put("theirs", KEY)
        self.put("a", "topic\n")
        self.assertIsNone(self.commits())
        self.git("checkout", "-q", "main", cwd=self.work)
        self.put("a", "main\n")
        self.assertIsNone(self.commits())
        self.install()
        self.assertEqual(self.try_git("merge", "topic")[0], 1)
        conflict = self.report(0, "secrets", "git", "--staged", cwd=self.work)
        self.assertEqual([g["what"] for g in conflict["not_covered"]], ["a"])
        self.put("a", "both\n")
        self.assertIsNone(self.commits())
        self.git("reset", "-q", "--hard", "HEAD^", cwd=self.work)
        self.assertEqual(self.try_git("merge", "topic")[0], 1)
        self.put("a", "both\n" + KEY.replace("N3PL", "N3PM"))
        self.assertIn("a:2:8", self.commits())

    def test_the_message(self):
        self.install()
        self.git("add", "-A", cwd=self.work)
        code, said = self.try_git("commit", "-qm", "x\n\n" + KEY)
        self.assertEqual(code, 1)
        self.assertIn("commit message:3:8", said)
        self.put("gone", KEY)
        self.assertIsNone(self.commits("--no-verify"))
        self.git("rm", "-q", "gone", cwd=self.work)
        # -v shows what is taken away, which is not the message.
        env = {"GIT_EDITOR": "sh -c 'sed -i 1s/^/word/ \"$0\"'"}
        code, said = self.try_git("commit", "-qv", env=env)
        self.assertEqual(code, 0, said)

    def test_links_worktrees_and_odd_names(self):
        self.put("a", "1\n")
        self.assertIsNone(self.commits())
        self.install()
        self.git("worktree", "add", "-q", str(self.folder / "other"), cwd=self.work)
        other = self.folder / "other"
        self.assertIn("plimsoll", self.hooks(0, "list", cwd=other))
        self.put("k", KEY, cwd=other)
        self.assertIn("k:1:8", self.commits(cwd=other))
        self.put("k", "x\n", cwd=other)
        self.assertIsNone(self.commits(cwd=other))
        os.symlink(key_shaped(), self.work / "link")
        self.put("sub/ä 'b'\n.txt", KEY)
        self.assertIn("link", self.commits())

    def test_a_split_index(self):
        self.put("a", "1\n")
        self.assertIsNone(self.commits())
        self.git("update-index", "--split-index", cwd=self.work)
        self.install()
        self.put("k", KEY)
        self.assertIn("k:1:8", self.commits())


class Push(Hooks):
    def test_what_is_pushed(self):
        bare = self.folder / "server.git"
        self.git("init", "-q", "--bare", str(bare))
        self.git("remote", "add", "origin", str(bare), cwd=self.work)
        self.put("k", KEY)
        self.assertIsNone(self.commits())
        self.install("pre-push")
        code, said = self.try_git("push", "origin", "main")
        self.assertEqual(code, 1)
        for part in ("k:1:8", "git rebase -i", "Nothing was pushed"):
            self.assertIn(part, said)
        self.assertIsNone(self.pushes("main"))  # --no-verify
        self.put("a", "1\n")
        self.assertIsNone(self.commits())
        self.assertEqual(self.try_git("push", "origin", "main", "main:new")[0], 0)
        self.assertEqual(self.try_git("push", "origin", ":new")[0], 0)

    def test_the_framework_says_it_by_variables(self):
        self.put("k", KEY)
        self.assertIsNone(self.commits())
        head = self.git("rev-parse", "HEAD", cwd=self.work)
        env = {"PRE_COMMIT_FROM_REF": "0" * 40, "PRE_COMMIT_TO_REF": head}
        self.assertIn("k:1:8", self.hooks(1, "run", "pre-push", env=env))
        env["PRE_COMMIT_FROM_REF"] = head
        self.assertEqual(self.hooks(0, "run", "pre-push", env=env), "")

    def test_pre_receive(self):
        self.server()
        self.git("checkout", "-qb", "topic", cwd=self.work)
        self.put("t", "1\n")
        self.assertIsNone(self.commits())
        self.git("checkout", "-q", "main", cwd=self.work)
        self.put("m", "1\n")
        self.assertIsNone(self.commits())
        self.assertIsNone(self.pushes("main", "topic:a-new-one"))
        self.git("merge", "-q", "--no-commit", "topic", cwd=self.work)
        self.put("only-here", KEY)
        self.assertIsNone(self.commits())
        said = self.pushes("main")
        self.assertIn("only-here:1:8", said)
        self.assertIn("remote rejected", said)
        self.assertIn("only-here:1:8", self.pushes("main:refs/heads/other"))
        self.git("reset", "-q", "--hard", "HEAD^", cwd=self.work)
        self.git("tag", "-am", "says " + KEY, "v1", cwd=self.work)
        self.assertIn("refs/tags/v1:", self.pushes("v1"))
        blob = subprocess.run(["git", "hash-object", "-w", "--stdin"], cwd=self.work, input=KEY.encode(),
                              capture_output=True, check=True, timeout=60).stdout.decode().strip()
        self.git("tag", "file", blob, cwd=self.work)
        self.assertIn("refs/tags/file:1:8", self.pushes("file"))
        self.git("tag", "-am", "a tag of it", "deep", blob, cwd=self.work)
        self.assertIn("refs/tags/deep:1:8", self.pushes("deep"))
        tree = self.git("rev-parse", "HEAD^{tree}", cwd=self.work)
        self.git("tag", "tree", tree, cwd=self.work)
        self.assertIsNone(self.pushes("tree"))
        self.assertIsNone(self.pushes(":a-new-one"))


class Files(Hooks):
    def test_somebody_elses_hook_is_kept_and_called(self):
        hooks = self.work / ".git/hooks"
        hooks.mkdir(exist_ok=True)
        (hooks / "pre-push").write_text("#!/bin/sh\necho \"$1: $(cut -d' ' -f3)\" >&2\n[ ! -e stop ]\n")
        (hooks / "pre-push").chmod(0o755)
        was = (hooks / "pre-push").read_text()
        self.assertIn("runs first", self.install())
        self.assertNotIn("runs first", self.install("pre-commit"))
        self.assertIn("runs first", self.install("pre-push"))  # a second time changes nothing
        self.assertEqual(self.hooks(0, "list").split("\n")[2],
                         "pre-push     plimsoll, behind one that was there before")
        bare = self.folder / "server.git"
        self.git("init", "-q", "--bare", str(bare))
        self.git("remote", "add", "origin", str(bare), cwd=self.work)
        self.put("a", "1\n")
        self.assertIsNone(self.commits())
        code, said = self.try_git("push", "origin", "main")
        self.assertEqual((code, "origin: refs/heads/main" in said), (0, True), said)
        self.write("work/stop", "")
        self.assertEqual(self.try_git("push", "origin", "main:other")[0], 1)
        self.assertIn("is back", self.hooks(0, "uninstall"))
        self.assertEqual((hooks / "pre-push").read_text(), was)
        self.assertEqual(self.hooks(0, "uninstall"), "")
        _, said = self.plimsoll(4, "hook", "uninstall", "pre-push", cwd=self.work)
        self.assertIn("somebody else's", said)

    def test_what_is_in_the_way(self):
        hooks = self.work / ".git/hooks"
        hooks.mkdir(exist_ok=True)
        (hooks / "pre-commit").write_text("#!/bin/sh\n")
        (hooks / "pre-commit.before-plimsoll").write_text("#!/bin/sh\n")
        _, said = self.plimsoll(3, "hook", "install", cwd=self.work)
        self.assertIn("pre-commit.before-plimsoll", said)
        _, said = self.plimsoll(2, "hook", "install", "pre-comit", cwd=self.work)
        self.assertIn("did you mean pre-commit?", said)
        _, said = self.plimsoll(4, "hook", "install", cwd=self.folder)
        self.assertIn("no git repository", said)
        self.plimsoll(2, "hook", "run", cwd=self.work)
        self.plimsoll(2, "hook", "run", "commit-msg", cwd=self.work)
        self.plimsoll(2, "hook", "run", "pre-receive", cwd=self.work, stdin=b"one two\n")

    def test_hooks_path(self):
        self.git("config", "core.hooksPath", ".githooks", cwd=self.work)
        self.assertIn(".githooks/pre-commit\n", self.install())
        self.put("k", KEY)
        self.assertIn("k:1:8", self.commits())
        self.git("config", "core.hooksPath", str(self.folder / "shared"), cwd=self.work)
        self.assertIn("outside of the repository", self.install())

    def test_options_are_passed_on(self):
        policy = self.write("it's a policy.yaml", "plimsoll: 1\nname: mine\nmode: observe\n")
        self.hooks(0, "install", "--policy", f"../{policy.name}")
        self.put("k", KEY)
        self.assertIsNone(self.commits())
        self.write("it's a policy.yaml", "plimsoll: 1\nwhat: 1\n")
        self.put("k", KEY + "2")
        self.assertIn("what", self.commits())
