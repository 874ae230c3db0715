"""What the oracles share. An oracle gives the same inputs to one of our readers (through oracle-drive) and to an
independent implementation, and compares what each says.

Inputs are the files that the tree has of that kind, and generated ones: the same in every run, or from another seed
with PLIMSOLL_ORACLE_SEED=N in the environment. If the two differ on purpose the difference has a name and a reason
in EXCEPTIONS of the oracle; one that no input meets any more is a failure too.
"""
import collections
import json
import os
import pathlib
import random
import subprocess
import sys

TOP = pathlib.Path(__file__).resolve().parent.parent.parent
SHOWN = int(os.environ.get("PLIMSOLL_ORACLE_SHOWN", "12"))


def corpus(*patterns):
    """The bytes of the tree's files with such names, in order."""
    paths = sorted({path for pattern in patterns for path in TOP.glob(pattern) if path.is_file()})
    if not paths:
        sys.exit(f"no file is {patterns}")
    return [path.read_bytes() for path in paths]


def skip(why):
    print(f"skipped: {why}")
    sys.exit(77)


def mutate(data, rand, likely=b""):
    """One to three bytes of data become others, go, come twice or are cut off."""
    data = bytearray(data)
    for _ in range(rand.randint(1, 3)):
        at = rand.randrange(len(data) + 1)
        how = rand.randrange(5)
        byte = rand.choice(likely) if likely and rand.random() < 0.8 else rand.randrange(256)
        if how == 0:
            del data[at:at + rand.randint(1, 4)]
        elif how == 1:
            data[at:at] = bytes([byte])
        elif how == 2:
            data[at:at] = data[at:at + rand.randint(1, 8)]
        elif how == 3 and rand.random() < 0.2:
            del data[at:]
        elif at < len(data):
            data[at] = byte
    return bytes(data)


class Oracle:
    def __init__(self, exceptions=None):
        self.program = sys.argv[1]
        self.seed = int(os.environ.get("PLIMSOLL_ORACLE_SEED", "20261127"))
        self.rand = random.Random(self.seed)
        self.exceptions = exceptions or {}
        self.met = collections.Counter()
        self.same = self.differ = 0

    def ask(self, name, inputs):
        """Our reader's answer to each input, a value of JSON."""
        given = b"".join(b"%d\n%s" % (len(one), one) for one in inputs)
        done = subprocess.run([self.program, name], input=given, stdout=subprocess.PIPE, timeout=100, check=False)
        lines = done.stdout.splitlines()
        if done.returncode != 0 or len(lines) != len(inputs):
            sys.exit(f"oracle-drive {name} ended with {done.returncode} after {len(lines)} of {len(inputs)} inputs "
                     f"(seed {self.seed}); the next was {inputs[min(len(lines), len(inputs) - 1)]!r}")
        return [json.loads(line) for line in lines]

    def compare(self, what, ours, theirs, excuse=None):
        """excuse: the name of the exception that this would be, if they differ."""
        if ours == theirs:
            self.same += 1
        elif excuse:
            if excuse not in self.exceptions:
                sys.exit(f"{excuse} is no exception")
            self.met[excuse] += 1
        else:
            self.differ += 1
            if self.differ <= SHOWN:
                print(f"differ (seed {self.seed}): {what!r}\n  ours   {ours!r}\n  theirs {theirs!r}")

    def finish(self, at_least):
        for name, reason in self.exceptions.items():
            print(f"exception, {self.met[name]} times: {name}: {reason}")
        stale = [name for name in self.exceptions if not self.met[name] and "PLIMSOLL_ORACLE_SEED" not in os.environ]
        if stale:
            print(f"exceptions that nothing meets: {', '.join(stale)}")
        few = self.same < at_least
        print(f"{self.same} the same, {self.differ} differ" + (f": too few, {at_least} are wanted" if few else ""))
        sys.exit(bool(self.differ or stale or few))
