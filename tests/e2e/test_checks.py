"""The checks of tools/ see what they are for: each is run in a copy of the tree that is spoilt."""
import os
import subprocess
import sys
import unittest

from house import BUILD, ROOT, House, copy_tree


class Checks(House):
    def setUp(self):
        super().setUp()
        self.tree = self.folder / "tree"
        copy_tree(self.tree)

    def check(self, name):
        words = [f"tools/check-{name}", *([str(BUILD)] if name in ("docs", "tests") else [])]
        done = subprocess.run(words, cwd=self.tree, capture_output=True, text=True, timeout=120, check=False)
        return done.returncode, done.stdout + done.stderr

    def passes(self, name):
        code, said = self.check(name)
        self.assertEqual(code, 0, said)

    def fails(self, name, *words):
        code, said = self.check(name)
        self.assertNotEqual(code, 0, said)
        for word in words:
            self.assertIn(word, said)

    def append(self, name, text):
        with open(self.tree / name, "a", encoding="utf-8") as file:
            file.write(text)

    def test_fuzz(self):
        self.passes("fuzz")
        undeclared = self.tree / "src/read/syntax/ini.c"
        undeclared.write_text("")
        self.fails("fuzz", "src/read/syntax/ini.c: docs/parsers.txt does not say")
        self.append("docs/parsers.txt", "src/read/syntax/ini.c fuzz/ini.c\n")
        self.fails("fuzz", "fuzz/ini.c is not in fuzz/targets.def")
        self.append("fuzz/targets.def", "RECORD(ini)\n")
        (self.tree / "fuzz/ini.c").write_text("")
        self.fails("fuzz", "fuzz/corpus/ini: no input")
        (self.tree / "fuzz/corpus/ini").mkdir()
        (self.tree / "fuzz/corpus/ini/one").write_text("a = 1")
        self.passes("fuzz")
        undeclared.unlink()
        self.fails("fuzz", "src/read/syntax/ini.c is not there")

    def test_tests(self):
        lost = "orphan"  # a name that stands whole in this file would be one that a test names
        orphans = [f"tests/base/test_{lost}.c", f"tests/base/{lost}.py", f"tests/data/base/{lost}.txt", f"tests/data/lint/{lost}/{lost}.x"]
        for name in orphans:
            (self.tree / name).parent.mkdir(exist_ok=True)
            (self.tree / name).write_text("")
        (self.tree / f"tests/gate/test_{lost}.py").write_text("class A:\n    def test_a(self):\n        pass\n")
        self.append("tests/gate/test_gate.c", "static void forgotten(void **state)\n{\n}\n")
        self.append("fuzz/targets.def", "RECORD(orphan)\n")
        self.fails("tests", *(f"{name}: no " for name in orphans), f"tests/gate/test_{lost}.py: no test runs it",
                   "forgotten is in no list of tests", "fuzz/orphan.c: its corpus is not run")

    def test_docs(self):
        self.passes("docs")
        (self.tree / "docs/island.md").write_text("# An island\n")
        self.fails("docs", "docs/island.md: no link from README.md or docs/tour.md leads there")
        self.append("docs/policy.md", "\n[island](island.md) `docs/island.md` `tools/*-docs` `plimsoll lint --all deploy/`\n")
        self.passes("docs")
        self.append("docs/island.md", """\
`src/base/nowhere.h`, `nowhere.c`, `tests/*/nowhere`, [gone](../docs/gone.md)
`tests/gate/test_gate.c` (globs, no_such_test) `plimsoll nothing` `plimsoll db burn` `plimsoll scan --bass x`
`./test --fast` `--no-such-thing`

```
plimsoll check --basis main    # --not-looked-at
```

    tools/no-such-tool
""")
        self.fails("docs", *(f"docs/island.md{one}" for one in (
            ":2: there is no src/base/nowhere.h", ":2: there is no file nowhere.c",
            ":2: there is no tests/*/nowhere", ": there is no docs/gone.md, which it links to",
            ": tests/gate/test_gate.c has no no_such_test", ":3: plimsoll has no command nothing",
            ":3: plimsoll db knows no burn", ":3: plimsoll scan has no --bass", ":4: ./test has no --fast",
            ":4: nothing has --no-such-thing", ":7: plimsoll check has no --basis",
            ":10: there is no tools/no-such-tool")))
        _, said = self.check("docs")
        self.assertEqual(said.count("\n"), 12, said)


MESON = """#!/bin/sh
case "$*" in
*--tests*) echo '[{"name": "one", "suite": ["p:unit"], "depends": [], "cmd": []}, {"name": "two", "suite": ["p:unit"], "depends": [], "cmd": []}]' ;;
*--targets*) echo '[]' ;;
*) [ -z "$LOGGED" ] || { mkdir -p meson-logs; cp "$LOGGED" meson-logs/testlog.json; } ;;
esac
"""
BOTH = """{"name": "p:unit / one", "result": "OK", "stdout": "ok 1 - a\\nnot ok 2 # SKIP b\\n"}
{"name": "p:unit / two", "result": "OK", "stdout": "skipped: no moon\\nok 1 # SKIP a\\n"}
"""


class Counts(House):
    """tests/unit.py, with a Meson that logs what it is given."""

    def setUp(self):
        super().setUp()
        self.write("bin/meson", MESON).chmod(0o755)

    def count(self, logged, *words):
        env = {**os.environ, "PATH": f"{self.folder}/bin:{os.environ['PATH']}", "LOGGED": ""}
        if logged:
            env["LOGGED"] = str(self.write("logged", logged))
        done = subprocess.run(["sh", "-c", '"$@" 3>counts', "sh", sys.executable, str(ROOT / "tests/unit.py"), ".", "unit", ".",
                               *words], cwd=self.folder, env=env, capture_output=True, text=True, timeout=60, check=True)
        return (self.folder / "counts").read_text().split(), done.stdout

    def read(self, name):
        return (self.folder / name).read_text() if (self.folder / name).exists() else ""

    def test_skips_have_reasons(self):
        counts, said = self.count(BOTH)
        self.assertEqual(counts, ["1", "1", "1"])
        self.assertIn("one: OK", said)  # its skip is without one
        self.assertIn("two: no moon", self.read("skipped"))

    def test_what_did_not_run_failed(self):
        self.assertEqual(self.count(BOTH.splitlines()[1])[0], ["0", "1", "1"])
        self.assertEqual(self.count(BOTH)[0], ["1", "1", "1"])
        self.assertEqual(self.count("")[0], ["0", "2", "0"])  # and the log of the run before is not counted

    def test_words(self):
        self.assertEqual(self.count(BOTH.splitlines()[1], "tw")[0], ["0", "0", "1"])
        self.assertEqual(self.count("", "three")[0], ["0", "0", "0"])
        self.assertEqual(self.read("found").split(), ["tw"])

    def test_results(self):
        row = '{"name": "p:unit / two", "result": "%s", "stdout": "%s"}'
        for result, text, wanted in (("OK", "", "1 0 0"), ("FAIL", "ok 1 - a", "1 1 0"), ("TIMEOUT", "", "0 1 0"),
                                     ("FAIL", "not ok 1 - a", "0 1 0"), ("SKIP", "no moon", "0 0 1"), ("SKIP", "", "0 1 0")):
            self.assertEqual(" ".join(self.count(row % (result, text), "two")[0]), wanted, (result, text))


if __name__ == "__main__":
    unittest.main()
