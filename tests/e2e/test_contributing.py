"""CONTRIBUTING's "How to add a rule", followed word for word in a copy of the tree.

Commands and paths are taken from the text itself, so a text that has drifted fails here.
"""
import json
import re
import shutil
import subprocess
import unittest

from house import ROOT, House, copy_tree

# This test runs inside ./test, and what that would run is run here one by one; pages need the whole program.
SKIPPED = ("./test", "tools/rule-pages")


def section(title):
    text = (ROOT / "CONTRIBUTING.md").read_text()
    found = re.search(rf"^## {re.escape(title)}\n(.*?)(?=^## |\Z)", text, re.M | re.S)
    return found.group(1) if found else ""


def spans(text):
    return [" ".join(span.split()) for span in re.findall(r"`([^`]+)`", text)]


class AddARule(House):
    def setUp(self):
        super().setUp()
        self.tree = self.folder / "tree"
        copy_tree(self.tree)

    def run_in_tree(self, *command):
        return subprocess.run(command, cwd=self.tree, capture_output=True, text=True, timeout=600, check=False)

    def must(self, *command):
        done = self.run_in_tree(*command)
        self.assertEqual(done.returncode, 0, f"{command}\n{done.stdout[-3000:]}\n{done.stderr[-3000:]}")
        return done.stdout

    def lint_test(self):
        """The lint unit test, built anew: whether it passes, and what it says."""
        self.must("ninja", "-C", "build", "tests/detect/lint/test-lint")
        done = self.run_in_tree("build/tests/detect/lint/test-lint")
        return done.returncode == 0, done.stdout + done.stderr

    def fails_with(self, words):
        passed, said = self.lint_test()
        self.assertFalse(passed, f"the lint test passes; it should say: {words}")
        self.assertIn(words, said)

    def follow_the_text(self):
        text = section("How to add a rule")
        commands = [span for span in spans(text) if span.startswith(("tools/", "./"))]
        self.assertTrue(commands, "CONTRIBUTING shows no command")
        for command in commands:
            if command not in SKIPPED:
                self.must(*command.split())
        paths = [span for span in spans(text) if re.fullmatch(r"(src|tests|docs|rules)/\S+", span)]
        self.assertGreaterEqual(len(paths), 3, paths)
        for path in paths:
            self.assertTrue((self.tree / path).exists(), f"CONTRIBUTING names {path}; it is not there")
        name, rule = next(c for c in commands if c.startswith("tools/new-rule ")).split()[1:]
        return name, rule

    def lint_header_has_what_the_text_names(self):
        for span in spans(section("How to add a rule")):
            if re.fullmatch(r"lint_\w+", span):
                self.assertIn(f"{span}(", (self.tree / "src/detect/lint/rule.h").read_text())

    def edit(self, path, old, new):
        whole = self.tree / path
        text = whole.read_text()
        self.assertIn(old, text)
        whole.write_text(text.replace(old, new))

    def test_as_the_text_says(self):
        name, rule = self.follow_the_text()
        self.lint_header_has_what_the_text_names()
        fixtures = self.tree / f"tests/data/lint/{rule}"
        source = f"src/detect/lint/rules/{name}.c"
        self.must("meson", "setup", "build", "-Dtests=true", "-Dwerror=true", "-Dbuildtype=plain", "-Doptimization=0")
        passed, said = self.lint_test()
        self.assertTrue(passed, said)
        self.must("ninja", "-C", "build", "src/cli/plimsoll")
        rules = json.loads(self.must("build/src/cli/plimsoll", "rules", "--format", "json"))
        self.assertIn(rule, [r["id"] for r in rules])
        # Its fixtures are looked at: another place, a good one that is bad, none at all.
        expect = fixtures / "bad.expect"
        wanted = expect.read_text()
        expect.write_text("1:1\n")
        self.fails_with(f"{rule}/bad.Dockerfile")
        expect.write_text(wanted)
        good = (fixtures / "good.Dockerfile").read_text()
        shutil.copy(fixtures / "bad.Dockerfile", fixtures / "good.Dockerfile")
        self.fails_with(f"{rule}/good.Dockerfile")
        (fixtures / "good.Dockerfile").write_text(good)
        fixtures.rename(self.folder / "away")
        self.fails_with(rule)
        (self.folder / "away").rename(fixtures)
        # A record with an empty field.
        fix = re.search(r"\.fix = (\".*\"),", (self.tree / source).read_text()).group(1)
        self.edit(source, fix, '""')
        self.fails_with(f"{rule}: an empty field")
        self.edit(source, '.fix = ""', f".fix = {fix}")
        # And its absence.
        self.edit("src/detect/lint/rules.def", f"RECORD({name})\n", "")
        self.fails_with(f"tests/data/lint/{rule}: no such rule")


if __name__ == "__main__":
    unittest.main()
