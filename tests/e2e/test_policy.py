"""Policies: what they may name, and what they make of a report."""
import json
import re

from house import ROOT, House


class Names(House):
    def refused(self, text, says, *more):
        self.write("policy.yaml", "plimsoll: 1\n" + text + "\n")
        _, err = self.plimsoll(3, "policy", "check", "policy.yaml", *more)
        self.assertIn("policy.yaml:2:", err)
        self.assertIn(says, err)

    def taken(self, text, *more):
        self.write("policy.yaml", "plimsoll: 1\n" + text + "\n")
        self.plimsoll(0, "policy", "check", "policy.yaml", *more)

    def test_every_rule_can_be_named_in_its_stage(self):
        for rule in json.loads(self.plimsoll(0, "rules", "--format", "json")[0]):
            if "generic" not in rule["id"]:
                self.taken(f"stages: {{{rule['stage']}: {{block: [{rule['id']}]}}}}")
            self.taken(f"ignore: [{{rule: {rule['id']}, reason: x}}]")

    def test_a_rule_that_there_is_not(self):
        self.refused("stages: {validate: {block: [DL4O00]}}", ":29: no such rule: DL4O00; did you mean DL4000?")
        self.refused("stages: {validate: {block: [DL9999]}}", "no such rule: DL9999; the nearest is DL")
        self.refused('stages: {validate: {block: ["DL9*"]}}', "no rule is matched by DL9*")
        self.refused("stages: {secrets: {block: [aws-acces-key]}}", "did you mean aws-access-key?")
        self.refused("ignore: [{rule: DL9999, path: '*', reason: x}]", "no such rule: DL9999")
        self.refused("waivers: [{rule: CVE-2020, owner: a, reason: b, until: 2030-01-01}]", "look like CVE-2020-25032")

    def test_what_can_take_no_effect(self):
        self.refused("branch-may-excuse: [{rule: aws-access-key}]", "branches never excuse secrets")
        self.refused("branch-may-excuse: [{rule: CVE-2020-25032}]", "branches never excuse secrets or vulnerabilities")
        self.refused("branch-may-excuse: [{rule: DL3025, max-severity: unknown}]", "this excuses nothing")
        self.refused("stages: {scan: {block: [DL3007]}}", "belongs under stages: validate")
        self.refused("stages: {validate: {block: [CVE-2020-25032]}}", "belongs under stages: scan")

    def test_what_takes_effect(self):
        self.taken("waivers: [{rule: DL3002, owner: a, reason: ended, until: 2001-01-01}]")
        self.taken("ignore: [{rule: 'GHSA-*', package: flask, reason: x}]")
        self.taken("branch-may-excuse: [{rule: 'DL30*', max-severity: low}]")

    def test_rules_of_a_file_can_be_named(self):
        self.write("rules.json", '{"Harbour Pass": "HP-[0-9]{8}"}')
        self.refused("stages: {secrets: {block: [harbour-pass]}}", "no such rule: harbour-pass")
        self.taken("stages: {secrets: {block: [harbour-pass, aws-access-key]}}", "--rules", "rules.json")
        self.write("a.txt", "HP-12345678\n")
        self.report(1, "secrets", "dir", "a.txt", "--policy", "policy.yaml", "--rules", "rules.json")
        self.plimsoll(3, "secrets", "dir", "a.txt", "--policy", "policy.yaml")

    def test_the_version_is_required(self):
        self.write("policy.yaml", "mode: new\n")
        _, err = self.plimsoll(3, "policy", "check", "policy.yaml")
        self.assertIn("policy.yaml:1:1: `plimsoll: 1` is required", err)

    def test_policies_that_are_shown_can_be_used(self):
        self.plimsoll(0, "policy", "check", ROOT / "examples/policy")
        for block in re.findall(r"```yaml\n(.*?)```", (ROOT / "docs/policy.md").read_text(), re.S):
            self.write("shown.yaml", block if block.startswith("plimsoll") else "plimsoll: 1\n" + block)
            self.plimsoll(0, "policy", "check", "shown.yaml")

    def test_what_is_said(self):
        self.write("policy.yaml", "plimsoll: 1\nwaivers: [{rule: DL3002, owner: a, reason: b, until: 2030-01-01}]\n")
        self.assertTrue(self.plimsoll(0, "policy", "check", "policy.yaml")[0].endswith(", mode new, 1 waiver\n"))
        _, err = self.plimsoll(2, "policy", "check", "policy.yaml", "policy.yaml")
        self.assertIn("one file, folder or repository is expected", err)
        self.plimsoll(2, "policy", "check", "policy.yaml", "--policy", "policy.yaml")
        self.assertIn("`show` or `check` is expected", self.plimsoll(2, "policy", "chek", "policy.yaml")[1])
        self.write("large.yaml", "#" * (1 << 20) + "\n")
        _, err = self.plimsoll(3, "policy", "check", "large.yaml")
        self.assertIn("large.yaml: larger than 1048576 bytes, which no policy is: name the policy's own file", err)


class Suppressions(House):
    """What a branch excuses, or asks to be excused, stands in the last line."""

    GRANTS = "plimsoll: 1\nbranch-may-excuse: [{rule: DL3025, max-severity: low}]\n"

    def setUp(self):
        super().setUp()
        self.write("policy.yaml", self.GRANTS)
        self.repo = self.folder / "repo"
        self.repo.mkdir()
        self.git("init", "-q", "-b", "main", cwd=self.repo)

    def commit(self, text):
        self.write("repo/Dockerfile", text)
        self.git("add", ".", cwd=self.repo)
        self.git("commit", "-qm", "x", cwd=self.repo)

    def last_line(self, *more):
        done = self.run_program("check", "--policy", self.folder / "policy.yaml", *more, cwd=self.repo)
        return done.stdout.decode().splitlines()[-1]

    def comment(self):
        done = self.run_program("check", "--policy", self.folder / "policy.yaml", "--base", "main",
                                "--format", "markdown", cwd=self.repo)
        return done.stdout.decode()

    def test_of_a_folder(self):
        self.commit("FROM debian:12\n# plimsoll ignore=DL3025 old base\nCMD sshd\nUSER 1\n")
        self.assertIn(", 1 suppression: 1 granted ·", self.last_line())
        self.write("policy.yaml", "plimsoll: 1\n")
        self.assertIn(", 1 suppression: 1 asked for ·", self.last_line())
        self.write("policy.yaml", "plimsoll: 1\nignore: [{rule: DL3025, reason: never mind}]\n")
        self.assertIn(", 1 suppression: 1 unused ·", self.last_line())

    def test_of_a_change(self):
        self.commit("FROM debian:12\n# plimsoll ignore=DL3025 old base\nCMD sshd\nUSER 1\n")
        self.git("checkout", "-qb", "dev", cwd=self.repo)
        self.commit("FROM debian:12\n\n# plimsoll ignore=DL3025 old base\nCMD sshd\nUSER 1\n")
        self.assertIn(", 1 suppression, none added here ·", self.last_line("--base", "main"))
        self.commit("# plimsoll ignore=DL3006,DL3007 why not\nFROM debian:latest\n"
                    "# plimsoll ignore=DL3025 old base\nCMD sshd\nUSER 1\n")
        self.assertIn(", 2 suppressions, 1 added here: 1 asked for ·", self.last_line("--base", "main"))
        self.assertIn(", 2 suppressions, 1 added here: 1 asked for ·", self.comment())

    def test_a_comment_put_above_what_is_known(self):
        self.commit("FROM debian:12\nCMD sshd\nUSER 1\n")
        self.git("checkout", "-qb", "dev", cwd=self.repo)
        self.commit("FROM debian:latest\n# plimsoll ignore=DL3025 quietly\nCMD sshd\n"
                    "# hadolint ignore=DL3002 so there\nUSER root\n")
        self.assertIn(", 2 suppressions added here: 1 granted, 1 asked for ·", self.last_line("--base", "main"))
        report = json.loads(self.run_program("check", "--policy", self.folder / "policy.yaml", "--base", "main",
                                             "--format", "json", cwd=self.repo).stdout)
        self.assertEqual(report["suppressions"], {"granted": 1, "asked": 1, "unused": 0})
        self.assertEqual(report["suppressions_added"], {"granted": 1, "asked": 1, "unused": 0})


class Explain(House):
    def test_a_vulnerability_without_a_database(self):
        for given, id_ in (("CVE-2020-25032", "CVE-2020-25032"), ("cve-2020-25032", "CVE-2020-25032"),
                           ("ghsa-XC3P-ff3m-f46v", "GHSA-xc3p-ff3m-f46v"), ("DSA-5514-1", "DSA-5514-1")):
            out, _ = self.plimsoll(0, "explain", given)
            self.assertTrue(out.startswith(f"{id_}: a vulnerability, not a rule\n"), out)
            self.assertIn("--db", out)
        _, err = self.plimsoll(2, "explain", "CVE-20-1")
        self.assertIn("no such advisory: CVE-20-1; their ids look like CVE-2020-25032", err)
        self.assertIn("no such rule: DL9999; the nearest is DL", self.plimsoll(2, "explain", "DL9999")[1])

    def test_a_vulnerability_of_a_database(self):
        self.write("feeds/a.json", json.dumps({
            "id": "PYSEC-2020-43", "modified": "2024-01-01T00:00:00Z", "published": "2020-08-31T00:00:00Z",
            "summary": "reads any file\x1b[31m", "aliases": ["CVE-2020-25032", "GHSA-xc3p-ff3m-f46v"],
            "severity": [{"type": "CVSS_V3", "score": "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:N/A:N"}],
            "affected": [{"package": {"ecosystem": "PyPI", "name": "flask-cors"}, "ranges": [{"type": "ECOSYSTEM",
                "events": [{"introduced": "0"}, {"fixed": "3.0.9"}, {"introduced": "4.0"}]}]}]}))
        self.write("feeds/list", "[01 Oct 2020] DSA-4775-1 python-flask-cors - security update\n"
                                 "\t{CVE-2020-25032}\n\t[buster] - python-flask-cors 3.0.7-1+deb10u1\n")
        self.plimsoll(0, "db", "build", "--output", "a.db", "feeds")
        out, _ = self.plimsoll(0, "explain", "CVE-2020-25032", "--db", "a.db")
        self.assertEqual(out, """\
CVE-2020-25032 in a.db, built 2026-11-23T10:00:00Z

PYSEC-2020-43: reads any file\\x1b[31m
severity high (CVSS 7.5, CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:N/A:N), the database was built without CISA's \
catalogue of what is exploited, published 2020-08-31, from osv/PYSEC
also known as CVE-2020-25032, GHSA-xc3p-ff3m-f46v

CVE-2020-25032: python-flask-cors: security update
severity unknown, the database was built without CISA's catalogue of what is exploited, published 2020-10-01, from \
debian-list/DSA
also known as DSA-4775-1
  https://security-tracker.debian.org/tracker/CVE-2020-25032

affected packages
  debian:10  python-flask-cors  >= 0, < 3.0.7-1+deb10u1; fixed in 3.0.7-1+deb10u1 (CVE-2020-25032)
  pypi  flask-cors  >= 0, < 3.0.9 or >= 4.0; fixed in 3.0.9 (PYSEC-2020-43)
""")
        out, _ = self.plimsoll(0, "explain", "DSA-4775-1", "--db", "a.db")
        self.assertIn("also known as DSA-4775-1\n", out)
        self.assertNotIn("flask-cors 3", out)
        _, err = self.plimsoll(4, "explain", "CVE-2020-1111", "--db", "a.db")
        self.assertIn("a.db, built 2026-11-23T10:00:00Z, has no advisory CVE-2020-1111", err)
        self.plimsoll(5, "explain", "CVE-2020-1111", "--db", "none.db")
