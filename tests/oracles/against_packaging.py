"""Requirements files against pip's own reading of them, line by line, and packaging's of each line; Python's names
against packaging's; package URLs against the standard library's escapes, taken apart again.

pip's reader of requirements files is not a public interface: it comes from the wheel of python3-pip-whl.
"""
import contextlib
import glob
import io
import re
import string
import sys
import urllib.parse

import oracle

sys.path += glob.glob("/usr/share/python-wheels/pip-*.whl")
try:
    from packaging.requirements import Requirement
    from packaging.utils import canonicalize_name
    from pip._internal.req.req_file import get_line_parser, preprocess
except ImportError as error:
    oracle.skip(f"{error} (Debian: python3-packaging python3-pip-whl)")

EXCEPTIONS = {
    "no requirement": "what pip refuses is no error: a line that begins as a requirement with an exact version names it",
    "line of the name": "a package stands where its name does; pip counts from the first of the lines that are joined",
    "variable": "a version with a $ is not exact: pip puts variables in",
}
NAMES = ["six", "Flask-Cors", "a", "zope.interface", "x_y-.z", "PyYAML", "n1"]
VERSIONS = ["1", "1.0", "3.0.9", "1.0.post1", "2!1.0", "1.0+local.1", "0.1rc1", "1.0.dev0", "20.4"]
LINES = ["", "# a comment", "   # one more==1.0", "-r base.txt", "--requirement=more.txt", "-c constraints.txt",
         "-e ./folder", "--index-url https://pypi.example.com/simple", "--no-binary :all:", "./local.whl", "-e .",
         "https://example.com/a-1.0.tar.gz", "--pre", "--hash=sha256:00", "six===${V}",
         "https://example.com/a==1,==2"]
LIKELY = b"=<>!~,;[]()#\\\n\r \t-.*@${}'\"0a\x0b\x0c\x1c"


def specifier(rand):
    """A valid one: only == and != take a local version, a "*", or a single number ("~=1" is not valid)."""
    operator, version = rand.choice(["==", "==", "==", "==", "===", ">=", "~=", "<", "!="]), rand.choice(VERSIONS)
    if operator not in ("==", "===", "!=") or rand.random() < 0.1:
        version = rand.choice(["1.0", "2!3.1", "4.2.1"])
        version += ".*" if operator in ("==", "!=") else ""
    return operator + rand.choice(["", "", " "]) + version


def requirement(rand):
    out = rand.choice(NAMES) + rand.choice(["", "", "", " "]) + rand.choice(["", "", "", "[a]", "[a,b-c] ", "[ ]"])
    parts = [specifier(rand) for _ in range(rand.choice([0, 1, 1, 1, 1, 2, 3]))]
    joined = rand.choice([",", ", ", " , "]).join(parts)
    out += rand.choice(["({})", " {}", "{}", "{}"]).format(joined) if parts else ""
    if not parts and rand.random() < 0.3:
        out += " @ https://example.com/x-1.0.zip"
    if rand.random() < 0.2:
        out += rand.choice([" ; ", ";", "; "]) + rand.choice(["python_version < '3'", 'extra == "x==1.0"'])
    if rand.random() < 0.2:
        out += rand.choice([" ", " \\\n  ", "\\\n "]) + "--hash=sha256:" + "0a" * 4
    if rand.random() < 0.2:
        out += rand.choice([" # six==9", " #", "\t# x", "#no comment"])
    if rand.random() < 0.1:
        at = rand.randrange(len(out))
        out = out[:at] + rand.choice(["\\\n", "\\\r\n", " \\\n "]) + out[at:]
    return rand.choice(["", "", "", "  ", "\t"]) + out


def file(rand):
    lines = [requirement(rand) if rand.random() < 0.7 else rand.choice(LINES) for _ in range(rand.randint(0, 5))]
    return rand.choice(["\n"] * 12 + ["\r\n"] * 4 + list("\r\v\f\x1c\x1d\x1e\x85\u2028\u2029")).join(lines) + rand.choice(["", "\n"])


def pinned(requirement):
    for part in requirement.specifier_in_order:
        exact = re.fullmatch(r"(?:===|==(?!=))\s*([^*\s]+)", part)
        if exact:
            return exact.group(1)
    return None


class Line:
    """A requirement as packaging reads it, with its specifiers in the order of the text (a SpecifierSet has none)."""

    def __init__(self, text):
        whole = Requirement(text)
        self.name = canonicalize_name(whole.name)
        head = "" if whole.url else re.sub(r"^[\s\w.-]+(\[[^]]*\])?", "", text.split(";")[0])
        self.specifier_in_order = [part.strip(" \t()") for part in head.split(",")]


def by_pip(text):
    """[line, name, version] of each exact version, how many lines name none, and whether all lines are some."""
    packages, unpinned, invalid = [], 0, False
    parse = get_line_parser(None)
    for number, line in preprocess(text):
        try:
            words, options = parse(line)
        except BaseException:
            invalid = True
            continue
        if options.editables:
            unpinned += 1
        if not words:
            continue
        try:
            one = Line(words)
        except (ValueError, SyntaxError):  # an invalid specifier or string is not always an InvalidRequirement
            invalid = invalid or not re.match(r"https?://|\./", words)
            unpinned += 1
            continue
        version = pinned(one)
        packages += [[number, one.name, version]] if version else []
        unpinned += not version
    return packages, unpinned, invalid


def requirements(o):
    inputs = oracle.corpus("fuzz/corpus/requirements/*", "examples/*/requirements.txt", "tests/data/sbom/requirements.txt")
    made = [file(o.rand).encode() for _ in range(1500)]
    inputs += made + [oracle.mutate(o.rand.choice(made), o.rand, LIKELY) for _ in range(1500)]
    for given, answer in zip(inputs, o.ask("requirements", inputs)):
        try:
            text = given.decode()
        except UnicodeDecodeError:
            continue
        with contextlib.redirect_stderr(io.StringIO()), contextlib.redirect_stdout(io.StringIO()):
            packages, unpinned, invalid = by_pip(text)
        if len(text.splitlines()) != len(text.split("\n")) - text.endswith("\n"):  # our lines are an editor's
            packages = [[0, *package[1:]] for package in packages]
        ours = [[at[0] if packages and packages[0][0] else 0, at[2].encode("latin-1").decode(), at[3]] for at in answer[1:] if isinstance(at[0], int)]
        without = sum(int(at[1]) for at in answer[1:] if at[0] == "unpinned")
        excuse = "no requirement" if invalid else None
        if [package[1:] for package in ours] == [package[1:] for package in packages] and re.search(r"\\\r?\n", text):
            excuse = "line of the name"
        if re.search(r"===[^,;)]*\$", text):
            excuse = "variable"
        o.compare(text, (ours, without), (packages, unpinned), excuse)


def names(o):
    letters = string.ascii_letters + string.digits + "-_."
    inputs = ["".join(o.rand.choice(letters) for _ in range(o.rand.randint(1, 12))) for _ in range(2000)]
    for given, ours in zip(inputs, o.ask("pypi-name", [name.encode() for name in inputs])):
        o.compare(given, ours, canonicalize_name(given))


def escape(text):
    return urllib.parse.quote(text, safe=":")


def purl(kind, namespace, name, version, arch, distro):
    """By the package-url specification's "how to build", with what it says of deb and pypi."""
    name = name.lower() if kind in ("deb", "pypi") else name
    name = name.replace("_", "-") if kind == "pypi" else name
    out = "pkg:" + "/".join(escape(part) for part in (kind, namespace.lower(), name) if part)
    out += "@" + escape(version) if version else ""
    qualifiers = [f"{key}={escape(value)}" for key, value in (("arch", arch), ("distro", distro)) if value]
    return out + ("?" + "&".join(qualifiers) if qualifiers else "")


def purls(o):
    def word(of=string.ascii_letters + string.digits + "-._~+:/@%?#& =é\x7f"):
        return "".join(o.rand.choice(of) for _ in range(o.rand.randint(0, 7)))

    inputs = []
    for _ in range(3000):
        kind, namespace = o.rand.choice([("deb", "Debian"), ("deb", "ubuntu"), ("pypi", ""), ("deb", "")])
        inputs.append([kind, namespace, "n" + word(), word(), o.rand.choice(["", "amd64", word()]),
                       o.rand.choice(["", "debian", "a b"]), o.rand.choice(["", "12", word()]), o.rand.choice(["", "bookworm"])])
    answers = o.ask("purl", ["".join(field + "\0" for field in fields).encode() for fields in inputs])
    for fields, ours in zip(inputs, answers):
        kind, namespace, name, version, arch, distro, number, code = fields
        distro = "-".join(filter(None, [distro, number or code])) if distro and namespace else ""
        o.compare(fields, ours, purl(kind, namespace, name, version, arch, distro))
        parts = urllib.parse.urlsplit(ours)
        _, _, behind = parts.path.rpartition("@") if version else ("", "", "")
        o.compare(fields, urllib.parse.unquote(behind), version)
        o.compare(fields, dict(urllib.parse.parse_qsl(parts.query.replace("+", "%2B"))),
                  {key: value for key, value in (("arch", arch), ("distro", distro)) if value})


def main():
    o = oracle.Oracle(EXCEPTIONS)
    requirements(o)
    names(o)
    purls(o)
    o.finish(11000)


main()
