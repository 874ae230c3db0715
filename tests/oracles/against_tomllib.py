"""The TOML reader against Python's tomllib: what is TOML, and its values. Texts that people write, made ones, and both
damaged."""
import datetime
import math

import oracle

try:
    import tomllib
except ImportError as error:
    oracle.skip(f"{error} (Python 3.11)")

LIKELY = b"[]{}=.,\"'#\\\n\r\t _-+0123456789abcdefinotruexbu:TZ"
NAMES = ["a", "b", "c", "a-1", "_", "1", '"x y"', "'q.r'", '""', '"\\u00e9"', "true", "inf"]
VALUES = ["1", "-17", "+0", "0xdead_BEEF", "0o17", "0b1_0", "1_000", "3.14", "-0.0", "1e5", "6.26e-3_4", "inf", "-nan", "true", "false",
          "1979-05-27T07:32:00Z", "1979-05-27 07:32:00.5-07:00", "1979-05-27", "07:32:00", '"x"', '"\\t\\"\\\\\\u00e9"', "'C:\\x'",
          '"""\na\n""b"""', '"""x \\\n   y"""', "'''\nit's '' a'''", "''''a'''''", '""']


def made(rand):
    out = []
    for _ in range(rand.randrange(1, 9)):
        kind = rand.randrange(6)
        name = ".".join(rand.choice(NAMES[:4] if rand.random() < 0.7 else NAMES) for _ in range(rand.choice([1, 1, 1, 2, 3])))
        if kind == 0:
            out.append(f"[{name}]")
        elif kind == 1:
            out.append(f"[[ {name} ]] # x")
        else:
            out.append(f"{name} = {value(rand)}" + rand.choice(["", "  # c", "\t"]))
    return rand.choice(["\n", "\n", "\r\n"]).join(out) + rand.choice(["", "\n"])


def value(rand, depth=0):
    kind = rand.randrange(8)
    if kind == 0 and depth < 4:
        return "[" + rand.choice([", ", ",\n", " ,# c\n"]).join(value(rand, depth + 1) for _ in range(rand.randrange(4))) + \
            rand.choice(["", "]", "]", "]", ",]", "\n]"])
    if kind == 1 and depth < 4:
        return "{" + ", ".join(f"{rand.choice(NAMES)}{rand.choice(['', '', '.b'])} = {value(rand, depth + 1)}"
                               for _ in range(rand.randrange(3))) + "}"
    return rand.choice(VALUES)


def ours_of(node):
    kind, _, _, inside = node
    if kind == "list":
        return [ours_of(item) for item in inside]
    if kind == "map":
        return {name.encode("latin-1").decode(): ours_of(item) for name, _, _, item in inside}
    text = inside.encode("latin-1").decode()
    if kind == "bool":
        return ("bool", text == "true")
    if kind == "number":
        if text[:2] in ("0x", "0o", "0b") or text.lstrip("+-").isdigit():
            return ("int", int(text, 0) if text[:2] in ("0x", "0o", "0b") else int(text))
        return ("float", repr(abs(float(text)) if "nan" in text else float(text)))
    return ("string", text)


def theirs_of(data):
    if isinstance(data, dict):
        return {name: theirs_of(item) for name, item in data.items()}
    if isinstance(data, list):
        return [theirs_of(item) for item in data]
    if isinstance(data, bool):
        return ("bool", data)
    if isinstance(data, int):
        return ("int", data)
    if isinstance(data, float):
        return ("float", "nan" if math.isnan(data) else repr(data))
    if isinstance(data, (datetime.datetime, datetime.date, datetime.time)):
        return ("date", data)
    return ("string", data)


def same(ours, theirs):
    """A date is the text that it is written as."""
    if isinstance(theirs, dict) and isinstance(ours, dict):
        return ours.keys() == theirs.keys() and all(same(ours[k], theirs[k]) for k in ours)
    if isinstance(theirs, list) and isinstance(ours, list):
        return len(ours) == len(theirs) and all(map(same, ours, theirs))
    if isinstance(theirs, tuple) and theirs[0] == "date":
        read = tomllib.loads("x = " + ours[1])["x"] if ours[0] == "string" else None
        return read == theirs[1]
    return ours == theirs


def compare(o, data, answer):
    try:
        theirs = theirs_of(tomllib.loads(data.decode()))
    except (ValueError, RecursionError):
        theirs = None
    ours = ours_of(answer["roots"][0]) if not answer.get("problems") and answer.get("roots") else None
    if theirs is not None and ours is not None and same(ours, theirs):
        ours = theirs
    o.compare(data, ours, theirs)


def main():
    o = oracle.Oracle()
    inputs = oracle.corpus("fuzz/corpus/toml_tree/*")
    texts = [made(o.rand).encode() for _ in range(3000)]
    sound = [t for t in texts if is_toml(t)] + inputs
    inputs += texts + [oracle.mutate(o.rand.choice(sound), o.rand, LIKELY) for _ in range(4000)]
    for data, answer in zip(inputs, o.ask("toml", inputs)):
        compare(o, data, answer)
    o.finish(7000)


def is_toml(data):
    try:
        tomllib.loads(data.decode())
        return True
    except ValueError:
        return False


main()
