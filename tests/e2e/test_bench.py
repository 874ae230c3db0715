"""The benches can be started, and their inputs are the same everywhere. Nothing is timed here."""
import hashlib
import subprocess
import sys
import unittest

from house import ROOT, House

DOCKERFILES_40 = "4d2a147a2f821ff339f487785b1d761a43ce51bc52700d0d08eb2e208b47fc6d"
IMAGE_1 = "1692fdf09da7dd02c438d8e04294b38f9d4864db4bf2fe497ce0b666bb255bd1"
TREE_1 = "05eb54a5fb4f56c78ffb04958b159dbf9b421fec081040d13422dcba6fc30fcb"


def digest_of(folder):
    whole = hashlib.sha256()
    for path in sorted(path for path in folder.rglob("*") if path.is_file()):
        whole.update(str(path.relative_to(folder)).encode() + b"\n" + path.read_bytes())
    return whole.hexdigest()


class Bench(House):
    def run_python(self, *words):
        done = subprocess.run([sys.executable, *map(str, words)], cwd=self.folder, capture_output=True, text=True,
                              timeout=60, check=False)
        self.assertEqual(done.returncode, 0, done.stderr)
        return done.stdout

    def test_help(self):
        said = self.run_python(ROOT / "bench/run", "--help")
        for name in ("lint-start", "lint-many", "check-start", "check-tree", "secrets-tree", "secrets-history", "scan"):
            self.assertIn(name, said)

    def test_dockerfiles_are_the_same_everywhere(self):
        self.run_python(ROOT / "bench/make_dockerfiles.py", "made", 40)
        self.assertEqual(digest_of(self.folder / "made"), DOCKERFILES_40)

    def test_trees_are_the_same_everywhere(self):
        self.run_python(ROOT / "bench/make_tree.py", "made", 1)
        self.assertEqual(digest_of(self.folder / "made"), TREE_1)

    def test_images_are_the_same_everywhere(self):
        self.assertEqual(self.run_python(ROOT / "bench/make_image.py", "made", 1).strip(), IMAGE_1)


if __name__ == "__main__":
    unittest.main()
