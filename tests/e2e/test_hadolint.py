"""plimsoll hadolint: its settings by options, variables and .hadolint.yaml, what it prints in each of hadolint's formats,
what it exits with. Where hadolint itself is installed, both are asked and must agree."""
import json
import os
import pathlib
import random
import re
import shutil
import subprocess
import unittest
import xml.etree.ElementTree as tree

from house import BUILD, NOW, PROGRAM, ROOT, House

EXPECTED = f"{ROOT}/tests/data/hadolint/%s.expect"
FORMATS = ["tty", "gnu", "json", "checkstyle", "codeclimate", "gitlab_codeclimate", "codacy", "sonarqube", "sarif", "junit"]
VERSION = "2.15.1"
SUDO = "FROM debian:12\nRUN sudo x\n"


class Hadolint(House):
    def setUp(self):
        super().setUp()
        self.write("sudo", SUDO)
        self.write("two", "FROM debian:12\nRUN sudo x\nONBUILD RUN sudo y\nRUN \\\n  sudo z\n")
        self.write("clean", "FROM debian:12\nRUN echo a\n")
        self.write("broken", "FROM debian:12\n  FOO bar\n")
        self.write("excused", "FROM debian:12\n# hadolint ignore=DL3004\nRUN sudo x\n")

    def hadolint(self, code, *args, **kwargs):
        return self.plimsoll(code, "hadolint", *args, **kwargs)

    def found(self, code, *args, **kwargs):
        """(line, rule, level) of each finding."""
        out, _ = self.hadolint(code, "-f", "json", *args, **kwargs)
        return [(f["line"], f["code"], f["level"]) for f in json.loads(out)]

    def config(self, text):
        return self.write("config.yaml", text).name


class Formats(Hadolint):
    def check(self, name, *args, stdin=b""):
        """Byte for byte; PLIMSOLL_EXPECTED=write in the environment writes the file anew."""
        out = self.run_program("hadolint", *args, stdin=stdin).stdout
        out = re.sub(rb"plimsoll \d+\.\d+\.\d+", b"plimsoll VERSION", out).replace(b"\0", b"\\0\n")
        file = pathlib.Path(EXPECTED % name)
        if os.environ.get("PLIMSOLL_EXPECTED") == "write":
            file.parent.mkdir(exist_ok=True)
            file.write_bytes(out)
        self.assertEqual(out, file.read_bytes(), name)

    def test_each_format_byte_for_byte(self):
        files = ["sudo", "clean", "two", "broken"]
        for name in FORMATS:
            self.check(name, "-f", name, *files)
            self.check(f"{name}.shown", "-f", name, "--file-path-in-report", 'a/<b>&"c"', *files)
            self.check(f"{name}.stdin", "-f", name, "-", stdin=SUDO.encode())
            self.check(f"{name}.broken-stdin", "-f", name, "-", stdin=b"FROM debian:12\nFOO bar\n")
        self.check("tty.plain", "--no-color", *files)

    def test_json_and_sarif_are_json_and_xml_is_xml(self):
        name = "a&\"<b>'\x01\t\n"
        self.write(name, SUDO)
        for kind in ("json", "gitlab_codeclimate", "sonarqube", "sarif"):
            json.loads(self.hadolint(1, "-f", kind, name)[0])
        self.assertEqual(self.hadolint(1, "-f", "tty", "--no-color", name)[0].count("\n"), 1)
        for kind in ("checkstyle", "junit"):
            tree.fromstring(self.hadolint(1, "-f", kind, name)[0])

    def test_several_formats_and_outputs_are_zipped(self):
        out, _ = self.hadolint(1, "-f", "json", "-f", "gnu", "-o", "one", "sudo")
        self.assertEqual(out, "hadolint:sudo:2: DL3004 error: sudo in a build\n")
        self.assertEqual(json.loads((self.folder / "one").read_text())[0]["code"], "DL3004")
        out, _ = self.hadolint(1, "-f", "json", "-o", "one", "-o", "two.txt", "--no-color", "sudo")
        self.assertEqual(out, "")
        self.assertEqual((self.folder / "two.txt").read_text(), "sudo:2 DL3004 error: sudo in a build\n")
        out, _ = self.hadolint(1, "-f", "gnu", "-f", "gnu", "sudo")
        self.assertEqual(out.count("\n"), 2)

    def test_colours_end_with_no_color_alone(self):
        self.assertIn("\x1b[1m\x1b[91merror\x1b[0m", self.hadolint(1, "sudo")[0])
        for args, env in ((["--no-color"], {}), ([], {"NO_COLOR": ""}), ([], {"NO_COLOR": "1"}), (["-c", self.config("no-color: true\n")], {})):
            self.assertNotIn("\x1b", self.hadolint(1, *args, "sudo", env=env)[0])
        self.assertIn("\x1b", self.hadolint(1, "-c", self.config("no-color: false\n"), "sudo", env={"NO_COLOR": "1"})[0])


class Options(Hadolint):
    def test_levels_and_thresholds(self):
        order = ["error", "warning", "info", "style"]
        for at, level in enumerate(order):
            for over, threshold in enumerate(order):
                self.assertEqual(self.found(int(at <= over), f"--{level}", "DL3004", "-t", threshold, "sudo"), [(2, "DL3004", level)])
            for threshold in ("none", "ignore"):
                self.found(1, f"--{level}", "DL3004", "--failure-threshold", threshold, "sudo")
        self.found(1, "--info", "DL3004", "sudo")
        self.found(0, "--style", "DL3004", "sudo")
        self.assertEqual(self.found(0, "--ignore", "DL3004", "--error", "DL3004", "sudo"), [])
        self.assertEqual(self.found(1, "--style", "DL3004", "--warning", "DL3004", "sudo"), [(2, "DL3004", "warning")])

    def test_what_cannot_be_read_is_not_judged_and_always_fails(self):
        for args in ([], ["-t", "error"], ["--ignore", "DL1000"], ["--style", "DL1000"]):
            self.assertEqual(self.found(1, *args, "broken"), [(2, "DL1000", "error")])
        self.found(0, "--no-fail", "broken")

    def test_formats_that_never_fail(self):
        for name in FORMATS:
            self.hadolint(int(name not in ("codeclimate", "codacy")), "-f", name, "sudo")
        self.hadolint(0, "-f", "gnu", "-f", "codacy", "sudo")
        self.hadolint(1, "-f", "codacy", "nofile")

    def test_pragmas(self):
        self.assertEqual(self.found(0, "excused"), [])
        self.assertEqual(self.found(1, "--disable-ignore-pragma", "excused"), [(3, "DL3004", "error")])

    def test_spellings(self):
        for args in (["-fjson"], ["--format=json"], ["--format", "json"]):
            self.assertTrue(self.hadolint(1, *args, "sudo")[0].startswith("["))
            self.assertTrue(self.hadolint(1, "sudo", *args)[0].startswith("["))
        self.write("-x", SUDO)
        self.assertIn("-x:2", self.hadolint(1, "--", "-x")[0])

    def test_version_and_help(self):
        for word in ("-v", "--version"):
            self.assertTrue(self.hadolint(0, word)[0].startswith(f"hadolint {VERSION}, as plimsoll "))
        for word in ("-h", "--help"):
            text, _ = self.hadolint(0, word)
            for option in ("config", "format", "output", "failure-threshold", "error", "warning", "info", "style", "ignore",
                           "trusted-registry", "require-label", "strict-labels", "disable-ignore-pragma", "no-fail", "no-color",
                           "verbose", "version", "file-path-in-report"):
                self.assertIn(f"--{option}", text)

    def test_verbose_prints_what_holds(self):
        _, err = self.hadolint(1, "-V", "--ignore", "DL0001", "--require-label", "a:url", "-t", "style", "sudo", env={"HADOLINT_IGNORE": "DL0000"})
        self.assertIn("# without a configuration file\n", err)
        self.assertIn("failure-threshold: style\n", err)
        self.assertIn("ignored: [DL0000, DL0001]\n", err)
        self.assertIn("  a: url\n", err)
        again = self.config(err)
        self.assertEqual(self.hadolint(1, "-V", "-c", again, "sudo")[1].split("\n", 1)[1], err.split("\n", 1)[1])

    def test_a_rule_that_no_rule_is_called(self):
        for args in (["--ignore", "DL304", "clean"], ["-c", self.config("override: {error: [dl3004, X]}\n"), "clean"]):
            self.assertIn("no rule is called ", self.hadolint(0, *args)[1])
        self.assertRegex(self.hadolint(0, "--ignore", "DL304", "clean")[1], r"DL304 \(did you mean DL\d{4}\?\), so it changes nothing")
        for rule in ("DL3004", "DL4002", "DL9999", "SC2086"):
            self.assertEqual(self.hadolint(0, "--ignore", rule, "clean"), ("", ""))

    def test_what_is_wrong_exits_with_1(self):
        for args, said in ((["--ignroe", "x"], "did you mean --ignore?"), (["-f", "josn", "sudo"], "did you mean json?"),
                           (["-f", "something", "sudo"], "there are tty, gnu"), (["-t", "high", "sudo"], "--failure-threshold takes error"),
                           (["--require-label", "a:b", "sudo"], "--require-label a:b: text, url"), (["--ignore"], "--ignore needs a value"),
                           (["-Z"], "unknown option -Z"), ([], "a Dockerfile is expected"), (["-c", "nofile", "clean"], "nofile"),
                           (["-o", "no/such/folder", "clean"], "no/such/folder")):
            out, err = self.hadolint(1, *args)
            self.assertIn(said, err, args)
            self.assertEqual(out, "", args)


    def test_a_report_that_cannot_be_written(self):
        with open("/dev/full", "wb") as full:
            done = subprocess.run([PROGRAM, "hadolint", "sudo"], cwd=self.folder, stdout=full, stderr=subprocess.PIPE, timeout=60, check=False)
        self.assertEqual(done.returncode, 1)
        self.assertIn(b"cannot write the report", done.stderr)
        read, write = os.pipe()
        os.close(read)
        done = subprocess.run([PROGRAM, "hadolint", "clean"], cwd=self.folder, stdout=write, stderr=subprocess.PIPE, timeout=60, check=False)
        os.close(write)
        self.assertEqual((done.returncode, done.stderr), (0, b""))


class Files(Hadolint):
    def test_the_standard_input(self):
        self.assertEqual(self.found(1, "-", stdin=SUDO.encode()), [(2, "DL3004", "error")])
        self.assertEqual(self.found(0, "-", stdin=b"FROM debian:12\n"), [])

    def test_a_descriptor_and_a_fifo_are_read_as_hadolint_does(self):
        self.assertEqual(self.found(1, "/dev/stdin", stdin=SUDO.encode()), [(2, "DL3004", "error")])
        os.mkfifo(self.folder / "fifo")
        with subprocess.Popen(["sh", "-c", "cat sudo > fifo"], cwd=self.folder):
            self.assertEqual(self.found(1, "fifo"), [(2, "DL3004", "error")])

    def test_names_and_streams_that_are_too_long(self):
        self.assertIn("too long", self.hadolint(1, "x" * 5000)[1])
        self.assertIn("too long", self.hadolint(1, "-c", "x" * 5000, "clean")[1])
        self.assertIn("-: ", self.hadolint(1, "-", stdin=b"FROM debian:12\n" + b"#\n" * (8 << 20))[1])
        self.assertEqual(self.hadolint(0, "-", stdin=b"FROM debian:12\n" + b"# a comment of thirty-two bytes.\n" * (300 << 10)), ("", ""))

    def test_findings_are_in_the_order_of_their_lines(self):
        self.write("many", "FROM debian:12\n" + "RUN sudo x\nUSER 1\n" * 60)
        out, _ = self.hadolint(1, "-f", "json", "--ignore", "DL3066", "many", "two")
        got = [(f["file"], f["line"]) for f in json.loads(out) if f["code"] == "DL3004"]
        self.assertEqual(got, [("many", line) for line in range(2, 122, 2)] + [("two", 2), ("two", 3), ("two", 4)])

    def test_links_and_names_are_shown_as_they_were_given(self):
        (self.folder / "sub").mkdir()
        os.symlink("../sudo", self.folder / "sub/link")
        for name in ("sub/link", "./sub/../sudo", str(self.folder / "sudo")):
            self.assertTrue(self.hadolint(1, name)[0].startswith(name + ":2 "))

    def test_a_file_is_a_dockerfile_whatever_its_name_and_text(self):
        self.write("notes.md", SUDO)
        self.assertEqual(self.found(1, "notes.md"), [(2, "DL3004", "error")])
        self.write("Dockerfile.json", '{"containerDefinitions": []}')
        self.assertEqual([rule for _, rule, _ in self.found(1, "Dockerfile.json")], ["DL1000"])

    def test_without_shellcheck_nothing_else_is_lost(self):
        path = {"PATH": str(self.folder)}
        for args, said in (([], 1), (["--no-shellcheck"], 0)):
            out, err = self.hadolint(1, "--no-color", *args, "clean", "sudo", "two", env=path)
            self.assertEqual(out.count("DL3004"), 4)
            self.assertEqual(err.count("shellcheck: it is not installed"), said)
        self.hadolint(0, "clean", env=path)

    def test_the_same_file_twice_is_told_twice(self):
        self.assertEqual(len(self.found(1, "sudo", "sudo")), 2)

    def test_what_cannot_be_opened_is_told_and_the_rest_is_linted(self):
        for name in ("nofile", "."):
            out, err = self.hadolint(1, "--no-color", name, "sudo")
            self.assertEqual(out, "sudo:2 DL3004 error: sudo in a build\n")
            self.assertIn(f"{name}: it is ", err)
            self.hadolint(1, "--no-fail", name, "clean")
        out, _ = self.hadolint(1, "-f", "checkstyle", "nofile", "clean")
        self.assertNotIn("nofile", out)

    def test_bytes_that_are_no_text(self):
        for text in (b"\x7fELF\x00\x01\xff" * 500, random.Random(1).randbytes(4000), SUDO.encode("utf-16"), b""):
            self.write("bytes", text)
            rules = [rule for _, rule, _ in self.found(1, "bytes")]
            self.assertEqual(rules, ["DL1000"], text[:20])
        self.write("bytes", b"\xef\xbb\xbfFROM debian:12\r\nLABEL a=\"\xe9\"\r\nRUN sudo x\r\n")
        self.assertIn((3, "DL3004", "error"), self.found(1, "bytes"))


class Configuration(Hadolint):
    def test_the_search_stops_at_the_first(self):
        home = self.folder / "home"
        order = [".hadolint.yaml", ".hadolint.yml", "xdg/hadolint.yaml", "xdg/hadolint.yml", "home/.hadolint/hadolint.yaml",
                 "home/.hadolint/hadolint.yml", "home/.hadolint/config.yaml", "home/.hadolint/config.yml", "home/.hadolint.yaml",
                 "home/.hadolint.yml"]
        env = {"HOME": str(home), "XDG_CONFIG_HOME": str(self.folder / "xdg")}
        for at, name in enumerate(reversed(order)):
            self.write(name, f"ignored: [DL900{at}]\n")
            err = self.hadolint(1, "-V", "sudo", env=env)[1]
            self.assertIn(f"ignored: [DL900{at}]\n", err)
            self.assertIn(name, err.splitlines()[0])
        self.assertIn("ignored: [X]", self.hadolint(1, "-V", "-c", self.config("ignored: [X]\n"), "sudo", env=env)[1])

    def test_where_it_is_looked_for_without_variables(self):
        self.write(".config/hadolint.yml", "ignored: [DL3004]\n")
        self.assertEqual(self.found(0, "sudo"), [])
        for value in ("", "relative"):
            self.assertEqual(self.found(0, "sudo", env={"XDG_CONFIG_HOME": value}), [])
        self.assertEqual(len(self.found(1, "sudo", env={"HOME": ""})), 1)
        os.mkdir(self.folder / ".hadolint.yaml")
        os.symlink("nowhere", self.folder / ".hadolint.yml")
        self.assertEqual(self.found(0, "sudo"), [])

    def test_it_is_never_looked_for_beside_the_file(self):
        self.write("sub/.hadolint.yaml", "ignored: [DL3004]\n")
        self.write("sub/Dockerfile", SUDO)
        self.assertEqual(len(self.found(1, "sub/Dockerfile")), 1)

    def test_environment_below_file_below_command_line(self):
        file = self.config("failure-threshold: error\nignored: [F]\noverride: {info: [DL3004]}\n")
        self.assertEqual(self.found(0, "-c", file, "sudo", env={"HADOLINT_FAILURE_THRESHOLD": "info"}), [(2, "DL3004", "info")])
        self.assertEqual(self.found(1, "-c", file, "-t", "info", "sudo", env={"HADOLINT_FAILURE_THRESHOLD": "error"}), [(2, "DL3004", "info")])
        self.assertEqual(self.found(0, "sudo", env={"HADOLINT_IGNORE": "DL1,DL3004"}), [])
        self.assertEqual(self.found(0, "-c", file, "--ignore", "DL3004", "sudo"), [])
        self.assertEqual(self.found(0, "sudo", env={"HADOLINT_NOFAIL": "yes"}), [(2, "DL3004", "error")])
        self.found(1, "-c", self.config("no-fail: false\n"), "sudo", env={"HADOLINT_NOFAIL": "1"})
        for level in ("error", "warning", "info", "style"):
            self.assertEqual(self.found(int(level != "style"), "sudo", env={f"HADOLINT_OVERRIDE_{level.upper()}": "DL3004"}),
                             [(2, "DL3004", level)])

    def test_a_broken_file_is_told_and_defaults_hold(self):
        for text in ("ignored: DL3004\n", "ignored: [DL3004\n", "failure-threshold: never\n", "a: 1\n---\nb: 1\n", "no-fail: yes\n", "\x01"):
            out, err = self.hadolint(1, "--no-color", "-c", self.config(text), "sudo")
            self.assertEqual(out, "sudo:2 DL3004 error: sudo in a build\n", text)
            self.assertRegex(err, r"^plimsoll: config.yaml:\d+:\d+: .*; nothing of this file holds\n$")
            for args in (["--no-fail"], ["-f", "codeclimate"], ["--ignore", "DL3004"]):
                self.hadolint(1, *args, "-c", "config.yaml", "sudo")

    def test_an_unknown_key_names_the_nearest_and_the_rest_holds(self):
        for text, near in (("ignore: [DL1]\nignored: [DL3004]\n", "ignored"), ("ignored: [DL3004]\ntrusted-registries: [a]\n", "trustedRegistries"),
                           ("ignored: [DL3004]\noverride: {warnings: [a]}\n", "warning")):
            out, err = self.hadolint(1, "-c", self.config(text), "sudo")
            self.assertEqual(out, "")
            self.assertIn(f"; did you mean {near}?; the rest of this file holds\n", err)

    def test_a_file_that_says_nothing(self):
        for text in ("", "# x\n", "---\n", "{}", "ignored:\n"):
            self.assertEqual(self.hadolint(0, "-c", self.config(text), "clean"), ("", ""))
        self.assertEqual(self.hadolint(0, "-c", "/dev/null", "clean"), ("", ""))

    def test_a_large_file_and_a_deep_one(self):
        for text in ("ignored: [" + "DL3004, " * 200000 + "x]\n", "ignored: " + "[" * 100000, "override: " + "{error: " * 5000):
            out, err = self.hadolint(1, "--no-color", "-c", self.config(text), "sudo")
            self.assertIn("config.yaml", err)

    def test_a_wrong_variable_is_told(self):
        for name, value in (("FORMAT", "josn"), ("FAILURE_THRESHOLD", "high"), ("NOFAIL", "maybe"), ("REQUIRE_LABELS", "a:b")):
            out, err = self.hadolint(1, "clean", env={f"HADOLINT_{name}": value})
            self.assertIn(f"HADOLINT_{name}: ", err)
            self.assertEqual(out, "")
            self.hadolint(0, "clean", env={f"HADOLINT_{name}": ""})


class Name(Hadolint):
    def test_called_hadolint_it_is_this_command(self):
        os.symlink(PROGRAM, self.folder / "hadolint")
        env = {"PATH": os.environ["PATH"], "PLIMSOLL_TEST_NOW": NOW}
        for args, code in (([], 1), (["sudo"], 1), (["clean"], 0), (["--version"], 0), (["--help"], 0), (["-f", "junit", "two"], 1), (["lint"], 1)):
            link = subprocess.run(["./hadolint", *args], cwd=self.folder, env=env, capture_output=True, timeout=60, check=False)
            word = self.run_program("hadolint", *args)
            self.assertEqual((link.returncode, link.stdout, link.stderr), (code, word.stdout, word.stderr))


REAL = shutil.which("hadolint")


def is_the_version():
    if not REAL or os.path.realpath(REAL).startswith(str(BUILD)):
        return False
    said = subprocess.run([REAL, "--version"], capture_output=True, text=True, timeout=60, check=False).stdout
    return VERSION in said and "plimsoll" not in said


def without_words(text):
    """Messages are our own words; so is what stands in place of a name of the tool in SARIF."""
    text = re.sub(rb"Do not use sudo[^\"<\n]*root", b"sudo in a build", text)
    text = re.sub(rb'"fingerprint":"[0-9a-f]{40}"', b'"fingerprint":""', text)
    text = re.sub(rb'(id|name)="(Hadolint run at )?20\d\d[^"]*"', rb'\1=""', text)
    text = re.sub(rb'"fullName":"[^"]*"', b'"fullName":""', text)
    text = re.sub(rb'"shortDescription":\{[^}]*\}', b"", text)
    text = re.sub(rb'"(message|description|text)":"[^"]*(unexpected|this is)(\\.|[^"\\])*"', rb'"\1":""', text)
    text = re.sub(rb'message="[^"]*(unexpected|this is)[^"]*"', b'message=""', text)
    text = re.sub(rb"Parse Error: .*?</failure>", b"Parse Error: </failure>", text, flags=re.S)
    return re.sub(rb"(:\d+:\d+:?) .*", rb"\1", text)


@unittest.skipUnless(is_the_version(), f"needs hadolint {VERSION}")
class AgainstHadolint(Hadolint):
    def compare(self, *args, env=None, stdin=b""):
        whole = {"PATH": os.environ["PATH"], "HOME": os.environ.get("HOME", ""), **(env or {})}
        real = subprocess.run([REAL, *args], cwd=self.folder, env=whole, input=stdin, capture_output=True, timeout=60, check=False)
        ours = self.run_program("hadolint", *args, env=env, stdin=stdin)
        self.assertEqual(without_words(ours.stdout), without_words(real.stdout), args)
        self.assertEqual(ours.returncode, real.returncode, (args, env, ours.stderr))

    def test_formats(self):
        for name in FORMATS:
            self.compare("-f", name, "sudo", "clean", "two", "broken", "excused")
            self.compare("-f", name, "--file-path-in-report", 'a&<"b', "two", "broken")
            self.compare("-f", name, "-", stdin=b"FROM debian:12\nFOO x\n")
            self.compare("-f", "gnu", "sudo", env={"HADOLINT_FORMAT": name, "NO_COLOR": ""})

    def test_levels(self):
        for level in ("error", "warning", "info", "style", "ignore"):
            for threshold in ("error", "info", "style", "none"):
                self.compare("--no-color", f"--{level}", "DL3004", "-t", threshold, "sudo")
            self.compare("-f", "sarif", f"--{level}", "DL3004", "--style", "DL3004", "sudo")
            self.compare("-f", "sonarqube", f"--{level}", "DL3004", "sudo")

    def test_configuration(self):
        for text in ("ignored: [DL3004]\n", "override: {style: [DL3004]}\n", "failure-threshold: none\nformat: json\nformats: [gnu]\n",
                     "no-fail: true\nno-color: true\n", "disable-ignore-pragma: true\n", "{}", "override:\n", "ignored: DL3004\n", "format: bad\n",
                     '{"ignored": ["DL3004"]}', "ignored: &a [DL3004]\noverride: {error: *a}\n"):
            self.compare("-c", self.config(text), "sudo", "excused")
