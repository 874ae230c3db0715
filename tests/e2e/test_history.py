"""`plimsoll secrets git` without a range: everything that a repository's object store holds."""
import os
import shutil

import hiding_places
from house import House

NOT_READ_YET = {"PDF stream", "PNG text", "gzip", "bzip2", "xz", "zip", "tar.gz",
                "zip in zip in zip", "zip named .dat", "docx"}


class History(House):
    def repo(self, name="repo", object_format="sha1"):
        return hiding_places.Repo(str(self.folder / name), object_format)

    def found(self, repo, code=1, *args):
        """Each finding's rule, and its first place."""
        report = self.report(code, "secrets", "git", repo.folder, *args)
        return [(f["rule"], f["places"][0]) for f in report["findings"]]

    def hidden_in(self, name, put, number, packed):
        repo = self.repo(f"r{number}{packed}")
        put(repo, hiding_places.marker(number))
        if packed:
            hiding_places.pack_objects(repo)
        rules = [rule for rule, _ in self.found(repo, None)]
        wanted = "private-key-rsa" if "key" in name and "whole" in name or "body" in name else "github-token"
        shutil.rmtree(repo.folder)
        return rules.count(wanted) >= (2 if "body" in name else 1)

    def check_places(self, places, packed):
        found = {name for number, (name, put) in enumerate(places.items())
                 if self.hidden_in(name, put, number, packed)}
        self.assertEqual(set(places) - found, NOT_READ_YET & set(places))

    def test_each_place_alone(self):
        self.check_places(hiding_places.PLACES, packed=False)

    def test_each_place_of_git_alone_in_a_pack(self):
        last = list(hiding_places.PLACES).index("UTF-16 without BOM")
        self.check_places(dict(list(hiding_places.PLACES.items())[:last]), packed=True)

    def test_all_places_at_once(self):
        repo, together = self.repo(), []
        for number, (name, put) in enumerate(hiding_places.THE_18.items()):
            if name not in NOT_READ_YET and "stash" not in name and name not in ("staged only", "amended commit"):
                put(repo, hiding_places.marker(number))
                together.append(name)
        self.assertEqual(len([rule for rule, _ in self.found(repo) if rule == "github-token"]), len(together))

    def test_one_secret_is_one_finding_with_a_life(self):
        repo, m = self.repo(), hiding_places.marker(1)
        repo.write("a.txt", hiding_places.line(m))
        repo.commit("brings it")
        first = repo.git("rev-parse", "HEAD")
        shutil.copy(f"{repo.folder}/a.txt", f"{repo.folder}/b.txt")
        repo.commit("copies it")
        second = repo.git("rev-parse", "HEAD")
        repo.write("a.txt", "above\n\n" + hiding_places.line(m))
        repo.commit("moves its line")
        repo.git("rm", "-q", "a.txt")
        repo.git("commit", "-q", "-m", "takes it away")
        last = repo.git("rev-parse", "HEAD")
        report = self.report(1, "secrets", "git", repo.folder)
        self.assertEqual(len(report["findings"]), 1)
        a, b = report["findings"][0]["places"]
        self.assertEqual((a["commit"], a["line"], a["removed"], a["reach"]), (first, 2, last, "reachable"))
        self.assertEqual((b["commit"], b.get("removed"), b["ref"]), (second, None, "refs/heads/main"))
        self.assertEqual(a["author"], "Ada <ada@widgets.io>")

    def test_what_reaches_it_is_told_apart(self):
        repo = self.repo()
        for name in ("amended commit", "dangling blob", "staged only"):
            hiding_places.THE_18[name](repo, hiding_places.marker(name))
        self.assertEqual(sorted(place["reach"] for _, place in self.found(repo)), ["index", "reflog", "unreachable"])

    def test_sha256(self):
        repo = self.repo(object_format="sha256")
        repo.add("a.txt", hiding_places.line(hiding_places.marker(1)))
        for _ in range(2):
            (rule, place), = self.found(repo)
            self.assertEqual((rule, len(place["commit"])), ("github-token", 64))
            hiding_places.pack_objects(repo)

    def test_a_linked_work_tree_and_a_bare_copy(self):
        repo = self.repo()
        repo.add("a.txt", hiding_places.line(hiding_places.marker(1)))
        repo.git("worktree", "add", "-q", "--detach", repo.folder + ".linked")
        repo.git("clone", "-q", "--bare", repo.folder, repo.folder + ".bare")
        for suffix in ("", ".linked", ".bare"):
            report = self.report(1, "secrets", "git", repo.folder + suffix)
            self.assertEqual([f["rule"] for f in report["findings"]], ["github-token"])

    def test_before_the_first_commit(self):
        repo = self.repo()
        repo.git("checkout", "-q", "--orphan", "new")
        hiding_places.staged(repo, hiding_places.marker(1))
        self.assertEqual([place["reach"] for _, place in self.found(repo)], ["index"])

    def test_a_part_of_it(self):
        repo = self.repo()
        for i in range(4):
            repo.add(f"f{i}.txt", hiding_places.line(hiding_places.marker(i)))
        repo.git("checkout", "-q", "-b", "side", "HEAD~4")
        repo.add("side.txt", hiding_places.line(hiding_places.marker(9)))
        hiding_places.blob(repo, hiding_places.marker(8))

        def paths(*args):
            return sorted(place.get("path", "?").rsplit("/", 1)[-1] for _, place in self.found(repo, 1, *args))

        self.assertEqual(paths(), ["?", "f0.txt", "f1.txt", "f2.txt", "f3.txt", "side.txt"])
        self.assertEqual(paths("--branch", "side"), ["f0.txt", "f1.txt", "side.txt"])
        self.assertEqual(paths("--branch", "HEAD", "--max-depth", "3"), ["side.txt"])
        self.assertEqual(paths("--branch", "refs/heads/main", "--max-depth", "4"), ["f2.txt", "f3.txt"])
        when = repo.git("log", "-1", "--format=%cI", "main~1")
        self.assertEqual(paths("--since", when), ["f3.txt", "side.txt"])
        for args, said in ((("--branch", "nope"), "no branch, tag or ref is named nope"),
                           (("--since", "soon"), "--since is a date"),
                           (("--branch", "side", "--staged"), "without --range or --staged")):
            _, err = self.plimsoll(None, "secrets", "git", repo.folder, *args)
            self.assertIn(said, err)

    def test_a_submodule_is_not_covered(self):
        repo, inner = self.repo(), self.repo("inner")
        inner.add("a.txt", hiding_places.line(hiding_places.marker(1)))
        repo.git("-c", "protocol.file.allow=always", "submodule", "add", "-q", inner.folder, "sub")
        repo.commit()
        report = self.report(0, "secrets", "git", repo.folder)
        self.assertIn("modules/sub", report["not_covered"][0]["what"])

    def test_a_rule_that_knows_paths_alone(self):
        repo = self.repo()
        repo.add("keys/a.p12", "nothing that a pattern knows\n")
        repo.write("b.txt", "nothing\n")
        repo.commit()
        config = self.write("c.toml", "[[rules]]\nid = 'p12'\npath = '(?i)\\.p12$'\n")
        for _ in range(2):
            found = self.found(repo, 1, "--config", config)
            self.assertEqual([(rule, place["path"].rsplit("/", 1)[-1]) for rule, place in found], [("p12", "a.p12")])
            hiding_places.pack_objects(repo)

    def test_a_plan(self):
        repo, m = self.repo(), hiding_places.marker(1)
        repo.add("a.txt", hiding_places.line(m))
        repo.commit(f"says {m}")
        hiding_places.amended(repo, hiding_places.marker(2))
        out, _ = self.plimsoll(1, "secrets", "git", ".", "--format", "plan", cwd=repo.folder)
        for said in ("2 secrets to revoke", "a.txt:2:9: commit", "by Ada <ada@widgets.io>, taken away by",
                     "--replace-text expressions.txt", "--replace-message", "git reflog expire"):
            self.assertIn(said, out)
        self.assertNotIn(m, out)

    def test_what_is_missing_is_said(self):
        repo = self.repo()
        repo.add("a.txt", hiding_places.line(hiding_places.marker(1)))
        repo.write("b.txt", "gone\n")
        repo.commit()
        blob = repo.git("rev-parse", "HEAD:b.txt")
        (self.folder / "repo/.git/objects" / blob[:2] / blob[2:]).unlink()
        report = self.report(4, "secrets", "git", repo.folder)
        self.assertIn("1 name in its folders leads", report["errors"][0]["message"])
        self.assertIn(blob[:12], report["errors"][0]["message"])
        self.assertEqual(len(report["findings"]), 1)

    def test_what_leads_nowhere_is_not_clean(self):
        def broken(name, harm):
            repo = self.repo(name)
            repo.add("a.txt", hiding_places.line(hiding_places.marker(1)))
            git = self.folder / name / ".git"
            harm(repo, git)
            return self.report(4, "secrets", "git", repo.folder)["errors"][0]

        def lose_head(repo, git):
            head = repo.git("rev-parse", "HEAD")
            (git / "objects" / head[:2] / head[2:]).unlink()

        def lose_pack(repo, git):
            hiding_places.pack_objects(repo)
            next((git / "objects/pack").glob("*.pack")).unlink()

        def shorten_index(repo, git):
            (git / "index").write_bytes((git / "index").read_bytes()[:40])

        def name_nothing(repo, git):
            (git / "refs/heads/bad").write_text("1" * 40 + "\n")

        def malform_tree(repo, git):
            tree = repo.git("hash-object", "-t", "tree", "-w", "--stdin", "--literally", data=b"garbage")
            repo.git("update-ref", "refs/heads/odd", repo.git("commit-tree", tree, "-m", "odd"))

        def pipe_for_head(repo, git):
            (git / "HEAD").rename(git / "HEAD.old")
            (git / "packed-refs").unlink(missing_ok=True)
            os.mkfifo(git / "packed-refs")
            (git / "HEAD.old").rename(git / "HEAD")

        for number, (harm, said) in enumerate((
                (lose_head, "names an object that is not here"), (lose_pack, "its pack is missing"),
                (shorten_index, "a git index that is malformed"), (name_nothing, "names an object that is not here"),
                (malform_tree, "a folder that is malformed"), (pipe_for_head, "it is no file"))):
            self.assertIn(said, broken(f"b{number}", harm)["message"], harm.__name__)

    def test_a_shallow_clone_has_an_edge(self):
        repo = self.repo()
        repo.add("a.txt", hiding_places.line(hiding_places.marker(1)))
        repo.git("clone", "-q", "--depth", "1", "file://" + repo.folder, self.folder / "shallow")
        report = self.report(4, "secrets", "git", self.folder / "shallow")
        self.assertIn("shallow clone", report["errors"][0]["message"])

    def test_a_partial_clone_is_not_clean(self):
        repo = self.repo()
        repo.add("a.txt", hiding_places.line(hiding_places.marker(1)))
        repo.git("config", "uploadpack.allowFilter", "true")
        repo.git("clone", "-q", "--filter=blob:none", "--no-checkout", "file://" + repo.folder, self.folder / "partial")
        report = self.report(4, "secrets", "git", self.folder / "partial")
        self.assertIn("partial clone", report["errors"][0]["message"])
        self.assertFalse(list((self.folder / "partial/.git/objects/pack").glob("*.pack"))[1:])

    def test_paranoid_agrees(self):
        repo = self.repo()
        for i in range(40):
            lines = [f"line {n} of version {i % 7 if n % 5 else 0}" for n in range(200)]
            lines[(i * 37) % 200] = f"token = {hiding_places.marker(i % 4)}"
            repo.write("a.txt", "\n".join(lines))
            repo.write("key.pem", hiding_places.pem(i % 5))
            repo.commit()
        hiding_places.pack_objects(repo)
        quick = self.report(1, "secrets", "git", repo.folder)
        slow = self.report(1, "secrets", "git", repo.folder, "--paranoid")
        self.assertEqual(quick["findings"], slow["findings"])
        self.assertEqual(slow["errors"], [])

    def test_damaged_packs_are_named_and_the_rest_is_read(self):
        repo = self.repo()
        for i in range(30):
            repo.add(f"f{i}.txt", f"{i}\n" * 50 + hiding_places.line(hiding_places.marker(i)))
        hiding_places.pack_objects(repo)
        pack, = (self.folder / "repo/.git/objects/pack").glob("*.pack")
        pack.chmod(0o600)
        data = bytearray(pack.read_bytes())
        middle = len(data) // 2
        data[middle:middle + 40] = bytes(40)
        pack.write_bytes(data)
        report = self.report(4, "secrets", "git", repo.folder)
        self.assertIn("git object", report["errors"][0]["message"])
        self.assertGreater(len(report["findings"]), 10)
        pack.write_bytes(data[:100])
        report = self.report(4, "secrets", "git", repo.folder)
        self.assertTrue(report["errors"])

    def test_no_repository(self):
        _, err = self.plimsoll(4, "secrets", "git", self.folder)
        self.assertIn("no git repository is here", err)
