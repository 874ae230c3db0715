"""Which secrets are a change's own, and that each is reported once."""
import json
import os
import subprocess
import time
import unittest

from house import House, key_shaped

OTHER = "AKIA" + "ZZ3KPQWN" + "VT6HRM2J"


class Range(House):
    def setUp(self):
        super().setUp()
        self.repo = self.folder / "repo"
        self.repo.mkdir()
        self.git("init", "-q", "-b", "main", cwd=self.repo)
        self.put("conf", f"host=a\naws={key_shaped()}\nport=1\n")
        self.commit("base")
        self.git("checkout", "-qb", "dev", cwd=self.repo)

    def put(self, name, text):
        self.write(f"repo/{name}", text)

    def commit(self, message="change"):
        self.git("add", "-A", "-f", cwd=self.repo)
        self.git("commit", "-qm", message, "--allow-empty", cwd=self.repo)

    def secrets_of(self, *command, cwd=None):
        done = self.run_program(*command, "--format", "json", cwd=cwd or self.repo)
        report = json.loads(done.stdout)
        self.assertEqual(report["errors"], [])
        self.assertNotIn(key_shaped(), done.stdout.decode())
        return [f for f in report["findings"] if f["stage"] == "secrets"]

    def check(self, *more, cwd=None):
        return self.secrets_of("check", "--base", "main", *more, cwd=cwd)

    def ranged(self):
        return self.secrets_of("secrets", "git", "--range", "main..HEAD")

    def assert_state(self, state, new_paths=()):
        """Of the one key, as `check` and `secrets git` see it."""
        for found in (self.check(), self.ranged()):
            if found or state == "new":
                self.assertEqual([f["state"] for f in found], [state], found)
                self.assertEqual({p.get("path") for p in found[0]["places"] if p["state"] == "new"}, set(new_paths))
                self.assertEqual(found[0]["verdict"], "blocks" if state == "new" else "warns")

    def test_what_the_target_has_is_known(self):
        self.put("README", "hi\n")
        self.commit()
        self.assert_state("known")

    def linted(self):
        report = self.report(None, "check", "--base", "main", cwd=self.repo)
        return {(f["rule"], f["places"][0]["path"]): (f["state"], f["verdict"]) for f in report["findings"]
                if f["rule"] in ("PL1001", "DL3002") and f["state"] != "fixed"}

    def test_a_dockerfile_that_is_moved_brings_nothing_new(self):
        self.git("checkout", "-q", "main", cwd=self.repo)
        self.put("old/Dockerfile", "FROM debian:12\nRUN x\n")
        self.put("root/Dockerfile", "FROM debian:12\nUSER root\n")
        self.commit()
        self.git("checkout", "-qb", "move", cwd=self.repo)
        self.git("mv", "old", "new", cwd=self.repo)
        self.git("mv", "root", "other", cwd=self.repo)
        self.commit()
        self.assertEqual(self.linted(), {("PL1001", "new/Dockerfile"): ("known", "warns"),
                                         ("DL3002", "other/Dockerfile"): ("known", "warns")})
        # One was moved: of two that are there now, one is new.
        self.put("more/Dockerfile", "FROM debian:12\nRUN x\n")
        self.commit()
        self.assertEqual(sorted(state for (rule, _), state in self.linted().items() if rule == "PL1001"),
                         [("known", "warns"), ("new", "blocks")])

    def test_a_cure_here_does_not_pay_for_a_defect_there(self):
        self.git("checkout", "-q", "main", cwd=self.repo)
        self.put("a/Dockerfile", "FROM debian:12\nUSER root\n")
        self.commit()
        self.git("checkout", "-qb", "swap", cwd=self.repo)
        self.put("a/Dockerfile", "FROM debian:12\nUSER 1\n")
        self.put("b/Dockerfile", "FROM debian:12\nUSER root\n")
        self.commit()
        self.assertEqual(self.linted(), {("DL3002", "b/Dockerfile"): ("new", "blocks")})

    def test_a_file_that_is_touched_makes_nothing_new(self):
        for text in (f"# 1\nhost=a\naws={key_shaped()}\nport=1\n", f"host=a\n   aws={key_shaped()}\nport=1\n",
                     f"port=1\naws={key_shaped()}", f"host=a\r\naws={key_shaped()}\r\nport=1\r\n"):
            self.put("conf", text)
            self.commit()
            self.assert_state("known")
        (self.repo / "conf").chmod(0o755)
        self.commit()
        self.assert_state("known")

    def test_a_move_makes_nothing_new(self):
        self.git("mv", "conf", "moved", cwd=self.repo)
        self.commit()
        self.assert_state("known")
        (self.repo / "deep").mkdir()
        self.git("mv", "moved", "deep/moved", cwd=self.repo)
        self.put("deep/moved", f"host=b\n\naws={key_shaped()}\n")
        self.commit()
        self.assert_state("known")
        self.assertEqual(self.check("deep")[0]["state"], "known")
        self.assertEqual(self.check(cwd=self.repo / "deep")[0]["state"], "known")

    def test_a_line_that_moves_to_another_file(self):
        self.put("conf", "host=a\nport=1\n")
        self.put("other", f"aws={key_shaped()}\n")
        self.commit()
        self.assert_state("known")

    def test_a_copy_is_new(self):
        self.put("copy", f"aws={key_shaped()}\n")
        self.commit()
        self.assert_state("new", ["copy"])

    def test_the_same_again_in_its_file_is_new(self):
        self.put("conf", f"host=a\naws={key_shaped()}\nport=1\nagain={key_shaped()}\n")
        self.commit()
        self.assert_state("new", ["conf"])
        for found in (self.check(), self.ranged()):
            self.assertEqual({p["line"] for p in found[0]["places"] if p["state"] == "new"}, {4})

    def test_one_finding_whatever_touches_its_file(self):
        for i in range(6):
            self.put("fresh", f"# {i}\nother={OTHER}\n")
            self.commit(str(i))
        found = [f for f in self.check() if f["state"] == "new"]
        self.assertEqual(len(found), 1)
        self.assertEqual([(p["path"], "commit" in p) for p in found[0]["places"]], [("fresh", False), ("fresh", True)])
        self.assertEqual(found[0]["places"][1]["commit"], self.git("rev-parse", "HEAD~5", cwd=self.repo))
        self.assertEqual(len([f for f in self.ranged() if f["state"] == "new"]), 1)

    def test_one_key_in_many_files(self):
        for i in range(300):
            self.put(f"many/{i:03}", f"other={OTHER}\n")
        self.commit()
        found = [f for f in self.check() if f["state"] == "new"]
        self.assertEqual(len(found), 1)
        self.assertEqual(len(found[0]["places"]), 100)
        self.assertEqual(found[0]["more_places"], 500)
        out, _ = self.plimsoll(1, "check", "--base", "main", cwd=self.repo)
        self.assertIn("and 599 more places", out)
        self.assertEqual(out.count("BLOCKS"), 1)

    def test_added_and_taken_away_is_still_new(self):
        self.put("fresh", f"other={OTHER}\n")
        self.commit()
        added = self.git("rev-parse", "HEAD", cwd=self.repo)
        self.git("rm", "-q", "fresh", cwd=self.repo)
        self.commit()
        found = [f for f in self.check() if f["state"] == "new"]
        self.assertEqual([p["commit"] for p in found[0]["places"]], [added])

    def test_a_revert_of_a_removal_long_ago_is_new(self):
        self.git("checkout", "-q", "main", cwd=self.repo)
        self.put("conf", "host=a\nport=1\n")
        self.commit("takes the key away")
        self.git("checkout", "-q", "-B", "dev", cwd=self.repo)
        self.git("revert", "--no-edit", "HEAD", cwd=self.repo)
        self.assert_state("new", ["conf"])

    def test_taken_away_and_put_back_is_known(self):
        text = (self.repo / "conf").read_text()
        self.put("conf", "host=a\n")
        self.commit()
        self.put("conf", text + "more=1\n")
        self.commit()
        self.assert_state("known")

    def test_a_merge_brings_nothing_of_its_own(self):
        self.put("fresh", "a=1\n")
        self.commit()
        self.git("checkout", "-q", "main", cwd=self.repo)
        self.put("theirs", f"other={OTHER}\n")
        self.put("conf", f"host=b\naws={key_shaped()}\nport=1\n")
        self.commit()
        self.git("checkout", "-q", "dev", cwd=self.repo)
        self.git("merge", "-q", "--no-edit", "main", cwd=self.repo)
        for found in (self.check(), self.ranged()):
            self.assertEqual([f for f in found if f["state"] == "new"], [])

    def test_what_only_a_merge_brings_is_new(self):
        self.put("fresh", "a=1\n")
        self.commit()
        self.git("checkout", "-q", "-b", "side", "main", cwd=self.repo)
        self.put("side", "b=1\n")
        self.commit()
        self.git("checkout", "-q", "dev", cwd=self.repo)
        self.git("merge", "-q", "--no-commit", "--no-ff", "side", cwd=self.repo)
        self.put("fresh", f"a=1\nother={OTHER}\n")
        self.commit("merge")
        merge = self.git("rev-parse", "HEAD", cwd=self.repo)
        found = [f for f in self.ranged() if f["state"] == "new"]
        self.assertEqual([(p["path"], p["commit"]) for p in found[0]["places"]], [("fresh", merge)])

    def test_commit_messages(self):
        self.commit(f"uses {key_shaped()}")
        found = self.ranged()
        self.assertEqual([f["state"] for f in found], ["new"])
        self.assertNotIn("path", found[0]["places"][0])

    def test_what_is_not_committed_yet(self):
        self.put("copy", f"aws={key_shaped()}\n")
        found = self.check()
        self.assertEqual([f["state"] for f in found], ["new"])
        self.assertEqual([(p["path"], p["state"]) for p in found[0]["places"]], [("copy", "new"), ("conf", "known")])
        os.remove(self.repo / "conf")
        self.assertEqual([f["state"] for f in self.check()], ["known"])

    def test_one_file_and_a_folder(self):
        self.put("sub/fresh", f"other={OTHER}\n")
        self.commit()
        self.assertEqual([f["state"] for f in self.check("sub")], ["new"])
        self.assertEqual(sorted(f["state"] for f in self.check("conf")), ["known", "new"])

    def test_the_same_file_twice(self):
        self.put("a/empty", "")
        self.put("a/one", "nothing here\n")
        self.put("b/c/one", "nothing here\n")
        self.put("b/c/empty", "")
        self.commit()
        self.put("d/one", "nothing here\n")
        self.commit()
        for more in ((), ("--no-sandbox",)):
            self.assertEqual([f["state"] for f in self.secrets_of("check", "--base", "main", *more)], ["known"])
            self.assertEqual(self.secrets_of("secrets", "git", "--range", "main..HEAD", *more), [])

    def tree(self, rows):
        done = subprocess.run(["git", "mktree", "--missing"], input="".join(rows), cwd=self.repo, check=True,
                              capture_output=True, text=True, timeout=60)
        return done.stdout.strip()

    def bomb(self, leaf, width, depth):
        """A branch whose few trees name one another, so that they stand for width**depth files."""
        self.write("leaf", leaf)
        blob = self.git("hash-object", "-w", str(self.folder / "leaf"), cwd=self.repo)
        tree = self.tree(f"100644 blob {blob}\tf{i}\n" for i in range(width))
        for _ in range(depth - 1):
            tree = self.tree(f"040000 tree {tree}\td{i}\n" for i in range(width))
        commit = self.git("commit-tree", tree, "-p", "main", "-m", "bomb", cwd=self.repo)
        self.git("update-ref", "refs/heads/bomb", commit, cwd=self.repo)

    def test_a_tree_bomb_ends(self):
        for width, depth, seconds in ((10, 12, 10), (2, 200, 10), (300, 3, 20)):
            self.bomb("nothing\n", width, depth)
            begun = time.monotonic()
            self.plimsoll(0, "secrets", "git", "--range", "main..bomb", cwd=self.repo)
            self.assertLess(time.monotonic() - begun, seconds)
        self.bomb(f"other={OTHER}\n", 10, 12)
        report = self.report(4, "secrets", "git", "--range", "main..bomb", cwd=self.repo)
        self.assertEqual([f["state"] for f in report["findings"]], ["new"])
        self.assertIn("over and over", report["errors"][0]["message"])

    def test_a_folders_name_in_a_tree_bomb(self):
        inner = self.tree([f"100644 blob {self.git('hash-object', '-w', '-t', 'blob', '/dev/null', cwd=self.repo)}\tf\n"])
        tree = self.tree([f"040000 tree {inner}\ta\n", f"040000 tree {inner}\t{OTHER}\n"])
        commit = self.git("commit-tree", tree, "-p", "main", "-m", "named", cwd=self.repo)
        self.git("update-ref", "refs/heads/bomb", commit, cwd=self.repo)
        for found in (self.secrets_of("secrets", "git", "--range", "main..bomb"),):
            self.assertEqual([f["state"] for f in found], ["new"])

    def test_without_a_base_all_is_new(self):
        self.assertEqual([f["state"] for f in self.secrets_of("check")], ["new"])

    def test_a_shallow_clone(self):
        self.put("fresh", f"other={OTHER}\n")
        self.commit()
        base = self.git("rev-parse", "main", cwd=self.repo)
        shallow = self.folder / "shallow"
        self.git("clone", "-q", "--depth", "2", "-b", "dev", f"file://{self.repo}", str(shallow))
        found = self.secrets_of("check", "--base", base, cwd=shallow)
        self.assertEqual(sorted(f["state"] for f in found), ["known", "new"])

    def test_a_path_that_is_excused_excuses_no_other(self):
        self.write("policy.yaml", 'plimsoll: 1\nignore: [{rule: aws-access-key, path: "t/*", reason: tests}]\n'
                                  "stages: {secrets: {block-severity: high}}\n")
        self.put("t/fresh", f"other={OTHER}\n")
        self.commit()
        self.plimsoll(0, "check", "--base", "main", "--policy", self.folder / "policy.yaml", cwd=self.repo)
        self.put("fresh", f"other={OTHER}\n")
        self.commit()
        self.plimsoll(1, "check", "--base", "main", "--policy", self.folder / "policy.yaml", cwd=self.repo)


if __name__ == "__main__":
    unittest.main()
