"""plimsoll git-secrets: git-secrets' options, configuration, hooks and exit status. Where git-secrets itself is in PATH (or
PLIMSOLL_GIT_SECRETS names it), both are asked and must agree but for what docs/secrets-peers.md says."""
import os
import re
import shutil
import subprocess

from house import PROGRAM, House, key_shaped

THEIRS = os.environ.get("PLIMSOLL_GIT_SECRETS") or shutil.which("git-secrets")

# Patterns, allowed ones, files, arguments; what is found, as file:line; the exit status.
CASES = [
    ("nothing", ["mine-[0-9]+"], [], {"a": "x\n"}, ["--scan"], [], 0),
    ("a line", ["mine-[0-9]+"], [], {"a": "x\nmine-12\n", "d/b": "mine-1"}, ["--scan"], ["a:2", "d/b:1"], 1),
    ("whole words", ["[0-9]{4}"], [], {"a": "x1234\n12345\n1234\n_1234\n-1234-\n"}, ["--scan"], ["a:3", "a:5"], 1),
    ("a shorter match is one too", ["ab+"], [], {"a": "abbb\nabbbc\nx ab.\n"}, ["--scan"], ["a:1", "a:3"], 1),
    ("several patterns", ["mine", "yours"], [], {"a": "mine yours\nyours\n"}, ["--scan"], ["a:1", "a:2"], 1),
    ("a line, not more", ["a\\s+b", "c[^x]d"], [], {"a": "a\nb\na  b\nc\nd\nc d\n"}, ["--scan"], ["a:3", "a:6"], 1),
    ("ends of a line", ["^mine$"], [], {"a": "mine\n mine\nmine x\nmine"}, ["--scan"], ["a:1", "a:4"], 1),
    ("words", ["\\<ab\\>", "x\\Wy"], [], {"a": "ab\nxab\nx-y\n"}, ["--scan"], ["a:1", "a:3"], 1),
    ("brackets", ["k[]x]=[[:digit:]]{2}[\\.]"], [], {"a": "k]=12\\\nkx=12.\nky=12.\n"}, ["--scan"], ["a:1", "a:2"], 1),
    ("repetitions", ["a{,2}b", "c{2}d"], [], {"a": "aab\nccd\ncd\n"}, ["--scan"], ["a:1", "a:2"], 1),
    ("what is allowed", ["mine-[0-9]+"], ["mine-1"], {"a": "mine-1\nmine-2\n"}, ["--scan"], ["a:2"], 1),
    ("by its file", ["mine-[0-9]+"], ["^d/.*:"], {"a": "mine-1\n", "d/b": "mine-2\n"}, ["--scan"], ["a:1"], 1),
    ("by its line's number", ["mine-[0-9]+"], ["^a:2:"], {"a": "mine-1\nmine-2\n"}, ["--scan"], ["a:1"], 1),
    ("all of it", ["mine-[0-9]+"], ["mine-"], {"a": "mine-1\n"}, ["--scan"], [], 0),
    ("a file of what is allowed", ["mine-[0-9]+"], [], {"a": "mine-1\nmine-2\n", ".gitallowed": "# x\n\nmine-1\n"},
     ["--scan", "a"], ["a:2"], 1),
    ("files", ["mine-[0-9]+"], [], {"a": "mine-1\n", "b": "mine-2\n", "d/c": "mine-3\n"}, ["--scan", "a", "d"], ["a:1"], 1),
    ("folders", ["mine-[0-9]+"], [], {"a": "mine-1\n", "d/c": "mine-3\n"}, ["--scan", "-r", "d"], ["d/c:1"], 1),
    ("options in any order", ["mine-[0-9]+"], [], {"d/c": "mine-3\n"}, ["--scan", "d", "-r"], ["d/c:1"], 1),
    ("no patterns", [], [], {"a": "mine-1\n"}, ["--scan"], [], 0),
    ("a literal", ["mine\\.\\(x\\)\\$"], [], {"a": "mine.(x)$\nminea(x)$\n"}, ["--scan"], ["a:1"], 1),
]


class GitSecrets(House):
    def setUp(self):
        super().setUp()
        self.work = self.folder / "work"
        self.git("init", "-q", "-b", "main", str(self.work))
        (self.folder / "bin").mkdir()
        os.symlink(PROGRAM, self.folder / "bin/git-secrets")

    def ask(self, program, *args, stdin=b"", cwd=None, path=None):
        env = {"PATH": f"{path or self.folder / 'bin'}:{os.environ['PATH']}", "HOME": str(self.folder), "GIT_CONFIG_NOSYSTEM": "1",
               **{k: os.environ[k] for k in ("ASAN_OPTIONS", "UBSAN_OPTIONS") if k in os.environ}}
        done = subprocess.run([str(program), *args], cwd=cwd or self.work, env=env, input=stdin, capture_output=True, timeout=120,
                              check=False)
        return done.returncode, done.stdout.decode(), done.stderr.decode()

    def ours(self, *args, **kwargs):
        return self.ask(self.folder / "bin/git-secrets", *args, **kwargs)

    def theirs(self, *args, **kwargs):
        return self.ask(THEIRS, *args, path=os.path.dirname(THEIRS), **kwargs)

    @staticmethod
    def places(said):
        return sorted({m.group(1) for m in re.finditer(r"^(?:[0-9a-f]{40}:)?([^:\n]+:\d+):", said, re.M)})

    def make(self, patterns, allowed, files):
        shutil.rmtree(self.work)
        self.git("init", "-q", "-b", "main", str(self.work))
        for key, values in (("patterns", patterns), ("allowed", allowed)):
            for value in values:
                self.git("config", "--add", f"secrets.{key}", value, cwd=self.work)
        for name, text in files.items():
            self.write(f"work/{name}", text)
        self.git("add", "-A", cwd=self.work)

    def both(self, want, code, *args, **kwargs):
        got, _, said = self.ours(*args, **kwargs)
        self.assertEqual((self.places(said), got), (sorted(want), code), said)
        if THEIRS:
            got, _, said = self.theirs(*args, **kwargs)
            self.assertEqual((self.places(said), got), (sorted(want), code), "git-secrets: " + said)

    def test_cases(self):
        for name, patterns, allowed, files, args, want, code in CASES:
            with self.subTest(name):
                self.make(patterns, allowed, files)
                self.both(want, code, *args)

    def test_what_is_looked_through(self):
        self.make(["mine-[0-9]+"], [], {"a": "mine-1\n", ".gitignore": "ignored\n"})
        self.write("work/a", "x\n")
        self.write("work/new", "mine-2\n")
        self.write("work/ignored", "mine-3\n")
        self.both([], 0, "--scan")
        self.both(["a:1"], 1, "--scan", "--cached")
        self.both(["new:1"], 1, "--scan", "--untracked")
        self.both(["ignored:1", "new:1"], 1, "--scan", "--no-index")
        self.both(["new:1"], 1, "--scan", "--no-index", "new")
        self.both(["(standard input):2"], 1, "--scan", "-", stdin=b"x\nmine-9\n")

    def test_history(self):
        self.make(["mine-[0-9]+"], [], {"a": "mine-1\n"})
        self.git("commit", "-qm", "one", cwd=self.work)
        self.write("work/a", "x\n")
        self.git("commit", "-qam", "two", cwd=self.work)
        self.both([], 0, "--scan")
        self.both(["a:1"], 1, "--scan-history")

    def test_adding(self):
        self.assertEqual(self.ours("--add", "mine-[0-9]+")[0], 0)
        self.assertEqual(self.ours("--add", "mine-[0-9]+")[0], 1)  # it is there
        self.assertEqual(self.ours("--add", "-a", "-l", "a.b[c]$")[0], 0)
        self.assertEqual(self.ours("--add", "--global", "yours")[0], 0)
        self.assertEqual(self.ours("--add-provider", "--", "echo", "from-a-provider")[0], 0)
        code, out, _ = self.ours("--list")
        self.assertEqual(code, 0)
        self.assertEqual(sorted(out.splitlines()), ["secrets.allowed a\\.b\\[c\\]\\$", "secrets.patterns mine-[0-9]+",
                                                    "secrets.patterns yours", "secrets.providers echo from-a-provider"])
        self.assertEqual(self.ours("--list", "--global")[1], "secrets.patterns yours\n")
        self.write("work/a", "from-a-provider\nyours\n")
        self.both(["a:1", "a:2"], 1, "--scan", "a")
        code, _, said = self.ours("--add", "(")
        self.assertEqual(code, 2)
        self.assertIn("no ')' closes", said)

    def test_aws(self):
        code, out, _ = self.ours("--register-aws")
        self.assertEqual((code, out), (0, "OK\n"))
        self.assertEqual(self.ours("--register-aws")[:2], (0, ""))
        key = key_shaped()
        secret = "wJalrXUtnFEMI" + "/K7MDENG/bPxRfiCYzzzzzzzzzz"
        self.write(".aws/credentials", f"[default]\naws_access_key_id = {key}\naws_secret_access_key = \"odd+value\"\n")
        self.write("work/a", f"{key}\nAWS_SECRET_ACCESS_KEY={secret}\nodd+value\naws_account_id: 1234-5678-9012\nAKIAIOSFODNN7EXAMPLE\n"
                   "accountid=1234567890123\n")
        code, _, said = self.ours("--scan", "a")
        self.assertEqual((self.places(said), code), (["a:1", "a:2", "a:3", "a:4"], 1), said)
        self.assertNotIn(key, said)
        self.assertEqual(self.ours("--aws-provider")[1], f"{key}\nodd\\+value\n")
        if THEIRS:
            shutil.rmtree(self.work)
            self.git("init", "-q", "-b", "main", str(self.work))
            self.theirs("--register-aws")
            self.write("work/a", f"{key}\nAWS_SECRET_ACCESS_KEY={secret}\nodd+value\naws_account_id: 1234-5678-9012\n"
                       "AKIAIOSFODNN7EXAMPLE\naccountid=1234567890123\n")
            self.both(["a:1", "a:2", "a:3", "a:4"], 1, "--scan", "a")

    def test_hooks(self):
        self.make(["mine-[0-9]+"], [], {"a": "x\n"})
        code, out, _ = self.ours("--install")
        self.assertEqual(code, 0)
        self.assertEqual(len(out.splitlines()), 3)
        code, _, said = self.ours("--install")
        self.assertEqual(code, 1)
        self.assertIn("-f puts ours in its place", said)
        self.assertEqual(self.ours("--install", "-f")[0], 0)
        who = ["-c", "user.name=a", "-c", "user.email=a@example.com"]

        def commit(*args):
            return self.ask("git", *who, "commit", "-qm", *args)

        self.assertEqual(commit("x")[0], 0)
        self.write("work/a", "mine-1\n")
        self.git("add", "a", cwd=self.work)
        self.write("work/a", "x\n")
        code, _, said = commit("x")
        self.assertEqual((code, self.places(said)), (1, ["a:1"]))
        self.git("add", "a", cwd=self.work)
        self.assertEqual(commit("mine-1", "--allow-empty")[0], 1)
        self.git("checkout", "-qb", "topic", cwd=self.work)
        self.write("work/t", "mine-1\n")
        self.git("add", "t", cwd=self.work)
        self.assertEqual(commit("x", "--no-verify")[0], 0)
        self.git("checkout", "-q", "main", cwd=self.work)
        self.write("work/m", "1\n")
        self.git("add", "m", cwd=self.work)
        self.assertEqual(commit("x")[0], 0)
        self.assertNotEqual(self.ask("git", *who, "merge", "-q", "--no-edit", "topic")[0], 0)

    def test_a_template_folder(self):
        (self.folder / "t/hooks/pre-commit.d").mkdir(parents=True)
        self.assertEqual(self.ours("--install", str(self.folder / "t"))[0], 0)
        self.assertTrue((self.folder / "t/hooks/pre-commit.d/git-secrets").exists())
        self.assertTrue((self.folder / "t/hooks/commit-msg").exists())

    def test_what_is_wrong(self):
        self.assertEqual(self.ours("--scan", "-r", "--cached")[0], 1)
        self.assertEqual(self.ours("--list", "-r")[0], 1)
        self.assertEqual(self.ours()[0], 1)
        self.make(["a"], ["(a)\\1"], {"a": "a\n"})
        code, _, said = self.ours("--scan")
        self.assertEqual(code, 2)
        self.assertIn("references back", said)
        code, _, said = self.ours("--scan", "gone", cwd=self.work)
        self.assertEqual(code, 2)
