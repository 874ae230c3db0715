#!/usr/bin/env python3
"""Writes Dockerfiles as people write them: make_dockerfiles.py FOLDER [COUNT]

The same bytes on every machine; prints a digest over names and contents. Bases, package managers,
stages, heredocs, continuations, JSON and shell forms are mixed, and about one mistake in four lines
that linters know.
"""
import hashlib
import pathlib
import sys

BASES = ["debian:12", "debian:12-slim", "ubuntu:22.04", "alpine:3.19", "python:3.11-slim", "node:20-alpine",
         "golang:1.22", "amazonlinux:2", "fedora:39", "registry.example:5000/team/base:7", "scratch",
         "debian", "node:latest", "python@sha256:" + "0123456789abcdef" * 4]
PACKAGES = ["curl", "git", "build-essential", "ca-certificates", "libpq-dev", "openssl", "jq", "make", "python3",
            "tini", "tzdata", "zlib1g-dev", "openssh-server", "vim", "unzip"]
NAMES = ["api", "web", "worker", "ledger", "mailer", "search", "billing", "report"]


class Dice:
    """A linear congruential generator: the same on every version of Python."""

    def __init__(self, seed):
        self.state = seed * 2654435761 + 1

    def below(self, n):
        self.state = (self.state * 6364136223846793005 + 1442695040888963407) % (1 << 64)
        return (self.state >> 33) % n

    def of(self, items):
        return items[self.below(len(items))]

    def some(self, items, most):
        return [self.of(items) for _ in range(1 + self.below(most))]

    def once_in(self, n):
        return self.below(n) == 0


def install(dice, base):
    packages = dice.some(PACKAGES, 8)
    glue = " " if dice.once_in(2) else " \\\n        "
    listed = glue.join(packages)
    if "alpine" in base:
        return f"RUN apk add {'--no-cache ' if not dice.once_in(4) else ''}{listed}"
    if "amazonlinux" in base or "fedora" in base:
        tool = "yum" if "amazon" in base else "dnf"
        return f"RUN {tool} install -y {listed}" + (f" && {tool} clean all" if dice.once_in(2) else "")
    sudo = "sudo " if dice.once_in(12) else ""
    clean = " \\\n    && rm -rf /var/lib/apt/lists/*" if not dice.once_in(3) else ""
    return f"RUN {sudo}apt-get update && {sudo}apt-get install -y --no-install-recommends {listed}{clean}"


def run_line(dice, name):
    return dice.of([
        f"RUN mkdir -p /srv/{name} && chown -R 10001 /srv/{name}",
        f"RUN set -eu; for f in /etc/{name}.d/*; do if [ -f \"$f\" ]; then . \"$f\"; fi; done",
        f"RUN curl -fsSL https://files.example/{name}.tar.gz | tar -xz -C /opt",
        "RUN --mount=type=cache,target=/root/.cache pip install --no-cache-dir -r requirements.txt",
        "RUN npm ci --omit=dev && npm cache clean --force",
        f"RUN <<EOF\nset -e\ncd /srv\necho \"{name}: $(date -u)\" > built\nEOF",
        f"RUN [\"/usr/bin/install\", \"-d\", \"/var/lib/{name}\"]",
        f"RUN cd /srv/{name} && make -j\"$(nproc)\" && make install PREFIX=${{PREFIX:-/usr/local}}",
        "RUN case \"$TARGETARCH\" in amd64) echo x86_64 ;; arm64) echo aarch64 ;; *) exit 1 ;; esac > /arch",
    ])


def stage(dice, name, number, last):
    base = dice.of(BASES)
    alias = f" AS {name}{number}" if not last or dice.once_in(3) else ""
    lines = [f"FROM {'--platform=$BUILDPLATFORM ' if dice.once_in(6) else ''}{base}{alias}"]
    if dice.once_in(3):
        lines.append(f"ARG VERSION={dice.below(9)}.{dice.below(20)}")
    if dice.once_in(15):
        lines.append("MAINTAINER team@example.com")
    if base != "scratch":
        lines.append(install(dice, base))
    lines.append("WORKDIR " + ("srv" if dice.once_in(8) else f"/srv/{name}"))
    if dice.once_in(2):
        lines.append(f"ENV LANG=C.UTF-8 \\\n    APP_NAME={name} \\\n    APP_PORT={3000 + dice.below(6000)}")
    for _ in range(1 + dice.below(4)):
        if dice.once_in(5):
            lines.append("# " + " ".join(dice.some(["why", "this", "stands", "here", "see", "the", "wiki"], 9)))
        lines.append(run_line(dice, name))
    lines.append(f"{'ADD' if dice.once_in(5) else 'COPY'} {'--chown=10001 ' if dice.once_in(3) else ''}. /srv/{name}/")
    return lines


def dockerfile(number):
    dice = Dice(number)
    name = dice.of(NAMES)
    stages = 1 + (dice.below(3) if dice.once_in(2) else 0)
    lines = ["# syntax=docker/dockerfile:1"] if dice.once_in(3) else []
    for i in range(stages):
        lines += stage(dice, name, i, i == stages - 1)
    if stages > 1:
        lines.append(f"COPY --from={name}0 /srv/{name} /srv/{name}")
    if dice.once_in(2):
        lines.append(f"EXPOSE {dice.of(['8080', '443/tcp', '5432', '80000' if dice.once_in(9) else '3000'])}")
    if dice.once_in(4):
        lines.append("HEALTHCHECK --interval=30s CMD curl -f http://localhost:8080/ || exit 1")
    if not dice.once_in(4):
        lines.append("USER " + ("root" if dice.once_in(6) else "10001"))
    lines.append(f'ENTRYPOINT ["/srv/{name}/run"]' if dice.once_in(2) else f"CMD /srv/{name}/run --port 8080")
    end = "\r\n" if dice.once_in(20) else "\n"
    return end.join("\n".join(lines).split("\n")) + end


def main():
    if len(sys.argv) not in (2, 3):
        sys.exit(__doc__)
    digest = hashlib.sha256()
    for number in range(int(sys.argv[2]) if len(sys.argv) == 3 else 1000):
        path = pathlib.Path(sys.argv[1]) / f"{number // 100:02}" / f"{number:04}" / "Dockerfile"
        path.parent.mkdir(parents=True, exist_ok=True)
        text = dockerfile(number).encode()
        path.write_bytes(text)
        digest.update(b"%d %d\n" % (number, len(text)) + text)
    print(digest.hexdigest())


if __name__ == "__main__":
    main()
