"""What an image hides of what is in it: records that lower layers had, and that upper ones take away or rewrite."""
import hashlib
import io
import json
import tarfile

import harbour
from house import key_shaped, rules
from test_scan import FLASK, KEY, METADATA, OPENSSL, SITE, Image, ScanTest

OLD, FIXED = "3.0.11-1~deb12u1", "3.0.11-1~deb12u2"
LIB = "usr/lib/x86_64-linux-gnu/libssl.so.3"
DOC = "usr/share/doc/libssl3/copyright"
STATUS, INFO = "var/lib/dpkg/status", "var/lib/dpkg/info/"
RECORD = "flask_cors/__init__.py,sha256=x,9\nFlask_Cors-3.0.8.dist-info/METADATA,sha256=x,9\n"
HIDDEN = "PL3001"


def md5(data):
    return hashlib.md5(data.encode()).hexdigest()


def stanza(name, version, source="", status="install ok installed"):
    return (f"Package: {name}\nStatus: {status}\nArchitecture: amd64\n"
            + (f"Source: {source}\n" if source else "") + f"Version: {version}\nDescription: x\n\n")


def package(name, files, arch=":amd64"):
    """dpkg's list and checksums, and the files."""
    return {f"{INFO}{name}{arch}.list": "/.\n/usr\n" + "".join(f"/{path}\n" for path in files),
            f"{INFO}{name}{arch}.md5sums": "".join(f"{md5(text)}  {path}\n" for path, text in files.items()),
            **files}


BASE_FILES = {"usr/lib/os-release": harbour.OS_RELEASE, "usr/share/doc/base-files/copyright": "c"}


def libssl(version=OLD):
    return package("libssl3", {LIB: f"code of {version}", DOC: "copyright"})


def debian(version=OLD, more=None, **kwargs):
    """A base as dpkg leaves it: two packages, their lists, their files."""
    return {STATUS: stanza("base-files", "12.4+deb12u5") + stanza("libssl3", version, "openssl", **kwargs),
            **package("base-files", BASE_FILES, arch=""), **libssl(version), **(more or {})}


def flask(record=RECORD, version="3.0.8"):
    folder = f"{SITE}Flask_Cors-{version}.dist-info/"
    return {folder + "METADATA": METADATA.format(version), SITE + "flask_cors/__init__.py": f"code {version}",
            **({folder + "RECORD": record} if record else {})}


def layer(files, links=()):
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w") as tar:
        for path, text in files.items():
            info = tarfile.TarInfo(path)
            info.size = len(text.encode())
            tar.addfile(info, io.BytesIO(text.encode()))
        for path, target in links:
            info = tarfile.TarInfo(path)
            info.type, info.linkname = tarfile.SYMTYPE, target
            tar.addfile(info)
    return out.getvalue()


def gone(*paths):
    """Whiteouts."""
    out = {}
    for path in paths:
        folder, _, name = path.rpartition("/")
        out[f"{folder}/.wh.{name}" if folder else f".wh.{name}"] = ""
    return out


class HiddenTest(ScanTest):
    def of(self, code, *layers):
        layers = [one if isinstance(one, bytes) else layer(one) for one in layers]
        self.n = getattr(self, "n", 0) + 1
        return self.scan(code, Image(layers).folder(self.folder / f"layout{self.n}"))

    def caught(self, *layers, found=(OPENSSL,), path=None):
        report = self.of(1, *layers)
        self.assertEqual(rules(report), sorted((*found, HIDDEN)))
        self.assertEqual(report["errors"], [])
        hidden = [f for f in report["findings"] if f["rule"] == HIDDEN]
        for f in hidden:
            self.assertEqual((f["verdict"], f["severity"], f["stage"]), ("blocks", "high", "scan"))
        if path:
            self.assertIn(path, [f["places"][0]["path"] for f in hidden])
        return report

    def honest(self, *layers, found=(), packages=None, code=None):
        report = self.of((1 if found else 0) if code is None else code, *layers)
        self.assertEqual((rules(report), report["errors"]), (sorted(found), []))
        if packages is not None:
            self.assertEqual(report["inventory"]["packages"], packages)
        return report


class Dpkg(HiddenTest):
    def test_the_base_itself(self):
        self.honest(debian(), found=(OPENSSL,), packages=2)
        self.honest(debian(FIXED), packages=2)

    def test_the_status_file_is_removed(self):
        report = self.caught(debian(), gone(STATUS), path=STATUS)
        self.assertEqual(report["inventory"], {"distro": "debian", "distro_version": "12", "packages": 2})
        hidden = [f for f in report["findings"] if f["rule"] == HIDDEN][0]
        self.assertIn("libssl3 " + OLD, hidden["message"])
        self.assertEqual(hidden["places"][0]["instruction"], "COPY part1 /")

    def test_its_folder_is_removed_moved_or_linked_elsewhere(self):
        everything = debian()
        dpkg = {k: v for k, v in everything.items() if k.startswith("var/lib/dpkg/")}
        moved = {k.replace("var/lib/dpkg", "opt/d"): v for k, v in dpkg.items()}
        self.caught(everything, gone("var/lib/dpkg"), path=STATUS)
        self.caught(everything, {**gone("var/lib/dpkg"), **moved})
        self.caught(everything, {"var/lib/.wh..wh..opq": ""})
        self.caught(everything, gone("var"))
        # Its files are still found through the link: nothing is hidden.
        self.honest(everything, layer({**gone("var/lib/dpkg"), **moved}, [("var/lib/dpkg", "/opt/d")]),
                    found=(OPENSSL,))
        emptied = {**gone("var/lib/dpkg"), "opt/d/status": stanza("base-files", "12.4+deb12u5")}
        self.caught(everything, layer(emptied, [("var/lib/dpkg", "../../opt/d")]))

    def test_states_that_say_it_is_not_there(self):
        for status in ("deinstall ok config-files", "purge ok not-installed"):
            self.caught(debian(), {STATUS: debian(status=status)[STATUS]})
            self.caught(debian(status=status))
        for status in ("install ok unpacked", "install reinstreq half-installed", "hold ok triggers-pending"):
            self.honest(debian(status=status), found=(OPENSSL,))

    def test_the_status_file_is_rewritten(self):
        whole = debian()
        self.caught(whole, {STATUS: stanza("base-files", "12.4+deb12u5")})
        self.caught(whole, {STATUS: ""})
        self.caught(whole, {STATUS: debian(FIXED)[STATUS]})
        self.caught(whole, {STATUS: debian("99")[STATUS]})
        self.caught(whole, {STATUS: whole[STATUS].replace("Source: openssl", "Source: other")})
        self.caught(whole, {STATUS: whole[STATUS].replace("Package: libssl3", "Package: harmless")})
        self.caught(whole, {STATUS: whole[STATUS].replace("amd64", "arm64")})

    def test_lists_and_checksums_go_too(self):
        name = f"{INFO}libssl3:amd64"
        status = {STATUS: stanza("base-files", "12.4+deb12u5")}
        self.caught(debian(), {**status, **gone(name + ".list", name + ".md5sums")})
        self.caught(debian(), {**status, name + ".list": "/.\n", name + ".md5sums": ""})
        self.caught(debian(), {name + ".list": "/.\n", name + ".md5sums": ""},
                    {**status, **gone(name + ".list", name + ".md5sums")})
        # Checksums that are written as if it had been upgraded, over files that are the old ones.
        raised = {STATUS: debian(FIXED)[STATUS]}
        self.caught(debian(), {**raised, name + ".md5sums": f"{md5('other')}  {LIB}\n"})
        self.caught(debian(), {**raised, name + ".md5sums": f"{md5('code of ' + OLD)}  {LIB}\n"})

    def test_in_one_layer_the_lists_still_speak(self):
        whole = debian()
        report = self.caught({**whole, STATUS: stanza("base-files", "12.4+deb12u5")}, found=())
        self.assertIn("libssl3", [f for f in report["findings"] if f["rule"] == HIDDEN][0]["message"])

    def test_a_stage_copied_without_it(self):
        files = {k: v for k, v in debian().items() if not k.startswith("var/")}
        for more in ({"usr/bin/dpkg": "x"}, {"etc/debian_version": "12.5\n"},
                     {"usr/share/doc/libssl3/changelog.Debian.gz": "x"}):
            self.caught({**files, **more}, found=())
        report = self.of(1, {LIB: "x", "srv/app": "x"})
        self.assertIn("a distribution's libraries", [gap["what"] for gap in report["not_covered"]])

    def test_a_real_purge(self):
        removed = gone(LIB, DOC, f"{INFO}libssl3:amd64.list", f"{INFO}libssl3:amd64.md5sums")
        status = stanza("base-files", "12.4+deb12u5")
        self.honest(debian(), {STATUS: status, **removed}, packages=1)
        # Removed and not purged: what is left is its configuration.
        left = {f"{INFO}libssl3:amd64.list": "/.\n/etc\n/etc/ssl.cnf\n"}
        status += stanza("libssl3", OLD, "openssl", status="deinstall ok config-files")
        whole = debian(more={"etc/ssl.cnf": "x"})
        whole[f"{INFO}libssl3:amd64.list"] += "/etc/ssl.cnf\n"
        self.honest(whole, {STATUS: status, **gone(LIB, DOC, f"{INFO}libssl3:amd64.md5sums"), **left}, packages=1)

    def test_a_real_upgrade(self):
        self.honest(debian(), {STATUS: debian(FIXED)[STATUS], **libssl(FIXED)}, packages=2)
        # Documentation that an image leaves out is not a contradiction.
        self.honest(debian(), {STATUS: debian(FIXED)[STATUS], **libssl(FIXED), **gone(DOC)})
        # Through the link that merged /usr is.
        merged = {k.replace("usr/lib/x86", "lib/x86"): v.replace("usr/lib/x86", "lib/x86")
                  for k, v in libssl(FIXED).items() if not k.startswith("usr/lib/x86")}
        self.honest(layer(debian(), [("lib", "usr/lib")]),
                    {STATUS: debian(FIXED)[STATUS], **merged, LIB: f"code of {FIXED}"})
        # And a downgrade is what it says.
        self.honest(debian(FIXED), {STATUS: debian()[STATUS], **libssl()}, found=(OPENSSL,))

    def test_files_that_another_package_took_over(self):
        other = package("libssl3t64", {LIB: "code of another"})
        status = stanza("base-files", "12.4+deb12u5") + stanza("libssl3t64", FIXED, "openssl")
        removed = gone(DOC, f"{INFO}libssl3:amd64.list", f"{INFO}libssl3:amd64.md5sums")
        self.honest(debian(), {STATUS: status, **other, **removed}, packages=2)
        # Only saying so is not enough.
        del other[LIB]
        self.caught(debian(), {STATUS: status, **other, **removed})

    def test_the_same_bytes_written_again_are_no_upgrade(self):
        name = f"{INFO}libssl3:amd64"
        whole = debian()
        sums, touched = whole[name + ".md5sums"], {STATUS: debian(FIXED)[STATUS], LIB: whole[LIB]}
        lines = sums.splitlines(True)
        for text in ("", sums + "\n", "".join(reversed(lines)), "".join(one for one in lines if LIB not in one),
                     sums + f"{md5('')}  usr/share/x\n"):
            with self.subTest(sums=text):
                self.caught(whole, {**touched, name + ".md5sums": text})
                self.caught(whole, {**touched, name + ".md5sums": text, name + ".list": "/.\n"})
                # Documentation that changed, and a library more, explain nothing.
                self.caught(whole, {**touched, DOC: "other", "usr/lib/libmore.so.1": "more", name + ".md5sums":
                                    text.replace(md5("copyright"), md5("other"))
                                    + f"{md5('more')}  usr/lib/libmore.so.1\n"})
        self.caught(whole, {**touched, **gone(name + ".md5sums")})
        # In two steps: taken away and put back.
        self.caught(whole, {STATUS: whole[STATUS] + "\n", **gone(LIB)}, {**touched, name + ".md5sums": sums + "\n"})
        # Under another name, which the checksums then say.
        moved = LIB.replace("so.3", "so.3.1")
        self.caught(whole, {STATUS: touched[STATUS], **package("libssl3", {moved: whole[LIB], DOC: "other"}),
                            **gone(LIB)})

    def test_the_same_bytes_are_nobody_elses(self):
        whole = debian()
        lists = gone(f"{INFO}libssl3:amd64.list", f"{INFO}libssl3:amd64.md5sums")
        other = package("other", {LIB: whole[LIB], DOC: whole[DOC]})
        status = stanza("base-files", "12.4+deb12u5") + stanza("other", "9", "other")
        self.caught(whole, {STATUS: status, **other, **lists})
        more = {f"{INFO}base-files.list": whole[f"{INFO}base-files.list"] + f"/{LIB}\n/{DOC}\n"}
        self.caught(whole, {STATUS: stanza("base-files", "12.4+deb12u5"), LIB: whole[LIB], DOC: whole[DOC],
                            **more, **lists})
        # And they are not gone if they lie elsewhere.
        self.caught(whole, {STATUS: stanza("base-files", "12.4+deb12u5"), "opt/libssl.so.3": whole[LIB],
                            **gone(LIB, DOC), **lists})
        self.honest(whole, {STATUS: stanza("base-files", "12.4+deb12u5"), "opt/libssl.so.3": "another's",
                            **gone(LIB, DOC), **lists})

    def test_an_upgrade_that_leaves_a_sibling_as_it_was(self):
        """Of the same source: the one program's bytes change, the other package's need not."""
        def both(version, code):
            tool = package("openssl", {"usr/bin/openssl": code}, arch="")
            library = package("libssl3", {LIB: "same", DOC: f"changes of {version}"})
            return {**tool, **library, STATUS: stanza("base-files", "12.4+deb12u5")
                    + stanza("openssl", version) + stanza("libssl3", version, "openssl")}
        base = {**debian(), **both(OLD, "old")}
        self.honest(base, both(FIXED, "new"), packages=3)
        report = self.caught(base, both(FIXED, "old"))
        hidden = [f for f in report["findings"] if f["rule"] == HIDDEN][0]
        self.assertIn("2 packages", hidden["message"])

    def test_a_package_without_programs(self):
        """Its data counts: what is neither empty nor documentation."""
        def data(version, text, doc):
            files = {"usr/share/data/table": text, "usr/share/data/empty": "", "usr/share/doc/data/changelog": doc}
            return {**package("data", files, arch=""), STATUS: debian(FIXED)[STATUS] + stanza("data", version)}
        base = {**debian(FIXED), **data("1", "table", "1")}
        self.honest(base, data("2", "another table", "2"), packages=3)
        self.caught(base, data("2", "table", "2"), found=())
        # A metapackage has documentation alone.
        base = {**debian(FIXED), **data("1", "", "1")}
        self.honest(base, data("2", "", "2"), packages=3)
        # Another package may take data over as it is.
        base = {**debian(FIXED), **data("1", "table", "1")}
        taken = package("more", {"usr/share/data/table": "table"}, arch="")
        self.honest(base, {STATUS: debian(FIXED)[STATUS] + stanza("more", "2"), **taken,
                           **gone("usr/share/data/empty", "usr/share/doc/data", INFO + "data.list",
                                  INFO + "data.md5sums")}, packages=3)

    def test_everything_is_gone(self):
        report = self.of(1, debian(), {**gone("usr", "var", "etc"), "app": "x"})
        self.assertEqual([gap["what"] for gap in report["not_covered"]], ["this image"])


class StatusD(HiddenTest):
    """A package a file, as distroless images have it."""

    def base(self, version=OLD):
        text = stanza("libssl3", version, "openssl").replace("Status: install ok installed\n", "")
        return {"etc/os-release": harbour.OS_RELEASE, LIB: f"code of {version}",
                "var/lib/dpkg/status.d/libssl3": text,
                "var/lib/dpkg/status.d/libssl3.md5sums": f"{md5('code of ' + version)}  {LIB}\n"}

    def test_it(self):
        self.honest(self.base(), found=(OPENSSL,))
        one = "var/lib/dpkg/status.d/libssl3"
        self.caught(self.base(), gone(one))
        self.caught(self.base(), gone(one, one + ".md5sums"))
        self.caught(self.base(), gone("var/lib/dpkg"))
        self.caught(self.base(), {one: self.base(FIXED)[one]})
        self.honest(self.base(), self.base(FIXED))
        self.honest(self.base(), {**gone("usr", "var/lib/dpkg/status.d"), "app": "x"}, code=1)


class Release(HiddenTest):
    def test_another_release_or_distribution(self):
        forged = harbour.OS_RELEASE.replace("12", "99")
        for text in (forged, "ID=alpine\nVERSION_ID=3.19\n", "ID=debian\n", "", "PRETTY_NAME=x\n"):
            for path in ("usr/lib/os-release", "etc/os-release"):
                if path.startswith("etc") and "\nID=" not in "\n" + text:
                    continue  # the other file is read then, as it should be
                report = self.caught(debian(), {path: text})
                self.assertEqual(report["inventory"]["distro_version"], "12")
                # In the only layer there is, the package that brings it knows better.
                report = self.caught({**debian(), path: text})
                self.assertEqual(report["inventory"]["distro_version"], "12")

    def test_it_is_removed(self):
        linked = layer(debian(), [("etc/os-release", "../usr/lib/os-release")])
        self.caught(linked, gone("usr/lib/os-release", "etc/os-release"), path="usr/lib/os-release")
        self.caught(linked, gone("usr/lib/os-release"))
        self.honest(linked, gone("etc/os-release"), found=(OPENSSL,))
        self.honest(linked, found=(OPENSSL,))
        whole = debian()
        del whole["usr/lib/os-release"]
        self.caught(whole)

    def test_a_real_upgrade_of_the_release(self):
        new = {"usr/lib/os-release": harbour.OS_RELEASE.replace("12", "99"),
               "usr/share/doc/base-files/copyright": "c"}
        report = self.honest(debian(), {STATUS: stanza("base-files", "99.1") + stanza("libssl3", OLD, "openssl"),
                                        **package("base-files", new, arch="")}, code=1)
        self.assertEqual(report["inventory"]["distro_version"], "99")
        self.assertEqual([gap["what"] for gap in report["not_covered"]], ["debian 99"])


class Python(HiddenTest):
    def test_metadata_is_removed_or_rewritten(self):
        folder = f"{SITE}Flask_Cors-3.0.8.dist-info"
        for record in (RECORD, ""):
            with self.subTest(record=record):
                base = [debian(FIXED), flask(record)]
                self.honest(*base, found=(FLASK,))
                self.caught(*base, gone(folder), found=(FLASK,), path=folder + "/METADATA")
                self.caught(*base, gone(folder + "/METADATA"), found=(FLASK,))
                self.caught(*base, {folder + "/METADATA": METADATA.format("9.9")}, found=(FLASK,))
                self.caught(*base, {**gone(folder), f"{SITE}Flask_Cors-9.9.dist-info/METADATA":
                                    METADATA.format("9.9")}, found=(FLASK,))
                self.caught(*base, {folder + "/METADATA": METADATA.format("3.0.8").replace("Flask-Cors", "other")},
                            found=(FLASK,))

    def test_the_same_bytes_written_again(self):
        folder, module = f"{SITE}Flask_Cors-3.0.8.dist-info", SITE + "flask_cors/__init__.py"
        new = f"{SITE}Flask_Cors-9.9.dist-info/"
        for record in (RECORD, ""):
            base = [debian(FIXED), flask(record)]
            again = {module: flask()[module]}
            with self.subTest(record=record):
                self.caught(*base, {folder + "/METADATA": METADATA.format("9.9"), **again}, found=(FLASK,))
                self.caught(*base, {**gone(folder), new + "METADATA": METADATA.format("9.9"), **again,
                                    **({new + "RECORD": RECORD.replace("3.0.8", "9.9")} if record else {})},
                            found=(FLASK,))
                self.caught(*base, {**gone(SITE.rstrip("/")), "opt/p/flask_cors/__init__.py": flask()[module]},
                            found=(FLASK,))

    def test_a_real_removal_and_a_real_upgrade(self):
        folder = f"{SITE}Flask_Cors-3.0.8.dist-info"
        for record in (RECORD, ""):
            base = [debian(FIXED), flask(record)]
            self.honest(*base, gone(folder, SITE + "flask_cors"), packages=2)
            self.honest(*base, {**gone(folder), **flask(record, "3.0.9")}, packages=3)

    def test_another_kind_of_package_does_not_make_up_for_a_distribution(self):
        for i, library in enumerate(("usr/lib/x86_64-linux-gnu/libssl.so.3", "usr/lib/libssl.so.3", "lib64/libc.so.6")):
            path = Image([layer({library: "code", "requirements.txt": "flask==3.0.3\n"})]).folder(self.folder / f"decoy{i}")
            report = self.report(1, "scan", path, "--db", self.database)
            self.assertIn(("this image", "inventory", "blocks"),
                          [(g["what"], g["kind"], g["verdict"]) for g in report["not_covered"]])


class Owned(HiddenTest):
    """What the distribution's package brought is the distribution's, and nobody's leak."""

    TEXT = f'example = "{key_shaped()}"\n'
    PATH = "usr/share/doc/libssl3/examples"

    def key(self, *layers):
        self.n = getattr(self, "n", 0) + 1
        layers = [one if isinstance(one, bytes) else layer(one) for one in layers]
        done = self.run_program("scan", Image(layers).folder(self.folder / f"owned{self.n}"), "--db", self.database,
                                "--format", "json")
        self.assertIn(done.returncode, (0, 1), done.stderr.decode())
        self.assertNotIn(key_shaped(), done.stdout.decode())
        found = [f for f in json.loads(done.stdout)["findings"] if f["rule"] == KEY]
        self.assertEqual(len(found), 1)
        return found[0]

    def owned(self, *layers):
        f = self.key(*layers)
        self.assertEqual((f["severity"], f["verdict"] == "blocks"), ("info", False))
        self.assertIn("package libssl3", f["message"])

    def leaked(self, *layers):
        f = self.key(*layers)
        self.assertEqual((f["severity"], f["verdict"]), ("critical", "blocks"))
        self.assertNotIn("package", f["message"])

    def with_key(self, version=FIXED, path=PATH):
        return {**debian(version), **package("libssl3", {LIB: f"code of {version}", path: self.TEXT})}

    def test_it(self):
        self.owned(self.with_key())
        # An upgrade brings another file, and both layers have one.
        old, new = self.with_key(OLD), self.with_key()
        self.owned(old, {STATUS: new[STATUS], **package("libssl3", {LIB: f"code of {FIXED}", self.PATH: self.TEXT})})
        # Merged /usr: the list says lib, the layer usr/lib.
        merged = self.with_key(path="lib/examples")
        merged["usr/lib/examples"] = merged.pop("lib/examples")
        self.owned(merged)
        self.owned(self.with_key(), gone(self.PATH))

    def test_what_is_not_the_packages(self):
        whole, name = self.with_key(), f"{INFO}libssl3:amd64"
        self.leaked({**whole, self.PATH: self.TEXT + "\n"})
        self.leaked({**debian(FIXED), self.PATH: self.TEXT})
        self.leaked({**whole, name + ".list": f"/{LIB}\n"})
        self.leaked({**whole, name + ".md5sums": ""})
        # Put there later, with records to suit.
        sums = {name + ".list": whole[name + ".list"], name + ".md5sums": whole[name + ".md5sums"]}
        self.leaked(debian(FIXED), {self.PATH: self.TEXT, **sums})
        self.leaked(debian(FIXED), {self.PATH: self.TEXT}, sums)
        # No package of the distribution puts files there.
        for path in ("app/k.txt", "srv/k.txt", "home/a/k", "root/k", "opt/k", "usr/local/k", "tmp/k", "var/www/k"):
            self.leaked(self.with_key(path=path))
        # The same key in a file of one's own is one's own.
        self.leaked({**whole, "srv/key": self.TEXT})
        self.leaked(whole, {"srv/key": self.TEXT})
