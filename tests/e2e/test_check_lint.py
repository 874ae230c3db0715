"""What lint and check take for a Dockerfile or a task definition, and when a missing USER blocks."""
import json
import shutil
import unittest

from house import ROOT, House, rules

DECK = ROOT / "tests/data/lint/deck"


class Kinds(House):
    def found(self, code, *args):
        report = self.report(code, *args)
        return {(f["rule"], f["places"][0]["path"].rsplit("/", 1)[-1], f["places"][0]["line"])
                for f in report["findings"]}

    def test_the_decks_files_in_a_folder_and_by_name(self):
        shutil.copytree(DECK, self.folder / "deck")
        for args in (("lint", "deck"), ("check", "deck"), ("lint", "deck/task-definition.json")):
            found = self.found(1, *args)
            self.assertIn(("PL2000", "task-definition.json", 10), found)
            self.assertIn(("PL2001", "task-definition.json", 10), found)
        self.assertIn(("PL2000", "broken-task-definition.json", 10), self.found(1, "lint", "deck"))

    def test_what_is_no_dockerfile_is_passed_over(self):
        for name in ("dockerfile.go", "Dockerfile.md", "dockerfile.json", "Dockerfile.golden", "Dockerfile.j2",
                     "Dockerfile.in", "Dockerfile.orig", "Dockerfile.template", "x/Dockerfile"):
            self.write(name, "{{ x }}\nprose\n")
        self.write("Dockerfile", "FROM debian:12\nUSER 1\n")
        self.assertEqual(self.found(0, "check"), set())

    def test_what_no_build_reads_is_reported(self):
        """Nothing in it, nothing but comments, another encoding; and what is read all the same."""
        for name, text in (("a/Dockerfile", b""), ("b/Dockerfile.dev", b"# later\n\n"), ("c/x.Dockerfile", "FROM a\n".encode("utf-16"))):
            self.write(name, text)
        self.write("d/Dockerfile", b"FROM ubuntu\nRUN echo caf\xe9\nUSER 1\n").chmod(0o755)
        self.assertEqual(self.found(1, "lint", "."), {("DL1000", "Dockerfile", 1), ("DL1000", "Dockerfile.dev", 1),
                                                      ("DL1000", "x.Dockerfile", 1), ("DL3006", "Dockerfile", 1),
                                                      ("PL1052", "Dockerfile", 2)})

    def test_settings_of_hadolint_are_told_of_once(self):
        self.write("Dockerfile", "FROM debian:12.5\nUSER 1\n")
        self.assertNotIn("hadolint", self.plimsoll(0, "lint", ".")[1])
        for name in ("a/.hadolint.yml", ".hadolint.yaml"):
            self.write("a/Dockerfile", "FROM debian:12.5\nUSER 1\n")
            self.write(name, "ignored: [DL3008]\n")
            for args in (("a",), ("a/Dockerfile", "a"), ("Dockerfile", ".", "a")):
                said = self.plimsoll(0, "lint", *args)[1]
                self.assertEqual(said.count("hadolint.md"), 1, said)
                self.assertIn(f"plimsoll: {name} does not hold here", said)
        text = (ROOT / "docs/hadolint.md").read_text()
        self.write("policy.yaml", text.split("```yaml\n")[1].split("```")[0])
        self.plimsoll(0, "policy", "check", "policy.yaml")

    def test_rules_that_are_off_are_told_of_and_can_be_turned_on(self):
        off = [rule["id"] for rule in json.loads(self.plimsoll(0, "rules", "--format", "json")[0]) if rule.get("opt_in")]
        text = (ROOT / "docs/lint.md").read_text().split("## Rules that are off")[1].split("\n## ")[0]
        self.assertEqual(sorted(off), [line.split("]")[0][3:] for line in text.splitlines() if line.startswith("| [")])
        texts = {"a": "# no word of it\nFROM debian:12.5 AS x\n# hadolint ignore=DL3008\nENV API_KEY=\nVOLUME /data\n",
                 "b": "FROM debian:12.5\nWORKDIR /app\nUSER app\nCOPY . .\n"}
        for name, dockerfile in texts.items():
            self.write(name, dockerfile)
        self.assertFalse({f[0] for f in self.found(0, "lint", "a", "b")} & set(off))
        self.write("policy.yaml", f"plimsoll: 1\nstages:\n  validate:\n    block: [{', '.join(off)}]\n")
        found = {f[0] for f in self.found(1, "lint", "--policy", "policy.yaml", "a", "b")}
        self.assertEqual(found & set(off), set(off))
        self.write("c", "# check=experimental=all\n" + texts["a"])
        self.assertIn("InvalidDefinitionDescription", {f[0] for f in self.found(0, "lint", "c")})

    def test_more_stages_than_are_judged(self):
        """What comes before the limit is judged, and one finding says where the rest begins."""
        self.write("Dockerfile", "FROM debian:12.5\nRUN sudo x\n" * 10000 + "USER 1\n")
        for args in (("Dockerfile",), ("--no-sandbox", "Dockerfile")):
            found = self.report(1, "lint", *args)["findings"]
            self.assertEqual(sum(f["rule"] == "DL3004" for f in found), 1024)
            self.assertEqual([f["places"][0]["line"] for f in found if f["rule"] == "DL1000"], [2049])
        self.write("Dockerfile", "FROM debian:12.5\n" * 1024 + "USER 1\n")
        self.assertNotIn(("DL1000", "Dockerfile", 1024), self.found(0, "lint", "Dockerfile"))

    def test_a_script_that_is_nested_too_deeply(self):
        """It is no mistake of the author's, and is not called one."""
        self.write("Dockerfile", "FROM debian:12.5\nRUN " + "( " * 200 + "true" + " )" * 200 + "\nRUN echo 'x\nUSER 1\n")
        found = {f["places"][0]["line"]: f["message"] for f in self.report(None, "lint", "Dockerfile")["findings"]
                 if f["rule"] == "PL1004"}
        self.assertIn("nested too deeply", found[2])
        self.assertIn("not a complete shell script", found[3])

    def test_parentheses_of_both_kinds(self):
        """What bash might calculate, another shell runs."""
        for text, sudo in (("((sudo x))", True), ("(" * 40 + "sudo x" + ")" * 40, True), ("(( sudo + x ))", False),
                           ("(( a[i] == 3 ? sudo : 2 ))", False)):
            self.write("Dockerfile", f"FROM debian:12\nRUN {text}\nUSER 1\n")
            found = {rule for rule, _, _ in self.found(0, "lint", "--no-shellcheck", "Dockerfile")}
            self.assertEqual("DL3004" in found, sudo, text)
        self.write("Dockerfile", f"FROM debian:12\nRUN {'(' * 1000}sudo x{')' * 1000}\nUSER 1\n")
        self.assertEqual(self.found(0, "lint", "--no-shellcheck", "Dockerfile"), {("PL1004", "Dockerfile", 2)})

    def test_a_word_of_megabytes(self):
        """A reader that looks back at each byte would take hours."""
        self.write("Dockerfile", b"FROM debian:12.5\nRUN " + b"x" * 3000000 + b"\nUSER 1\n")
        self.plimsoll(0, "lint", "--no-shellcheck", "Dockerfile")

    def test_an_ignore_file_beside_the_dockerfile(self):
        text = "FROM debian:12\nWORKDIR /srv\nCOPY . .\nCOPY k.env .\nUSER 1\n"
        for name in ("with/Dockerfile", "without/Dockerfile"):
            self.write(name, text)
        self.write("with/.dockerignore", "*.env\n")
        have, none = ("CopyIgnoredFile", "Dockerfile", 4), ("PL1010", "Dockerfile", 3)
        self.assertEqual(self.found(0, "lint", "."), {have, none})
        self.assertEqual(self.found(0, "lint", "with/Dockerfile"), {have})
        self.assertIn(have, self.found(0, "lint", "with/Dockerfile", "without/Dockerfile"))
        self.write("with/Dockerfile.dockerignore", "nothing\n")
        self.write(".dockerignore", "")
        self.assertEqual(self.found(0, "lint", "."), set())

    def test_what_the_check_directive_asks(self):
        text = "# check=%s\nFROM debian:12 as Build\nUSER 1\n"
        for asked, code, said in (("skip=FromAsCasing", 0, ["FromAsCasing"]), ("skip=all", 0, ["FromAsCasing", "StageNameCasing"]),
                                  ("skip=all;error=true", 1, ["FromAsCasing", "StageNameCasing"]),
                                  ("error=true", 1, []), ("skip=DL3007", 0, [])):
            self.write("Dockerfile", text % asked)
            findings = self.report(code, "lint", "Dockerfile")["findings"]
            self.assertEqual(sorted(f["rule"] for f in findings if f.get("request")), said, asked)
        self.assertIn("PL1019", [f["rule"] for f in findings])

    def test_prose_that_is_named_is_one_finding(self):
        self.write("Dockerfile", "hello world\nthis is prose\nof three lines\n")
        self.assertEqual(self.found(1, "lint", "Dockerfile"), {("DL1000", "Dockerfile", 1)})

    def of_task(self, text):
        self.write("t.json", text)
        report = json.loads(self.run_program("lint", "t.json", "--format", "json").stdout)
        return [(f["rule"], f["message"]) for f in report["findings"]]

    def test_privileged_and_containers_in_other_spellings(self):
        container = '{"name": "a", "image": "a:1", %s}'
        for word in ('"privileged": "true"', '"Privileged": true', '"privileged": "Yes"', '"privileged": 1',
                     '"privileged": true, "Privileged": false'):
            for whole in ('{"containerDefinitions": [%s]}', '{"ContainerDefinitions": [%s]}', '[%s]', '%s',
                          '{"taskDefinition": {"containerDefinitions": [%s]}, "tags": []}', '{"containerDefinitions": %s}'):
                self.assertIn("PL2002", [r for r, _ in self.of_task(whole % container % word)], (whole, word))
        self.assertIn("PL2002", [r for r, _ in self.of_task('{"containerDefinitions": [{"name": "a", "privileged": true}]}')])
        self.assertEqual([r for r, _ in self.of_task('{"containerDefinitions": []}')], ["PL2000"])
        self.assertEqual([r for r, _ in self.of_task('{"containerDefinitions": {"image": "a:1"}}')], ["PL2000"])
        self.assertEqual([r for r, _ in self.of_task('{"taskDefinition": {"containerDefinitions": []}}')], ["PL2000"])
        self.write("t.json", '{"containerDefinitions": [{"name": "a", "image": "a:1", "privileged": "false"}]}')
        self.assertEqual(self.report(0, "lint", "t.json")["findings"], [])

    def test_one_mistake_is_no_cascade(self):
        pairs = ", ".join('"k%d": "v%d"' % (i, i) for i in range(20))
        text = '{"containerDefinitions": [{"image": "nginx", "privileged": true, "dockerLabels": {%s}}]}\n' % pairs
        for broken in (text.replace('"k0"', '"k"0"'), text.replace('"k0"', 'k0"'), text.replace(",", "")):
            found = [f for f in self.of_task(broken) if f[0] == "PL2000"]
            self.assertTrue(1 <= len(found) <= 3, broken)
            self.assertEqual(sum("may come of this one" in m for _, m in found), int(len(found) == 3), found)
            self.assertIn("PL2002", [r for r, _ in self.of_task(broken)])

    def test_a_named_file_that_nobody_takes(self):
        self.write("notes.txt", "hello\n")
        out, err = self.plimsoll(4, "lint", "notes.txt")
        self.assertIn("notes.txt", out + err)

    def test_a_named_file_is_read_by_its_first_instruction(self):
        self.write("build.txt", "FROM debian:12\nUSER 00\n")
        self.assertEqual(self.found(1, "lint", "build.txt"), {("DL3002", "build.txt", 2)})

    def test_the_user_of_another_spelling_is_root(self):
        for user in ("00", "+0", ":0", "0:0", "root:x", '"root"', "${PATH:+root}"):
            self.write("Dockerfile", f"FROM debian:12\nUSER {user}\n")
            self.assertEqual(self.found(1, "lint", "Dockerfile"), {("DL3002", "Dockerfile", 2)}, user)
        self.write("Dockerfile", "FROM debian:12\nUSER ${HOME:+root}\n")
        self.assertEqual(self.found(0, "lint", "Dockerfile"), {("PL1005", "Dockerfile", 2)})


class Services(House):
    """PL1020 of what a script starts that lies beside the Dockerfile, or stands in it."""

    def said(self, script, dockerfile=None):
        if script is not None:
            self.write("docker/start.sh", script)
        self.write("Dockerfile", dockerfile or "FROM debian:12\nCOPY ./docker/start.sh /usr/local/bin/\n"
                   'USER 1\nENTRYPOINT ["/usr/local/bin/start.sh"]\n')
        report = json.loads(self.run_program("lint", "--no-shellcheck", "--format", "json", "Dockerfile").stdout)
        return [f["message"] for f in report["findings"] if f["rule"] == "PL1020"]

    def test_a_script_that_starts_two(self):
        two = ["start.sh starts nginx beside another service"]
        for script in ("#!/bin/sh\ncron &\nexec nginx -g 'daemon off;'\n", "service cron start\nnginx\n",
                       "#!/usr/bin/env bash\nset -e\n(cd /app && server) &\nnohup nginx &\nwait -n\n",
                       "/etc/init.d/ssh start\nnginx &\ntail -f /dev/null\n"):
            self.assertEqual(self.said(script), two, script)
        here = ("FROM debian:12\nCOPY <<END /start.sh\ncron &\nnginx\nEND\nUSER 1\n"
                'CMD ["/bin/sh", "/start.sh"]\n')
        self.assertEqual(self.said(None, here), two)
        renamed = "FROM debian:12\nCOPY docker/start.sh /run.sh\nUSER 1\nCMD sh /run.sh\n"
        self.assertEqual(self.said("cron &\nnginx\n", renamed), ["run.sh starts nginx beside another service"])

    def test_a_script_that_starts_one(self):
        for script in ("#!/bin/sh\nmkdir -p /run/a\n./migrate\nexec nginx\n", "mysqld_safe &\n./fill\nexec mysqld\n",
                       "mysqld &\nmysqladmin shutdown\nexec nginx\n", "server &\nPID=$!\nwait $PID\n",
                       'cron &\nexec "$@"\n', "#!/usr/bin/python3\na & b\nc\n", "if x; then cron & fi\nnginx\n",
                       "nginx &\ntail -f /var/log/a\n", "", "\0\xff", "$(", "cron | tee a &\n"):
            self.assertEqual(self.said(script), [], script)
        other = 'FROM debian:12\nCOPY --from=x docker/start.sh /\nUSER 1\nENTRYPOINT ["/start.sh"]\n'
        self.assertEqual(self.said("cron &\nnginx\n", other), [])


class NoUser(House):
    def change(self, before, after):
        """PL1001 of a change against main: its verdict and state, or None."""
        for name in (".git", "Dockerfile"):
            shutil.rmtree(self.folder / name, ignore_errors=True)
        (self.folder / "Dockerfile").unlink(missing_ok=True)
        self.git("init", "-q", "-b", "main")
        self.write("README", "x")
        if before:
            self.write("Dockerfile", before)
        self.git("add", "-A")
        self.git("commit", "-qm", "one")
        self.git("checkout", "-qb", "dev")
        self.write("Dockerfile", after)
        self.git("add", "-A")
        self.git("commit", "-qm", "two")
        out = self.run_program("check", "--base", "main", "--format", "json").stdout
        found = [f for f in json.loads(out)["findings"] if f["rule"] == "PL1001" and f["state"] != "fixed"]
        return (found[0]["verdict"], found[0]["state"]) if found else None

    def test_blocks_where_the_target_had_one_or_the_image_is_new(self):
        none, some = "FROM debian:12\nRUN true\n", "FROM debian:12\nRUN true\nUSER 1\n"
        self.assertEqual(self.change(some, none), ("blocks", "new"))
        self.assertEqual(self.change(None, none), ("blocks", "new"))
        self.assertEqual(self.change(none, none + "RUN false\n"), ("warns", "known"))
        self.assertEqual(self.change(none, "FROM debian:13\nRUN true\n"), ("warns", "known"))
        self.assertIsNone(self.change(none, some))

    def test_only_warns_where_the_base_may_say_otherwise(self):
        for base in ("scratch", "gcr.io/distroless/static:nonroot", "registry.example/a:windowsservercore-ltsc2022"):
            self.assertEqual(self.change(None, f'FROM {base}\nCOPY a /a\nCMD ["/a"]\n'), ("warns", "new"), base)

    def test_is_silent_on_windows_and_of_what_is_only_files(self):
        self.assertIsNone(self.change(None, "FROM mcr.microsoft.com/windows/servercore:ltsc2022\nRUN dir\n"))
        self.assertIsNone(self.change(None, "FROM debian:12 AS build\nFROM scratch AS output\nCOPY --from=build /a /a\n"))

    def test_without_a_base_there_is_nothing_to_compare_with(self):
        self.write("Dockerfile", "FROM debian:12\nRUN true\n")
        self.assertEqual(rules(self.report(0, "check")), ["PL1001"])


if __name__ == "__main__":
    unittest.main()
