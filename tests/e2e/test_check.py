"""check, lint, secrets, rules, explain and policy, as a person calls them."""
import json
import pathlib
import re
import unittest

import jsonschema

from house import ROOT, House, key_shaped, needs_faults, rules

WORKSHOP = ROOT / "tests/data/lint/workshop"


class Lint(House):
    def test_workshop_dockerfile(self):
        report = self.report(0, "lint", WORKSHOP / "Dockerfile")
        found = {(f["rule"], f["places"][0]["line"]) for f in report["findings"]}
        self.assertLessEqual({("DL3032", 3), ("DL3032", 4), ("PL1002", 4), ("DL3025", 7)}, found)
        self.assertNotIn("PL1001", rules(report))

    def test_misprinted_dockerfile(self):
        report = self.report(1, "lint", WORKSHOP / "misprinted.Dockerfile")
        found = {(f["rule"], f["places"][0]["line"]) for f in report["findings"]}
        self.assertLessEqual({("DL1000", 5), ("PL1001", 1), ("DL3032", 3), ("PL1002", 4)}, found)

    def test_shape_of_the_exercise(self):
        out, _ = self.plimsoll(1, "lint", "--format", "check-dockerfile", WORKSHOP / "misprinted.Dockerfile")
        messages = " / ".join(w["message"] for w in json.loads(out)["warnings"]["warnings"])
        for word in ("caches", "SSH", "USER"):
            self.assertIn(word, messages)

    def test_task_definitions(self):
        report = self.report(1, "lint", WORKSHOP / "comma.json")
        self.assertEqual(rules(report), ["PL2000", "PL2001"])
        report = self.report(1, "lint", WORKSHOP / "brace.json")
        self.assertEqual(rules(report), ["PL2000", "PL2001", "PL2002"])

    def test_from_standard_input(self):
        report = self.report(1, "lint", "-", stdin=b"FROM debian:12\nUSER root\n")
        self.assertEqual(rules(report), ["DL3002"])

    def test_a_request_is_shown_and_granted_by_policy(self):
        self.write("Dockerfile", "FROM debian:12\n# plimsoll ignore=DL3025 old base\nCMD sshd\nUSER 1\n")
        strict = "plimsoll: 1\nstages: {validate: {block: [DL3025]}}\n"
        self.write("policy.yaml", strict)
        report = self.report(1, "lint", "--policy", "policy.yaml", "Dockerfile")
        self.assertIn("old base", report["findings"][0]["request"])
        self.write("policy.yaml", strict + "branch-may-excuse: [{rule: DL3025, max-severity: low}]\n")
        report = self.report(0, "lint", "--policy", "policy.yaml", "Dockerfile")
        self.assertEqual(report["findings"][0]["verdict"], "excused")


class Hostile(House):
    def test_what_cannot_be_read_is_named_and_the_rest_judged(self):
        self.write("Dockerfile", b"FROM debian:12\nUSER root\n")
        self.write("big/Dockerfile", b"RUN x\n" * (50 * 1024 * 1024 // 6))
        report = self.report(1, "lint", ".")
        self.assertEqual([(g["kind"], g["what"]) for g in report["not_covered"]], [("too-large", "big/Dockerfile")])
        self.assertEqual(rules(report), ["DL3002"])
        report = self.report(4, "lint", "Dockerfile", "big/Dockerfile")
        self.assertEqual(report["verdict"], "error")
        self.assertEqual([e["place"]["path"] for e in report["errors"]], ["big/Dockerfile"])
        self.assertIn("DL3002", rules(report))

    def test_bytes_of_any_kind(self):
        self.write("Dockerfile", bytes(range(256)) * 64)
        self.write("b/Dockerfile", b"FROM a\\\n" * 100000)
        self.write("c.json", b'{"image":' * 100000)
        self.write("d/Dockerfile", b"RUN " + b"$(" * 50000)
        for name, code, says in (("Dockerfile", 1, b"DL1000"), ("b/Dockerfile", 1, b"DL1000"),
                                 ("c.json", 4, b"nested too deep"), ("d/Dockerfile", 0, b"DL3061")):
            done = self.run_program("check", name)
            self.assertEqual(done.returncode, code, (name, done.stderr))
            self.assertIn(says, done.stdout)
            self.assertNotIn(b"\x1b", done.stdout)

    def test_links_are_not_followed(self):
        self.write("outside", key_shaped())
        self.write("repo/Dockerfile", "FROM debian:12\nUSER 1\n")
        (self.folder / "repo/link").symlink_to(self.folder / "outside")
        report = self.report(0, "check", "repo")
        self.assertEqual(report["findings"], [])


class Secrets(House):
    def test_a_secret_is_found_and_never_shown(self):
        self.write("app.py", f'key = "{key_shaped()}"\n')
        for form in ("text", "json", "markdown"):
            out, err = self.plimsoll(1, "secrets", "dir", ".", "--format", form)
            self.assertIn("aws-access-key", out)
            self.assertNotIn(key_shaped(), out + err)
            self.assertNotIn(key_shaped()[4:], out + err)

    def test_a_known_secret_is_hidden_wherever_it_stands(self):
        """What only its name gives away on one line has no name on the next one."""
        value, password = "q7Xv2Lm9Tz4Rb8Kp1Wn6Yc3Hd5Gf0Js2Vt8Mx4Qa", "hT7wQ2zLm9"
        self.write("Dockerfile", f"""FROM debian:12.5
ENV AWS_SECRET_ACCESS_KEY={value}
ENV U=https://bob:{password}@corp.io/x
RUN sudo x {value} && sudo y {password}
RUN sudo z {value[:20]}\\
{value[20:]}
""")
        for command in ("lint", "check"):
            for form in ("text", "json", "markdown", "sarif", "junit", "check-dockerfile", "plan"):
                out, err = self.plimsoll(None, command, ".", "--all", "--format", form)
                for secret in (value, password):
                    self.assertNotIn(secret, out + err, (command, form))
        out, _ = self.plimsoll(None, "lint", "--all", ".")
        self.assertIn("RUN sudo x ****", out)

    def test_lint_quotes_no_secret(self):
        key = key_shaped()
        self.write("Dockerfile", f"""FROM {key} AS a
ENV ONE={key[:10]} \\
    TWO=x
RUN sudo curl -H "X-Key: {key}" https://h.example/ && \\
    sudo echo {key[:9]}\\
{key[9:]}
ADD {key} /y
# plimsoll ignore=DL3000 for {key}
WORKDIR {key}
WORKDIR {key[:12]}\\
{key[12:]}
ARG A={key[:8]}
FROM ${{A}}{key[8:]}
MAINTAINER {key}
CMD run --key {key}
FOO {key}
RUN sudo echo '-----BEGIN RSA """ + f"""PRIVATE KEY-----\\nMIIEpAIBAAKCAQEA0123\\n-----END RSA PRIVATE KEY-----'
""")
        self.write("task.json", f'{{"containerDefinitions": [{{"name": "x", "image": "{key}/a"}}]}}')
        self.write(f"{key}/Dockerfile", "FROM debian\n")
        for command in ("lint", "check"):
            for form in ("text", "json", "markdown", "sarif", "junit", "check-dockerfile", "plan"):
                for all_of_it in ([], ["--all"]):
                    out, err = self.plimsoll(1, command, ".", "--format", form, *all_of_it)
                    self.assertNotIn(key, out + err)
                    self.assertNotIn("MIIEpAIBAAKCAQEA", out + err)
        out, _ = self.plimsoll(1, "lint", "Dockerfile", "--all")
        self.assertIn('RUN sudo curl -H "X-Key: ********************" https', out)
        found = rules(self.report(1, "lint", "Dockerfile"))
        self.assertLessEqual({"DL3004", "DL3020", "DL3000", "DL3006", "DL4000", "DL3025", "DL1000"}, set(found))

    def test_rules_of_ones_own(self):
        self.write("rules.json", '{"House token": "ht-[0-9]{6}"}')
        self.write("src/a.txt", "ht-123456 " + key_shaped())
        report = self.report(1, "secrets", "dir", "src", "--rules", "rules.json")
        self.assertEqual(rules(report), ["house-token"])
        self.write("broken.json", '{"x": "["}')
        _, err = self.plimsoll(3, "secrets", "dir", "src", "--rules", "broken.json")
        self.assertIn("broken.json", err)

    def make_branch(self):
        repo = self.folder / "repo"
        repo.mkdir()
        self.git("init", "-q", "-b", "main", cwd=repo)
        self.write("repo/Dockerfile", "FROM debian:12\nUSER root\n")
        self.git("add", ".", cwd=repo)
        self.git("commit", "-qm", "base", cwd=repo)
        self.git("checkout", "-qb", "dev", cwd=repo)
        self.write("repo/a.py", key_shaped())
        self.git("add", ".", cwd=repo)
        self.git("commit", "-qm", "adds", cwd=repo)
        self.git("rm", "-q", "a.py", cwd=repo)
        self.git("commit", "-qm", "removes", cwd=repo)
        return repo

    def test_a_later_commit_that_deletes_it_still_blocks(self):
        repo = self.make_branch()
        report = self.report(1, "secrets", "git", repo, "--range", "main..dev")
        self.assertEqual(rules(report), ["aws-access-key"])
        self.assertEqual(report["findings"][0]["places"][0]["commit"], self.git("rev-parse", "dev~1", cwd=repo))

    def test_the_change_is_judged(self):
        repo = self.make_branch()
        report = self.report(1, "check", "--base", "main", cwd=repo)
        self.assertEqual(rules(report, "blocks"), ["aws-access-key"])
        states = {f["rule"]: f["state"] for f in report["findings"]}
        self.assertEqual(states["DL3002"], "known")

    def test_missing_commits_are_errors(self):
        repo = self.make_branch()
        _, err = self.plimsoll(4, "secrets", "git", repo, "--range", "mian..dev")
        self.assertIn("mian", err)
        shallow = self.folder / "shallow"
        self.git("clone", "-q", "--depth", "1", "-b", "dev", f"file://{repo}", str(shallow))
        base = self.git("rev-parse", "main", cwd=repo)
        _, err = self.plimsoll(4, "secrets", "git", shallow, "--range", f"{base}..dev")
        self.assertIn("shallow", err)

    def test_a_repository_executes_nothing(self):
        repo = self.make_branch()
        canary = self.folder / "canary"
        trap = self.write("trap.sh", f"#!/bin/sh\ntouch {canary}\n")
        trap.chmod(0o755)
        for key in ("core.fsmonitor", "core.sshCommand", "diff.external", "core.pager", "core.editor"):
            self.git("config", key, str(trap), cwd=repo)
        for hook in ("post-checkout", "pre-commit", "reference-transaction", "post-index-change"):
            path = repo / ".git/hooks" / hook
            path.write_text(trap.read_text())
            path.chmod(0o755)
        self.report(1, "check", "--base", "main", cwd=repo)
        self.assertFalse(canary.exists())


class Policy(House):
    def test_starter_can_be_copied(self):
        out, _ = self.plimsoll(0, "policy", "show")
        self.write("policy.yaml", out)
        self.plimsoll(0, "policy", "check", "policy.yaml")

    def test_a_policy_that_does_not_parse(self):
        self.write("policy.yaml", "plimsoll: 1\nmod: new\n")
        self.write("Dockerfile", "FROM debian:12\n")
        for command in (["policy", "check", "policy.yaml"], ["check", "--policy", "policy.yaml"]):
            _, err = self.plimsoll(3, *command)
            self.assertIn("policy.yaml:2", err)
            self.assertIn("did you mean mode?", err)

    def test_from_a_repository_by_commit(self):
        repo = self.folder / "security"
        repo.mkdir()
        self.git("init", "-q", "-b", "main", cwd=repo)
        self.write("security/policy.yaml", "plimsoll: 1\nstages: {validate: {block: [DL3025]}}\n")
        self.git("add", ".", cwd=repo)
        self.git("commit", "-qm", "policy", cwd=repo)
        self.write("security/policy.yaml", "plimsoll: 1\n")
        self.write("app/Dockerfile", "FROM debian:12\nCMD x\nUSER 1\n")
        report = self.report(1, "lint", "app", "--policy", repo)
        self.assertEqual(report["policy"]["commit"], self.git("rev-parse", "HEAD", cwd=repo))

    def test_untrusted_registry(self):
        self.write("policy.yaml", "plimsoll: 1\ntrusted-registries: [docker.io]\n"
                                  "stages: {validate: {block: [DL3026]}}\n")
        self.write("Dockerfile", "FROM quay.example/base:1\nUSER 1\n")
        self.assertIn("DL3026", rules(self.report(1, "lint", "--policy", "policy.yaml", "Dockerfile"), "blocks"))


class Everyday(House):
    def test_an_empty_folder(self):
        out, _ = self.plimsoll(0, "check")
        self.assertIn("passed", out)

    def test_mistakes(self):
        for words, says in ((["chek"], "did you mean `check`?"), (["lint", "--formt", "x"], "--format"),
                            (["lint", "--format", "yaml"], "no such format"), (["explain", "DL9999"], "DL"),
                            (["secrets"], "expected"), (["secrets", "git", ".", "--range", "main"], "--range"), (["policy"], "expected")):
            _, err = self.plimsoll(2, *words)
            self.assertIn(says, err)
            self.assertEqual(len(err.strip().splitlines()), 1, err)
        self.plimsoll(4, "check", "no-such-folder")

    def test_every_rule_is_explained(self):
        out, _ = self.plimsoll(0, "rules", "--format", "json")
        listed = json.loads(out)
        self.assertGreater(len(listed), 35)
        for rule in listed[::5]:
            text, _ = self.plimsoll(0, "explain", rule["id"])
            self.assertIn(rule["title"], text)

    def test_reports_keep_their_schema_and_are_the_same_again(self):
        schema = json.loads((ROOT / "docs/report.schema.json").read_text())
        self.write("Dockerfile", pathlib.Path(WORKSHOP / "misprinted.Dockerfile").read_text())
        self.write("k.py", key_shaped())
        first = self.report(1, "check", ".")
        jsonschema.validate(first, schema)
        again = self.report(1, "check", ".")
        for report in (first, again):
            for stage in report["stages"]:
                stage.pop("duration_ms")
        self.assertEqual(first, again)

    def test_several_formats_at_once(self):
        self.write("Dockerfile", "FROM debian:12\nUSER root\n")
        out, _ = self.plimsoll(1, "check", "--format", "text", "--format", "json=r.json", "--format", "markdown=r.md")
        self.assertIn("DL3002", out)
        self.assertEqual(json.loads((self.folder / "r.json").read_text())["verdict"], "blocked")
        self.assertLessEqual(len((self.folder / "r.md").read_text().splitlines()), 60)

    @needs_faults
    def test_a_full_disk(self):
        self.write("Dockerfile", "FROM debian:12\nUSER root\n")
        _, err = self.plimsoll(4, "check", "--format", "json=r.json", env={"PLIMSOLL_FAULT": "file-write"})
        self.assertIn("r.json", err)
        self.assertFalse((self.folder / "r.json").exists())


if __name__ == "__main__":
    unittest.main()
