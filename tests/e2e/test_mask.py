"""A secret that is planted anywhere is shown, logged and stored nowhere."""
import pathlib

import test_run
from harbour import tar_of
from house import House, key_shaped

KEY = key_shaped()
TOKEN = "ghp_" + "x7Kq2mW9vR4tLp8ZsYc3Nd6HfJb1" + "Ga2Qw3E4"
FORMATS = ("text", "json", "markdown", "sarif", "junit", "check-dockerfile", "plan")


def below(*folders):
    for folder in folders:
        for path in pathlib.Path(folder).rglob("*"):
            if path.is_file() and not path.is_symlink():
                yield path


class Masked:
    """For a House: nothing that a command prints, or leaves in one of its folders, holds a key."""

    def assert_hidden(self, done, *folders):
        told = [("stdout", done.stdout), ("stderr", done.stderr)]
        told += [(str(path), path.read_bytes()) for path in below(*folders)]
        for where, text in told:
            for secret in (KEY, TOKEN):
                # The start of one would tell most of it.
                self.assertNotIn(secret[:12].encode(), text, where)


class Commands(Masked, House):
    def setUp(self):
        super().setUp()
        (self.folder / "out").mkdir()
        (self.folder / "tmp").mkdir()
        self.formats = [word for f in FORMATS for word in ("--format", f"{f}={self.folder}/out/{f}")]
        self.env = {"TMPDIR": str(self.folder / "tmp")}

    def hidden(self, *args, **kwargs):
        for formats in ([], ["--all"], self.formats, ["--format", "json", "--no-sandbox"]):
            done = self.run_program(*args, *formats, env=self.env, **kwargs)
            self.assertIn(done.returncode, (0, 1, 3, 4), (args, done.stderr))
            self.assert_hidden(done, self.folder / "out", self.folder / "tmp")

    def hidden_error(self, code, *args, **kwargs):
        done = self.run_program(*args, env=self.env, **kwargs)
        self.assertEqual(done.returncode, code, (args, done.stderr))
        self.assert_hidden(done, self.folder / "tmp")

    def plant(self):
        self.write("repo/Dockerfile", f"ARG K={KEY}\nFROM host/x:{KEY}\nLABEL a={TOKEN} {KEY}\nENV API_TOKEN={TOKEN}\n"
                                      f"RUN false {KEY} ; sudo {TOKEN}\nADD https://u:{TOKEN}@h.example/x /\nUSER {KEY}\n"
                                      f"UNKNOWN {KEY}\nCMD curl {TOKEN}\n")
        self.write(f"repo/d/{KEY}/Dockerfile", "FROM debian\nUSER root\n")
        self.write(f"repo/d/{KEY}.txt", f"k={KEY}\n")
        self.write(f"repo/{TOKEN}/task.json", f'{{"family": "{KEY}", "containerDefinitions": [{{"name": "{TOKEN}", '
                                              f'"image": "nginx:{KEY}", "environment": [{{"name": "{KEY}", ]')
        self.git("init", "-q", "-b", "main", cwd=self.folder / "repo")
        self.git("add", "-A", cwd=self.folder / "repo")
        self.git("commit", "-qm", KEY, cwd=self.folder / "repo")

    def test_a_repository(self):
        self.plant()
        self.hidden("check", cwd=self.folder / "repo")
        self.hidden("check", "repo")
        self.hidden("check", "--base", "main", cwd=self.folder / "repo")
        self.hidden("lint", "repo", f"repo/d/{KEY}/Dockerfile")
        self.hidden("secrets", "dir", "repo")
        self.hidden("secrets", "stdin", stdin=f"key {KEY}\n".encode())
        self.git("checkout", "-qb", TOKEN, cwd=self.folder / "repo")
        self.write("repo/x", KEY)
        self.git("add", "-A", cwd=self.folder / "repo")
        self.git("commit", "-qm", f"{KEY} {TOKEN}", cwd=self.folder / "repo")
        self.hidden("secrets", "git", "--range", f"main..{TOKEN}", "repo")
        self.hidden("check", "--base", "main", "repo")

    def test_a_project_file(self):
        for text in (f"images: [\n {KEY}", f"plimsoll: 1\n{KEY}: 1\n", f"plimsoll: 1\nimages: [{{name: {KEY}}}]\n",
                     f"plimsoll: 1\nimages: [{{file: {TOKEN}}}]\n", f"plimsoll: 1\nimages: [{{target: {TOKEN}}}]\n"):
            self.write("repo/.plimsoll.yaml", text)
            self.write("repo/Dockerfile", "FROM debian:12\nUSER 1\n")
            self.hidden("check", "repo")

    def test_what_was_typed(self):
        self.hidden_error(4, "lint", KEY)
        self.hidden_error(4, "secrets", "dir", f"/tmp/{TOKEN}")
        self.hidden_error(2, KEY)
        self.hidden_error(2, "help", KEY)
        self.hidden_error(2, "explain", KEY)
        self.hidden_error(2, "lint", f"--{TOKEN}")
        self.hidden_error(2, "lint", "--format", KEY)
        self.hidden_error(3, "check", "--policy", f"{KEY}.yaml")
        self.hidden_error(3, "policy", "check", f"{KEY}.yaml")
        self.hidden_error(5, "scan", "x", "--db", f"{TOKEN}.db")
        self.write("p.yaml", f"plimsoll: 1\nstages: {{validate: {{block: [{KEY}]}}}}\n")
        self.hidden_error(3, "policy", "check", "p.yaml")
        self.write("p.yaml", f"plimsoll: 1\n{KEY}: 1\n")
        self.hidden_error(3, "policy", "check", "p.yaml")

    def test_an_image(self):
        from test_scan import Image, base
        config = {"Env": [f"A={KEY}"], "Labels": {KEY: TOKEN}, "User": KEY, "Cmd": [TOKEN], "ExposedPorts": {KEY: {}}}
        image = Image([base(), tar_of({f"srv/{KEY}.txt": f"k={KEY}\n", "app/requirements.txt": f"{TOKEN}==1\nflask=={KEY}\n"})],
                      config=config, history=[{"created_by": "base"}, {"created_by": f"|1 TOK={KEY} /bin/sh -c echo {TOKEN}"}])
        path = image.folder(self.folder / "layout")
        self.hidden("scan", path, "--no-vulnerabilities")
        self.hidden("scan", path, "--no-vulnerabilities", "--no-secrets")


class Runs(Masked, test_run.Pipeline):
    def hidden(self, codes, *more):
        out = self.folder / "out"
        out.mkdir(exist_ok=True)
        (self.folder / "tmp").mkdir(exist_ok=True)
        args = [a for a in self.args() if a not in ("--format", "json")]
        args += [word for f in FORMATS for word in ("--format", f"{f}={out}/{f}")]
        done = self.run_program(*args, *more, env={"TMPDIR": str(self.folder / "tmp")})
        self.assertIn(done.returncode, codes, done.stderr)
        self.assert_hidden(done, out, self.folder / "state", self.folder / "tmp")
        comment = self.comment().encode()
        self.assertNotIn(KEY[:12].encode(), comment)
        self.assertNotIn(TOKEN[:12].encode(), comment)
        return comment.decode()

    def test_a_build_that_prints_it(self):
        self.propose({"Dockerfile": f"FROM {self.host}/base:1\nENV A={TOKEN}\nRUN echo {KEY}; echo '{TOKEN}' x{KEY}y {TOKEN}_1; false {KEY}\nUSER 1\n",
                      f"d/{KEY}.txt": f"k={KEY}\n"}, f"{KEY}")
        comment = self.hidden((1, 4))
        self.assertIn("[secret]", comment)

    def test_a_build_that_passes(self):
        self.propose({"Dockerfile": f"FROM {self.host}/base:1\nLABEL a={KEY}\nENV A={TOKEN}\n"
                                    f"RUN echo {KEY} > /{KEY}\nUSER 1\nCMD [\"/bin/sh\", \"{KEY}\"]\n"})
        self.hidden((1,))

    def test_a_base_that_is_not_there(self):
        self.propose({"Dockerfile": f"FROM {self.host}/x:{KEY}\nUSER 1\n"})
        self.hidden((4,))

    def test_a_project_file(self):
        self.propose({".plimsoll.yaml": f"plimsoll: 1\nimages: [{{name: app, args: {{TOK: {KEY}}}, file: {TOKEN}}}]\n"})
        self.hidden((3, 4))
        self.propose({".plimsoll.yaml": f"images: [\n  {KEY}"})
        self.hidden((3,))

    def test_build_arguments(self):
        self.propose({".plimsoll.yaml": f"plimsoll: 1\nimages: [{{name: app, args: {{TOK: {KEY}}}}}]\n",
                      "Dockerfile": f"FROM {self.host}/base:1\nARG TOK\nRUN echo $TOK; false $TOK\nUSER 1\n"})
        self.hidden((1, 4))

    def test_packages_that_are_remembered(self):
        self.propose({"requirements.txt": f"{TOKEN}==1\nflask==1.0+{KEY}\n", f"d/x{KEY}/Dockerfile": "FROM debian\nUSER root\n",
                      "Dockerfile": f"FROM {self.host}/base:1 AS b{KEY}\nFROM b{KEY}\nCOPY requirements.txt /\nUSER 1\n"})
        self.hidden((1, 4))

    def test_branches_that_conflict(self):
        self.propose({f"{KEY}.txt": "here\n"})
        self.git("checkout", "-q", "main", cwd=self.work)
        self.commit({f"{KEY}.txt": "there\n"}, TOKEN, push=True)
        self.git("checkout", "-q", "development", cwd=self.work)
        self.hidden((4,))


del House
