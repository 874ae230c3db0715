"""Makes OCI layouts by hand: layers are lists of entries, written with Python's tarfile."""
import gzip
import hashlib
import io
import json
import pathlib
import tarfile

LAYER = "application/vnd.oci.image.layer.v1.tar"
TYPES = {"file": tarfile.REGTYPE, "dir": tarfile.DIRTYPE, "link": tarfile.SYMTYPE, "hard": tarfile.LNKTYPE,
         "fifo": tarfile.FIFOTYPE}


def digest_of(data):
    return "sha256:" + hashlib.sha256(data).hexdigest()


def tar_of(entries):
    """Entries: (kind, name, text or target)."""
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w", format=tarfile.GNU_FORMAT) as tar:
        for kind, name, text in entries:
            info = tarfile.TarInfo(name)
            info.type = TYPES[kind]
            info.mode = 0o755 if kind == "dir" else 0o644
            body = b""
            if kind == "file":
                body = text if isinstance(text, bytes) else text.encode()
                info.size = len(body)
            elif kind in ("link", "hard"):
                info.linkname = text
            tar.addfile(info, io.BytesIO(body))
    return out.getvalue()


class Layout:
    """A folder; what is written can be bent afterwards."""

    def __init__(self, folder):
        self.folder = pathlib.Path(folder)
        (self.folder / "blobs/sha256").mkdir(parents=True)
        (self.folder / "oci-layout").write_text('{"imageLayoutVersion":"1.0.0"}')
        self.manifests = []

    def blob(self, data):
        digest = digest_of(data)
        (self.folder / "blobs/sha256" / digest[7:]).write_bytes(data)
        return digest

    def path_of(self, digest):
        return self.folder / "blobs/sha256" / digest[7:]

    def put_json(self, document, media_type):
        data = json.dumps(document).encode()
        return {"mediaType": media_type, "digest": self.blob(data), "size": len(data)}

    def image(self, tars, tag="latest", history=None, arch="amd64", config=None, media_type=LAYER + "+gzip",
              compress=lambda data: gzip.compress(data, 1, mtime=0), diff_ids=None):
        """Adds an image; returns the digests of its layers."""
        layers = []
        for data in tars:
            packed = compress(data)
            layers.append({"mediaType": media_type, "digest": self.blob(packed), "size": len(packed)})
        document = {"architecture": arch, "os": "linux", "config": config or {},
                    "rootfs": {"type": "layers", "diff_ids": diff_ids or [digest_of(t) for t in tars]},
                    "history": [{"created_by": h} for h in (history or [])]}
        manifest = {"schemaVersion": 2, "mediaType": "application/vnd.oci.image.manifest.v1+json",
                    "config": self.put_json(document, "application/vnd.oci.image.config.v1+json"),
                    "layers": layers}
        descriptor = self.put_json(manifest, manifest["mediaType"])
        descriptor["annotations"] = {"org.opencontainers.image.ref.name": tag}
        descriptor["platform"] = {"os": "linux", "architecture": arch}
        self.manifests.append(descriptor)
        self.write_index()
        return [layer["digest"] for layer in layers]

    def write_index(self):
        (self.folder / "index.json").write_text(json.dumps({"schemaVersion": 2, "manifests": self.manifests}))
