"""plimsoll fix: what is safe is repaired, what cannot be proved is left out, and a file is replaced whole or not at all."""
import os
import shutil
import stat
import subprocess
import unittest

from house import ROOT, House, key_shaped

FILE = """FROM debian:12.5
MAINTAINER me
ADD a /b
RUN apt-get update && \\
    apt-get install curl=7
RUN apt-get install vim=2
CMD x
"""


def unread(report):
    return sum(finding["rule"] == "DL1000" for finding in report["findings"])


class Fix(House):
    def test_in_place(self):
        path = self.write("Dockerfile", FILE)
        os.chmod(path, 0o640)
        out, err = self.plimsoll(0, "fix")
        self.assertIn("Dockerfile:2: DL4000 fixed", out)
        self.assertEqual(err, "")
        text = path.read_text()
        self.assertIn("    apt-get install -y --no-install-recommends curl=7\n", text)
        self.assertIn("ADD a /b\n", text, "not safe")
        self.assertEqual(stat.S_IMODE(path.stat().st_mode), 0o640)
        self.assertEqual(sorted(p.name for p in self.folder.iterdir() if p.is_file()), ["Dockerfile"])
        out, _ = self.plimsoll(0, "fix")
        self.assertEqual((out, path.read_text()), ("", text), "a second time there is nothing to do")

    def test_a_diff_is_a_patch(self):
        path = self.write("sub/Dockerfile", FILE)
        out, err = self.plimsoll(1, "fix", "--diff", "--level", "suggested", ".")
        self.assertEqual(path.read_text(), FILE)
        self.assertIn("DL3020 fixed", err)
        subprocess.run(["git", "apply"], input=out.encode(), cwd=self.folder, check=True, capture_output=True)
        patched = path.read_text()
        path.write_text(FILE)
        self.plimsoll(0, "fix", "--level", "suggested", "sub")
        self.assertEqual(path.read_text(), patched)
        self.plimsoll(0, "fix", "--diff", "--level", "suggested")

    def test_one_rule(self):
        path = self.write("Dockerfile", FILE)
        self.plimsoll(0, "fix", "--rule", "DL4000", "Dockerfile")
        self.assertEqual(path.read_text().count("-y"), 0)
        self.assertNotIn("MAINTAINER", path.read_text())

    def test_standard_input(self):
        done = self.run_program("fix", "-", stdin=FILE.encode())
        path = self.write("Dockerfile", FILE)
        self.plimsoll(0, "fix")
        self.assertEqual(done.stdout.decode(), path.read_text())
        self.assertIn("-:2: DL4000 fixed", done.stderr.decode())

    def test_what_is_excused_is_left(self):
        path = self.write("Dockerfile", "FROM debian:12.5\n# hadolint ignore=DL4000\nMAINTAINER me\nENV a b\n")
        self.plimsoll(0, "fix")
        self.assertIn("MAINTAINER me\nENV a=b\n", path.read_text())
        path = self.write("Dockerfile", FILE)
        self.write("policy.yaml", "plimsoll: 1\nignore:\n  - {rule: DL4000, reason: it stays}\n")
        self.plimsoll(0, "fix", "--policy", "policy.yaml")
        self.assertIn("MAINTAINER me\n", path.read_text())
        self.assertIn("install -y --no-install-recommends curl", path.read_text())

    def test_names_of_other_tools(self):
        path = self.write("Dockerfile", FILE)
        self.plimsoll(0, "fix", "--rule", "MaintainerDeprecated")
        self.assertNotIn("MAINTAINER", path.read_text())

    def test_a_name_makes_no_lines(self):
        self.write("a\n+++ b/x/Dockerfile", FILE)
        out, _ = self.plimsoll(1, "fix", "--diff")
        self.assertEqual(sum(line.startswith("+++ ") for line in out.splitlines()), 1)

    @unittest.skipIf(os.geteuid() != 0, "needs root, to give a file away")
    def test_the_owner_stays(self):
        path = self.write("Dockerfile", FILE)
        os.chown(path, 1234, 1235)
        self.plimsoll(0, "fix")
        self.assertEqual((path.stat().st_uid, path.stat().st_gid), (1234, 1235))

    def test_wrong_input(self):
        for args, says in ((["--level", "brave"], "safe, suggested or unsafe"), (["--rule", "DL9999"], "is no rule"),
                           (["-", "Dockerfile"], "stands alone")):
            _, err = self.plimsoll(2, "fix", *args)
            self.assertIn(says, err)
        _, err = self.plimsoll(4, "fix", "nowhere")
        self.assertIn("nowhere", err)

    def test_links_are_not_followed(self):
        target = self.write("elsewhere.txt", FILE)
        (self.folder / "Dockerfile").symlink_to(target)
        _, err = self.plimsoll(4, "fix", "Dockerfile")
        self.assertIn("Dockerfile is a symbolic link", err)
        self.assertNotIn("Too many levels", err)
        self.plimsoll(None, "fix", ".")
        self.assertEqual(target.read_text(), FILE)
        self.assertTrue((self.folder / "Dockerfile").is_symlink())

    def test_what_cannot_be_read_is_left_and_the_rest_repaired(self):
        self.write("a/Dockerfile", FILE)
        self.write("b/Dockerfile", "FROM debian\nNOPE x\nMAINTAINER me\n")
        self.write("c/Dockerfile", b"FROM debian\nRUN \xff\x00\nMAINTAINER me\n")
        self.plimsoll(None, "fix", ".")
        self.assertNotIn("MAINTAINER", (self.folder / "a/Dockerfile").read_text())
        self.assertIn("NOPE x\n", (self.folder / "b/Dockerfile").read_text())
        self.assertIn(b"\xff\x00", (self.folder / "c/Dockerfile").read_bytes())

    def test_line_ends_and_last_lines(self):
        path = self.write("Dockerfile", b"FROM debian:12.5\r\nMAINTAINER me\r\nRUN apt-get install curl=7")
        self.plimsoll(0, "fix")
        data = path.read_bytes()
        self.assertTrue(data.endswith(b"RUN apt-get install -y --no-install-recommends curl=7"))
        self.assertEqual(data.count(b"\r\n"), 2)

    def test_a_diff_shows_no_secret(self):
        self.write("Dockerfile", f"FROM debian:12.5\nENV KEY={key_shaped()}\nMAINTAINER me\n")
        out, err = self.plimsoll(1, "fix", "--diff")
        self.assertNotIn(key_shaped(), out + err)
        self.assertIn("cannot be applied", err)

    def test_every_fixture_is_a_dockerfile_after_it(self):
        """Whatever is repaired has no new mistake and no other findings, and a second pass changes nothing."""
        names = sorted((ROOT / "tests/data/lint").glob("**/*.Dockerfile"))
        for i, name in enumerate(names):
            (self.folder / str(i)).mkdir()
            shutil.copy(name, self.folder / str(i) / "Dockerfile")
        before = self.report(None, "lint", "--no-shellcheck", "--all", ".")
        for level in ("safe", "suggested", "unsafe"):
            self.plimsoll(None, "fix", "--level", level, ".")
            texts = [p.read_bytes() for p in sorted(self.folder.glob("*/Dockerfile"))]
            out, _ = self.plimsoll(None, "fix", "--level", level, ".")
            self.assertNotIn(" fixed: ", out, level)
            self.assertEqual(texts, [p.read_bytes() for p in sorted(self.folder.glob("*/Dockerfile"))])
            after = self.report(None, "lint", "--no-shellcheck", "--all", ".")
            self.assertLessEqual(unread(after), unread(before), level)
            self.assertLess(len(after["findings"]), len(before["findings"]))


if __name__ == "__main__":
    unittest.main()
