"""The checks of tools/ see what they are for: each is run in a copy of the tree that is spoilt."""
import subprocess
import unittest

from house import BUILD, House, copy_tree


class Checks(House):
    def setUp(self):
        super().setUp()
        self.tree = self.folder / "tree"
        copy_tree(self.tree)

    def check(self, name):
        words = [f"tools/check-{name}", *([str(BUILD)] if name == "docs" else [])]
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
        undeclared = self.tree / "src/read/syntax/toml.c"
        undeclared.write_text("")
        self.fails("fuzz", "src/read/syntax/toml.c: docs/parsers.txt does not say")
        self.append("docs/parsers.txt", "src/read/syntax/toml.c fuzz/toml.c\n")
        self.fails("fuzz", "fuzz/toml.c is not in fuzz/targets.def")
        self.append("fuzz/targets.def", "TARGET(toml)\n")
        (self.tree / "fuzz/toml.c").write_text("")
        self.fails("fuzz", "fuzz/corpus/toml: no input")
        (self.tree / "fuzz/corpus/toml").mkdir()
        (self.tree / "fuzz/corpus/toml/one").write_text("a = 1")
        self.passes("fuzz")
        undeclared.unlink()
        self.fails("fuzz", "src/read/syntax/toml.c is not there")

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


if __name__ == "__main__":
    unittest.main()
