#!/usr/bin/env python3
"""Writes an OCI layout to scan: make_image.py FOLDER [MEGABYTES]

The same files in the same layers on every machine (how small gzip makes them is zlib's); prints a
digest of what is in them. Half of it looks like programs, which compress to about half, a quarter
like source; one in fifty files is a Python package's metadata, and one lists Debian packages.
"""
import gzip
import hashlib
import io
import json
import pathlib
import sys
import tarfile

from make_dockerfiles import Dice
from make_tree import KINDS, block

OCI = "application/vnd.oci.image."
LAYERS, FILE_BYTES = 4, 40_000


def program(number, size):
    """Bytes of which every other has two bits."""
    noise = bytearray(hashlib.shake_256(b"program %d" % number).digest(size))
    noise[::2] = bytes(byte & 3 for byte in noise[::2])
    return bytes(noise)


def metadata(number):
    return f"Metadata-Version: 2.1\nName: package-{number}\nVersion: 1.{number % 17}.{number % 5}\n\nA package.\n"


def dpkg_status():
    return "".join(f"Package: lib{i}\nStatus: install ok installed\nArchitecture: amd64\nVersion: 1:{i % 9}.{i % 31}-"
                   f"{1 + i % 3}\nDescription: one of many\n that are listed here\n\n" for i in range(400))


def files_of(layer, wanted, blocks):
    """Names and bytes, about as many bytes as wanted."""
    if layer == 0:
        yield "usr/lib/os-release", b"ID=debian\nVERSION_ID=12\n"
        yield "var/lib/dpkg/status", dpkg_status().encode()
    dice, written, number = Dice(31 + layer), 0, layer * 1_000_000
    while written < wanted:
        number += 1
        if number % 50 == 0:
            data = metadata(number).encode()
            yield f"usr/lib/python3/dist-packages/package_{number}-1.dist-info/METADATA", data
        elif number % 2:
            data = program(number, 1 + dice.below(2 * FILE_BYTES))
            yield f"usr/bin/{number // 64:03}/program-{number}", data
        else:
            data = "".join(dice.of(blocks) for _ in range(1 + dice.below(4))).encode()
            yield f"srv/app/{number // 64:03}/{number}.py", data
        written += len(data)


def tar_of(files):
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w", format=tarfile.USTAR_FORMAT) as tar:
        for name, data in files:
            info = tarfile.TarInfo(name)
            info.size = len(data)
            tar.addfile(info, io.BytesIO(data))
    return out.getvalue()


def put(folder, data, kind):
    name = hashlib.sha256(data).hexdigest()
    (folder / "blobs/sha256").mkdir(parents=True, exist_ok=True)
    (folder / "blobs/sha256" / name).write_bytes(data)
    return {"mediaType": OCI + kind, "digest": "sha256:" + name, "size": len(data)}


def put_json(folder, value, kind):
    return put(folder, json.dumps(value).encode(), kind)


def main():
    if len(sys.argv) not in (2, 3):
        sys.exit(__doc__)
    folder, wanted = pathlib.Path(sys.argv[1]), int(float(sys.argv[2]) * 1e6) if len(sys.argv) == 3 else 200_000_000
    blocks = [block(make, 1000 + i) for _, make in KINDS[:3] for i in range(48)]
    layers, diff_ids = [], []
    for number in range(LAYERS):
        tar = tar_of(files_of(number, wanted // LAYERS, blocks))
        diff_ids.append("sha256:" + hashlib.sha256(tar).hexdigest())
        layers.append(put(folder, gzip.compress(tar, 6, mtime=0), "layer.v1.tar+gzip"))
    config = put_json(folder, {"architecture": "amd64", "os": "linux", "config": {},
                               "rootfs": {"type": "layers", "diff_ids": diff_ids}}, "config.v1+json")
    manifest = put_json(folder, {"schemaVersion": 2, "config": config, "layers": layers}, "manifest.v1+json")
    (folder / "index.json").write_text(json.dumps({"schemaVersion": 2, "manifests": [manifest]}))
    (folder / "oci-layout").write_text('{"imageLayoutVersion": "1.0.0"}')
    print(hashlib.sha256("".join(diff_ids).encode()).hexdigest())


if __name__ == "__main__":
    main()
