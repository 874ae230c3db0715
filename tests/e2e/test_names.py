"""What a user names: bases, outputs, inputs, commands; and what stands under such a name."""
import gzip
import io
import os
import re
import stat
import subprocess
import tarfile
import threading

from house import PROGRAM, ROOT, House, rules

BAD = "FROM debian:12\nUSER root\n"
GOOD = "FROM debian:12\nUSER 1\n"


class Bases(House):
    """main has a good Dockerfile, dev (which is checked out) a bad one."""

    def setUp(self):
        super().setUp()
        self.git("init", "-q", "-b", "main")
        self.write("Dockerfile", GOOD)
        self.git("add", ".")
        self.git("commit", "-qm", "one")
        self.main = self.git("rev-parse", "HEAD")
        self.git("checkout", "-qb", "dev")
        self.write("Dockerfile", BAD)
        self.git("commit", "-qam", "two")

    def based(self, code, base):
        out, err = self.plimsoll(code, "check", f"--base={base}")
        return out + err

    def test_names_that_mean_one_thing(self):
        self.git("update-ref", "refs/remotes/origin/main", self.main)
        self.git("update-ref", "refs/remotes/origin/HEAD", self.main)
        self.git("branch", "-q", "--set-upstream-to=main")
        self.git("tag", "-a", "-m", "v", "v1", "main")
        for base in ("main", "refs/heads/main", "origin/main", "refs/remotes/origin/main", "origin", "HEAD~1", "@~1",
                     "HEAD^", "dev~1", "dev^1", "@{u}", "@{upstream}", "dev@{u}", self.main, self.main[:7],
                     self.main[:12].upper(), "refs/tags/v1", "refs/tags/v1~0"):
            self.based(1, base)
        self.based(0, "HEAD")
        self.based(0, "dev")

    def test_a_tag_does_not_get_in_front_of_a_branch(self):
        self.git("tag", "main", "HEAD")
        said = self.based(2, "main")
        self.assertIn("refs/heads/main and refs/tags/main", said)
        self.based(1, "refs/heads/main")
        _, err = self.plimsoll(2, "secrets", "git", "--range", "main..HEAD")
        self.assertIn("refs/heads/main and refs/tags/main", err)
        self.plimsoll(0, "secrets", "git", "--range", "refs/heads/main..HEAD")

    def test_a_tag_does_not_stand_in_for_a_branch(self):
        self.git("tag", "gone", "HEAD")
        self.assertIn("refs/tags/gone", self.based(4, "gone"))
        self.git("update-ref", "refs/tags/refs/heads/away", "HEAD")
        self.based(4, "refs/heads/away")
        self.based(4, "away")

    def test_a_branch_does_not_stand_in_for_another(self):
        self.git("update-ref", "refs/remotes/origin/main", self.main)
        self.git("update-ref", "refs/heads/origin/main", "HEAD")
        self.assertIn("refs/heads/origin/main and refs/remotes/origin/main", self.based(2, "origin/main"))
        self.git("update-ref", "refs/heads/" + self.main[:8], "HEAD")
        self.assertIn(self.main, self.based(2, self.main[:8]))
        self.git("update-ref", "refs/heads/" + self.main, "HEAD")
        self.based(1, self.main)
        self.git("update-ref", "refs/heads/HEAD", self.main)
        self.based(0, "HEAD")

    def test_what_is_no_name(self):
        for base in ("-x", "--all", "a b", "main..dev", "main:Dockerfile", "main@{1}", "^main", "main^{tree}", ""):
            self.based(2, base)
        self.assertIn('did you mean "main"', self.based(4, "mian"))
        self.based(4, "dev@{u}")


class Outputs(House):
    def setUp(self):
        super().setUp()
        self.write("Dockerfile", BAD)

    def test_a_device_stays_one(self):
        device = self.folder / "device"
        try:
            os.mknod(device, stat.S_IFCHR | 0o666, os.makedev(1, 3))
        except PermissionError:
            self.skipTest("only root makes devices")
        self.run_program("lint", "--format", "json=device", "Dockerfile")
        self.assertTrue(device.is_char_device())
        self.write("feed/a.json", '{"id":"PYSEC-1","modified":"2024-01-01T00:00:00Z","affected":[{"package":'
                   '{"ecosystem":"PyPI","name":"x"},"ranges":[{"type":"ECOSYSTEM","events":[{"introduced":"0"}]}]}]}')
        self.run_program("db", "build", "--output", "device", "feed")
        self.assertTrue(device.is_char_device())
        self.plimsoll(0, "db", "build", "--output", "a.db", "feed")
        (self.folder / "link.db").symlink_to("a.db")
        self.plimsoll(0, "db", "build", "--output", "link.db", "feed")
        self.assertTrue((self.folder / "link.db").is_symlink())

    def test_a_link_stays_one(self):
        self.write("d/real.json", "{}")
        (self.folder / "link.json").symlink_to("d/real.json")
        self.plimsoll(1, "lint", "--format", "json=link.json", "Dockerfile")
        self.assertTrue((self.folder / "link.json").is_symlink())
        self.assertIn("DL3002", (self.folder / "d/real.json").read_text())
        self.assertEqual(os.listdir(self.folder / "d"), ["real.json"])

    def test_each_report_has_a_file(self):
        (self.folder / "d").mkdir()
        (self.folder / "link").symlink_to("d")
        for formats in (["json="], ["json=a", "text=a"], ["json=a", "text=./a"], ["json=d/a", "text=link/a"],
                        ["json=a", "json=b"], ["markdown", "json=a", "markdown=a"]):
            self.plimsoll(2, "lint", *(f"--format={f}" for f in formats), "Dockerfile")
            self.assertEqual([p.name for p in self.folder.rglob("?")], ["d"])
        self.write("a", "")
        (self.folder / "b").hardlink_to(self.folder / "a")
        _, err = self.plimsoll(2, "lint", "--format", "json=a", "--format", "text=b", "Dockerfile")
        self.assertIn("json=a and --format text=b are written to one file", err)
        self.plimsoll(1, "lint", "--format", "json", "--format", "json=a", "--format", "text=c", "Dockerfile")
        self.plimsoll(1, "lint", "--format", "json=/dev/null", "--format", "text=/dev/null", "Dockerfile")

    def test_stdin_takes_no_path(self):
        self.write("a.txt", "x\n")
        _, err = self.plimsoll(2, "secrets", "stdin", "a.txt")
        self.assertIn("`stdin` takes no path; `secrets dir PATH` reads a file or folder", err)

    def test_a_database_on_stdout_is_whole(self):
        self.write("feed/a.json", '{"id":"PYSEC-1","modified":"2024-01-01T00:00:00Z","affected":[{"package":'
                   '{"ecosystem":"PyPI","name":"x"},"ranges":[{"type":"ECOSYSTEM","events":[{"introduced":"0"}]}]}]}')
        out, err = self.folder / "out.db", self.folder / "err"
        with out.open("wb") as to, err.open("wb") as errors:
            subprocess.run([PROGRAM, "db", "build", "--output", "/dev/stdout", "feed"], cwd=self.folder, stdout=to,
                           stderr=errors, check=True, timeout=60)
        self.assertIn("1 advisories from 1 files", err.read_text())
        self.plimsoll(0, "db", "status", "--verify", "out.db")

    def test_a_fifo_is_written_to(self):
        os.mkfifo(self.folder / "fifo")
        got = []
        reader = threading.Thread(target=lambda: got.append((self.folder / "fifo").read_text()))
        reader.start()
        self.plimsoll(1, "lint", "--format", "json=fifo", "Dockerfile")
        reader.join(20)
        self.assertIn("DL3002", got[0])
        _, err = self.plimsoll(4, "lint", "--format", "json=fifo", "Dockerfile")
        self.assertIn("nobody reads this FIFO", err)

    def test_descriptors(self):
        for name in ("/dev/stdout", "/dev/fd/1", "/proc/self/fd/1"):
            out, _ = self.plimsoll(1, "lint", "--format", "text", "--format", f"json={name}", "--format", "text", "Dockerfile")
            self.assertEqual(out.count("1 block"), 2)
            self.assertIn('"DL3002"', out)
            with open(self.folder / "out", "wb") as file:
                done = subprocess.run([PROGRAM, "lint", "--format", "text", "--format", f"json={name}", "Dockerfile"],
                                      cwd=self.folder, stdout=file, timeout=60, check=False)
            self.assertEqual(done.returncode, 1)
            text = (self.folder / "out").read_text()
            self.assertTrue("blocked: 1 block" in text and '"DL3002"' in text)
        self.plimsoll(4, "lint", "--format", "json=/dev/fd/77", "Dockerfile")


class Inputs(House):
    def test_a_file_whose_size_is_not_known(self):
        for args in (("secrets", "dir", "/proc/self/environ"), ("check", "/proc/cpuinfo"), ("lint", "/proc/version")):
            report = self.report(4, *args)
            self.assertEqual(len(report["errors"]), 1)
            self.assertIn("copy it", report["errors"][0]["message"])
        report = self.report(0, "secrets", "dir", "/proc/self/attr")
        self.assertIn("unreadable", {g["kind"] for g in report["not_covered"]})
        self.write("empty", "")
        self.report(0, "secrets", "dir", "empty")

    def test_a_repository_without_a_work_tree(self):
        self.git("init", "-q", "-b", "main", "tree")
        tree = self.folder / "tree"
        for branch, text in (("main", GOOD), ("dev", BAD)):
            self.git("checkout", "-qB", branch, cwd=tree)
            self.write("tree/Dockerfile", text)
            self.write(f"tree/{branch}", branch)
            self.git("add", ".", cwd=tree)
            self.git("commit", "-qm", branch, cwd=tree)
        self.git("clone", "-q", "--bare", "tree", "bare.git")
        for name in ("bare.git", "tree/.git", "bare.git/objects", "bare.git/objects/pack"):
            for args in (("check",), ("secrets", "dir"), ("lint",)):
                report = self.report(4, *args, name)
                self.assertEqual(len(report["errors"]), 1, (args, name))
                self.assertIn("--range", report["errors"][0]["message"])
        self.report(4, "check", cwd=self.folder / "bare.git")
        self.report(4, "lint", cwd=self.folder / "bare.git")
        report = self.report(1, "check", "bare.git", "--base", "main")
        self.assertEqual([f["places"][0]["path"] for f in report["findings"]], ["bare.git/Dockerfile"])
        self.report(0, "check", "bare.git", "--base", "dev")
        self.write("bare.git/hooks/x", "x")
        self.report(0, "secrets", "dir", "bare.git/hooks")

    def test_what_would_never_answer_is_refused(self):
        self.write("Dockerfile", GOOD)
        os.mkfifo(self.folder / "fifo")
        for code, args in ((5, ("scan", "x.tar", "--db", "fifo")), (5, ("db", "status", "fifo")),
                           (3, ("policy", "check", "fifo")), (3, ("lint", "--policy", "fifo", "Dockerfile")),
                           (3, ("secrets", "dir", "--rules", "fifo", ".")), (3, ("policy", "check", "/dev/zero")),
                           (5, ("scan", "x.tar", "--db", "/dev/zero"))):
            _, err = self.plimsoll(code, *args)
            self.assertRegex(err, r"is a (FIFO|device)")
            self.assertEqual(err.count("\n"), 1, err)

    def test_a_policy_from_a_pipe_of_ones_own(self):
        self.write("Dockerfile", BAD)
        policy = b"plimsoll: 1\nmode: observe\n"
        self.plimsoll(0, "lint", "--policy", "/dev/stdin", "Dockerfile", stdin=policy)


RECORD = ('{"id":"PYSEC-%d","modified":"2024-01-01T00:00:00Z","affected":[{"package":{"ecosystem":"PyPI","name":"x"},'
          '"ranges":[{"type":"ECOSYSTEM","events":[{"introduced":"0"},{"fixed":"3"}]}]}]}')


class Feeds(House):
    """Feeds as their publishers send them."""

    def tar(self, name, files, mode="w:gz"):
        with tarfile.open(self.folder / name, mode) as archive:
            for path, data in files.items():
                info = tarfile.TarInfo(path)
                info.size = len(data)
                archive.addfile(info, io.BytesIO(data))
        return self.folder / name

    def build(self, code, *feeds):
        out, err = self.plimsoll(code, "db", "build", "--output", "a.db", *feeds)
        return out + err

    def test_archives_and_compressed_files(self):
        files = {f"osv/{i}.json": (RECORD % i).encode() for i in range(3)}
        for name, data in files.items():
            self.write(name, data)
        self.assertIn("3 advisories", self.build(0, "osv"))
        self.assertIn("3 advisories", self.build(0, self.tar("a.tar.gz", files)))
        self.assertIn("3 advisories", self.build(0, self.tar("b.feed", files, "w")))
        self.write("one.json.gz", gzip.compress((RECORD % 1).encode()))
        self.assertIn("1 advisories", self.build(0, "one.json.gz"))
        self.assertIn("4 advisories", self.build(0, "a.tar.gz", "one.json.gz"))
        self.assertIn("10 advisories", self.build(0, "."))

    def test_what_is_left_out_is_counted(self):
        said = self.build(0, self.tar("a.tar.gz", {
            "1.json": (RECORD % 1).encode(), "README": b"x", "LICENSE": b"x", "other.yaml": b"a: 1\n", ".hidden.json": b"{}",
            "in.tar.gz": gzip.compress(b"x"), "none.json": b'{"id":"PYSEC-9","modified":"2024-01-01T00:00:00Z","affected":[]}'}))
        self.assertIn("1 advisories", said)
        for line in ("files that are not feeds, such as a README: 2", "files of no advisory feed that is known here: 1",
                     "compressed files inside an archive: 1", "records that name no package: 1"):
            self.assertIn("left out: " + line, said)

    def test_nothing_is_dropped_without_a_word(self):
        commits = '{"type": "GIT", "repo": "https://example.com/x", "events": [{"introduced": "0"}]}'
        package = '"package": {"ecosystem": "PyPI", "name": "a"}'
        for name, affected in (("commits", f'{{{package}, "ranges": [{commits}]}}'), ("bare", f'{{"ranges": [{commits}]}}'),
                               ("none", f"{{{package}}}"),
                               ("mixed", f'{{{package}, "versions": ["1"]}}, {{{package}, "ranges": [{commits}]}}, {{}}')):
            self.write(f"osv/{name}.json", f'{{"id": "PYSEC-{name}", "modified": "2024-01-01T00:00:00Z", "affected": [{affected}]}}')
        for i in range(27):
            self.write(f"osv/bad{i}.json", f'{{"id": "", "modified": "2024-01-01T00:00:00Z", "affected": [], "n": {i}}}')
        self.write("osv/list", "[01 Jan 2024] DSA-1-1 x - y\n\t[bookworm] - x <not-affected>\n")
        said = self.build(0, "osv")
        for line in ("records with only ranges of commits (GIT): 1", "records without a range or version: 1",
                     "records that name no package: 2", "a record without a usable id: 27",
                     "affected packages with only ranges of commits (GIT), of records that are kept: 1",
                     "affected entries that name no package, of records that are kept: 1"):
            self.assertIn("left out: " + line, said)
        self.assertIn("… and 7 more, 27 in all", said)
        self.assertEqual(said.count("this record is left out"), 20)

    def test_half_a_feed_is_none(self):
        whole = self.tar("a.tar.gz", {f"{i}.json": (RECORD % i).encode() for i in range(300)}).read_bytes()
        self.build(0, "a.tar.gz")
        before = (self.folder / "a.db").read_bytes()
        damaged = bytearray(whole)
        damaged[len(whole) // 2] ^= 64
        for data in (whole[:len(whole) // 2], whole[:-4], bytes(damaged), whole + b"trailing"):
            self.write("b.tar.gz", data)
            self.assertIn("b.tar.gz", self.build(4, "b.tar.gz"))
        self.write("bomb.json.gz", gzip.compress(b" " * (400 << 20)))
        self.assertIn("bomb.json.gz", self.build(4, "bomb.json.gz"))
        self.write("c.json.zst", b"\x28\xb5\x2f\xfd" + b"x" * 40)
        self.assertIn("zstd", self.build(4, "c.json.zst"))
        self.assertEqual((self.folder / "a.db").read_bytes(), before)

    def test_what_is_named_holds_a_feed(self):
        self.write("good/1.json", RECORD % 1)
        self.write("notes.txt", "x")
        (self.folder / "empty").mkdir()
        os.mkfifo(self.folder / "fifo")
        self.write("junk.txt", '{"id": 1, "modified": 2, "affected": 3')
        self.write("nothing", "")
        self.write("junk.json", "{}")
        for name in ("notes.txt", "empty", "fifo", "/dev/zero", "none", "junk.txt", "nothing", "junk.json", "a\nb"):
            self.assertIn(name[0], self.build(4, "good", name))
            self.assertIn(name[-1], self.build(4, name, "good"))
        self.assertFalse((self.folder / "a.db").exists())


class Help(House):
    def test_help(self):
        whole, _ = self.plimsoll(0, "--help")
        for args in (("help",), ("help", "help"), ("-h",)):
            self.assertEqual(self.plimsoll(0, *args)[0], whole)
        names = re.findall(r"^  ([a-z-]+) {2,}\S", whole, re.M)
        self.assertEqual([name.replace("-", "_") for name in names], re.findall(r"^RECORD\((\w+)\)", (ROOT / "src/cli/commands.def").read_text(), re.M))
        for name in names:
            text, _ = self.plimsoll(0, name, "--help")
            self.assertTrue(text.startswith(f"usage: plimsoll {name} "), text)
            self.assertEqual(self.plimsoll(0, "help", name)[0], text)
        _, err = self.plimsoll(2, "help", "chekc")
        self.assertIn("check", err)
        self.plimsoll(2, "help", "check", "lint")
