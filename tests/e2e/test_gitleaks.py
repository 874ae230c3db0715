"""Configurations, ignore files, baselines and reports of gitleaks. If gitleaks itself is in PATH (or PLIMSOLL_GITLEAKS names
it), both are asked and must agree but for what docs/secrets-peers.md says."""
import json
import os
import shutil
import subprocess

from house import House, key_shaped

TRUFFLEHOG = os.environ.get("PLIMSOLL_TRUFFLEHOG")  # version 2
GITLEAKS = os.environ.get("PLIMSOLL_GITLEAKS") or shutil.which("gitleaks")

RULE = """[[rules]]
id = "mine"
description = "a token of ours"
regex = '''mine-([0-9a-z]{6})'''
"""

# A name, the configuration, files, what is found: (file, rule, line).
CASES = [
    ("keywords", RULE + 'keywords = ["MINE-"]\n', {"a": "mine-abcdef\n"}, [("a", "mine", 1)]),
    ("keywords of elsewhere", RULE + 'keywords = ["other"]\n', {"a": "mine-abcdef\n", "b": "x\nother\nmine-abcdef\n"},
     [("b", "mine", 3)]),
    ("entropy", RULE + "entropy = 2.5\n", {"a": "mine-aaaaaa\nmine-abcdef\n"}, [("a", "mine", 2)]),
    ("entropy that is just reached", RULE + "entropy = 1.0\n", {"a": "mine-ababab\n"}, []),
    ("a whole number", RULE + "entropy = 2\n", {"a": "mine-ababab\nmine-abcdef\n"}, [("a", "mine", 2)]),
    ("the first group", "[[rules]]\nid = 'g'\nregex = '''k=(?:a([0-9]+)|b([0-9]+))'''\n[[rules.allowlists]]\nregexes = ['^12$']\n",
     {"a": "k=a12\nk=b12\nk=b13\n"}, [("a", "g", 3)]),
    ("a named group", "[[rules]]\nid = 'g'\nregex = '''(k)=([0-9]+)'''\nsecretGroup = 2\n[[rules.allowlists]]\nregexes = ['^k$']\n",
     {"a": "k=12\n"}, [("a", "g", 1)]),
    ("a path", RULE + "path = '''\\.env$'''\n", {"a": "mine-abcdef", "b/.env": "mine-abcdef"}, [("b/.env", "mine", 1)]),
    ("a path alone", "[[rules]]\nid = 'p'\npath = '''(?i)\\.p12$'''\n", {"a.P12": "x", "b": "x"}, [("a.P12", "p", 0)]),
    ("stopwords", RULE + "[[rules.allowlists]]\nstopwords = ['ABC']\n", {"a": "mine-abcdef\nmine-bbcdef\n"}, [("a", "mine", 2)]),
    ("the legacy form", RULE + "[rules.allowlist]\nstopwords = ['abc']\n", {"a": "mine-abcdef\nmine-bbcdef\n"}, [("a", "mine", 2)]),
    ("regexes over the match", RULE + "[[rules.allowlists]]\nregexTarget = 'match'\nregexes = ['^mine-a']\n",
     {"a": "mine-abcdef\nmine-bbcdef\n"}, [("a", "mine", 2)]),
    ("regexes over the line", RULE + "[[rules.allowlists]]\nregexTarget = 'line'\nregexes = ['# test$']\n",
     {"a": "mine-abcdef # test\nmine-bbcdef\n"}, [("a", "mine", 2)]),
    ("regexes over the secret", RULE + "[[rules.allowlists]]\nregexTarget = 'secret'\nregexes = ['^abc']\n",
     {"a": "mine-abcdef\nmine-bbcdef\n"}, [("a", "mine", 2)]),
    ("paths of a rule", RULE + "[[rules.allowlists]]\npaths = ['^tests/', '(^|/)vendor/']\n",
     {"a": "mine-abcdef\n", "tests/a": "mine-abcdef\n", "x/vendor/a": "mine-abcdef"}, [("a", "mine", 1)]),
    ("either", RULE + "[[rules.allowlists]]\ncondition = 'or'\npaths = ['^t/']\nstopwords = ['abc']\n",
     {"a": "mine-abcdef\n", "t/a": "mine-bbcdef\n", "b": "mine-bbcdef"}, [("b", "mine", 1)]),
    ("both", RULE + "[[rules.allowlists]]\ncondition = 'AND'\npaths = ['^t/']\nstopwords = ['abc']\n",
     {"a": "mine-abcdef\n", "t/a": "mine-bbcdef\n", "t/b": "mine-abcdef"}, [("a", "mine", 1), ("t/a", "mine", 1)]),
    ("both, of the file alone", RULE + "[[rules.allowlists]]\ncondition = '&&'\npaths = ['^t/']\ncommits = ['abc']\n",
     {"t/a": "mine-bbcdef\n"}, [("t/a", "mine", 1)]),
    ("a global list", RULE + "[allowlist]\npaths = ['^t/']\nregexes = ['^abc']\n",
     {"a": "mine-abcdef\nmine-bbcdef\n", "t/a": "mine-bbcdef\n"}, [("a", "mine", 2)]),
    ("a global list of some rules", RULE + RULE.replace('"mine"', '"yours"') +
     "[[allowlists]]\ntargetRules = ['yours']\nstopwords = ['abc']\n", {"a": "mine-abcdef\n"}, [("a", "mine", 1)]),
    ("keys in any case", RULE.replace("regex", "REGEX") + "Entropy = 2.5\n[[rules.allowLists]]\nstopWords = ['abc']\n",
     {"a": "mine-abcdef\nmine-bbcdef\n"}, []),
    ("a rule that only others need", RULE + "skipReport = true\n", {"a": "mine-abcdef\n"}, []),
    ("a rule that needs another", RULE + "[[rules.required]]\nid = 'id'\nwithinLines = 2\n[[rules]]\nid = 'id'\n"
     "regex = '''id-[0-9]{3}'''\nskipReport = true\n",
     {"a": "id-123\n\nmine-abcdef\n", "b": "id-123\n\n\nmine-abcdef\n", "c": "mine-abcdef\n"}, [("a", "mine", 3)]),
    ("a rule that needs another somewhere", RULE + "[[rules.required]]\nid = 'id'\n[[rules]]\nid = 'id'\n"
     "regex = '''id-[0-9]{3}'''\n", {"b": "mine-abcdef\n\n\nid-123\n"}, [("b", "id", 4), ("b", "mine", 1)]),
    ("a rule that needs another beside it", RULE + "[[rules.required]]\nid = 'id'\nwithinLines = 0\nwithinColumns = 10\n[[rules]]\n"
     "id = 'id'\nregex = '''id-[0-9]{3}'''\nskipReport = true\n",
     {"a": "x\nid-123 mine-abcdef\n", "b": "x\nid-123           mine-abcdef\n"}, [("a", "mine", 2)]),
    ("a generic rule beside one that knows better", RULE + "[[rules]]\nid = 'generic-x'\nregex = '''[a-z]+-([0-9a-z]{6})'''\n",
     {"a": "mine-abcdef\nyours-abcdef\n"}, [("a", "mine", 1), ("a", "generic-x", 2)]),
    ("line ends around a match", "[[rules]]\nid = 'n'\nregex = '''(?:^|\\n)key=[0-9]+\\n'''\n", {"a": "x\nkey=12\ny\n"}, [("a", "n", 2)]),
    ("the end of the text", "[[rules]]\nid = 'n'\nregex = '''key=[0-9]+$'''\n", {"a": "key=12\nkey=13", "b": "key=12\n"}, [("a", "n", 2)]),
    ("the end of a line", "[[rules]]\nid = 'n'\nregex = '''(?m)key=[0-9]+$'''\n", {"a": "key=12\nkey=13"}, [("a", "n", 1), ("a", "n", 2)]),
    ("what RE2 knows", "[[rules]]\nid = 'n'\nregex = '''(?i)\\bK[[:alpha:]]y\\s*=\\s*\\Q(\\E\\x41{2,}[^\\S\\n]é+[’a]{,2}'''\n",
     {"a": "key = (AA éé’{,2}\nkxx\n"}, [("a", "n", 1)]),
    ("a mark", RULE, {"a": "mine-abcdef # gitleaks:allow\nmine-bbcdef\n"}, [("a", "mine", 2)]),
]


class Config(House):
    def found(self, config, files, *more):
        for name, text in files.items():
            self.write(f"in/{name}", text)
        self.write("c.toml", config)
        report = json.loads(self.plimsoll(None, "secrets", "dir", ".", "--config", "../c.toml", "--format", "json", *more,
                                          cwd=self.folder / "in")[0])
        self.assertEqual(report.get("errors", []), [])
        return sorted((p["path"], f["rule"], p.get("line", 0)) for f in report["findings"] if not f.get("request")
                      for p in f["places"])

    def theirs(self):
        done = subprocess.run([GITLEAKS, "dir", ".", "--config", "../c.toml", "--no-banner", "-l", "error", "-f", "json", "-r", "-",
                               "--max-decode-depth", "0"], cwd=self.folder / "in", capture_output=True, timeout=60, check=False)
        return sorted((f["File"], f["RuleID"], f["StartLine"]) for f in json.loads(done.stdout or "[]"))

    def test_cases(self):
        for name, config, files, want in CASES:
            with self.subTest(name):
                shutil.rmtree(self.folder / "in", ignore_errors=True)
                self.assertEqual(self.found(config, files), sorted(want))
                if GITLEAKS:
                    self.assertEqual(self.theirs(), sorted(want), "gitleaks")

    def fails(self, config, *parts):
        self.write("c.toml", config)
        _, said = self.plimsoll(3, "secrets", "dir", ".", "--config", "c.toml")
        for part in parts:
            self.assertIn(part, said)

    def test_what_is_wrong(self):
        self.fails("[[rules]]\nid = 'x'\nregx = 'y'\n", "c.toml:3:1", "did you mean regex?")
        self.fails("a = \"\\d\"\n", "c.toml:1:6", "in '…' a backslash is a backslash")
        self.fails("[[rules]]\nid = 'x'\n", "c.toml:1:", "a regex or a path")
        self.fails("[[rules]]\nregex = 'x'\n", "a rule has an id")
        self.fails("[[rules]]\nid = 'x'\nregex = 'a(?=b)'\n", "c.toml:1:", "at byte 2", "look around")
        self.fails("[[rules]]\nid = 'x'\nregex = '(a'\n", "no ')' closes")
        self.fails(RULE + "secretGroup = 2\n", "secretGroup is 2, and the regex has 1 groups")
        self.fails(RULE + "[[rules.allowlists]]\ncondition = 'AND'\n", "names commits, paths, regexes or stopwords")
        self.fails(RULE + "[[rules.allowlists]]\nregexes = ['(']\n", "c.toml:5:")
        self.fails(RULE + "[rules.allowlist]\nstopwords = ['a']\n[[rules.allowlists]]\nstopwords = ['a']\n", "are one thing")
        self.fails(RULE + "[[rules.required]]\nid = 'y'\n", "no rule of this file has the id \"y\"")
        self.fails(RULE + "[[allowlists]]\ntargetRules = ['y']\nstopwords = ['a']\n", "targetRules: no rule has the id \"y\"")
        self.fails("[extend]\nurl = 'https://example.com/x.toml'\n", "c.toml:2:1", "nothing is fetched")
        self.fails("[extend]\nuseDefault = true\npath = 'x'\n", "useDefault or path, not both")
        self.fails("prefilter = 'x'\n", "c.toml:1:1", "betterleaks", "[[allowlists]]")
        self.fails(RULE + "[[rules.components]]\nid = 'x'\n", "[[rules.required]]")

    def test_what_is_only_said(self):
        self.write("c.toml", RULE + "validate = 'x'\nzzz = 1\n")
        _, said = self.plimsoll(0, "secrets", "dir", ".", "--config", "c.toml")
        self.assertIn("no secret is tried", said)
        self.assertIn('"zzz"', said)

    def test_extending(self):
        key = key_shaped()
        self.write("in/a", f"mine-abcdef\n{key}\n")
        self.write("base.toml", RULE + "entropy = 5.0\n[[rules]]\nid = 'other'\nregex = 'mine-a'\n")
        self.write("c.toml", "[extend]\npath = 'base.toml'\ndisabledRules = ['other']\n[[rules]]\nid = 'mine'\nentropy = 1\n")

        def rules(code=1):
            report = self.report(code, "secrets", "dir", "in", "--config", "c.toml")
            return sorted(f["rule"] for f in report["findings"])

        self.assertEqual(rules(), ["mine"])
        self.write("c.toml", RULE + "[extend]\nuseDefault = true\n")
        self.assertEqual(rules(), ["aws-access-key", "mine"])
        self.write("c.toml", RULE + "[extend]\nuseDefault = true\ndisabledRules = ['aws-access-token']\n")
        self.assertEqual(rules(), ["mine"])
        self.write("c.toml", RULE + "[extend]\nuseDefault = true\n[[rules]]\nid = 'aws-access-token'\n[[rules.allowlists]]\n"
                   f"stopwords = ['{key[:8]}']\n")
        self.assertEqual(rules(), ["mine"])
        self.write("c.toml", RULE + "[extend]\nuseDefault = true\n[allowlist]\npaths = ['a$']\n")
        self.assertEqual(rules(0), [])
        for at, to in (("c", "d"), ("d", "e"), ("e", "f")):
            self.write(at + ".toml", f"[extend]\npath = '{to}.toml'\n" + RULE)
        self.write("f.toml", RULE)
        _, said = self.plimsoll(3, "secrets", "dir", "in", "--config", "c.toml")
        self.assertIn("the third file that is extended", said)

    def test_a_policy_knows_its_rules(self):
        self.write("a", "mine-abcdef\n")
        self.write("c.toml", RULE + "[[rules]]\nid = 'p'\npath = 'zzz'\n")
        self.write("p.yaml", "plimsoll: 1\nname: x\nignore:\n  - {rule: mine, path: a, reason: r}\n  - {rule: p, path: a, reason: r}\n")
        self.plimsoll(0, "secrets", "dir", ".", "--config", "c.toml", "--policy", "p.yaml")
        self.plimsoll(0, "policy", "check", "p.yaml", "--rules", "c.toml")
        self.plimsoll(3, "secrets", "dir", ".", "--policy", "p.yaml")

    def test_commits(self):
        self.git("init", "-q", "-b", "main")
        self.write("c.toml", RULE)
        self.write("a", "mine-abcdef\n")
        self.git("add", "-A")
        self.git("commit", "-qm", "first")
        self.git("tag", "first")
        self.write("b", "mine-bbcdef\n")
        self.git("add", "-A")
        self.git("commit", "-qm", "x")
        head = self.git("rev-parse", "HEAD")
        self.plimsoll(1, "secrets", "git", "--range", "refs/tags/first..HEAD", "--config", "c.toml")
        self.write("c.toml", RULE + f"[[rules.allowlists]]\ncommits = ['{head.upper()}']\n")
        self.plimsoll(0, "secrets", "git", "--range", "refs/tags/first..HEAD", "--config", "c.toml")
        self.write("s", "mine-cbcdef\n")
        self.git("add", "s")
        self.plimsoll(1, "secrets", "git", "--staged", "--config", "c.toml")
        self.plimsoll(1, "secrets", "stdin", "--config", "c.toml", stdin=b"mine-cbcdef\n")

    def test_all_of_the_history(self):
        rule = RULE + "[[rules.required]]\nid = 'id'\n[[rules]]\nid = 'id'\nregex = '''id-[0-9]{3}'''\nskipReport = true\n"
        self.write("c.toml", rule + "keywords = ['id-']\n[allowlist]\npaths = ['^no/']\n")
        self.git("init", "-q", "-b", "main", str(self.folder / "in"))
        where = self.folder / "in"
        far = "".join(f"line {i}\n" for i in range(100))
        self.write("in/a", "id-123\n" + far)
        self.write("in/no/b", "id-123\nmine-bbcdef\n")
        self.git("add", "-A", cwd=where)
        self.git("commit", "-qm", "one", cwd=where)
        self.write("in/a", "id-123\n" + far + "mine-abcdef\n")  # what it needs is far from it
        self.git("commit", "-qam", "two", cwd=where)
        self.write("in/a", far + "mine-abcdee\n")
        self.git("commit", "-qam", "three", cwd=where)
        report = self.report(1, "secrets", "git", "in", "--config", "c.toml")
        self.assertEqual([(f["rule"], f["places"][0]["line"]) for f in report["findings"]], [("mine", 102)])

    def test_a_comment_asks_and_excuses_nothing(self):
        self.write("c.toml", RULE)
        self.write("a", "mine-abcdef # gitleaks:allow\n")
        finding, = self.report(1, "secrets", "dir", ".", "--config", "c.toml")["findings"]
        self.assertIn("a:1: a comment asks", finding["request"])
        self.write("b", "mine-abcdef\n")
        finding, = self.report(1, "secrets", "dir", ".", "--config", "c.toml")["findings"]
        self.assertNotIn("request", finding)


class Excused(House):
    """What a file on the command line excuses, and what one in the repository asks."""

    def setUp(self):
        super().setUp()
        self.write("c.toml", RULE)
        self.write("in/a", "x\nmine-abcdef\n")
        self.write("in/d:e/b", "mine-bbcdef\n")

    def found(self, code, *args):
        report = self.report(code, "secrets", "dir", "in", "--config", "c.toml", *args)
        return sorted((p["path"], f["verdict"], f["state"], f.get("request", "")) for f in report["findings"] for p in f["places"])

    def test_an_ignore_file(self):
        self.write("i", "# a comment\n\nin/a:mine:2\nin/d:e/b:mine:9\n")
        _, said = self.plimsoll(1, "secrets", "dir", "in", "--config", "c.toml", "--ignore-file", "i")
        self.assertIn("1 lines of i excuse nothing", said)
        self.assertEqual(self.found(1, "--ignore-file", "i", "--all"),
                         [("in/a", "passes", "new", ""), ("in/d:e/b", "blocks", "new", "")])
        self.write("i", "in/a:mine:2\nin/d:e/b:mine:1\n")
        self.assertEqual(self.found(0, "--ignore-file", "i"), [("in/a", "passes", "new", ""), ("in/d:e/b", "passes", "new", "")])
        _, said = self.plimsoll(3, "secrets", "dir", "in", "--config", "c.toml", "--ignore-file", "gone")
        self.assertIn("gone", said)

    def test_the_repositorys_own_asks(self):
        self.write("in/.gitleaksignore", "a:mine:2\n")
        self.git("init", "-q", str(self.folder / "in"))
        ask = ".gitleaksignore asks to leave it alone"
        self.assertEqual(self.found(1), [("in/a", "blocks", "new", ask), ("in/d:e/b", "blocks", "new", "")])

    def test_commits(self):
        where = self.folder / "in"
        self.git("init", "-q", "-b", "main", cwd=where)
        self.git("commit", "-q", "--allow-empty", "-m", "x", cwd=where)
        self.git("tag", "first", cwd=where)
        self.git("add", "-A", cwd=where)
        self.git("commit", "-qm", "x", cwd=where)
        head = self.git("rev-parse", "HEAD", cwd=where)
        self.write("i", f"{head}:a:mine:2\n{'0' * 40}:d:e/b:mine:1\n")
        report = self.report(1, "secrets", "git", "in", "--range", "refs/tags/first..main", "--config", "c.toml", "--ignore-file", "i")
        self.assertEqual(sorted((f["places"][0]["path"].split("/")[-1], f["verdict"]) for f in report["findings"]),
                         [("a", "passes"), ("b", "blocks")])

    def test_a_baseline_of_ours(self):
        out, _ = self.plimsoll(1, "secrets", "dir", "in", "--config", "c.toml", "--format", "gitleaks")
        entries = json.loads(out)
        self.assertEqual([(e["File"], e["RuleID"], e["StartLine"], e["Secret"], e["Fingerprint"]) for e in entries],
                         [("in/a", "mine", 2, "REDACTED", "in/a:mine:2"), ("in/d:e/b", "mine", 1, "REDACTED", "in/d:e/b:mine:1")])
        self.assertNotIn("abcdef", out)
        self.write("b.json", out)
        self.write("in/a", "x\nx\nx\nmine-abcdef\n")  # it has moved
        self.write("in/d:e/b", "mine-cbcdef\n")  # it is another one
        self.assertEqual(self.found(1, "--baseline", "b.json"),
                         [("in/a", "warns", "known", ""), ("in/d:e/b", "blocks", "new", "")])
        self.write("b.json", "{}")
        _, said = self.plimsoll(3, "secrets", "dir", "in", "--config", "c.toml", "--baseline", "b.json")
        self.assertIn("it is no list of findings", said)

    def test_a_baseline_of_gitleaks(self):
        key = key_shaped()
        self.write("in/k", key + "\n")
        theirs = [{"RuleID": "aws-access-token", "File": "in/k", "StartLine": 1, "Secret": key, "Match": key, "Commit": ""},
                  {"RuleID": "mine", "File": "in/a", "StartLine": 2, "Secret": "REDACTED", "Commit": ""}]
        self.write("b.json", json.dumps(theirs))
        self.write("c.toml", RULE + "[extend]\nuseDefault = true\n")
        self.assertEqual(self.found(1, "--baseline", "b.json"), [("in/a", "warns", "known", ""), ("in/d:e/b", "blocks", "new", ""),
                                                                ("in/k", "warns", "known", "")])


class TruffleHog(House):
    """truffleHog 2's settings and output."""

    def setUp(self):
        super().setUp()
        self.write("r.json", json.dumps({"House token": "mine-[0-9a-z]{6}"}))
        self.write("in/a", "mine-abcdef\nmine-bbcdef\n")
        self.write("in/t/b", "mine-abcdef\n")

    def issues(self, code, *args):
        out, _ = self.plimsoll(code, "secrets", "dir", ".", "--format", "trufflehog2", *args, cwd=self.folder / "in")
        return [json.loads(line) for line in out.splitlines()]

    def paths(self, code, *args):
        return sorted(issue["path"] for issue in self.issues(code, "--rules", "../r.json", *args))

    def test_issues(self):
        issues = self.issues(1, "--rules", "../r.json")
        self.assertEqual(sorted(issues[0]), ["branch", "commit", "commitHash", "date", "diff", "path", "printDiff", "reason",
                                             "stringsFound"])
        self.assertEqual(sorted((i["path"], i["reason"], len(i["stringsFound"])) for i in issues),
                         [("a", "House token", 2), ("t/b", "House token", 1)])

    def test_paths(self):
        self.write("p", "# comment\n\nt/\n")
        self.assertEqual(self.paths(1, "--include-paths", "../p"), ["t/b"])
        self.assertEqual(self.paths(1, "--exclude-paths", "../p"), ["a"])
        self.write("p", "b$\n")  # from the beginning, as Python's match
        self.assertEqual(self.paths(1, "--exclude-paths", "../p"), ["a", "t/b"])
        self.write("q", ".*\n")
        self.assertEqual(self.paths(0, "--include-paths", "../q", "--exclude-paths", "../q"), [])

    def test_what_is_allowed(self):
        self.write("w.json", json.dumps({"one": "mine-abcdef", "two": "regex:mine-b.*"}))
        self.assertEqual(self.paths(0, "--allow", "../w.json"), [])
        self.write("w.json", json.dumps({"one": "mine-abcdef"}))
        self.assertEqual(self.paths(1, "--allow", "../w.json"), ["a"])
        for wrong in ("[]", '{"a": 1}', '{"a": "regex:("}'):
            self.write("w.json", wrong)
            _, said = self.plimsoll(3, "secrets", "dir", "in", "--rules", "r.json", "--allow", "w.json")
            self.assertIn("w.json", said)

    def test_entropy(self):
        self.write("in/e", "x = ZWVTjPQSdhwRgl204Hc51YCsritMIzn8B=/p9UyeX7xu6KkAGqfm3FJ+oObLDNEva\ny = b3A0a1FDfe86dcCE945B72\n"
                   "z = aaaaaaaaaaaaaaaaaaaaaaaaaaaaa\nshort = b3A0a1FDfe86dcCE94\n")
        issues = self.issues(1, "--rules", "../r.json", "--entropy")
        self.assertEqual(sorted((i["path"], i["reason"], len(i["stringsFound"])) for i in issues if i["path"] == "e"),
                         [("e", "High Entropy", 2)])

    def test_commits(self):
        where = self.folder / "in"
        self.git("init", "-q", "-b", "main", cwd=where)
        self.git("add", "-A", cwd=where)
        self.git("commit", "-qm", "one", cwd=where)
        self.write("in/a", "x = ZWVTjPQSdhwRgl204Hc51YCsritMIzn8B=/p9UyeX7xu6KkAGqfm3FJ+oObLDNEva and b3A0a1FDfe86dcCE945B72\n")
        self.git("commit", "-qam", "two", cwd=where)
        out, _ = self.plimsoll(1, "secrets", "git", ".", "--rules", "../r.json", "--entropy", "--format", "trufflehog2", cwd=where)
        want = [("a", "High Entropy", 2), ("a", "House token", 2), ("t/b", "House token", 1)]
        found = [json.loads(line) for line in out.splitlines()]
        self.assertEqual(sorted((i["path"], i["reason"], len(i["stringsFound"])) for i in found), want)
        if TRUFFLEHOG:
            self.git("clone", "-q", "--bare", "in", "in.git")
            done = subprocess.run([TRUFFLEHOG, "--regex", "--json", "--rules", "r.json", "--entropy=True", f"file://{self.folder}/in.git"],
                                  cwd=self.folder, capture_output=True, timeout=120, check=False)
            theirs = {(i["path"], i["reason"], len(set(i["stringsFound"]))) for i in map(json.loads, done.stdout.splitlines())}
            self.assertEqual(sorted(theirs), want)
