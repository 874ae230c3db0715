"""The lenient JSON reader: against Python's json (what is JSON, and its value with every name in its order), against json5
(comments, commas too many, single quotes, names without quotes), and against the value that a text had before it was
damaged in a way that leaves only one meaning."""
import json
import re

import oracle

try:
    import json5
except ImportError as error:
    oracle.skip(f"{error} (Debian: python3-json5)")

EXCEPTIONS = {
    "half a pair": "an escape that is half of a surrogate pair is reported; Python's json keeps it",
}
TWICE = "this name was given before"
WORDS = ["a", "b c", "é", "\U0001f6a2", "it's", 'say "x"', "\\", "/", "\n\t", "//", "/* x */", "#", ",", "]", "{", "a:b", "", "\x7f",
         "true", "1"]
NUMBERS = ["0", "-0", "12", "-3.25", "1e5", "1e+2", "2.5e-3", "123456789012345678901234567890"]
LIKELY = b"{}[]\",:\\ue0-+.truefalsn\x01\n\x80/ '#*"


class Pairs(list):
    """An object, with its names in their order."""


def value(rand, depth=0):
    kind = rand.randrange(6) if depth < 4 else rand.randrange(3)
    if depth == 0:
        kind = 3 + kind % 3
    if kind == 0:
        return rand.choice([True, False, None, ("number", rand.choice(NUMBERS))])
    if kind < 3:
        return rand.choice(WORDS)
    if kind == 3:
        return [value(rand, depth + 1) for _ in range(rand.randrange(4))]
    return Pairs((rand.choice(WORDS), value(rand, depth + 1)) for _ in range(rand.randrange(4)))


def gap(rand, blanks=(" ", "\t", "\n", "\r\n", "")):
    return "".join(rand.choice(blanks) for _ in range(rand.choice([0, 0, 1, 1, 2])))


def tokens(rand, data):
    """The text of a value, as a list of tokens; strings are escaped in one way or another."""
    if isinstance(data, Pairs):
        out = ["{"]
        for i, (name, item) in enumerate(data):
            out += ([","] if i else []) + tokens(rand, name) + [":"] + tokens(rand, item)
        return out + ["}"]
    if isinstance(data, list):
        out = ["["]
        for i, item in enumerate(data):
            out += ([","] if i else []) + tokens(rand, item)
        return out + ["]"]
    if isinstance(data, tuple):
        return [data[1]]
    return [json.dumps(data, ensure_ascii=rand.random() < 0.5)]


# ---- what the two sides say, in the same words ----

def ours_of(node):
    kind, _, _, inside = node
    if kind == "list":
        return [ours_of(item) for item in inside]
    if kind == "map":
        return Pairs((name.encode("latin-1").decode(), ours_of(item)) for name, _, _, item in inside)
    return (kind, inside.encode("latin-1").decode())


def whole(text):
    """json5 leaves the two halves of a surrogate pair apart."""
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "surrogatepass")


def theirs_of(data):
    if isinstance(data, Pairs):
        return Pairs((whole(name), theirs_of(item)) for name, item in data)
    if isinstance(data, list):
        return [theirs_of(item) for item in data]
    if isinstance(data, bool) or data is None:
        return ("null", "") if data is None else ("bool", str(data).lower())
    if isinstance(data, tuple):
        return data
    return ("string", whole(data))


def number(text, *_):
    return ("number", text)


def refuse(text):
    raise ValueError(text)


def strictly(o, inputs):
    for data, answer in zip(inputs, o.ask("json", inputs)):
        try:
            text = data.decode().removeprefix("\ufeff")
            theirs = theirs_of(json.loads(text, object_pairs_hook=Pairs, parse_int=number, parse_float=number,
                                          parse_constant=refuse))
        except (ValueError, RecursionError):
            theirs = None
        excuse = None
        told = [what for what, _, _ in answer.get("problems", []) if not what.startswith(TWICE)]
        ours = ours_of(answer["roots"][0]) if not told and answer.get("roots") else None
        if theirs is not None and re.search(rb"\\u[dD][89a-fA-F]", data):
            excuse = "half a pair"
        o.compare(data, ours, theirs, excuse)


# ---- what people write ----

def as_json5(rand, parts):
    """The same with what JSON5 allows."""
    out = []
    for part, after in zip(parts, parts[1:] + [""]):
        if part in ("}", "]") and out and out[-1] not in ("{", "[", ",") and rand.random() < 0.3:
            out.append(",")
        if part[0] == '"' and after == ":" and re.fullmatch(r'"[a-z]\w*"', part) and rand.random() < 0.5:
            part = part[1:-1]
        elif part[0] == '"' and "'" not in part and '\\"' not in part and rand.random() < 0.3:
            part = "'" + part[1:-1] + "'"
        out.append(part)
    return spaced(rand, out, ["// a, comment]\n", "/* { */", "/* a\n * b */"])


def spaced(rand, parts, comments):
    out = ""
    for part in parts:
        out += gap(rand) + (rand.choice(comments) if comments and rand.random() < 0.07 else "") + part
    return out + gap(rand)


def damaged(rand, parts):
    """The same with something wrong that can only mean the one thing."""
    parts = list(parts)
    how = rand.randrange(6)
    commas = [i for i, part in enumerate(parts) if part == ","]
    if how == 0 and commas:
        parts[rand.choice(commas)] = "\n"
    elif how == 1 and commas:
        parts[rand.choice(commas)] = rand.choice([",,", ", ,", ",\n,"])
    elif how == 2:
        while parts and parts[-1] in ("}", "]") and rand.random() < 0.7:
            parts.pop()
        parts.append("")
    elif how == 3:
        parts.append(rand.choice(["}", "]", "\n]}", ";", " trailing", "\n}\n"]))
    elif how == 4:
        parts.insert(rand.randrange(1, len(parts)), "# a comment, } with \"all\"\n")
    else:
        parts.insert(len(parts) - 1, rand.choice([",", " ,"]))
    if how != 2 and rand.random() < 0.5:
        parts.insert(rand.randrange(1, len(parts)), rand.choice(["# ] } \"\n", "// ]}\n", "/* { [ */", "/* \" */"]))
    return "".join(parts)


def is_json(text):
    try:
        json.loads(text)
        return True
    except ValueError:
        return False


def leniently(o):
    made = [value(o.rand) for _ in range(1500)]
    parts = [tokens(o.rand, data) for data in made]
    texts = [damaged(o.rand, part) for part in parts]
    for data, text, answer in zip(made, texts, o.ask("json", [text.encode() for text in texts])):
        o.compare(text, ours_of(answer["roots"][0]), theirs_of(data))
        told = [what for what, _, _ in answer["problems"] if not what.startswith(TWICE)]
        o.compare((text, told), not told, is_json(text))
    parts = parts[:250]
    texts = [as_json5(o.rand, part) for part in parts]
    for text, answer in zip(texts, o.ask("json", [text.encode() for text in texts])):
        theirs = json5.loads(text, object_pairs_hook=Pairs, parse_int=number, parse_float=number)
        o.compare(text, ours_of(answer["roots"][0]), theirs_of(theirs))


def main():
    o = oracle.Oracle(EXCEPTIONS)
    inputs = oracle.corpus("fuzz/corpus/json*/*", "tests/data/base/json/*/*.json", "docs/*.json", "fuzz/corpus/docker_config/*",
                           "fuzz/corpus/registry_manifest/*", "fuzz/corpus/image_documents/*")
    made = [spaced(o.rand, tokens(o.rand, value(o.rand)), []).encode() for _ in range(1500)]
    strictly(o, inputs + made + [oracle.mutate(o.rand.choice(made), o.rand, LIKELY) for _ in range(3000)])
    leniently(o)
    o.finish(7500)


main()
