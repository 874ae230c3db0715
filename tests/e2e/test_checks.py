"""The checks of tools/ see what they are for: each is run in a copy of the tree that is spoilt."""
import subprocess
import unittest

from house import House, copy_tree


class Checks(House):
    def setUp(self):
        super().setUp()
        self.tree = self.folder / "tree"
        copy_tree(self.tree)

    def check(self, name):
        done = subprocess.run([f"tools/check-{name}"], cwd=self.tree, capture_output=True, text=True,
                              timeout=120, check=False)
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


if __name__ == "__main__":
    unittest.main()
