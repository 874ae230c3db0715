"""The shell in RUN as ShellCheck judges it: exact places, the right shell, known names, said once if it is missing."""
import pathlib
import shutil
import stat
import unittest

from house import House

FILE = """FROM debian:12.5
ARG KNOWN
SHELL ["/bin/bash", "-c"]
RUN echo $KNOWN && \\
    cd /tmp && for i in $(ls *.c); do \\
      rm $i; done
RUN <<EOF
set -e
échec=1; x=`uname -a`
echo ünïcode "$y" $x
EOF
RUN ["sh", "-c", "echo $z"]
ONBUILD RUN echo $w
USER 10001
"""


@unittest.skipUnless(shutil.which("shellcheck"), "shellcheck is not installed")
class ShellCheck(House):
    def places(self, report):
        return [(f["rule"], f["places"][0]["line"], f["places"][0]["column"]) for f in report["findings"]
                if f["rule"].startswith("SC")]

    def lint(self, code, *args, env=None):
        return self.report(code, "lint", *args, env=env)

    def test_exact_places(self):
        self.write("Dockerfile", FILE.encode())
        found = self.places(self.lint(0, "Dockerfile"))
        for wanted in (("SC2045", 5, 25), ("SC2035", 5, 30), ("SC2086", 6, 10), ("SC2006", 9, 12),
                       ("SC2154", 10, 15), ("SC2086", 10, 19), ("SC2154", 13, 18)):
            self.assertIn(wanted, found)
        self.assertNotIn(("SC2154", 4, 10), found, "an ARG is known")
        self.assertFalse([place for place in found if place[1] == 12], "an exec form has no shell")

    def test_the_shell_in_force(self):
        self.write("sh", b"FROM debian:12.5\nRUN x=(a b); echo \"${x[@]}\"\nUSER 1\n")
        self.write("bash", b"FROM debian:12.5\nSHELL [\"/bin/bash\", \"-c\"]\nRUN x=(a b); echo \"${x[@]}\"\nUSER 1\n")
        self.write("pwsh", b"FROM debian:12.5\nSHELL [\"pwsh\", \"-c\"]\nRUN echo $x\nUSER 1\n")
        self.assertIn("SC3030", [rule for rule, _, _ in self.places(self.lint(0, "sh"))])
        self.assertEqual(self.places(self.lint(0, "bash")), [])
        self.assertEqual(self.places(self.lint(0, "pwsh")), [])

    def test_a_comment_names_the_shell(self):
        run = b'RUN x=(a b); echo "${x[@]}"\n'
        texts = {"above": b"# hadolint shell=bash\nFROM debian:12.5\n" + run + b"FROM debian:12.5\n" + run,
                 "inside": b"FROM debian:12.5 AS a\n# hadolint shell=/bin/bash -c\n" + run + b"FROM a\n" + run,
                 "unknown": b"FROM debian:12.5\n# hadolint shell=pwsh\nRUN echo $x\n"}
        for name, text in texts.items():
            self.write(name, text + b"USER 1\n")
            self.assertEqual(self.places(self.lint(0, name)), [], name)
        self.write("next", b"FROM debian:12.5\n# hadolint shell=bash\n" + run + b"FROM debian:12.5\n" + run + b"USER 1\n")
        self.assertEqual({line for _, line, _ in self.places(self.lint(0, "next"))}, {5})
        self.write("later", b'# hadolint shell=bash\nFROM debian:12.5\nSHELL ["sh", "-c"]\n' + run + b"USER 1\n")
        self.assertIn("SC3030", [rule for rule, _, _ in self.places(self.lint(0, "later"))])
        self.write("in", b"FROM debian:12.5\nRUN true && \\\n# hadolint shell=bash\n  x=(a b)\nUSER 1\n")
        self.assertIn("SC3030", [rule for rule, _, _ in self.places(self.lint(0, "in"))])

    def test_a_shell_that_is_given_its_script(self):
        self.write("bash", b"FROM debian:12.5\nRUN <<'EOF' bash -eo pipefail\nx=(a b)\necho ${x[@]}\nEOF\nUSER 1\n")
        self.assertEqual(self.places(self.lint(0, "bash")), [("SC2068", 4, 6)])
        self.write("plain", b"FROM debian:12.5\nRUN sh <<EOF\nx=(a b)\nEOF\nUSER 1\n")
        self.assertIn(("SC3030", 3, 3), self.places(self.lint(0, "plain")))
        for i, line in enumerate((b"<<EOF bash", b"<<'EOF' bash -c true", b"<<'EOF' cat", b"<<'EOF' python3", b"<<'EOF' bash x.sh")):
            self.write(f"other{i}", b"FROM debian:12.5\nRUN " + line + b"\ny=1; rm $y\nEOF\nUSER 1\n")
            self.assertNotIn("SC2086", [rule for rule, _, _ in self.places(self.lint(0, f"other{i}"))], line)

    def test_a_comment_asks_to_ignore(self):
        self.write("Dockerfile", b"FROM debian:12.5\n# hadolint ignore=SC2086\nRUN echo $HOME\nUSER 1\n")
        one = [f for f in self.lint(0, "Dockerfile")["findings"] if f["rule"] == "SC2086"]
        self.assertIn("asks to ignore", one[0]["request"])

    def test_one_that_gives_no_answer_is_said_once(self):
        """Garbage, another document, nothing at all: never a silence."""
        for i, body in enumerate(("echo garbage", "echo {}", "echo no >&2; exit 1", "exit 4", "kill -9 $$")):
            tool = self.write(f"bin{i}/shellcheck", f"#!/bin/sh\n{body}\n")
            tool.chmod(0o755)
            for k in range(3):
                self.write(f"files{i}/{k}/Dockerfile", f"FROM ubuntu\nRUN echo $a{k}{i}\nUSER 1\n")
            report = self.report(None, "lint", f"files{i}", env={"PATH": f"{tool.parent}:/usr/bin:/bin", "XDG_CACHE_HOME": str(self.folder / f"cache{i}")})
            self.assertEqual([g["what"] for g in report["not_covered"]], ["shellcheck"], body)
            self.assertEqual({f["rule"] for f in report["findings"]}, {"DL3006"}, body)

    def test_without_it_all_else_is_judged_and_it_is_said_once(self):
        programs = pathlib.Path(self.folder) / "programs"
        programs.mkdir()
        for i in range(20):
            self.write(f"{i}/Dockerfile", b"FROM debian:12.5\nRUN sudo echo $x\nUSER 1\n")
        report = self.lint(0, ".", env={"PATH": str(programs)})
        self.assertEqual([(g["kind"], g["what"]) for g in report["not_covered"]], [("tool", "shellcheck")])
        self.assertEqual(len([f for f in report["findings"] if f["rule"] == "DL3004"]), 20)
        self.assertEqual(self.lint(0, "--no-shellcheck", ".", env={"PATH": str(programs)})["not_covered"], [])

    def test_what_it_answered_is_kept(self):
        cache = pathlib.Path(self.folder) / "cache"
        self.write("f/Dockerfile", FILE.encode())
        first = self.places(self.lint(0, "f", env={"XDG_CACHE_HOME": str(cache)}))
        entries = [path for path in cache.rglob("*") if path.is_file()]
        self.assertEqual(len(entries), 1)
        self.assertEqual(stat.S_IMODE(entries[0].stat().st_mode), 0o600)
        self.assertEqual(self.places(self.lint(0, "f", env={"XDG_CACHE_HOME": str(cache)})), first)
        entries[0].write_bytes(entries[0].read_bytes().replace(b"SC", b"xx").replace(b'"code":2', b'"code":3'))
        self.assertEqual(self.places(self.lint(0, "f", env={"XDG_CACHE_HOME": str(cache)})), first, "a spoilt entry")
        self.assertEqual(self.places(self.lint(0, "f", env={"XDG_CACHE_HOME": "/dev/null/x"})), first, "no place to keep it")

    def test_hostile_scripts(self):
        self.write("deep", b"FROM debian:12.5\nRUN " + b"$(" * 50000 + b"\nRUN echo $HOME\nUSER 1\n")
        self.write("many", b"FROM debian:12.5\n" + b"RUN echo $HOME\n" * 200 + b"USER 1\n")
        self.write("bytes", b"FROM debian:12.5\nRUN echo \xff\xfe $HOME\nUSER 1\n")
        self.write("nul", b"FROM debian:12.5\nRUN echo \0 $HOME\nRUN echo $HOME\nUSER 1\n")
        self.write("large", b"FROM debian:12.5\n" + b"RUN echo " + b"x " * 400000 + b"\n" + b"RUN echo $HOME\nUSER 1\n")
        self.assertIn(("SC2086", 3, 10), self.places(self.lint(0, "large")))
        self.assertIn(("SC2086", 3, 10), self.places(self.lint(0, "deep")))
        self.assertEqual(len(self.places(self.lint(0, "many"))), 200)
        self.assertIn(("SC2086", 2, 13), self.places(self.lint(0, "bytes")))
        self.assertIn(("SC2086", 3, 10), self.places(self.report(None, "lint", "nul")))


if __name__ == "__main__":
    unittest.main()
