"""Dockerfiles as bake and Compose files build them: arguments, targets, contexts, texts inside them."""
from house import House

BUILT = """ARG BASE
FROM ${BASE} AS prod
USER 1000
FROM prod AS dev
USER root
"""


class Builds(House):
    def found(self, code, *args):
        report = self.report(code, *args)
        return {(f["rule"], f["places"][0]["path"], f["places"][0]["line"]) for f in report["findings"]
                if f["rule"] in ("DL3002", "DL3006", "DL3007", "DL3004", "PL1100", "PL1101")}

    def bake(self, text):
        self.write("docker-bake.hcl", text)
        self.write("app/build.txt", BUILT)

    def test_a_target_says_what_is_built(self):
        self.bake('variable "TAG" { default = "latest" }\ntarget "app" {\n  context = "app"\n'
                  '  dockerfile = "build.txt"\n  target = "prod"\n  args = { BASE = "debian:${TAG}" }\n}\n')
        self.assertEqual(self.found(0, "lint", "."), {("DL3007", "app/build.txt", 2)})
        self.assertEqual(self.found(0, "lint", "docker-bake.hcl"), {("DL3007", "app/build.txt", 2)})
        self.assertEqual(self.found(1, "lint", "app/build.txt"), {("DL3002", "app/build.txt", 5)})

    def test_each_way_is_judged_and_what_they_share_is_found_once(self):
        self.bake('target "a" {\n  context = "app"\n  dockerfile = "build.txt"\n  target = "prod"\n'
                  '  args = { BASE = "debian:latest" }\n}\ntarget "b" {\n  inherits = ["a"]\n  target = "dev"\n'
                  '}\ntarget "c" {\n  inherits = ["a"]\n  args = { BASE = "ubuntu" }\n}\n')
        report = self.report(1, "lint", ".")
        self.assertEqual([f["rule"] for f in report["findings"]].count("DL3007"), 1)
        self.assertEqual(self.found(1, "lint", "."), {("DL3002", "app/build.txt", 5), ("DL3006", "app/build.txt", 2),
                                                      ("DL3007", "app/build.txt", 2)})

    def test_compose(self):
        self.bake("")
        self.write("deploy/compose.yaml", "services:\n  db:\n    image: postgres:16\n  app:\n    build:\n      context: ../app\n"
                                          "      dockerfile: build.txt\n      target: prod\n      args:\n        BASE: ${BASE:-ubuntu}\n")
        self.assertEqual(self.found(0, "lint", "."), {("DL3006", "app/build.txt", 2)})
        self.assertEqual(self.found(0, "check", "."), {("DL3006", "app/build.txt", 2)})

    def test_what_the_environment_gives_is_not_known(self):
        self.write("compose.yaml", "services:\n  app:\n    build:\n      args:\n        BASE:\n")
        self.write("Dockerfile", "ARG BASE=ubuntu\nFROM ${BASE}\nUSER 1000\n")
        self.assertEqual(self.found(0, "lint", "."), set())
        self.assertEqual(self.found(0, "lint", "Dockerfile"), {("DL3006", "Dockerfile", 2)})

    def test_a_context_stands_for_a_base(self):
        self.write("docker-bake.hcl", 'target "app" {\n  contexts = { base = "docker-image://debian:latest" }\n}\n')
        self.write("Dockerfile", "FROM base\nUSER 1000\n")
        self.assertEqual(self.found(0, "lint", "."), {("DL3007", "Dockerfile", 1)})

    def test_a_dockerfile_inside(self):
        self.write("docker-bake.hcl", 'target "app" {\n  dockerfile-inline = <<-EOT\n    FROM alpine:latest\n'
                                      '    RUN sudo true\n    USER 1\n  EOT\n}\n')
        self.write("compose.yaml", "services:\n  a:\n    build:\n      dockerfile_inline: |\n        FROM alpine:latest\n"
                                   "        RUN sudo true\n        USER 1\n  b:\n    build:\n"
                                   '      dockerfile_inline: "FROM alpine:latest\\nUSER 1\\n"\n')
        report = self.report(0, "lint", ".")
        places = sorted((f["rule"], f["places"][0]["path"], f["places"][0]["line"], f["places"][0]["column"])
                        for f in report["findings"] if f["rule"] in ("DL3004", "DL3007"))
        self.assertEqual(places, [("DL3004", "compose.yaml", 6, 13), ("DL3004", "docker-bake.hcl", 4, 9),
                                  ("DL3007", "compose.yaml", 5, 14), ("DL3007", "compose.yaml", 10, 7),
                                  ("DL3007", "docker-bake.hcl", 3, 10)])
        self.assertFalse(any(f["fix"].get("edits") for f in report["findings"] if f.get("fix")))
        self.plimsoll(0, "fix", ".")
        self.assertIn("FROM alpine:latest", (self.folder / "compose.yaml").read_text())

    def test_two_on_a_line(self):
        self.bake('target "app" {\n  context = "app" dockerfile = "build.txt"\n  target = "prod"\n}\n')
        self.assertEqual(self.found(0, "lint", "."), {("PL1100", "docker-bake.hcl", 2)})

    def test_what_is_not_there(self):
        self.bake('target "gone" { context = "nowhere" }\ntarget "stage" {\n  context = "app"\n  dockerfile = "build.txt"\n'
                  '  target = "test"\n}\n')
        self.assertEqual(self.found(1, "lint", "."), {("PL1101", "docker-bake.hcl", 1), ("PL1101", "docker-bake.hcl", 4),
                                                      ("DL3002", "app/build.txt", 5)})

    def test_nothing_outside_is_read(self):
        self.write("other/Dockerfile", "FROM ubuntu\nUSER 1\n")
        self.write("repo/docker-bake.hcl", 'target "a" { context = "../other" }\ntarget "b" { context = "link" }\n'
                                           'target "c" { dockerfile = "/etc/passwd" }\n')
        (self.folder / "repo/link").symlink_to(self.folder / "other")
        for named in ("repo", "repo/docker-bake.hcl"):
            self.assertNotIn("DL3006", {rule for rule, _, _ in self.found(0, "lint", named)}, named)

    def test_broken_and_hostile_files(self):
        self.write("Dockerfile", "FROM ubuntu\nUSER 1\n")
        self.write("docker-bake.hcl", 'target "a" {\n  args = {\n    A "b"\n  }\n')
        self.assertEqual(self.found(0, "lint", "."), {("PL1100", "docker-bake.hcl", 1), ("PL1100", "docker-bake.hcl", 3),
                                                      ("DL3006", "Dockerfile", 1)})
        for text in (b"\x00" * 1000, b"\xff" * 1000, b"a = [" * 100000, b'target "a" {\n' * 50000, b'"' * 300000,
                     b"x {}\n" * 50000, b"".join(b'target "t%d" { inherits = ["t%d", "t%d"] }\n' % (i, i + 1, i + 2) for i in range(5000))):
            self.write("docker-bake.hcl", text)
            self.assertIn(("DL3006", "Dockerfile", 1), self.found(0, "lint", "."), text[:30])
        self.write("docker-bake.hcl", "")
        self.write("compose.yaml", "a: &a [x,x]\nb: &b [*a,*a]\nc: &c [*b,*b]\nservices: {x: {build: {args: *c}}}\n")
        self.assertIn(("DL3006", "Dockerfile", 1), self.found(0, "lint", "."))
