"""The tar reader against libarchive: archives of every format that Python's tarfile writes, with fields of their
headers changed as other writers have them or spoilt, and the corpus."""
import io
import itertools
import tarfile

import oracle

EXCEPTIONS = {
    "folder by its name": "a file (type 0 or 7) whose name ends in a slash is a folder to libarchive; to Go, and so to the "
                          "container runtimes, only v7's is",
    "last padding": "the archive may end with its last body; libarchive wants the rest of the block too",
    "link to nothing": "a hard link without a target is one; libarchive makes it a file",
    "prefix in a GNU header": "what stands where POSIX has the prefix is one, as in Go, if it is no time; libarchive takes it "
                              "for the map of a sparse file, whatever the type",
    "no body": "links, folders and devices have no body whatever their size says, as the container runtimes have it; "
               "libarchive goes over it",
    "other types": "sparse files, and types that are no object of a file system, are refused one by one; libarchive "
                   "unfolds the first and takes the others for files",
    "no number": "a field that is no number is 0, and an error if it is the size of a body; libarchive reads as far as "
                 "there are digits, and calls a size negative that is of no interest",
}
ALWAYS = {"folder by its name", "last padding", "link to nothing"}
KINDS = [tarfile.REGTYPE, tarfile.REGTYPE, tarfile.REGTYPE, tarfile.DIRTYPE, tarfile.SYMTYPE, tarfile.LNKTYPE,
         tarfile.FIFOTYPE, tarfile.CHRTYPE, tarfile.BLKTYPE]
FIELDS = {"name": (0, 100), "mode": (100, 8), "size": (124, 12), "type": (156, 1), "link": (157, 100),
          "magic": (257, 8), "major": (329, 8), "minor": (337, 8), "prefix": (345, 155)}


def name(rand, long):
    parts = [rand.choice(["a", "b.txt", "usr", "lib", "x y", ".", "", "café", "..data", "-f", "a" * 30])
             for _ in range(rand.randint(1, 4))]
    if long and rand.random() < 0.3:
        parts += ["d" * rand.randrange(40, 99)] * rand.randint(1, 3)
    return rand.choice(["", "", "./", "/"]) + "/".join(parts) or "a"


def archive(rand):
    form = rand.choice([tarfile.USTAR_FORMAT, tarfile.GNU_FORMAT, tarfile.PAX_FORMAT])
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w", format=form, encoding="utf-8") as tar:
        # libarchive looks at the first header alone to find out whether this is an archive.
        tar.addfile(tarfile.TarInfo("first"))
        for _ in range(rand.randint(0, 6)):
            entry = tarfile.TarInfo(name(rand, form != tarfile.USTAR_FORMAT))
            entry.type, entry.mode = rand.choice(KINDS), rand.randrange(0o10000)
            entry.mtime = rand.choice([0, 1700000000, 1700000000.5 if form == tarfile.PAX_FORMAT else 1])
            if entry.type in (tarfile.SYMTYPE, tarfile.LNKTYPE):
                entry.linkname = name(rand, form != tarfile.USTAR_FORMAT)
            if entry.type in (tarfile.CHRTYPE, tarfile.BLKTYPE):
                entry.devmajor, entry.devminor = rand.randrange(300), rand.randrange(70000)
            body = b""
            if entry.type == tarfile.REGTYPE:
                body = rand.randbytes(rand.choice([0, 1, 511, 512, 513, 1500]))
            if form == tarfile.PAX_FORMAT and rand.random() < 0.2:
                entry.pax_headers = {rand.choice(["comment", "SCHILY.xattr.user.x", "path2", "uname"]): "v\n=w"}
            entry.size = len(body)
            tar.addfile(entry, io.BytesIO(body))
    return out.getvalue()[:rand.choice([None, None, -512, -1024, -9000])]


def headers_of(data):
    """The places of headers, by their checksum alone."""
    return [at for at in range(0, len(data) - 511, 512) if any(data[at:at + 512]) and data[at + 257:at + 262] == b"ustar"]


def mend(data, at):
    data[at + 148:at + 156] = b" " * 8
    data[at + 148:at + 156] = b"%06o\0 " % sum(data[at:at + 512])


def other_writing(rand, field, old):
    """The same or another value of a field, as some writer has it, and whether it means something."""
    size = len(old)
    if field in ("mode", "size", "major", "minor"):
        digits = old.strip(b" \0") or b"0"
        if not set(digits) <= set(b"01234567"):
            digits = b"0"
        if rand.random() < 0.1:
            return rand.choice([b"9".rjust(size, b"0"), b"7".rjust(size - 1, b"0") + b"x", b"\xff" * size, b"1 1".ljust(size)]), False
        return rand.choice([
            digits.rjust(size, b" "), digits.ljust(size, b" "), digits.ljust(size, b"\0"), b" " + digits.ljust(size - 1, b"\0"),
            b"0" * (size - len(digits)) + digits, b"\x80" + int(digits, 8).to_bytes(size - 1, "big"),
            b"\0" * size, b" " * size, b"0000010".ljust(size, b"\0")]), True
    if field == "type":
        if rand.random() < 0.2:
            return rand.choice([b"9", b"A", b"V", b"M", b"S", b"X"]), False
        return rand.choice([b"\0", b"0", b"5", b"7", b"1", b"2"]), True
    if field == "magic":
        return rand.choice([b"ustar\x0000", b"ustar  \0", b"\0" * 8, b"ustar\0\0\0"]), True
    values = [b"", b"p", b"p/q/", b"/", b"a/..", b"x" * size]
    if field != "prefix":
        values = [b"", b"n", b"n/", b"./", b"a/../b", b"/", b"..", b"n" * size, b"a//b", b"n\0m"]
    return rand.choice(values).ljust(size, b"\0"), True


def change(rand, data):
    """Another archive, and the exceptions that may be met in it."""
    data, may = bytearray(data), set(ALWAYS)
    headers = [at for at in headers_of(data)[1:] if data[at + 156] not in b"xgLK"]
    if any(data[at + 156] in b"12" for at in headers):
        may.add("no body")
    for at in rand.sample(headers, min(len(headers), rand.randint(1, 2))):
        field = rand.choice(list(FIELDS))
        start, size = FIELDS[field]
        start += at
        data[start:start + size], means_something = other_writing(rand, field, bytes(data[start:start + size]))
        if not means_something:
            may.add("other types" if field == "type" else "no number")
        if field in ("type", "size", "name"):
            may.add("no body")
        if data[at + 257:at + 264] == b"ustar  " and any(data[at + 345:at + 500]):
            may.add("prefix in a GNU header")
        if rand.random() < 0.95:
            mend(data, at)
    if rand.random() < 0.15:
        del data[rand.randint(512, len(data)):]
    return bytes(data), may


def normal(path):
    """The path as the reader gives it; None if it has a ".."."""
    parts = [part for part in path.split("/") if part not in ("", ".")]
    return None if ".." in parts else "/".join(parts)


def theirs_as_ours(entry):
    """An entry of libarchive's in the reader's words, with what the reader refuses by its name."""
    entry = dict(entry)
    path = normal(entry["path"])
    link = normal(entry["link"]) if entry["kind"] == "hard link" else entry["link"]
    if path is None or link is None or (path == "" and entry["kind"] != "dir") or entry["kind"] == "other":
        return {"refused": True}
    return as_compared(entry | {"path": path, "link": link})


def as_compared(entry):
    if "refused" in entry:
        return {"refused": True}
    entry = {key: value for key, value in entry.items() if key not in ("offset", "error")}
    if "device" not in entry["kind"]:
        del entry["dev"]
    if entry["kind"] != "file":
        del entry["size"]
    return entry


def compare(o, given, ours, theirs):
    """Entry by entry, up to the first that differs."""
    data, may = given
    passed = set()  # what was met before, after which the two may stand elsewhere
    for mine, other in itertools.zip_longest(ours, theirs):
        fits = isinstance(mine, dict) and isinstance(other, dict) and "path" in other and "error" not in mine
        if fits and ("error" not in other or "refused" in mine and theirs_as_ours(other) == as_compared(mine)):
            one, two = as_compared(mine), theirs_as_ours(other)
        else:
            one, two = ["end" if end == "end" else "error" if end and "error" in end else end for end in (mine, other)]
        mine, other = mine if isinstance(mine, dict) else {}, other if isinstance(other, dict) else {}
        if mine.get("refused", "").startswith(("a sparse file", "an entry of type")):
            passed.add("other types")
        if one != two:
            o.compare((mine, other, may - ALWAYS), one, two, excuse(may, passed, mine, other))
            return
        o.compare(data, one, two)
        if "error" in other:
            return
        if other.get("kind", "file") != "file" and other["size"] > 0:
            passed.add("no body")


def excuse(may, passed, mine, other):
    refused, file, error = mine.get("refused", ""), mine.get("kind") == "file", other.get("error", "")
    differing = {key for key in other if mine.get(key) != other[key]}
    fits = {
        "folder by its name": other.get("kind") == "dir" and (file or refused == "an entry without a name"),
        "last padding": (file or refused) and error.startswith("Truncated input file"),
        "link to nothing": mine.get("kind") == "hard link" and not mine["link"],
        "prefix in a GNU header": True,
        "no body": "no body" in passed or mine.get("kind") == "hard link" and "body" in differing,
        "other types": "other types" in passed,
        "no number": "error" in mine or error or differing & {"mode", "dev"},
    }
    return next((name for name in EXCEPTIONS if name in may and fits[name]), None)


def main():
    o = oracle.Oracle(EXCEPTIONS)
    inputs = [(data, set(EXCEPTIONS)) for data in oracle.corpus("fuzz/corpus/tar/*")]
    whole = [archive(o.rand) for _ in range(600)]
    inputs += [(data, ALWAYS) for data in whole] + [change(o.rand, o.rand.choice(whole)) for _ in range(2000)]
    texts = [data for data, _ in inputs]
    for given, ours, theirs in zip(inputs, o.ask("tar", texts), o.ask("libarchive", texts)):
        compare(o, given, ours, theirs)
    o.finish(10000)


main()
