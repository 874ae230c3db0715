"""plimsoll dockerfile-lint: dockerfile_lint's options, rule files, formats and exit status. Where the program itself can be
run, both are asked and must agree but for what docs/dockerfile-lint.md says."""
import collections
import json
import os
import shutil
import subprocess
import unittest
import xml.etree.ElementTree as tree

from house import NOW, PROGRAM, ROOT, House, key_shaped

BAD = """FROM debian:latest
MAINTAINER x
RUN yum install -y curl \\
  && true
RUN apt-get install x ; true
"""
GOOD = """FROM debian:12
RUN yum install -y curl && yum clean all
LABEL Name="a" Version=1.2
EXPOSE 80
CMD ["a"]
"""


class DockerfileLint(House):
    def setUp(self):
        super().setUp()
        self.write("Dockerfile", BAD)
        self.write("good", GOOD)

    def lint(self, code, *args, **kwargs):
        return self.plimsoll(code, "dockerfile-lint", *args, **kwargs)

    def found(self, code, *args, **kwargs):
        """(level, label or what is missing, line) of each finding."""
        out, _ = self.lint(code, "-j", *args, **kwargs)
        result = json.loads(out)
        entries = [(level, e.get("label") or e.get("instruction") or "", e.get("line"))
                   for level in ("error", "warn", "info") for e in result[level]["data"]]
        for level in ("error", "warn", "info"):
            self.assertEqual(result[level]["count"], len(result[level]["data"]))
        return entries

    def rules(self, text, name="rules.yaml"):
        return self.write(name, text).name

    def test_the_default_rules(self):
        self.assertEqual(self.found(4), [("error", "is_latest_tag", 1), ("error", "", -1), ("error", "", -1),
                                         ("warn", "no_yum_clean_all", 4), ("info", "maintainer_deprecated", 2),
                                         ("info", "no_apt-get_clean", 5), ("info", "no_ampersand_usage", 5),
                                         ("info", "EXPOSE", None), ("info", "CMD", None)])
        self.assertEqual(self.found(0, "-f", "good"), [])
        self.assertIn("Check passed!", self.lint(0, "-f", "good")[0])

    def test_status_is_a_number_that_does_not_wrap(self):
        self.lint(4)
        self.lint(3, "-p")
        self.write("many", "FROM a:1\n" + "RUN yum x\n" * 300)
        self.lint(255, "-f", "many")
        self.lint(2, "-p", "-f", "many")
        self.lint(8, "-f", "Dockerfile", "-f", "Dockerfile")

    def test_json_of_one_file_and_of_several(self):
        one = json.loads(self.lint(4, "-j")[0])
        self.assertEqual(list(one), ["error", "warn", "info", "summary"])
        self.assertEqual(one["summary"], [])
        rule = one["error"]["data"][0]
        self.assertEqual((rule["regex"], rule["lineContent"], rule["line"], rule["level"]),
                         ({}, "FROM debian:latest", 1, "error"))
        self.assertIsInstance(rule["reference_url"], list)
        self.assertNotIn("line", one["info"]["data"][-1])
        self.assertEqual(one["info"]["data"][-1]["count"], 1)
        several = json.loads(self.lint(4, "-j", "-f", "Dockerfile", "-f", "good")[0])
        self.assertEqual([r["error"]["count"] for r in several], [3, 0])

    def test_junit(self):
        root = tree.fromstring(self.lint(4, "-u", "-f", "Dockerfile", "-f", "good")[0])
        self.assertEqual([s.get("tests") for s in root], ["9", "0"])
        self.assertEqual(collections.Counter(c.get("classname") for c in root.iter("testcase")),
                         {"ERROR": 3, "WARNING": 1, "INFO": 5})
        self.assertEqual(len(list(root.iter("failure"))), 9)
        self.assertIn("-j and -u", self.lint(1, "-j", "-u")[1])

    def test_called_by_its_name(self):
        (self.folder / "dockerfile_lint").symlink_to(PROGRAM)
        done = subprocess.run([str(self.folder / "dockerfile_lint"), "-p", "-f", "-"], input=BAD.encode(), cwd=self.folder,
                              capture_output=True, timeout=60, env={"PATH": os.environ["PATH"], "PLIMSOLL_TEST_NOW": NOW})
        self.assertEqual(done.returncode, 3)
        self.assertIn(b"# Analyzing -", done.stdout)

    def test_rules_of_ones_own(self):
        rules = self.rules("""
line_rules:
  RUN:
    paramSyntaxRegex: /^[a-z ;&-]+$/
    rules:
      - {label: no_sudo, regex: /SUDO/i, level: error, message: no sudo, reference_url: "https://example.com"}
      - {label: set_e, regex: /set -e/, level: warn, message: set -e is missing, inverse_rule: true}
  LABEL:
    defined_namevals:
      Name: {valueRegex: '/^[a-z]+$/', level: info, message: a name, required: true, matchKeyCase: true}
      Vendor: {required: recommended}
    nameval_defaults: {keyRegex: '/^[a-z.]+$/', valueRegex: /./, name_error_message: odd name, level: warn}
required_instructions:
  - {instruction: USER, count: 1, level: error, message: who runs it}
""")
        self.write("Dockerfile", "FROM a\nRUN sudo x\nRUN set -e ; X\nLABEL name=b Name=1 UP=1 low=\n")
        self.assertEqual(self.found(7, "-r", rules), [
            ("error", "no_sudo", 2), ("error", "", 3), ("error", "USER", None), ("warn", "set_e", 2),
            ("warn", "", 4), ("warn", "", 4), ("warn", "", -1), ("info", "", 4)])

    def test_includes(self):
        self.rules("line_rules: {RUN: {rules: [{label: a, regex: /x/, level: info}]}}\n", "sub/a.yaml")
        self.rules("profile: {includes: [a.yaml]}\nline_rules: {RUN: {rules: [{label: b, regex: /x/, level: info}]}}\n", "sub/b.yaml")
        self.write("Dockerfile", "FROM a\nRUN x\n")
        self.assertEqual(self.found(0, "-r", "sub/b.yaml"), [("info", "a", 2), ("info", "b", 2)])
        out, _ = self.lint(0, "-e", "-r", "sub/b.yaml")
        self.assertLess(out.index('"label": "a"'), out.index('"label": "b"'))
        self.write("merged.yaml", out)
        self.assertEqual(self.found(0, "-r", "merged.yaml"), [("info", "a", 2), ("info", "b", 2)])
        self.rules("profile: {includes: [b.yaml]}\n", "sub/a.yaml")
        self.assertIn("which includes it", self.lint(1, "-r", "sub/b.yaml")[1])
        for name in ("../good", "/etc/passwd", ".", "", "nothing.yaml"):
            self.rules(json.dumps({"profile": {"includes": [name]}}), "sub/c.yaml")
            self.assertNotIn("root:", self.lint(1, "-r", "sub/c.yaml")[1], name)

    def test_what_a_rule_file_must_not_say(self):
        for text, said in (("line_ruels: {}\n", "rules.yaml:1:1: unknown key line_ruels; did you mean line_rules?"),
                           ("line_rules: {RUN: {rules: [{regex: /x/, level: warn, mesage: x}]}}\n", "did you mean message?"),
                           ("line_rules: {RUN: {rules: [{regex: /x/}]}}\n", "level"),
                           ("line_rules: {RUN: {rules: [{regex: /x/, level: warning}]}}\n", "error, warn or info"),
                           ("line_rules: {RUN: {rules: [{regex: x, level: warn}]}}\n", "between slashes"),
                           ("line_rules: {RUN: {rules: [{regex: process.exit(0), level: warn}]}}\n", "between slashes"),
                           ("line_rules: {RUN: {rules: [{regex: /(/, level: warn}]}}\n", "rules.yaml:1:36: not a valid regular"),
                           ("line_rules: {RUN: {paramSyntaxRegex: '/[/'}}\n", "between slashes"),
                           ("line_rules: [a\n", "rules.yaml:"), ("", "it is empty"), ("a: 1\n---\nb: 1\n", "several documents"),
                           ("- a\n", "keys with their values"), ("required_instructions: [{level: info}]\n", "instruction"),
                           ("line_rules: x\n", "names with"), ("line_rules: {RUN: {rules: x}}\n", "a list is expected")):
            self.rules(text)
            self.assertIn(said, self.lint(1, "-r", "rules.yaml")[1], text)
        self.assertIn("no-such", self.lint(1, "-r", "no-such.yaml")[1])
        self.assertIn("nowhere", self.lint(1, "-r", "nowhere/rules.yaml")[1])
        self.rules("frobnicate: 1\n")
        self.assertIn("frobnicate, which changes nothing", self.lint(0, "-r", "rules.yaml", "-f", "good")[1])

    def test_an_expression_that_takes_for_ever(self):
        rules = self.rules("line_rules: {RUN: {rules: [{label: slow, regex: '/^RUN (\\w+)+$/', level: info},\n"
                           "  {label: x, regex: /a/, level: info}]}}\n")
        self.write("Dockerfile", "FROM a\n" + f"RUN {'a' * 60}!\n" * 500)
        out, _ = self.lint(1, "-j", "-r", rules)
        result = json.loads(out)
        self.assertIn("rule slow takes too long", result["error"]["data"][0]["message"])
        self.assertEqual(result["info"]["count"], 500)

    def test_a_comment_excuses_the_next_instruction(self):
        for comment, ignored in (("# dockerfile_lint ignore", True), ("#x dockerfile_lint - ignore y", True),
                                 ("# dockerfile_lint=ignore", True), ("# dockerfile_lintignore", False),
                                 ("# dockerfile_lint x ignore", False), ("# ignore", False)):
            self.write("Dockerfile", f"FROM a:1\n{comment}\nRUN yum x\nRUN yum y\n")
            lines = [line for level, label, line in self.found(3 if ignored else 4) if label == "no_yum_clean_all"]
            self.assertEqual(lines, [4] if ignored else [3, 4], comment)
        self.write("Dockerfile", "FROM a:1\nRUN x \\\n  # dockerfile_lint ignore\n  y\nRUN yum y\n")
        self.assertIn(("warn", "no_yum_clean_all", 5), self.found(3))

    def test_what_is_valid_is_no_mistake(self):
        self.write("Dockerfile", "# escape=`\nARG V=1\nFROM --platform=$BUILDPLATFORM x@sha256:" + "0" * 64 + " AS my-stage\n"
                                 'FROM y:1 AS two\nUSER 1000:1000\nENV A="x;y" B=\'é\'\nWORKDIR "/a b"\nEXPOSE ${PORT}\n'
                                 "RUN <<EOF\nyum x\nyum clean all\nEOF\nCMD x\nLABEL Name=a Version=1\n")
        self.assertEqual(self.found(0), [])

    def test_bad_files(self):
        self.write("empty", "")
        self.write("comment", "# nothing\n")
        self.write("noise", bytes(range(256)) * 40)
        self.write("nul", b"FROM a\0b\nRUN \0\n")
        self.write("headless", "RUN x\n")
        self.assertEqual(self.found(1, "-f", "empty"), [("error", "", 0)])
        self.assertEqual(self.found(1, "-f", "comment"), [("error", "", 0)])
        self.assertEqual([e for e in self.found(3, "-f", "headless") if e[2] == 1], [("error", "", 1)])
        for name in ("noise", "nul"):
            out = self.run_program("dockerfile-lint", "-j", "-f", name)
            self.assertGreater(json.loads(out.stdout)["error"]["count"], 0)
        self.assertIn("no-such", self.lint(1, "-f", "no-such")[1])
        self.assertIn("nothing is fetched", self.lint(1, "-f", "https://example.com/Dockerfile")[1])
        self.assertIn("plimsoll scan", self.lint(1, "image", "x")[1])
        self.assertIn("-f FILE", self.lint(1, "Dockerfile")[1])

    def test_a_secret_is_not_shown(self):
        self.write("Dockerfile", f"FROM debian:latest\nRUN yum x # {key_shaped()}\nLABEL Name={key_shaped()}\n")
        for arg in ("-j", "-u", "-p"):
            done = self.run_program("dockerfile-lint", arg)
            self.assertNotIn(key_shaped().encode(), done.stdout + done.stderr)
            self.assertIn(b"[secret]", done.stdout)


def labelled(result):
    """What rules and required instructions say; mistakes of the file itself are judged otherwise."""
    return sorted(str((level, e.get("label") or e["instruction"], e.get("line"))) for level in ("error", "warn", "info")
                  for e in result[level]["data"] if e.get("label") or e.get("instruction"))


@unittest.skipUnless(shutil.which("dockerfile_lint"), "needs dockerfile_lint 0.3.4")
class AgainstDockerfileLint(House):
    def test_rules_say_the_same(self):
        for path in sorted((ROOT / "tests/data/lint").glob("*/bad.Dockerfile")):
            text = path.read_text(errors="replace")
            # It knows no here-documents and no escape directive, and counts other lines if comments are inside.
            if "<<" in text or "escape=" in text or "\\\n#" in text:
                continue
            self.write("Dockerfile", text)
            theirs = subprocess.run(["dockerfile_lint", "-j"], cwd=self.folder, capture_output=True, timeout=60).stdout
            ours = self.run_program("dockerfile-lint", "-j").stdout
            self.assertEqual(labelled(json.loads(ours)), labelled(json.loads(theirs[theirs.index(b"{"):])), path)
