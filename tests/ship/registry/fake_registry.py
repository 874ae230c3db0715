#!/usr/bin/env python3
"""A registry that misbehaves on request: the repository's name says how.

usage: fake_registry.py LAYOUT [FOLDER-OF-CERTIFICATE]

Serves the one image of the layout folder at 127.0.0.1, over TLS if a certificate is given, and
a second host, "storage", at 127.0.0.2. Writes its port (five digits and a line end), then appends
one line for each request to LAYOUT/requests.log: host, method, path, and which authorization came.
Ends when its stdin closes.
"""
import base64
import hashlib
import http.server
import json
import pathlib
import re
import ssl
import sys
import threading
import time
import urllib.parse

LOGIN = "Basic " + base64.b64encode(b"harbour-master:load-line-1876").decode()
TOKEN = "made-up-token"
MANIFEST_TYPE = "application/vnd.oci.image.manifest.v1+json"
INDEX_TYPE = "application/vnd.oci.image.index.v1+json"


def digest_of(data):
    return "sha256:" + hashlib.sha256(data).hexdigest()


class World:
    """What the handlers share."""

    def __init__(self, layout):
        self.layout = pathlib.Path(layout)
        index = json.loads((self.layout / "index.json").read_text())
        self.digest = index["manifests"][0]["digest"]
        self.manifest = self.blob(self.digest)
        self.lock = threading.Lock()
        self.seen = {}
        self.stored = {}
        self.storage_port = 0

    def blob(self, digest):
        path = self.layout / "blobs/sha256" / digest.split(":")[1]
        return path.read_bytes() if path.is_file() else None

    def count(self, key):
        with self.lock:
            self.seen[key] = self.seen.get(key, 0) + 1
            return self.seen[key]

    def log(self, line):
        with self.lock, open(self.layout / "requests.log", "a", encoding="ascii") as out:
            out.write(line + "\n")


WORLD = None


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    host_name = "registry"

    def log_message(self, *_):
        pass

    # ---- answers ----

    def answer(self, status, body=b"", headers=(), length=None):
        self.send_response(status)
        for name, value in headers:
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body) if length is None else length))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    def answer_code(self, status, code, headers=()):
        body = json.dumps({"errors": [{"code": code, "message": self.authorization}]}).encode()
        self.answer(status, body, headers)

    def manifest(self, data, media_type=MANIFEST_TYPE, digest=None):
        headers = [("Content-Type", media_type)]
        if digest != "":
            headers.append(("Docker-Content-Digest", digest or digest_of(data)))
        self.answer(200, data, headers)

    def own(self, path):
        host, port = self.server.server_address[:2]
        scheme = "https" if self.server.is_tls else "http"
        return f"{scheme}://{host}:{port}{path}"

    @staticmethod
    def storage(path):
        return f"http://127.0.0.2:{WORLD.storage_port}{path}"

    # ---- requests ----

    def handle_any(self):
        self.authorization = self.headers.get("Authorization", "")
        if self.path.startswith("http://"):  # as a proxy is asked
            self.path = "/" + self.path.split("/", 3)[3]
        kind = {"": "none", LOGIN: "login", "Bearer " + TOKEN: "token"}
        WORLD.log(f"{self.host_name} {self.command} {self.path} "
                  f"{kind.get(self.authorization, 'other')}")
        length = int(self.headers.get("Content-Length") or 0)
        self.body = self.rfile.read(length) if length else b""
        url = urllib.parse.urlsplit(self.path)
        self.query = urllib.parse.parse_qs(url.query)
        if url.path == "/token":
            return self.token()
        if url.path.startswith("/storage/"):
            return self.answer(200, WORLD.blob(url.path.split("/")[2]))
        match = re.fullmatch(r"/v2/([a-z0-9-]+)/(manifests|blobs)/(.+)", url.path)
        if not match:
            return self.answer(404)
        self.repository, self.kind, self.what = match.groups()
        special = getattr(self, "on_" + self.repository.replace("-", "_"), None)
        return special() if special else self.ordinary()

    do_GET = do_HEAD = do_POST = do_PUT = handle_any

    def do_CONNECT(self):
        WORLD.log(f"{self.host_name} CONNECT {self.path} none")
        self.answer(403)

    def ordinary(self):
        key = (self.repository, self.what)
        if self.command == "PUT" and self.kind == "manifests":
            WORLD.stored[key] = self.body
            return self.answer(201, headers=[("Docker-Content-Digest", digest_of(self.body))])
        if self.kind == "manifests":
            if key in WORLD.stored:
                return self.manifest(WORLD.stored[key])
            if self.what in ("v1", WORLD.digest):
                return self.manifest(WORLD.manifest)
            return self.answer_code(404, "MANIFEST_UNKNOWN")
        return self.ordinary_blob()

    def ordinary_blob(self, location=None):
        if self.command == "POST":
            if location is None:
                location = f"/v2/{self.repository}/blobs/uploads/1?state=a%20b"
            return self.answer(202, headers=[("Location", location)])
        if self.command == "PUT":
            digest = self.query["digest"][0]
            if digest != digest_of(self.body) or self.query.get("state") != ["a b"]:
                return self.answer_code(400, "DIGEST_INVALID")
            WORLD.stored[(self.repository, digest)] = self.body
            return self.answer(201, headers=[("Docker-Content-Digest", digest)])
        data = None if "push" in self.repository else WORLD.blob(self.what)
        data = WORLD.stored.get((self.repository, self.what), data)
        if data is None:
            return self.answer_code(404, "BLOB_UNKNOWN")
        return self.answer(200, data)

    # ---- statuses ----

    def on_status_401(self):
        self.answer(401)

    def on_status_403(self):
        self.answer_code(403, "DENIED")

    def on_status_500(self):
        self.answer_code(500, "UNKNOWN")

    def on_status_503(self):
        self.answer(503)

    def on_busy_once(self):
        if WORLD.count(("busy", self.what)) == 1:
            return self.answer(429, headers=[("Retry-After", "0")])
        return self.ordinary()

    def on_echo(self):
        self.need(LOGIN, 'Basic realm="r"') and self.answer_code(400, "MANIFEST_INVALID")

    def on_endless_error(self):
        self.send_response(500)
        self.send_header("Content-Length", str(1 << 30))
        self.end_headers()
        for _ in range(200):
            self.wfile.write(b"x" * 4096)
        self.close_connection = True

    # ---- authentication ----

    def need(self, wanted, challenge):
        if self.authorization == wanted:
            return True
        self.answer(401, headers=[("WWW-Authenticate", challenge)])
        return False

    def token(self):
        scope, service = self.query.get("scope"), self.query.get("service")
        if self.authorization != LOGIN or service != ["fake registry"] or not scope:
            return self.answer(401)
        return self.answer(200, json.dumps({"token": TOKEN, "scope": scope[0]}).encode())

    def bearer(self, realm):
        challenge = f'Bearer realm="{realm}",service="fake registry",scope="repository:x:*"'
        if self.need("Bearer " + TOKEN, challenge):
            self.ordinary()

    def on_bearer(self):
        self.bearer(self.own("/token"))

    def on_bearer_elsewhere(self):
        self.bearer(self.storage("/token"))

    def on_bearer_metadata(self):
        self.bearer("http://169.254.169.254/token")

    def on_bearer_clear(self):
        self.bearer("http://192.0.2.2/token")

    def on_bearer_stranger(self):
        self.bearer("https://auth.example.net/token")

    def on_bearer_ftp(self):
        self.bearer("ftp://127.0.0.1/token")

    def on_bearer_plain(self):
        self.bearer(f"http://127.0.0.1:{self.server.server_address[1]}/token")

    def on_bearer_empty(self):
        self.bearer(self.own("/storage/" + WORLD.digest))

    def on_negotiate(self):
        self.need("never", "Negotiate")

    def on_broken_challenge(self):
        self.need("never", 'Basic realm="no end')

    # ---- bodies ----

    def on_short(self):
        if self.kind != "blobs" or self.command != "GET":
            return self.ordinary()
        data = WORLD.blob(self.what)
        self.answer(200, data[:len(data) // 2], length=len(data))
        self.close_connection = True
        return None

    def on_short_once(self):
        if WORLD.count(("short", self.what)) == 1:
            return self.on_short()
        return self.ordinary()

    def on_wrong_blob(self):
        if self.kind != "blobs":
            return self.ordinary()
        data = WORLD.blob(self.what)
        return self.answer(200, bytes([data[0] ^ 1]) + data[1:])

    def on_long_blob(self):
        if self.kind != "blobs":
            return self.ordinary()
        return self.answer(200, WORLD.blob(self.what) + b"more")

    def on_wrong_manifest(self):
        self.manifest(WORLD.manifest + b" ", digest=WORLD.digest)

    def on_odd_digest(self):
        self.manifest(WORLD.manifest, digest="md5:1")

    def on_no_digest(self):
        if self.kind == "blobs":
            return self.ordinary()
        return self.manifest(WORLD.manifest, digest="")

    def on_huge_manifest(self):
        self.send_response(200)
        self.send_header("Content-Length", str(1 << 30))
        self.end_headers()
        try:
            for _ in range(2048):
                self.wfile.write(b" " * 4096)
        except OSError:
            pass
        self.close_connection = True

    def on_no_json(self):
        self.manifest(b"<html>")

    def on_schema_one(self):
        self.manifest(b'{"schemaVersion":1,"fsLayers":[]}',
                      "application/vnd.docker.distribution.manifest.v1+prettyjws")

    def on_foreign_layer(self):
        if self.kind == "blobs":
            return self.ordinary()
        image = json.loads(WORLD.manifest)
        image["layers"][0]["urls"] = [self.storage("/storage/layer")]
        return self.manifest(json.dumps(image).encode())

    def on_index_of_index(self):
        inner = json.dumps({"schemaVersion": 2, "mediaType": INDEX_TYPE, "manifests": []}).encode()
        entry = {"mediaType": INDEX_TYPE, "digest": digest_of(inner), "size": len(inner),
                 "platform": {"os": "linux", "architecture": "amd64"}}
        outer = json.dumps({"schemaVersion": 2, "mediaType": INDEX_TYPE, "manifests": [entry]})
        self.manifest(inner if self.what == digest_of(inner) else outer.encode(), INDEX_TYPE)

    def on_lying_index(self):
        if self.what == WORLD.digest or self.kind == "blobs":
            return self.ordinary()
        entry = {"mediaType": MANIFEST_TYPE, "digest": WORLD.digest, "size": 7,
                 "platform": {"os": "linux", "architecture": "amd64"}}
        return self.manifest(json.dumps({"schemaVersion": 2, "manifests": [entry]}).encode(),
                             INDEX_TYPE)

    # ---- redirects and locations ----

    def redirect(self, url, kind="blobs"):
        if self.kind != kind or self.command != "GET":
            return self.ordinary()
        return self.answer(307, headers=[("Location", url)])

    def on_redirect(self):
        if self.need(LOGIN, 'Basic realm="r"'):
            self.redirect(self.storage("/storage/" + self.what))

    def on_redirect_home(self):
        if self.need(LOGIN, 'Basic realm="r"'):
            self.redirect("/v2/bystander/blobs/" + self.what)

    def on_redirect_metadata(self):
        self.redirect("http://169.254.169.254/latest/meta-data")

    def on_redirect_loop(self):
        self.redirect(self.path)

    def on_redirect_file(self):
        self.redirect("file:///etc/passwd")

    def on_redirect_user(self):
        self.redirect("http://root:toor@127.0.0.2/")

    def on_redirect_plain(self):
        self.redirect(self.storage("/storage/" + self.what))

    def on_redirect_manifest(self):
        self.redirect(self.storage("/storage/" + WORLD.digest), "manifests")

    def on_push_absolute(self):
        if self.kind == "blobs":
            return self.ordinary_blob(self.own("/v2/push-absolute/blobs/uploads/2?state=a%20b"))
        return self.ordinary()

    def on_push_elsewhere(self):
        if self.kind == "blobs":
            return self.ordinary_blob(self.storage("/v2/push-elsewhere/blobs/uploads/2"))
        return self.ordinary()

    def on_push_nowhere(self):
        if self.kind == "blobs":
            return self.ordinary_blob("http://[")
        return self.ordinary()

    def on_push_busy_once(self):
        if self.command == "PUT" and self.kind == "blobs" and WORLD.count("push") == 1:
            return self.answer(503)
        return self.ordinary()

    def on_push_liar(self):
        if self.command == "PUT" and self.kind == "manifests":
            return self.answer(201, headers=[("Docker-Content-Digest", "sha256:" + "0" * 64)])
        return self.ordinary()

    # ---- time ----

    def on_reset(self):
        self.close_connection = True

    def on_reset_once(self):
        if WORLD.count("reset") == 1:
            return self.on_reset()
        return self.ordinary()

    def on_silent(self):
        time.sleep(30)

    def on_slow(self):
        try:
            for byte in b"HTTP/1.1 200 OK\r\nX-Slow: " + b"z" * 100:
                self.wfile.write(bytes([byte]))
                time.sleep(0.2)
        except OSError:
            pass
        self.close_connection = True

    def on_header_flood(self):
        try:
            self.wfile.write(b"HTTP/1.1 200 OK\r\n")
            for number in range(100000):
                self.wfile.write(b"X-%d: flood\r\n" % number)
        except OSError:
            pass
        self.close_connection = True


class StorageHandler(Handler):
    host_name = "storage"


class Server(http.server.ThreadingHTTPServer):
    daemon_threads = True
    is_tls = False

    def handle_error(self, *_):
        pass


def serve(host, handler, certificate=None):
    server = Server((host, 0), handler)
    if certificate:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(f"{certificate}/cert.pem", f"{certificate}/key.pem")
        server.socket = context.wrap_socket(server.socket, server_side=True)
        server.is_tls = True
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return server.server_address[1]


def main():
    global WORLD
    WORLD = World(sys.argv[1])
    WORLD.storage_port = serve("127.0.0.2", StorageHandler)
    port = serve("127.0.0.1", Handler, sys.argv[2] if len(sys.argv) > 2 else None)
    print(f"{port:05d}", flush=True)
    sys.stdin.read()


if __name__ == "__main__":
    main()
