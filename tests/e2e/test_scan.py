"""`plimsoll scan`: the image in each of its forms, what is found in it, and what cannot be read."""
import gzip
import hashlib
import json
import subprocess

import harbour
from house import ROOT, House, key_shaped, rules

SITE = "usr/lib/python3/dist-packages/"
METADATA = "Metadata-Version: 2.1\nName: Flask-Cors\nVersion: {}\n"
OCI = "application/vnd.oci.image."
OPENSSL, FLASK, KEY = "CVE-2023-5363", "CVE-2020-25032", "aws-access-key"


def digest_of(data):
    return "sha256:" + hashlib.sha256(data).hexdigest()


def base(os_release=harbour.OS_RELEASE, openssl="3.0.11-1~deb12u1"):
    return harbour.tar_of({"etc/os-release": os_release,
                           "var/lib/dpkg/status": harbour.dpkg("libssl3", openssl, "openssl")})


def shop(version="3.0.8"):
    return harbour.tar_of({f"{SITE}Flask_Cors-{version}.dist-info/METADATA": METADATA.format(version)})


def key_layer():
    return harbour.tar_of({"srv/key.py": f'key = "{key_shaped()}"\n'})


def zstd(data):
    return subprocess.run(["zstd", "-qc"], input=data, capture_output=True, check=True).stdout


class Image:
    """One image as an OCI layout in memory: path to bytes."""

    def __init__(self, tars, compress=gzip.compress, kind="gzip", arch=harbour.ARCH, tag="app:1", config=None,
                 history=None):
        self.files = {"oci-layout": b'{"imageLayoutVersion": "1.0.0"}'}
        self.tars, self.arch = tars, arch
        self.config = self.put(json.dumps({
            "architecture": arch, "os": "linux", "config": {"User": "10001"} if config is None else config,
            "rootfs": {"type": "layers", "diff_ids": [digest_of(t) for t in tars]},
            "history": history or [{"created_by": f"COPY part{i} / # buildkit"} for i, _ in enumerate(tars)]}).encode())
        self.layers = [{"mediaType": f"{OCI}layer.v1.tar+{kind}", **self.put(compress(t))} for t in tars]
        manifest = {"schemaVersion": 2, "mediaType": OCI + "manifest.v1+json", "layers": self.layers,
                    "config": {"mediaType": OCI + "config.v1+json", **self.config}}
        self.manifests = [{"mediaType": OCI + "manifest.v1+json", **self.put(json.dumps(manifest).encode()),
                           "platform": {"os": "linux", "architecture": arch},
                           "annotations": {"org.opencontainers.image.ref.name": tag}}]
        self.write_index()

    def put(self, data):
        self.files["blobs/sha256/" + digest_of(data)[7:]] = data
        return {"digest": digest_of(data), "size": len(data)}

    def add(self, other):
        self.files = {**other.files, **self.files}
        self.manifests += other.manifests
        self.write_index()

    def write_index(self):
        self.files["index.json"] = json.dumps({"schemaVersion": 2, "manifests": self.manifests}).encode()

    def blob(self, layer):
        return "blobs/sha256/" + self.layers[layer]["digest"][7:]

    def folder(self, to):
        for name, data in self.files.items():
            (to / name).parent.mkdir(parents=True, exist_ok=True)
            (to / name).write_bytes(data)
        return to

    def archive(self):
        return harbour.tar_of(self.files)

    def docker_old(self):
        names = [f"{i}/layer.tar" for i, _ in enumerate(self.tars)]
        config = self.config["digest"][7:] + ".json"
        manifest = [{"Config": config, "RepoTags": ["app:1"], "Layers": names}]
        return harbour.tar_of({config: self.files["blobs/sha256/" + self.config["digest"][7:]],
                               **dict(zip(names, self.tars)), "manifest.json": json.dumps(manifest)})

    def docker_new(self):
        manifest = [{"Config": "blobs/sha256/" + self.config["digest"][7:], "RepoTags": ["app:1"],
                     "Layers": [self.blob(i) for i, _ in enumerate(self.layers)]}]
        return harbour.tar_of({**self.files, "manifest.json": json.dumps(manifest)})


class ScanTest(House):
    def setUp(self):
        super().setUp()
        self.database = self.folder / "a.db"
        self.plimsoll(0, "db", "build", "--output", self.database, ROOT / "examples/advisories")

    def scan(self, code, image, *args, **kwargs):
        return self.report(code, "scan", image, "--db", self.database, *args, **kwargs)

    def text(self, code, image, *args, **kwargs):
        out, err = self.plimsoll(code, "scan", image, *args, **kwargs)
        return out + err

    def one_error(self, report, *words):
        self.assertEqual(len(report["errors"]), 1, report["errors"])
        for word in words:
            self.assertIn(word, json.dumps(report["errors"][0], ensure_ascii=False))

    def full(self):
        gone = harbour.tar_of({"srv/.wh.key.py": ""})
        return Image([base(), shop(), key_layer(), gone])

    def check_full(self, report, name):
        self.assertEqual(rules(report), sorted((OPENSSL, FLASK, KEY)), name)
        self.assertEqual((report["errors"], report["not_run"], report["not_covered"]), ([], [], []), name)
        self.assertEqual(report["inventory"], {"distro": "debian", "distro_version": "12", "packages": 2})
        self.assertEqual(report["subjects"][0]["platform"], f"linux/{harbour.ARCH}")
        self.assertNotIn(key_shaped(), json.dumps(report))


class LongFiles(ScanTest):
    def test_the_same_place_in_folder_commit_and_layer(self):
        """Keys far inside a file, at and around where a reader's pieces end."""
        borders = (4 << 20, 16 << 20, 16 << 20)
        line = 'x' * 62 + "é\n"
        text = bytearray((line * 300_000).encode())
        wanted = []
        for at in (borders[0] - 70, borders[0] + 5, borders[1] - 4096, borders[1] - 10, borders[1] + 100):
            number = text.count(b"\n", 0, at) + 1
            start = text.rfind(b"\n", 0, at) + 1
            text[start:start + 25] = f'"{key_shaped()}"   '.encode().rjust(25)
            wanted.append(number)
        files = self.folder / "files"
        files.mkdir()
        (files / "long").write_bytes(text)
        layout = Image([harbour.tar_of({"long": bytes(text)})]).folder(self.folder / "layout")
        self.git("init", "-q", "-b", "main", cwd=files)
        self.git("commit", "-qm", "empty", "--allow-empty", cwd=files)
        self.git("checkout", "-qb", "dev", cwd=files)
        self.git("add", "long", cwd=files)
        self.git("commit", "-qm", "long", cwd=files)
        seen = []
        for command in (("secrets", "dir", "long"), ("secrets", "git", "--range", "main..dev"),
                        ("scan", layout, "--no-vulnerabilities")):
            report = self.report(1, *command, cwd=files)
            found = [f for f in report["findings"] if f["rule"] == KEY]
            self.assertEqual(len(found), 1)
            seen.append([(p["line"], p["column"], p["end_column"]) for p in found[0]["places"]])
        self.assertEqual([line for line, _, _ in seen[0]], wanted)
        self.assertEqual(seen[0], seen[1])
        self.assertEqual(seen[0], seen[2])


class Forms(ScanTest):
    def test_each_form_says_the_same(self):
        image = self.full()
        forms = {"layout": image.folder(self.folder / "layout"),
                 "archive": self.write("oci.tar", image.archive()),
                 "docker save, new": self.write("new.tar", image.docker_new()),
                 "docker save, old": self.write("old.tar", image.docker_old())}
        for name, path in forms.items():
            with self.subTest(name):
                report = self.scan(1, path)
                self.check_full(report, name)
                digest = image.config if name == "docker save, old" else image.manifests[0]
                self.assertEqual(report["subjects"][0]["digest"], digest["digest"])

    def test_what_is_found_says_where(self):
        image = self.full()
        report = self.scan(1, image.folder(self.folder / "layout"))
        found = {f["rule"]: f for f in report["findings"]}
        self.assertEqual(found[OPENSSL]["package"]["source"], "openssl")
        self.assertEqual(found[OPENSSL]["vulnerability"]["fixed"], ["3.0.11-1~deb12u2"])
        self.assertEqual(found[FLASK]["places"][0]["layer"], image.layers[1]["digest"])
        self.assertEqual(found[FLASK]["places"][0]["instruction"], "COPY part1 /")
        self.assertNotIn("from_base", found[FLASK]["package"], "nobody said which layers are the base's")
        # The file is gone from the image, and in everybody's copy of the layer.
        self.assertEqual(found[KEY]["places"][0]["path"], "srv/key.py")
        self.assertEqual(found[KEY]["places"][0]["layer"], image.layers[2]["digest"])
        self.assertEqual(found[KEY]["verdict"], "blocks")

    def test_what_is_deleted_is_no_package(self):
        removed = harbour.tar_of({f"{SITE}.wh.Flask_Cors-3.0.8.dist-info": ""})
        upgraded = base(openssl="3.0.15-1~deb12u1")
        report = self.scan(0, Image([upgraded, shop(), removed]).folder(self.folder / "layout"))
        self.assertEqual((report["findings"], report["inventory"]["packages"]), ([], 1))

    def test_parts_can_be_left_out(self):
        path = self.full().folder(self.folder / "layout")
        report = self.scan(1, path, "--no-secrets")
        self.assertEqual(rules(report), sorted((OPENSSL, FLASK)))
        self.assertEqual([s["stage"] for s in report["not_run"]], ["secrets"])
        report = self.report(1, "scan", path, "--no-vulnerabilities")
        self.assertEqual((rules(report), report["inventory"]["packages"]), ([KEY], 2))
        self.assertEqual([s["stage"] for s in report["not_run"]], ["scan"])
        out = self.text(0, path, "--no-vulnerabilities", "--no-secrets")
        self.assertIn("not run         secrets: --no-secrets", out)
        self.assertIn("not run         scan: --no-vulnerabilities", out)

    def test_a_release_without_advisories_is_not_covered(self):
        other = harbour.OS_RELEASE.replace("12", "99").replace("bookworm", "next")
        path = Image([base(other)]).folder(self.folder / "layout")
        report = self.scan(1, path)
        gap = {"stage": "scan", "kind": "inventory", "what": "debian 99", "verdict": "blocks",
               "why": "no advisories in this database", "packages": 1}
        self.assertEqual((report["not_covered"], report["verdict"]), ([gap], "blocked"))
        out = self.text(1, path, "--db", self.database)
        self.assertIn("debian 99  BLOCKS   not covered, inventory: no advisories in this database (1 package)\n", out)
        self.assertIn("blocked, 1 not covered: 1 block, 0 warn ", out)
        self.write("warn.yaml", "plimsoll: 1\nstages: {scan: {not-covered: {inventory: warn}}}\n")
        out = self.text(0, path, "--db", self.database, "--policy", "warn.yaml")
        self.assertIn("not covered     warns  debian 99: no advisories in this database (1 package)\n", out)
        self.assertIn("passed, 1 not covered: 0 block, 0 warn ", out)

    def test_a_part_that_is_not_covered_warns(self):
        """The requirements are judged, and the distribution's packages are not."""
        other = harbour.OS_RELEASE.replace("12", "99").replace("bookworm", "next")
        path = Image([base(other), shop("3.0.9")]).folder(self.folder / "layout")
        report = self.scan(0, path)
        self.assertEqual([(g["kind"], g["verdict"]) for g in report["not_covered"]], [("release", "warns")])
        self.write("block.yaml", "plimsoll: 1\nstages: {scan: {not-covered: block}}\n")
        self.scan(1, path, "--policy", "block.yaml")
        self.write("observe.yaml", "plimsoll: 1\nmode: observe\nstages: {scan: {not-covered: block}}\n")
        self.scan(0, path, "--policy", "observe.yaml")

    def test_what_has_no_severity_is_counted(self):
        """Debian's lists state no severity; an OSV record of the same vulnerability brings it."""
        self.write("feeds/list", "[01 Oct 2023] DSA-5532-1 openssl - security update\n\t{CVE-2023-5363}\n"
                                 "\t[bookworm] - openssl 3.0.11-1~deb12u2\n")
        path = Image([base()]).folder(self.folder / "layout")
        self.plimsoll(0, "db", "build", "--output", self.database, self.folder / "feeds")
        clause = (", 1 fixable without a severity (a feed of OSV records that state one brings it; "
                  "block-unknown-severity blocks without) ·")
        self.assertIn("passed: 0 block, 1 warn" + clause, self.text(0, path, "--db", self.database))
        comment, _ = self.plimsoll(0, "scan", path, "--db", self.database, "--format", "markdown")
        self.assertIn("1 fixable without a severity", comment)
        self.write("unknown.yaml", "plimsoll: 1\nstages: {scan: {block-unknown-severity: true}}\n")
        out = self.text(1, path, "--db", self.database, "--policy", "unknown.yaml")
        self.assertIn("blocked: 1 block, 0 warn ·", out)
        self.write("feeds/osv.json", json.dumps({
            "id": "DEBIAN-CVE-2023-5363", "modified": "2024-01-01T00:00:00Z", "upstream": ["CVE-2023-5363"],
            "severity": [{"type": "CVSS_V3", "score": "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:N/A:N"}],
            "affected": [{"package": {"ecosystem": "Debian:12", "name": "openssl"}, "ranges": [
                {"type": "ECOSYSTEM", "events": [{"introduced": "0"}, {"fixed": "3.0.11-1~deb12u2"}]}]}]}))
        self.plimsoll(0, "db", "build", "--output", self.database, self.folder / "feeds")
        report = self.scan(1, path)
        self.assertEqual([(f["rule"], f["severity"]) for f in report["findings"]], [("CVE-2023-5363", "high")])

    def test_what_is_not_read_is_not_clean(self):
        """Another distribution, an image that says nothing of itself, and packages of other kinds."""
        alpine = harbour.tar_of({"etc/os-release": "ID=alpine\nVERSION_ID=3.19.1\n",
                                 "lib/apk/db/installed": "P:musl\nV:1.2.4-r2\n\n"})
        node = harbour.tar_of({"srv/node_modules/left-pad/package.json": "{}",
                               "srv/node_modules/other/package.json": "{}"})
        for name, tars, what, kind in (("alpine", [alpine], "alpine 3.19.1", "inventory"),
                                       ("python", [alpine, shop("3.0.9")], "alpine 3.19.1", "packages"),
                                       ("scratch", [harbour.tar_of({"app": "x"})], "this image", "inventory"),
                                       ("node", [base(openssl="3.0.15-1~deb12u1"), node], "npm packages", "packages")):
            with self.subTest(name):
                path = Image(tars).folder(self.folder / name)
                code = 1 if kind == "inventory" else 0
                report = self.scan(code, path)
                self.assertEqual([(gap["what"], gap["kind"]) for gap in report["not_covered"]], [(what, kind)])
                out = self.text(code, path, "--db", self.database)
                self.assertIn("\n%s, 1 not covered: " % ("blocked" if code else "passed"), out)
                report = self.report(0, "scan", path, "--no-vulnerabilities")
                self.assertEqual((report["not_covered"], [s["stage"] for s in report["not_run"]]), ([], ["scan"]))


class Wrong(ScanTest):
    def test_a_layer_that_is_not_what_its_digest_says(self):
        image = self.full()
        image.files[image.blob(1)] = gzip.compress(shop("3.0.9"))
        image.files[image.blob(1)] = image.files[image.blob(1)][:image.layers[1]["size"]].ljust(
            image.layers[1]["size"], b"\0")
        report = self.scan(4, image.folder(self.folder / "layout"))
        self.one_error(report, "layer " + image.layers[1]["digest"][:19])
        self.assertEqual(rules(report), sorted((OPENSSL, KEY)), "the other layers are judged")
        self.assertEqual((report["verdict"], report["exit_code"]), ("error", 4))

    def test_a_layer_that_is_not_there(self):
        image = self.full()
        del image.files[image.blob(2)]
        report = self.scan(4, image.folder(self.folder / "layout"))
        self.one_error(report, image.layers[2]["digest"][:19], "missing")
        self.assertEqual(rules(report), sorted((OPENSSL, FLASK)))

    def test_a_wrong_diff_id(self):
        image = Image([base(), shop()])
        config = image.files["blobs/sha256/" + image.config["digest"][7:]]
        other = Image([base(), shop()])
        bent = config.replace(digest_of(shop()).encode(), digest_of(b"other").encode())
        bent_config = {"mediaType": OCI + "config.v1+json", **other.put(bent)}
        manifest = {"schemaVersion": 2, "layers": other.layers, "config": bent_config}
        other.manifests[0].update(other.put(json.dumps(manifest).encode()))
        other.write_index()
        report = self.scan(4, other.folder(self.folder / "layout"))
        self.one_error(report, "diff ID", digest_of(b"other"))
        self.assertEqual(rules(report), [OPENSSL])

    def test_zstd_is_refused_by_name(self):
        image = Image([base(), shop()], compress=zstd, kind="zstd")
        out = self.text(4, image.folder(self.folder / "layout"), "--db", self.database)
        self.assertIn(f"layer {image.layers[0]['digest'][:19]}: compressed with zstd", out)
        self.assertNotIn("passed", out)
        self.assertNotIn("not covered", out, "what is in such a layer is not known to be missing")

    def test_more_packages_than_are_read(self):
        status = "".join(f"Package: p{i}\nVersion: 1\n\n" for i in range(100001))
        path = Image([harbour.tar_of({"etc/os-release": harbour.OS_RELEASE, "var/lib/dpkg/status": status})])
        report = self.scan(4, path.folder(self.folder / "layout"))
        self.one_error(report, "more than 100000 packages", "var/lib/dpkg/status")

    def test_archives_that_are_none(self):
        whole = self.full().archive()
        image = self.full()
        del image.files["index.json"]
        for name, data, said in (("cut.tar", whole[:len(whole) // 2], "ends in the middle"),
                                 ("app.tar.gz", gzip.compress(whole), "compressed with gzip as a whole"),
                                 ("notes.txt", b"no archive\n" * 100, "not a tar archive"),
                                 ("few", b"few", "not a tar archive"),
                                 ("empty", b"", "no image"),
                                 ("blobs.tar", image.archive(), "no image")):
            with self.subTest(name):
                path = self.write(name, data)
                out, err = self.plimsoll(4, "scan", path, "--db", self.database)
                self.assertIn(f"could not read  {path}: ", out)
                self.assertIn(said, out)
                self.assertEqual(err, "")

    def test_a_folder_that_is_none(self):
        (self.folder / "src").mkdir()
        out = self.text(4, self.folder / "src", "--db", self.database)
        self.assertIn(f"could not read  {self.folder}/src: no image", out)

    def test_which_image(self):
        image = Image([base(), shop()], tag="app:1")
        image.add(Image([base(openssl="3.0.15-1~deb12u1")], tag="app:2"))
        path = image.folder(self.folder / "layout")
        self.assertEqual(rules(self.scan(1, path, "--image", "app:1")), sorted((OPENSSL, FLASK)))
        self.assertEqual(rules(self.scan(0, path, "--image", "app:2")), [])
        out = self.text(4, path, "--db", self.database)
        self.assertIn("several images", out)
        self.assertIn("app:1", out)
        out = self.text(4, path, "--db", self.database, "--image", "app:3")
        self.assertIn('no image is named "app:3"; there are: app:1', out)

    def test_which_platform(self):
        other = {"amd64": "arm64", "arm64": "amd64"}[harbour.ARCH]
        path = self.full().folder(self.folder / "one")
        out = self.text(4, path, "--db", self.database, "--platform", f"linux/{other}")
        self.assertIn(f"linux/{other}", out)
        self.assertIn(f"linux/{harbour.ARCH}", out)
        both = Image([base()])
        both.add(Image([base(openssl="3.0.15-1~deb12u1")], arch=other))
        path = both.folder(self.folder / "both")
        self.assertEqual(rules(self.scan(1, path)), [OPENSSL])
        self.assertEqual(rules(self.scan(0, path, "--platform", f"linux/{other}")), [])

    def test_one_line_of_advice(self):
        layout = self.full().folder(self.folder / "layout")
        db = ("--db", self.database)
        for code, args, said in (
                (2, (), "one image is expected"),
                (2, ("",), "one image is expected"),
                (2, (layout, layout), "one image is expected"),
                (2, (layout, *db, "--no-vulnerabilities"), "--db and --no-vulnerabilities"),
                (2, (layout, *db, "--platform", "arm64"), "--platform arm64: OS/ARCH[/VARIANT]"),
                (2, (layout, *db, "--platfrom", "x"), "did you mean --platform?"),
                (5, (layout,), "no advisory database"),
                (5, (layout, "--db", self.folder / "gone.db"), "gone.db"),
                (5, (layout, "--db", layout / "index.json"), "not an advisory database"),
                (4, ("./gone", *db), "./gone: there is no such file or folder"),
                (4, ("gone.tar", *db), "gone.tar: there is no such file or folder"),
                (4, ("Team/App", *db), "lower case")):
            with self.subTest(args=args):
                out, err = self.plimsoll(code, "scan", *args)
                self.assertIn(said, err)
                self.assertEqual((out, err.count("\n")), ("", 1), err)

    def test_a_pipe_is_not_waited_for(self):
        subprocess.run(["mkfifo", self.folder / "pipe"], check=True)
        self.assertIn("not a regular file", self.text(4, self.folder / "pipe", "--db", self.database))


class Configuration(ScanTest):
    """How an image is run is judged as its Dockerfile is, whatever text it was built from."""

    def of(self, config, files=None, history=None):
        self.n = getattr(self, "n", 0) + 1
        layers = [harbour.tar_of({"app": "x", **(files or {})})]
        path = Image(layers, config=config, history=history).folder(self.folder / f"layout{self.n}")
        done = self.run_program("scan", path, "--db", self.database, "--format", "json")
        self.assertIn(done.returncode, (0, 1), done.stderr.decode())
        self.assertNotIn(key_shaped(), (done.stdout + done.stderr).decode())
        self.exit = done.returncode
        return [(f["rule"], f["verdict"]) for f in json.loads(done.stdout)["findings"]]

    def test_the_user(self):
        passwd = {"etc/passwd":
                  "root:x:0:0::/:/bin/sh\nadmin:x:00:0::/:/bin/sh\n7:x:0:0::/:/bin/sh\nwww:x:33:33::/:\n"}
        for user in ("root", "0", "00", "+0", ":0", "0:0", "root:www", "0:1000", "admin", "admin:www", "7"):
            self.assertEqual(self.of({"User": user}, passwd), [("DL3002", "blocks")], user)
        for user in ("www", "10001", "10001:0", "www:root", "nobody", "33"):
            self.assertEqual(self.of({"User": user}, passwd), [], user)
        for line in ("z:x::0::/:/bin/sh", "z:x:abc:0::/:", "z:x:+0:0::/:", "z:x:-0:0", "z:x:0x5:0::/:", "z:x", "z", "z:",
                     "z:x:::::", "z:x: 5:0::/:", "  z:x:0:0::/:", "z:x:4294967296:0::/:", "z:x\nz:x:5:5::/:"):
            self.assertEqual(self.of({"User": "z"}, {"etc/passwd": f"a:x:1:1::/:\n{line}\n"}),
                             [("DL3002", "blocks")], line)
        for line in ("z:x:5", "z:x:+5:0::/:", "z:x:5:0\nz:x:0:0", "y:x:0:0"):
            self.assertEqual(self.of({"User": "z"}, {"etc/passwd": line + "\n"}), [], line)
        # Names come before numbers.
        for line in ("10001", "10001:x::0::/:/bin/sh", "10001:x:0:0::/:"):
            self.assertEqual(self.of({"User": "10001"}, {"etc/passwd": line}), [("DL3002", "blocks")], line)
        self.assertEqual(self.of({"User": "4294967296"}), [("DL3002", "blocks")])
        for user in ("10001 root", "+", "-", "0x0", "10001 USER root", "a:b:c", "-5", "9999999999", "x:+", "a\tb"):
            self.assertEqual(self.of({"User": user}), [("PL1005", "warns")], user)
        # Whether that is new nobody can say here.
        for config in ({}, {"User": ""}, {"User": " "}):
            self.assertEqual(self.of(config), [("PL1001", "warns")], config)

    def test_what_it_runs(self):
        user = {"User": "1"}
        self.assertEqual(self.of({**user, "Entrypoint": ["/bin/sh", "-c", "exec app"]}), [("DL3025", "warns")])
        self.assertEqual(self.of({**user, "Cmd": ["/bin/sh", "-c", "exec app"]}), [("DL3025", "warns")])
        self.assertEqual(self.of({**user, "Cmd": ["bash"], "Entrypoint": ["/app", "-c", "x"]}), [])
        for words in (["/usr/sbin/sshd", "-D"], ["/bin/tini", "--", "/usr/sbin/dropbear"]):
            self.assertEqual(self.of({**user, "Cmd": words}), [("PL1002", "blocks")])
        service = ["/bin/sh", "-c", "service x start; exec /usr/sbin/sshd -D"]
        self.assertEqual(sorted(self.of({**user, "Entrypoint": service})),
                         [("DL3025", "warns"), ("PL1002", "blocks")])

    def test_ports_and_volumes(self):
        user = {"User": "1"}
        ssh = [("PL1002", "blocks")]
        for port, found in (("22/tcp", ssh), ("22", ssh), ("20-30/tcp", ssh), ("22/udp", []), ("80/tcp", []), ("8000-8010", []), ("2222/tcp", []),
                            ("70000/tcp", [("DL3011", "warns")]), ("x/tcp", [("DL3011", "warns")])):
            self.assertEqual(self.of({**user, "ExposedPorts": {port: {}}}), found, port)
        for volume in ("/", "/etc", "/etc/", "/usr/bin/.", "/var/run/docker.sock", "/proc", "/root"):
            self.assertEqual(self.of({**user, "Volumes": {volume: {}}}), [("PL3002", "warns")], volume)
        for volume in ("/data", "/var/lib/app", "/etc/app", "/usr/share/app", "/run/app"):
            self.assertEqual(self.of({**user, "Volumes": {volume: {}}}), [], volume)

    def test_secrets(self):
        key, user, found = key_shaped(), {"User": "1"}, [(KEY, "blocks")]
        self.assertEqual(self.of({**user, "Env": ["PATH=/bin", f"AWS={key}"]}), found)
        self.assertEqual(self.of({**user, "Env": [f"{key}=x"]}), found)
        self.assertEqual(self.of({**user, "Labels": {"a": "b", "key": key}}), found)
        self.assertEqual(self.of({**user, "Labels": {key: ""}}), found)
        for words in ("Cmd", "Entrypoint", "Shell"):
            self.assertEqual(self.of({**user, words: ["/app", "--key=" + key]}), found)
        self.assertEqual(self.of({**user, "Healthcheck": {"Test": ["CMD", "/app", key]}}), found)
        self.assertEqual(self.of({**user, "WorkingDir": "/srv/" + key}), found)
        for history in ([{"created_by": f"|1 TOK={key} /bin/sh -c make"}],
                        [{"created_by": "x"}, {"created_by": "ARG TOK=" + key, "empty_layer": True}],
                        [{"created_by": "x", "comment": key}]):
            self.assertEqual(self.of(user, history=history), found)
        # One secret, however often it stands there.
        self.assertEqual(self.of({**user, "Env": [f"A={key}", f"B={key}"], "Labels": {"x": key}},
                                 {"srv/k": key}, [{"created_by": "COPY k"},
                                                  {"created_by": f"ENV A={key}", "empty_layer": True}]), found)

    def test_without_secrets_there_are_none(self):
        path = Image([shop("3.0.9")], config={"User": "root", "Env": [f"A={key_shaped()}"]}).folder(self.folder / "l")
        self.assertEqual(rules(self.scan(1, path, "--no-secrets")), ["DL3002"])


class Instructions(ScanTest):
    """A layer is ascribed to the step that wrote it, or to none."""

    def made(self, *steps):
        self.n = getattr(self, "n", 0) + 1
        history = [{"created_by": text, **({} if makes else {"empty_layer": True})} for text, makes in steps]
        layers = [key_layer() for _, makes in steps if makes]
        report = self.scan(1, Image(layers, history=history).folder(self.folder / f"layout{self.n}"))
        return {p.get("instruction") for f in report["findings"] for p in f["places"]}

    def test_them(self):
        nop = "/bin/sh -c #(nop) "
        self.assertEqual(self.made(("/bin/sh -c make", True), (nop + "LABEL a=b", False)), {"RUN make"})
        # One layer of everything: whoever wrote the file, LABEL did not.
        self.assertEqual(self.made(("/bin/sh -c make", False), (nop + "LABEL a=b", True)), {None})
        for setting in ("CMD [\"x\"]", "ENV A=b", "USER 1", "ENTRYPOINT x", "EXPOSE 80", "VOLUME /x", "ARG X"):
            self.assertEqual(self.made((nop + setting, True)), {None}, setting)
            self.assertEqual(self.made((setting + " # buildkit", True)), {None}, setting)
        self.assertEqual(self.made(("/bin/sh -c make", False), (nop + "COPY file:3f in /app", True)), {None})
        self.assertEqual(self.made((nop + "ENV A=b", False), (nop + "COPY dir:3f in /srv", True)),
                         {"COPY dir:3f in /srv"})
        self.assertEqual(self.made(("bazel build ...", True)), {"bazel build ..."})


class Damaged(ScanTest):
    """A bit flipped anywhere in the database: exit 5, or the same answer since nothing used its block."""

    def setUp(self):
        super().setUp()
        self.write("feed/all.json", json.dumps([{
            "id": f"PYSEC-2023-{i}", "modified": "2024-01-01T00:00:00Z", "summary": f"number {i} " + "x" * 400,
            "affected": [{"package": {"ecosystem": "PyPI", "name": f"flask-cors{i if i else ''}"},
                          "ranges": [{"type": "ECOSYSTEM", "events": [{"introduced": "0"}, {"fixed": "3.0.9"}]}]}]}
            for i in range(3000)]))
        self.plimsoll(0, "db", "build", "--output", self.database, self.folder / "feed")
        self.whole = self.database.read_bytes()
        self.path = Image([base(), shop()]).folder(self.folder / "layout")

    def answer(self, data):
        self.database.write_bytes(data)
        done = self.run_program("scan", self.path, "--db", self.database, "--format", "json")
        return done.returncode, done.stdout, done.stderr.decode()

    def test_it_answers_nothing_else(self):
        self.assertGreater(len(self.whole), 4 * 65536)
        code, good, _ = self.answer(self.whole)
        good = json.loads(good)
        self.assertEqual(code, 0)
        self.assertEqual(len(good["findings"]), 1)
        step, in_use = len(self.whole) // 37, 0
        places = [*range(step // 2, len(self.whole), step), 8, 40, *range(len(self.whole) - 80, len(self.whole), 7)]
        for n, at in enumerate(places):
            damaged = bytearray(self.whole)
            damaged[at] ^= 1 << n % 8
            code, out, err = self.answer(damaged)
            if code == 5:
                in_use += 1
                self.assertIn("advisory database", (out.decode() + err).lower())
                continue
            self.assertEqual(code, 0, f"byte {at}")
            report = json.loads(out)
            self.assertEqual((report["findings"], report["database"]), (good["findings"], good["database"]), at)
        self.assertGreater(in_use, 12)

    def test_damage_found_by_the_reader_is_one_error(self):
        damaged = bytearray(self.whole)
        for block in range(65536, len(self.whole) - 65536, 65536):
            damaged[block + 100] ^= 4
        code, out, _ = self.answer(damaged)
        self.assertEqual(code, 5)
        self.one_error(json.loads(out), "damaged", "build or fetch it again")

    def test_an_older_format_is_built_again(self):
        older = self.whole[:8] + b"\1" + self.whole[9:]
        code, _, err = self.answer(older)
        self.assertEqual(code, 5)
        self.assertIn("version 1", err)
        self.assertIn("plimsoll db build", err)


class FromRegistry(ScanTest):
    def setUp(self):
        super().setUp()
        self.registry = harbour.Registry(self.folder / "registry")
        self.addCleanup(self.registry.close)
        self.password = self.registry.folder / "password"
        self.image = self.full()
        self.registry.push_layout(self.image.folder(self.folder / "pushed"), "team/app:1")
        self.login = ("--registry-user", harbour.USER, "--registry-password-file", self.password)

    def temporary(self):
        return {"TMPDIR": str(self.write("tmp/.keep", "").parent)}

    def left_behind(self):
        return [p.name for p in (self.folder / "tmp").iterdir() if p.name != ".keep"]

    def test_with_a_password(self):
        report = self.scan(1, f"{self.registry.host}/team/app:1", *self.login, env=self.temporary())
        self.check_full(report, "registry")
        self.assertEqual(report["subjects"][0]["name"], f"{self.registry.host}/team/app:1")
        self.assertEqual(report["subjects"][0]["digest"], self.registry.tags("team/app")["1"])
        self.assertEqual(self.left_behind(), [])

    def test_what_it_refuses(self):
        host = self.registry.host
        wrong = self.write("wrong", "not it\n")
        for reference, login, said in (
                (f"{host}/team/app:1", (), "password"),
                (f"{host}/team/app:1", ("--registry-user", "x", "--registry-password-file", wrong), "password"),
                (f"{host}/team/app:2", self.login, "team/app:2"),
                (f"{host}/team/other:1", self.login, "team/other:1"),
                (f"127.0.0.1:{harbour.free_port()}/a:1", self.login, "nothing answers")):
            with self.subTest(reference=reference, login=login):
                out, err = self.plimsoll(4, "scan", reference, "--db", self.database, *login, env=self.temporary())
                self.assertIn(said, err)
                self.assertEqual((out, err.count("\n")), ("", 1), err)
                self.assertNotIn(harbour.PASSWORD, err)
                self.assertEqual(self.left_behind(), [])

    def test_a_registry_that_fails(self):
        proxy = harbour.Proxy(self.registry)
        self.addCleanup(proxy.close)
        for pattern, missing in (("/manifests/", "no such repository or tag"), ("/blobs/", "push the image again")):
            for what, said in ((500, "it failed (500)"), (404, missing), ("close", "without an answer")):
                with self.subTest(pattern=pattern, what=what):
                    proxy.rules = [("GET", pattern, what), ("HEAD", pattern, what)]
                    out, err = self.plimsoll(4, "scan", f"{proxy.host}/team/app:1", "--db", self.database,
                                             *self.login, env=self.temporary())
                    self.assertIn(said, err)
                    self.assertEqual((out, err.count("\n")), ("", 1), err)
                    self.assertEqual(self.left_behind(), [])

