"""The pipeline, with real git, buildah and registry: what passes, what blocks, what fails half-way."""
import json
import os
import re
import shutil
import signal
import subprocess
import time

import jsonschema

from harbour import (PASSWORD, USER, Proxy, Registry, base_layer, free_port, is_living, processes_below,
                     processes_with, tar_of, write_layout)
from house import NOW, PROGRAM, ROOT, House, key_shaped, needs_faults, rules

COMMENT = "refs/plimsoll/pull/development/into/main/comment"
POLICY = """plimsoll: 1
name: tests
trusted-registries: ["127.0.0.1*"]
stages:
  validate: {block: [DL1000, DL3002, DL3007, PL1001, DL3026]}
  secrets: {block-severity: high}
  scan: {block-severity: high, block-fixable-only: true, not-covered: warn}
build: {network: none}
"""
GOOD = "FROM {host}/base:1\nCOPY app.txt /app.txt\nRUN echo built > /made\nUSER 10001\nCMD [\"/bin/sh\"]\n"


class Pipeline(House):
    """A registry with a base image, a repository with two branches, a policy, a database."""

    @classmethod
    def setUpClass(cls):
        import pathlib
        import tempfile
        cls.shared = pathlib.Path(tempfile.mkdtemp(prefix="plimsoll-e2e-"))
        cls.addClassCleanup(shutil.rmtree, cls.shared, ignore_errors=True)
        cls.registry = Registry(cls.shared / "registry")
        cls.addClassCleanup(cls.registry.close)
        write_layout(cls.shared / "base", [base_layer([("libnghttp2-14", "1.52.0-1+deb12u2", "nghttp2")])])
        cls.registry.push_layout(cls.shared / "base", "base:1")
        write_layout(cls.shared / "old", [base_layer([("libnghttp2-14", "1.52.0-1", "nghttp2")])])
        cls.registry.push_layout(cls.shared / "old", "base:old")
        cls.db = cls.shared / "advisories.db"
        subprocess.run([PROGRAM, "db", "build", "--output", cls.db, ROOT / "examples/advisories"], check=True,
                       capture_output=True, env={**os.environ, "PLIMSOLL_TEST_NOW": NOW})

    def setUp(self):
        super().setUp()
        self.host = self.through = self.registry.host
        self.team = self.id().rsplit(".", 1)[1].lower()
        self.write("policy/policy.yaml", POLICY)
        self.work = self.folder / "work"
        self.repo = self.folder / "app.git"
        self.work.mkdir()
        self.git("init", "-q", "-b", "main", cwd=self.work)
        self.commit({"app.txt": "one\n", "Dockerfile": GOOD.format(host=self.host)}, "begin")
        self.git("checkout", "-qb", "development", cwd=self.work)
        self.git("init", "-q", "--bare", "-b", "main", str(self.repo))
        self.git("remote", "add", "origin", str(self.repo), cwd=self.work)
        self.git("push", "-q", "origin", "main", cwd=self.work)
        self.before = self.tip("main")

    def commit(self, files, message, push=False):
        for name, text in files.items():
            self.write(f"work/{name}", text)
        self.git("add", "-A", cwd=self.work)
        self.git("commit", "-qm", message, cwd=self.work)
        if push:
            self.git("push", "-qf", "origin", "HEAD", cwd=self.work)

    def propose(self, files, message="change"):
        self.commit(files, message, push=True)

    def tip(self, branch):
        return self.git("rev-parse", f"refs/heads/{branch}", cwd=self.repo)

    def comment(self):
        return self.git("cat-file", "blob", COMMENT, cwd=self.repo)

    def args(self, through=None, **more):
        options = {"source": "development", "target": "main", "policy": self.folder / "policy",
                   "registry": f"{through or self.host}/{self.team}", "registry-user": USER,
                   "registry-password-file": self.registry.folder / "password", "db": self.db,
                   "state": self.folder / "state", **more}
        return ["run", str(self.repo), "--format", "json", *(
            word for name, value in options.items() if value is not None for word in (f"--{name}", value))]

    def go(self, code, through=None, env=None, **more):
        """The report; stderr stays in self.progress."""
        self.through = through or self.host
        out, self.progress = self.plimsoll(code, *self.args(through, **more), env=env)
        self.assertNotIn(PASSWORD, out + self.progress)
        return json.loads(out) if out else None

    def tags(self):
        return self.registry.tags(f"{self.team}/app")

    def assert_published(self, report):
        tip = self.tip("main")
        image = next(s for s in report["subjects"] if s["kind"] == "image")
        self.assertEqual(self.tags(), {tip: image["digest"]})
        parents = self.git("log", "-1", "--format=%P", tip, cwd=self.repo).split()
        self.assertEqual(parents, [self.before, self.tip("development")])
        self.assertIn("Plimsoll: passed", self.comment())
        # What is printed can be copied and pulled.
        self.assertIn(f"published {image['digest']} as `{self.through}/{self.team}/app:{tip}`",
                      self.comment())

    def assert_untouched(self):
        self.assertEqual(self.tip("main"), self.before)
        self.assertEqual(self.tags(), {})


class Way(Pipeline):
    def test_what_passes_is_merged_and_published(self):
        self.propose({"app.txt": "two\n"})
        report = self.go(0)
        jsonschema.validate(report, json.loads((ROOT / "docs/report.schema.json").read_text()))
        self.assertEqual([s["name"] for s in report["stages"]],
                         ["validate", "secrets", "build", "scan", "publish"])
        self.assert_published(report)
        _, _, manifest = self.registry.ask(f"/v2/{self.team}/app/manifests/{self.tip('main')}")
        _, _, config = self.registry.ask(
            f"/v2/{self.team}/app/blobs/{json.loads(manifest)['config']['digest']}")
        self.assertEqual(json.loads(config)["config"]["Labels"]["org.opencontainers.image.revision"],
                         self.tip("main"))
        self.assertEqual([s for s in report["subjects"] if s["kind"] == "repository"][0]["digest"],
                         self.tip("main"))
        left = sorted(p.name for p in (self.folder / "state/runs/1").iterdir())
        self.assertEqual(left, ["build.log", "comment.md", "inventory.json", "report.json"])
        for path in (self.folder / "state").rglob("*"):
            if path.is_file():
                self.assertNotIn(PASSWORD.encode(), path.read_bytes(), path)
        # And again: there is nothing to do.
        out, _ = self.plimsoll(0, *self.args(), "--format", "text=again.txt")
        self.assertIn("nothing to merge", (self.folder / "again.txt").read_text())
        self.assertRegex(self.progress, f"tagging {self.through}/{self.team}/app:{self.tip('main')}\n")
        self.assert_published(report)

    def test_everything_that_is_wrong_is_told_at_once_and_then_cured(self):
        self.propose({
            "Dockerfile": f"FROM {self.host}/base:old\nCOPY . /app\nUSER root\nCMD sh\n",
            "requirements.txt": "flask-cors==3.0.8\n", "app.py": f'key = "{key_shaped()}"\n'})
        report = self.go(1)
        self.assertEqual(rules(report, "blocks"),
                         ["CVE-2020-25032", "CVE-2023-44487", "DL3002", "aws-access-key"])
        vulnerable = next(f for f in report["findings"] if f["rule"] == "CVE-2020-25032")
        self.assertEqual(vulnerable["places"][0]["path"], "app/requirements.txt")
        self.assertFalse(vulnerable["package"]["from_base"])
        self.assert_untouched()
        first = self.comment()
        self.assertIn("Plimsoll: blocked", first)
        self.assertLessEqual(len(first.splitlines()), 60)
        self.assertNotIn(key_shaped()[5:], first)
        # Deleting the line is not enough.
        self.propose({"app.py": "key = None\n", "Dockerfile": GOOD.format(host=self.host),
                      "requirements.txt": "flask-cors==3.0.9\n"})
        self.assertEqual(rules(self.go(1), "blocks"), ["aws-access-key"])
        self.git("reset", "-q", "--soft", "main", cwd=self.work)
        self.propose({"app.txt": "cured\n"})
        self.assert_published(self.go(0))
        refs = self.git("for-each-ref", "--format=%(refname)", "refs/plimsoll", cwd=self.repo).splitlines()
        self.assertEqual(refs, [COMMENT])

    def test_what_the_target_has_is_known(self):
        self.write("policy/policy.yaml", "mode: observe\n" + POLICY)
        self.propose({"Dockerfile": f"FROM {self.host}/base:old\nUSER 10001\nCMD [\"sh\"]\n"})
        self.assertEqual(rules(self.go(0), "warns")[:1], ["CVE-2023-44487"])
        self.write("policy/policy.yaml", POLICY)
        self.git("pull", "-q", str(self.repo), "main", cwd=self.work)
        self.propose({"app.txt": "three\n"})
        report = self.go(0)
        states = {f["rule"]: f["state"] for f in report["findings"]}
        self.assertEqual(states["CVE-2023-44487"], "known")

    def test_a_repository_without_an_image(self):
        self.git("checkout", "-q", "main", cwd=self.work)
        self.git("rm", "-q", "Dockerfile", cwd=self.work)
        self.commit({}, "no image", push=True)
        self.git("checkout", "-qB", "development", "main", cwd=self.work)
        self.propose({"app.txt": "two\n"})
        report = self.go(0)
        self.assertEqual({s["stage"]: s["why"] for s in report["not_run"]},
                         {"build": "there is no Dockerfile", "scan": "no image was built"})
        self.assertNotEqual(self.tip("main"), self.before)
        self.assertEqual(self.tags(), {})

    def test_an_image_of_which_nothing_could_be_judged(self):
        self.write("policy/policy.yaml", POLICY.replace(", not-covered: warn", ""))
        self.propose({"Dockerfile": "FROM scratch\nCOPY app.txt /app.txt\nUSER 10001\n"})
        report = self.go(1)
        self.assertEqual([(g["kind"], g["verdict"]) for g in report["not_covered"]], [("inventory", "blocks")])
        self.assertIn("**What blocks**\n\n- `this image` not covered, inventory: ", self.comment())
        self.assertIn("| scan | **blocked** | 1 |", self.comment())
        self.assert_untouched()
        self.write("policy/policy.yaml", POLICY)
        self.assertEqual([g["verdict"] for g in self.go(0)["not_covered"]], ["warns"])

    def test_an_image_that_would_no_longer_be_built(self):
        moved = "what there is (web/Dockerfile) is built only if .plimsoll.yaml names it"

        def move():
            self.git("checkout", "-qB", "development", "main", cwd=self.work)
            (self.work / "web").mkdir(exist_ok=True)
            self.git("mv", "Dockerfile", "web/Dockerfile", cwd=self.work)
            self.propose({"app.txt": "moved\n"})
        move()
        report = self.go(1)  # the target has one, though it never published any
        self.assertEqual(rules(report, "blocks"), ["PL5002"])
        self.assertIn(moved, report["findings"][0]["message"])
        self.assertIn(moved, self.comment().replace("\\", ""))
        self.assert_untouched()
        self.git("checkout", "-qB", "development", "main", cwd=self.work)
        self.propose({"app.txt": "two\n"})
        self.assert_published(self.go(0))
        published, self.before = self.tags(), self.tip("main")
        self.git("fetch", "-q", str(self.repo), "main", cwd=self.work)
        self.git("branch", "-f", "main", "FETCH_HEAD", cwd=self.work)
        self.git("checkout", "-qB", "development", "main", cwd=self.work)
        self.git("rm", "-q", "Dockerfile", cwd=self.work)
        self.propose({"app.txt": "gone\n"})
        self.assertEqual(rules(self.go(1), "blocks"), ["PL5002"])
        self.assertEqual(self.tip("main"), self.before)
        self.propose({".plimsoll.yaml": "plimsoll: 1\nimages: []\n"})
        self.assertEqual(rules(self.go(1), "blocks"), ["PL5002"])
        self.assertEqual(self.tags(), published)
        self.assertIn("images: optional", self.plimsoll(0, "explain", "PL5002")[0])
        self.write("policy/policy.yaml", POLICY + "images: optional\n")
        self.go(0)
        self.assertNotEqual(self.tip("main"), self.before)
        self.write("policy/policy.yaml", POLICY + "images: required\n")
        self.git("checkout", "-qB", "development", "main", cwd=self.work)
        self.git("pull", "-q", str(self.repo), "main", cwd=self.work)
        self.propose({"app.txt": "more\n"})
        self.assertEqual(rules(self.go(1), "blocks"), ["PL5002"])

    def test_what_the_repository_says_of_its_image(self):
        self.propose({
            ".plimsoll.yaml": "plimsoll: 1\nimages:\n  - name: shop\n    context: service\n"
                              "    file: Containerfile\n    target: first\n    args: {BASE: base}\n",
            "service/Containerfile": f"ARG BASE=none\nFROM {self.host}/$BASE:1 AS first\nCOPY x /x\n"
                                     "USER 1\nFROM first\nRUN exit 1\n",
            "service/x": "x"})
        self.go(0)
        self.assertEqual(list(self.registry.tags(f"{self.team}/shop")), [self.tip("main")])

    def test_bases_whose_history_leaves_layers_out(self):
        one = "FROM {base}\nRUN echo a > /a\nUSER 10001\n"
        for name, history, text in (
                ("none", None, "FROM {base} AS x\nFROM x\nUSER 10001\n"),
                ("none", None, "FROM {base} AS x\nRUN echo a > /a\nFROM x AS y\nFROM y\nUSER 10001\n"),
                ("short", [{"created_by": "one"}], one), ("long", [{}] * 4, one)):
            shutil.rmtree(self.folder / name, ignore_errors=True)
            layers = [base_layer([("libnghttp2-14", "1.52.0-1+deb12u2", "nghttp2")]), tar_of({"a": "b"})]
            write_layout(self.folder / name, layers, history=history)
            self.registry.push_layout(self.folder / name, f"base:{name}")
            self.before, self.team = self.tip("main"), f"history-{name}-{len(text)}"
            self.propose({"Dockerfile": text.format(base=f"{self.host}/base:{name}"), "app.txt": text})
            self.assert_published(self.go(0))

    def test_without_a_registry_nothing_is_published(self):
        self.propose({"app.txt": "two\n", "Dockerfile": "FROM scratch\nCOPY app.txt /\nUSER 1\n"})
        report = self.go(0, **{"registry": None, "registry-user": None,
                              "registry-password-file": None})
        self.assertEqual(report["verdict"], "passed")
        self.assertNotEqual(self.tip("main"), self.before)
        self.assertIn("no image was published", self.comment())

    def test_what_the_target_holds_is_known_in_the_image_too(self):
        self.git("checkout", "-q", "main", cwd=self.work)
        self.commit({"app.txt": f"k={key_shaped()}\n"}, "an old leak", push=True)
        self.git("checkout", "-q", "development", cwd=self.work)
        self.git("rebase", "-q", "main", cwd=self.work)
        self.propose({"other.txt": "x\n"})
        report = self.go(0)
        found = [f for f in report["findings"] if f["rule"] == "aws-access-key"]
        self.assertEqual([(f["state"], f["verdict"]) for f in found], [("known", "warns")])


@needs_faults
class Killed(Pipeline):
    """kill -9 at every step; the next run ends as if nothing had happened."""

    def another(self, number):
        self.team = f"killed-{number}"
        self.git("push", "-qf", "origin", f"{self.before}:refs/heads/main", cwd=self.work)
        subprocess.run(["rm", "-rf", str(self.folder / "state")], check=True)

    def run_and_kill(self, fault):
        done = self.run_program(*self.args(), env={"PLIMSOLL_FAULT": fault})
        return done.returncode == -signal.SIGKILL, done

    def loop(self, point):
        self.propose({"app.txt": "two\n"})
        for number in range(1, 40):
            self.another(f"{point}-{number}")
            killed, done = self.run_and_kill(f"{point}:{number}:kill")
            report = json.loads(done.stdout) if not killed else self.go(0)
            if not killed:
                self.assertEqual(done.returncode, 0, done.stderr)
            if "validate" in [stage["name"] for stage in report["stages"]]:
                self.assert_published(report)
            else:  # killed after the very last step: nothing was left to do
                self.assertEqual(list(self.tags()), [self.tip("main")])
            self.assertEqual(processes_with(f"{self.folder}/"), [])
            if not killed:
                return number
        self.fail("the loop has no end")

    def test_before_each_step_is_recorded(self):
        self.assertGreater(self.loop("run-reach"), 6)

    def test_after_each_step_is_recorded(self):
        self.assertGreater(self.loop("run-reached"), 6)

    def test_in_the_middle_of_a_build(self):
        self.propose({"Dockerfile": f"FROM {self.host}/base:1\nRUN sleep 9\nUSER 1\nCMD [\"sh\"]\n"})
        process = subprocess.Popen([str(PROGRAM), *map(str, self.args())], stdout=subprocess.DEVNULL,
                                   stderr=subprocess.DEVNULL, cwd=self.folder,
                                   env={"PATH": os.environ["PATH"], "HOME": str(self.folder),
                                        "PLIMSOLL_TEST_NOW": NOW})
        log = self.folder / "state/runs/1/build.log"
        for _ in range(400):
            if log.exists() and "sleep" in log.read_text(errors="replace") and processes_with("sleep\x009"):
                break
            time.sleep(0.05)
        else:
            self.fail("the build did not come to its RUN")
        self.assertIsNone(process.poll())
        builders = processes_below(process.pid)
        self.assertGreater(len(builders), 3, "the builder, what it runs the build with, and the RUN")
        process.kill()
        self.assertEqual(process.wait(), -signal.SIGKILL)
        for _ in range(80):  # the RUN would end by itself later than that
            if not any(map(is_living, builders)):
                break
            time.sleep(0.05)
        self.assertEqual([one for one in builders if is_living(one)], [])
        self.assert_untouched()
        self.assert_published(self.go(0))


class Faults(Pipeline):
    def setUp(self):
        super().setUp()
        self.proxy = Proxy(self.registry)
        self.addCleanup(self.proxy.close)

    def one_error(self, report, *words):
        self.assertEqual(report["verdict"], "error")
        for word in words:
            self.assertIn(word, " / ".join(e["message"] for e in report["errors"]))

    def through_proxy(self, code, **more):
        return self.go(code, through=self.proxy.host, **more)

    def test_the_target_moves(self):
        self.propose({"Dockerfile": GOOD.format(host=self.proxy.host)})
        other = self.git("commit-tree", "-p", self.before, "-m", "other", f"{self.before}^{{tree}}",
                         cwd=self.repo)

        def move():
            self.proxy.rules = []
            self.git("update-ref", "refs/heads/main", other, cwd=self.repo)
        self.proxy.rules = [("PUT", "/manifests/", move)]
        # The same call judges the new merge.
        self.before = other
        self.assert_published(self.through_proxy(0))
        self.assertIn("main moved: judging the merge with what it is now", self.progress)
        self.assertFalse((self.folder / "state/runs/1/image").exists())

    def test_the_target_moves_again_and_again(self):
        self.propose({"Dockerfile": GOOD.format(host=self.proxy.host)})
        moves = []

        def move():
            tip = self.tip("main")
            moves.append(self.git("commit-tree", "-p", tip, "-m", "other", f"{tip}^{{tree}}", cwd=self.repo))
            self.git("update-ref", "refs/heads/main", moves[-1], cwd=self.repo)
        self.proxy.rules = [("PUT", "/manifests/", move)]
        self.one_error(self.through_proxy(4), "after three tries", "refs/heads/main moved")
        self.assertEqual(len(moves), 3)
        self.assertEqual(self.tip("main"), moves[-1])
        self.assertEqual(self.tags(), {})
        self.assertIn("refs/heads/main moved", self.comment())
        self.assertIn("nothing was merged", self.comment())
        self.before, self.proxy.rules = moves[-1], []
        self.assert_published(self.through_proxy(0))

    def test_the_source_moves(self):
        self.propose({"Dockerfile": GOOD.format(host=self.proxy.host)})
        judged = self.tip("development")
        self.proxy.rules = [("PUT", "/manifests/", lambda: self.git(
            "update-ref", "refs/heads/development", self.before, judged, cwd=self.repo))]
        self.one_error(self.through_proxy(4), "refs/heads/development moved", "run it again")
        self.assert_untouched()

    def test_a_registry_that_fails(self):
        self.propose({"app.txt": "two\n", "Dockerfile": GOOD.format(host=self.proxy.host)})
        for what, word in ((401, "127.0.0.1"), (404, "127.0.0.1"), (500, "500"), ("close", "127.0.0.1")):
            self.proxy.rules = [("GET", "/v2/base/", what), ("HEAD", "/v2/base/", what)]
            report = self.through_proxy(4)
            self.one_error(report, "base image", word)
            self.assertEqual({s["stage"] for s in report["not_run"]}, {"scan", "publish"})
            self.assert_untouched()
        for what in (401, 404, 500, "close"):
            self.proxy.rules = [("PUT", "", what), ("POST", "", what), ("PATCH", "", what)]
            self.one_error(self.through_proxy(4), "127.0.0.1")
            self.assert_untouched()
        self.proxy.rules = []
        self.assert_published(self.through_proxy(0))

    def test_a_tag_that_fails_is_finished_by_the_next_run(self):
        self.propose({"Dockerfile": GOOD.format(host=self.proxy.host)})
        self.proxy.rules = [("PUT", "/manifests/[0-9a-f]{40}$", 500)]
        report = self.through_proxy(4)
        self.one_error(report, "500")
        self.assertNotEqual(self.tip("main"), self.before)
        self.assertEqual(self.tags(), {})
        self.assertIn("run it again to finish", self.comment())
        self.proxy.rules = []
        self.assert_published(self.through_proxy(0))

    def test_no_answer_from_any_registry(self):
        self.propose({"Dockerfile": GOOD.format(host=f"127.0.0.1:{free_port()}")})
        self.one_error(self.go(4), "base image")
        self.assert_untouched()

    def test_an_untrusted_registry_is_never_asked(self):
        self.write("policy/policy.yaml", POLICY.replace('"127.0.0.1*"', '"trusted.example"'))
        self.propose({"Dockerfile": GOOD.format(host=self.proxy.host)})
        report = self.go(1)
        self.assertEqual(rules(report, "blocks"), ["DL3026", "PL5001"])
        self.assertEqual(report["errors"], [])
        self.assertEqual({f["places"][0]["line"] for f in report["findings"] if f["verdict"] == "blocks"}, {1})
        self.assertEqual(self.proxy.seen, [])
        # An image that is not built still meets the policy, also one that names no rule, or observes.
        for policy in (POLICY.replace(", DL3026", ""), "mode: observe\n" + POLICY):
            self.write("policy/policy.yaml", policy.replace('"127.0.0.1*"', '"trusted.example"'))
            self.assertIn("PL5001", rules(self.go(1), "blocks"))
        self.write("policy/policy.yaml", POLICY.replace('"127.0.0.1*"', '"trusted.example"').replace(
            ", DL3026", "") + "ignore: [{rule: PL5001, path: '*', reason: none}]\n")
        self.one_error(self.go(4), "no image was built")
        self.assertEqual(self.proxy.seen, [])
        self.assert_untouched()

    def test_a_base_layer_whose_digest_is_wrong(self):
        write_layout(self.folder / "bad", [tar_of({"a": "a"})])
        self.registry.push_layout(self.folder / "bad", "base:bad")
        manifest = json.loads(self.registry.ask("/v2/base/manifests/bad")[2])
        digest = manifest["layers"][0]["digest"].removeprefix("sha256:")
        data = self.registry.folder / f"data/docker/registry/v2/blobs/sha256/{digest[:2]}/{digest}/data"
        data.write_bytes(data.read_bytes()[:-1] + b"x")
        self.propose({"Dockerfile": f"FROM {self.host}/base:bad\nUSER 1\n"})
        self.one_error(self.go(4), "base image", "digest")
        self.assert_untouched()

    def test_a_build_that_fails(self):
        self.propose({"Dockerfile": f"FROM {self.host}/base:1\n"
                                    "RUN for i in 1 2 3 4 5 6 7 8 9 10 11 12; do echo says $i; done; exit 7\nUSER 1\n"})
        report = self.go(4)
        self.one_error(report, "build failed at Dockerfile step 2", "build.log", "\nsays 12\n", "exit status 7")
        self.assertNotIn("\nsays 1\n", report["errors"][0]["message"])
        self.assertIn("\n  ```text\n", self.comment())
        self.assertIn("\n  says 12\n", self.comment())
        self.assertLessEqual(len(self.comment().splitlines()), 60)
        self.assertEqual({s["stage"] for s in report["not_run"]}, {"scan", "publish"})
        self.assert_untouched()

    @needs_faults
    def test_a_full_disk(self):
        self.propose({"app.txt": "two\n"})
        for point in ("file-write", "git-update-refs", "build-oci-write:1", "run-reach:3"):
            done = self.run_program(*self.args(), env={"PLIMSOLL_FAULT": point})
            self.assertEqual(done.returncode, 4, (point, done.stderr))
            self.assert_untouched()
            subprocess.run(["rm", "-rf", str(self.folder / "state")], check=True)
        self.assert_published(self.go(0))

    def test_branches_that_conflict(self):
        self.propose({"app.txt": "two\n"})
        self.git("checkout", "-q", "main", cwd=self.work)
        self.commit({"app.txt": "three\n"}, "other", push=True)
        self.before = self.tip("main")
        report = self.go(4)
        self.one_error(report, "development conflicts with main in app.txt")
        self.assert_untouched()

    def test_a_large_dockerfile(self):
        self.propose({"Dockerfile": "FROM scratch\n" + "RUN x\n" * (50 * 1024 * 1024 // 6), "b/Dockerfile": "FROM a\n"})
        report = self.go(4)
        self.one_error(report, "Dockerfile")
        self.assertIn("PL1001", rules(report))
        self.assert_untouched()


class AnotherText(Pipeline):
    """What is judged is what is built: of these none is published, and each is reported on its line."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        write_layout(cls.shared / "latest", [base_layer([])])
        cls.registry.push_layout(cls.shared / "latest", "base:latest")

    def refused(self, code, found, line, dockerfile, settings=None, more=None, name="Dockerfile"):
        files = {name: dockerfile.replace("BASE", f"{self.host}/base:1"), **(more or {})}
        if settings is not None:
            files[".plimsoll.yaml"] = f"plimsoll: 1\nimages:\n  - {settings}\n"
        self.git("checkout", "-qB", "development", "main", cwd=self.work)
        self.propose(files, "change")
        report = self.go(code)
        if code == 1:
            told = [f for f in report["findings"] if f["verdict"] == "blocks" and f["rule"] == found]
        else:
            told = [e for e in report["errors"] if found in e["message"]]
        self.assertIn(line, [told_one.get("places", [told_one.get("place")])[0].get("line") for told_one in told],
                      (dockerfile, report))
        self.assert_untouched()

    def test_another_file_stage_or_value(self):
        good = "FROM BASE\nUSER 10001\n"
        self.refused(1, "DL3002", 2, "FROM BASE\nUSER root\nCMD [\"x\"]\n", "{file: build.txt}", name="build.txt")
        self.refused(1, "DL3002", 2, "FROM BASE AS first\nUSER root\nFROM BASE\nUSER 1\n", "{target: first}")
        self.refused(1, "DL3002", 3, "FROM BASE\nARG U=10001\nUSER $U\n", "{args: {U: root}}")
        self.refused(1, "DL3007", 2, f"ARG T=1\nFROM {self.host}/base:$T\nUSER 1\n", "{args: {T: latest}}")
        self.refused(1, "DL3002", 2, "FROM BASE\nUSER ${PATH:+root}\n")
        for user in ("00", "+0", ":0", "0:0", "root:1", "'0'"):
            self.refused(1, "DL3002", 2, f"FROM BASE\nUSER {user}\n")
        self.refused(1, "DL3002", 2, "FROM BASE\nUSER root\n", "{file: Dockerfile.in}", name="Dockerfile.in")
        self.refused(1, "DL3002", 2, "FROM BASE\nUSER root\n", "{context: sub, file: x.md}", name="sub/x.md",
                     more={"Dockerfile": good.replace("BASE", f"{self.host}/base:1")})

    def test_what_the_builder_reads_in_another_way(self):
        way = "read in another way by the builder here (buildah"
        version = subprocess.run(["buildah", "--version"], capture_output=True, text=True, check=True).stdout
        if tuple(map(int, re.search(r"(\d+)\.(\d+)", version).groups())) < (1, 36):  # it has here-documents from there on
            self.refused(4, way, 2, "FROM BASE\nRUN cat <<'#x'\nUSER root\n#x\nUSER 1\n")
        self.refused(4, way, 2, "FROM BASE\n# " + "x" * 70000 + "\nUSER 10001\n")
        self.refused(4, way, 2, "FROM BASE AS a\nFROM 0\nUSER 1\n")
        self.refused(4, "a NUL byte", 1, "FROM BASE\nLABEL a=\"\0\"\nUSER 1\n")

    def test_no_preprocessor_runs(self):
        text = f"#define USER USER root\n#include \"more\"\nFROM {self.host}/base:1\nUSER 10001\n"
        self.propose({"Containerfile.in": text, "more": "RUN exit 1\n",
                      ".plimsoll.yaml": "plimsoll: 1\nimages: [{file: Containerfile.in}]\n"})
        self.go(0)
        _, _, manifest = self.registry.ask(f"/v2/{self.team}/app/manifests/{self.tip('main')}")
        _, _, config = self.registry.ask(
            f"/v2/{self.team}/app/blobs/{json.loads(manifest)['config']['digest']}")
        self.assertEqual(json.loads(config)["config"]["User"], "10001")

    def test_a_link_is_no_dockerfile(self):
        self.write("work/real", f"FROM {self.host}/base:1\nUSER root\n")
        (self.work / "Dockerfile").unlink()
        (self.work / "Dockerfile").symlink_to("real")
        self.propose({})
        report = self.go(4)
        self.assertIn("Dockerfile: it is a symbolic link", report["errors"][0]["message"])
        self.assert_untouched()

    def test_what_the_target_builds_is_known(self):
        self.write("policy/policy.yaml", "mode: observe\n" + POLICY)
        files = {"build.txt": f"FROM {self.host}/base:1 AS first\nUSER root\nCMD [\"x\"]\nFROM scratch\n",
                 ".plimsoll.yaml": "plimsoll: 1\nimages: [{file: build.txt, target: first}]\n"}
        self.propose(files)
        self.go(0)
        self.write("policy/policy.yaml", POLICY)
        self.git("pull", "-q", str(self.repo), "main", cwd=self.work)
        self.propose({"app.txt": "three\n"})
        states = {f["rule"]: f["state"] for f in self.go(0)["findings"]}
        self.assertEqual(states["DL3002"], "known")

    def test_arguments_are_seen_by_nobody(self):
        word = "load" + "-line-" + "7141"
        self.propose({"Dockerfile": f"FROM {self.host}/base:1\nARG WORD\nARG U=root\nRUN test \"$WORD\" = {word[:9]}"
                                    f"\"\"{word[9:]} && sleep 2\nUSER $U\n",
                      ".plimsoll.yaml": f"plimsoll: 1\nimages: [{{args: {{WORD: {word}, U: '10001'}}}}]\n"})
        process = subprocess.Popen([str(PROGRAM), *map(str, self.args())], stdout=subprocess.DEVNULL,
                                   stderr=subprocess.DEVNULL, cwd=self.folder,
                                   env={"PATH": os.environ["PATH"], "HOME": str(self.folder),
                                        "PLIMSOLL_TEST_NOW": NOW})
        builders, seen = 0, []
        while process.poll() is None:
            builders += bool(processes_with("--build-arg=WORD\0"))
            seen += processes_with(word)
            time.sleep(0.02)
        self.assertEqual((process.returncode, seen), (0, []))
        self.assertGreater(builders, 0)

    def test_an_argument_that_is_the_builders_own(self):
        for name in ("LD_PRELOAD", "PATH", "CONTAINERS_CONF"):
            self.propose({".plimsoll.yaml": f"plimsoll: 1\nimages: [{{args: {{{name}: /x}}}}]\n"})
            self.assertIn(f"{name} is a variable of the builder itself", self.go(3)["errors"][0]["message"])
            self.assert_untouched()


class TheImageDecides(Pipeline):
    """What the built image is, whatever its Dockerfile's text says or no longer says."""

    ROOT = "FROM BASE\nRUN echo 'z:x:0:0::/:/bin/sh' >> /etc/passwd\nUSER z\n"

    def setUp(self):
        super().setUp()
        # Such a target may be merged, and then be judged by another policy.
        self.first = self.before

    def judged(self, code, before, after, policy=POLICY):
        """(rule, state, verdict) of what the image's configuration says."""
        self.write("policy/policy.yaml", policy)
        self.git("checkout", "-qB", "main", self.first, cwd=self.work)
        self.commit({"Dockerfile": before.replace("BASE", f"{self.host}/base:1")}, "before")
        self.git("push", "-qf", "origin", "main", cwd=self.work)
        self.git("checkout", "-qB", "development", "main", cwd=self.work)
        self.propose({"Dockerfile": after.replace("BASE", f"{self.host}/base:1"), "changed": after})
        report = self.go(code)
        self.assertFalse([f for f in report["findings"] if f["state"] == "fixed"], report["findings"])
        return {(f["rule"], f["state"], f["verdict"]) for f in report["findings"]
                if any(p.get("path") == "image configuration" for p in f["places"])}

    def test_what_the_image_has_is_not_fixed(self):
        everything = POLICY.replace("name: tests\n", "name: tests\nmode: all\n")
        root = "FROM BASE\nUSER root\n"
        self.assertEqual(self.judged(0, root, self.ROOT), {("DL3002", "known", "warns")})
        self.assertEqual(self.judged(1, root, self.ROOT, everything), {("DL3002", "known", "blocks")})
        good = "FROM BASE\nUSER 10001\n"
        self.assertEqual(self.judged(1, good, self.ROOT), {("DL3002", "new", "blocks")})
        port, hidden = good + "EXPOSE 22\n", good + "ARG P=22\nEXPOSE $P\n"
        self.assertEqual(self.judged(0, port, hidden), {("PL1002", "known", "warns")})
        self.assertEqual(self.judged(1, port, hidden, everything), {("PL1002", "known", "blocks")})
        self.assertEqual(self.judged(1, good, hidden), {("PL1002", "new", "blocks")})

    def test_either_stage_decides(self):
        good = "FROM BASE\nUSER 10001\n"
        one = "plimsoll: 1\nname: one\nstages:\n  STAGE: {block: [DL3002, PL1002, DL3011, PL1001]}\n"
        for stage in ("validate", "scan"):
            policy = one.replace("STAGE", stage)
            for text, rule in ((self.ROOT, "DL3002"), ("FROM BASE\nUSER root\n", "DL3002"),
                               (good + "EXPOSE 20-30\n", "PL1002"), (good + "ARG P=2\nEXPOSE 2$P\n", "PL1002")):
                self.assertIn((rule, "new", "blocks"), self.judged(1, good, text, policy), (stage, text))

    def test_a_user_that_is_none(self):
        good = "FROM BASE\nUSER 10001\n"
        for user in ("10001 root", "+", "0x0", "10001 \\\nUSER root"):
            self.write("policy/policy.yaml", POLICY)
            told = self.judged(0, good, f"FROM BASE\nUSER {user}\n")
            self.assertEqual(told, {("PL1005", "new", "warns")}, user)


class Many(Pipeline):
    """Pull requests into one target at the same time, each called once."""

    def start(self, source):
        return subprocess.Popen(
            [str(PROGRAM), *map(str, self.args(source=source))], cwd=self.folder, stdout=subprocess.PIPE,
            stderr=subprocess.PIPE, env={"PATH": os.environ["PATH"], "HOME": str(self.folder),
                                         "PLIMSOLL_TEST_NOW": NOW})

    def test_each_call_ends_merged(self):
        names = [f"part-{n}" for n in range(5)]
        for name in names:
            self.git("checkout", "-qb", name, "main", cwd=self.work)
            self.commit({f"{name}.txt": name}, name, push=True)
        said = ""
        for name, process in [(name, self.start(name)) for name in names]:
            out, err = process.communicate(timeout=300)
            self.assertEqual(process.returncode, 0, (name, out, err))
            said += err.decode()
        for name in names:
            self.git("merge-base", "--is-ancestor", name, "main", cwd=self.repo)
            comment = self.git("cat-file", "blob", f"refs/plimsoll/pull/{name}/into/main/comment", cwd=self.repo)
            self.assertIn("Plimsoll: passed", comment)
        merges = self.git("rev-list", "--first-parent", f"{self.before}..main", cwd=self.repo).split()
        self.assertEqual(sorted(self.tags()), sorted(merges))
        self.assertEqual(len(merges), len(names))
        self.assertIn("main moved", said)


class Mistakes(Pipeline):
    def fails(self, code, *words, **more):
        out, err = self.plimsoll(code, *self.args(**more), "--quiet")
        self.assertEqual(len(err.strip().splitlines()), 1, err)
        for word in words:
            self.assertIn(word, err)
        self.assert_untouched()

    def test_each_has_its_code_and_its_line(self):
        self.propose({"app.txt": "two\n"})
        self.fails(4, "developmnt", "development", source="developmnt")
        self.fails(4, "mian", "main", target="mian")
        self.fails(5, "no-such.db", db="no-such.db")
        self.fails(5, "--db", db=None)
        self.fails(2, "--source", source=None)
        self.fails(2, "--registry", registry="no registry")
        self.fails(3, "no-such", policy="no-such")
        self.write("policy/policy.yaml", "plimsoll: 1\nstages: {bild: {}}\n")
        self.fails(3, "policy.yaml:2", "no such stage")

    def test_a_project_file_that_is_wrong(self):
        for text, word, code in (("images: [{context: ../..}]", "context", 3),
                                 ("images: [{name: a}, {name: b}]", "`images` has 2 entries, the second is b", 4),
                                 ("images: [{platforms: [a/b]}]", "`platforms: a/b` cannot be built yet: an image is", 4),
                                 ("images: [{secrets: [a]}]", "`secrets: a` cannot be built yet: a build is given none", 4),
                                 ("imags: []", "did you mean images?", 3), ("images: [{file: x}]", "no x", 3),
                                 ("images: [{target: '-x'}]", "target", 3), ("a: [", ".plimsoll.yaml", 3)):
            self.propose({".plimsoll.yaml": f"plimsoll: 1\n{text}\n"})
            report = self.go(code)
            self.assertIn(word, report["errors"][0]["message"], text)
            self.assert_untouched()
        self.propose({".plimsoll.yaml": "images: []\n"})
        self.assertIn("yaml:1:1: `plimsoll: 1` is required", self.go(3)["errors"][0]["message"])

    def test_a_base_that_only_the_build_would_know(self):
        self.propose({"Dockerfile": "ARG BASE\nFROM $BASE\nUSER 1\n"})
        report = self.go(4)
        self.assertIn("Dockerfile:2", report["errors"][0]["message"])
        self.assert_untouched()

    def test_a_shallow_clone(self):
        for number in range(3):
            self.propose({"app.txt": f"{number}\n"})
        shallow = self.folder / "shallow.git"
        self.git("clone", "-q", "--bare", "--depth", "1", "--no-single-branch", f"file://{self.repo}", str(shallow))
        self.repo = shallow
        _, err = self.plimsoll(4, *self.args())
        self.assertIn("shallow", err)

    def test_a_target_that_is_checked_out(self):
        self.propose({"app.txt": "two\n"})
        self.git("checkout", "-q", "main", cwd=self.work)
        out, err = self.plimsoll(4, "run", self.work, *self.args()[2:], "-q")
        self.assertIn("checked out", err)

    def test_two_at_once(self):
        self.propose({"Dockerfile": f"FROM {self.host}/base:1\nRUN sleep 4\nUSER 1\nCMD [\"sh\"]\n"})
        first = subprocess.Popen([str(PROGRAM), *map(str, self.args())], stdout=subprocess.PIPE,
                                 stderr=subprocess.DEVNULL, cwd=self.folder,
                                 env={"PATH": os.environ["PATH"], "HOME": str(self.folder),
                                      "PLIMSOLL_TEST_NOW": NOW})
        for _ in range(400):
            if (self.folder / "state/runs/1").exists():
                break
            time.sleep(0.05)
        else:
            self.fail("the first run did not begin")
        self.assertIn("another process works on development into main", "".join(self.plimsoll(4, *self.args())))
        self.assertIsNone(first.poll(), "the first run has ended before the second was refused")
        out, _ = first.communicate()
        self.assertEqual(first.returncode, 0)
        self.assert_published(json.loads(out))

    def test_a_policy_from_its_repository(self):
        self.git("init", "-q", "-b", "main", cwd=self.folder / "policy")
        self.git("add", ".", cwd=self.folder / "policy")
        self.git("commit", "-qm", "policy", cwd=self.folder / "policy")
        commit = self.git("rev-parse", "HEAD", cwd=self.folder / "policy")
        self.propose({"app.txt": "two\n", "policy.yaml": "plimsoll: 1\nmode: observe\n"})
        report = self.go(0)
        self.assertEqual(report["policy"]["commit"], commit)
        message = self.git("log", "-1", "--format=%B", "main", cwd=self.repo)
        self.assertTrue(re.search(f"^Plimsoll-Policy: {commit}$", message, re.M), message)
