"""A registry with a password, a proxy before it that can misbehave, and a small base image."""
import base64
import contextlib
import hashlib
import http.client
import http.server
import io
import json
import os
import pathlib
import platform
import re
import shutil
import socket
import subprocess
import tarfile
import threading
import time

USER, PASSWORD = "harbour-master", "load-line" + "-1876"
ARCH = {"x86_64": "amd64", "aarch64": "arm64"}[platform.machine()]
CONFIG = """version: 0.1
log: {{level: error, accesslog: {{disabled: true}}}}
storage: {{filesystem: {{rootdirectory: {folder}/data}}, delete: {{enabled: true}}}}
http: {{addr: "127.0.0.1:{port}"}}
auth: {{htpasswd: {{realm: tests, path: {folder}/htpasswd}}}}
"""


def free_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


def wait_for(port):
    for _ in range(400):
        with socket.socket() as s:
            if s.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.025)
    raise RuntimeError("the registry does not answer")


class Registry:
    def __init__(self, folder):
        self.folder = pathlib.Path(folder)
        self.folder.mkdir()
        self.port = free_port()
        self.host = f"127.0.0.1:{self.port}"
        (self.folder / "config.yml").write_text(CONFIG.format(folder=self.folder, port=self.port))
        (self.folder / "password").write_text(PASSWORD + "\n")
        subprocess.run(["htpasswd", "-iBc", "-C", "4", str(self.folder / "htpasswd"), USER], check=True,
                       input=PASSWORD.encode(), capture_output=True)
        self.process = subprocess.Popen(["docker-registry", "serve", str(self.folder / "config.yml")],
                                        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        wait_for(self.port)

    def close(self):
        self.process.kill()
        self.process.wait()

    def ask(self, path, method="GET"):
        """Status, headers and body, asked with the password."""
        c = http.client.HTTPConnection("127.0.0.1", self.port, timeout=20)
        token = base64.b64encode(f"{USER}:{PASSWORD}".encode()).decode()
        c.request(method, path, headers={"Authorization": f"Basic {token}", "Accept": ", ".join(
            ("application/vnd.oci.image.manifest.v1+json", "application/vnd.oci.image.index.v1+json"))})
        with contextlib.closing(c):
            answer = c.getresponse()
            return answer.status, dict(answer.getheaders()), answer.read()

    def tags(self, name):
        """Tag to digest; {} if the registry has no such repository."""
        status, _, body = self.ask(f"/v2/{name}/tags/list")
        if status == 404:
            return {}
        return {tag: self.ask(f"/v2/{name}/manifests/{tag}", "HEAD")[1]["Docker-Content-Digest"]
                for tag in json.loads(body)["tags"] or []}

    def push_layout(self, layout, name):
        auth = self.folder / "auth.json"
        token = base64.b64encode(f"{USER}:{PASSWORD}".encode()).decode()
        auth.write_text(json.dumps({"auths": {self.host: {"auth": token}}}))
        subprocess.run(["skopeo", "copy", "-q", "--authfile", str(auth), "--dest-tls-verify=false",
                        f"oci:{layout}", f"docker://{self.host}/{name}"], check=True, capture_output=True)


class Proxy:
    """Passes on to a registry but for what `rules` say: [(method, path pattern, what)]; what is
    a status, "close" (no answer), or a function that is called before the request goes on."""

    def __init__(self, registry):
        self.registry, self.rules, self.seen = registry, [], []
        proxy = self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def log_message(self, *_):
                pass

            def handle_any(self):
                length = int(self.headers.get("Content-Length", 0))
                body = self.rfile.read(length) if length else b""
                if self.headers.get("Transfer-Encoding", "") == "chunked":
                    body = self.read_chunks()
                proxy.seen.append((self.command, self.path))
                for method, pattern, what in proxy.rules:
                    if method == self.command and re.search(pattern, self.path):
                        if callable(what):
                            what()
                        elif what == "close":
                            self.close_connection = True
                            self.connection.shutdown(socket.SHUT_RDWR)
                            return
                        else:
                            return self.answer(what, {}, b'{"errors": []}')
                self.answer(*proxy.forward(self.command, self.path, self.headers, body))

            def read_chunks(self):
                parts = []
                while True:
                    n = int(self.rfile.readline().split(b";")[0], 16)
                    parts.append(self.rfile.read(n))
                    self.rfile.readline()
                    if n == 0:
                        return b"".join(parts)

            def answer(self, status, headers, body):
                self.send_response(status)
                for name, value in headers.items():
                    if name.lower() not in ("connection", "transfer-encoding", "content-length", "date"):
                        self.send_header(name, value)
                self.send_header("Content-Length", headers.get("Content-Length", str(len(body)))
                                 if self.command == "HEAD" else str(len(body)))
                self.end_headers()
                if self.command != "HEAD":
                    self.wfile.write(body)

            do_GET = do_HEAD = do_PUT = do_POST = do_PATCH = do_DELETE = handle_any

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.host = f"127.0.0.1:{self.server.server_address[1]}"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def forward(self, method, path, headers, body):
        c = http.client.HTTPConnection("127.0.0.1", self.registry.port, timeout=30)
        passed = {k: v for k, v in headers.items()
                  if k.lower() not in ("connection", "transfer-encoding", "content-length", "expect")}
        c.request(method, path, body=body, headers=passed)
        with contextlib.closing(c):
            answer = c.getresponse()
            return answer.status, dict(answer.getheaders()), answer.read()

    def close(self):
        self.server.shutdown()
        self.server.server_close()


def tar_of(files):
    """A layer: path to text, bytes, or (bytes, mode)."""
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w") as tar:
        for name, what in files.items():
            data, mode = what if isinstance(what, tuple) else (what, 0o644)
            data = data.encode() if isinstance(data, str) else data
            info = tarfile.TarInfo(name)
            info.size, info.mode = len(data), mode
            tar.addfile(info, io.BytesIO(data))
    return out.getvalue()


def write_layout(folder, layers, config=None, history=None):
    """An OCI layout of uncompressed layers. Returns the manifest's digest."""
    blobs = pathlib.Path(folder) / "blobs/sha256"
    blobs.mkdir(parents=True)

    def put(data):
        hexed = hashlib.sha256(data).hexdigest()
        (blobs / hexed).write_bytes(data)
        return {"digest": f"sha256:{hexed}", "size": len(data)}

    made = [put(layer) for layer in layers]
    image = {"architecture": ARCH, "os": "linux", "config": config or {"Env": ["PATH=/bin"]},
             "rootfs": {"type": "layers", "diff_ids": [m["digest"] for m in made]}}
    if history is not None:
        image["history"] = history
    described = put(json.dumps(image).encode())
    manifest = put(json.dumps({
        "schemaVersion": 2, "mediaType": "application/vnd.oci.image.manifest.v1+json",
        "config": {"mediaType": "application/vnd.oci.image.config.v1+json", **described},
        "layers": [{"mediaType": "application/vnd.oci.image.layer.v1.tar", **m} for m in made]}).encode())
    (pathlib.Path(folder) / "index.json").write_text(json.dumps({"schemaVersion": 2, "manifests": [
        {"mediaType": "application/vnd.oci.image.manifest.v1+json", **manifest}]}))
    (pathlib.Path(folder) / "oci-layout").write_text('{"imageLayoutVersion":"1.0.0"}')
    return manifest["digest"]


OS_RELEASE = 'ID=debian\nVERSION_ID="12"\nVERSION_CODENAME=bookworm\nPRETTY_NAME="Debian 12"\n'


def dpkg(name, version, source=None):
    return (f"Package: {name}\nStatus: install ok installed\nArchitecture: {ARCH}\n"
            + (f"Source: {source}\n" if source else "") + f"Version: {version}\n\n")


def base_layer(packages):
    """A Debian as far as a scan can tell, with a shell."""
    busybox = pathlib.Path(shutil.which("busybox") or "/bin/busybox").read_bytes()
    files = {f"bin/{name}": (busybox, 0o755) for name in ("sh", "sleep")}
    files["usr/lib/os-release"] = OS_RELEASE
    files["etc/os-release"] = OS_RELEASE
    files["var/lib/dpkg/status"] = "".join(dpkg(*p) for p in packages)
    return tar_of(files)


def processes_below(pid):
    """What it began and what that began, as (pid, time of birth): a number may be given again."""
    below, found = {}, []
    for entry in filter(str.isdigit, os.listdir("/proc")):
        try:
            fields = pathlib.Path(f"/proc/{entry}/stat").read_text().rpartition(")")[2].split()
        except OSError:
            continue
        if fields[0] != "Z":
            below.setdefault(int(fields[1]), []).append((int(entry), fields[19]))
    left = [pid]
    while left:
        children = below.get(left.pop(), [])
        found += children
        left += [child for child, _ in children]
    return found


def is_living(process):
    try:
        fields = pathlib.Path(f"/proc/{process[0]}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return False
    return fields[0] != "Z" and fields[19] == process[1]


def processes_with(word):
    """Command lines of living processes that hold the word."""
    found = []
    for entry in os.listdir("/proc"):
        if not entry.isdigit():
            continue
        try:
            line = pathlib.Path(f"/proc/{entry}/cmdline").read_bytes()
        except OSError:
            continue
        if word.encode() in line:
            found.append(line.replace(b"\0", b" ").decode(errors="replace"))
    return found
