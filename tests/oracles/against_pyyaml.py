"""The YAML tree against PyYAML's own parser (the one in Python: libyaml, which ours is built on, would prove nothing): kinds,
texts, names, places, aliases and merge keys of every node, and whether a text is YAML at all."""
import bisect
import copy
import re
import warnings

import oracle

try:
    import yaml
except ImportError as error:
    oracle.skip(f"{error} (Debian: python3-yaml)")

EXCEPTIONS = {
    "libyaml is newer": "it takes a tab between tokens and a ? inside a word of a flow, but no tab where a block scalar's "
                        "indentation is found out; it refuses unknown directives, and differs about commas behind tags and colons "
                        "at the end in flows",
    "two merges": "of two merge keys of a map the last counts, as of any name, and the first is reported",
    "recursion": "an alias to what it is a part of is reported and null; PyYAML ties the knot",
    "merge of no map": "a merge of what is no map is reported, and what there is in maps is merged; PyYAML refuses it",
    "too large": "aliases that make a walk too long are told and null",
}
TAG = "tag:yaml.org,2002:"
KINDS = {"null": "null", "bool": "bool", "int": "number", "float": "number"}
OWN = ("this name was given before", "a name that is not text", '"<<" takes', "an alias to what it is a part of",
       "aliases make", "merge keys make")


class Loader(yaml.SafeLoader):
    """PyYAML's with YAML 1.2's core schema, as section 10.3.2 of the specification has it."""
    yaml_implicit_resolvers = {}

    def compose_node(self, parent, index):
        """An alias is a node of its own, with its own place. An anchor may be given again, as YAML has it."""
        event = self.peek_event()
        if not isinstance(event, yaml.AliasEvent):
            self.anchors.pop(event.anchor, None)
            return super().compose_node(parent, index)
        node = copy.copy(super().compose_node(parent, index))
        node.start_mark, node.end_mark = event.start_mark, event.end_mark
        node.is_alias = True
        return node

    def compose_scalar_node(self, anchor):
        """ "!" says that this is text (YAML 1.2, 6.9.1); PyYAML resolves it as if it were not there."""
        tag = self.peek_event().tag
        node = super().compose_scalar_node(anchor)
        node.tag = TAG + "str" if tag == "!" else node.tag
        return node


for kind, expression, first in (
        ("null", r"~|null|Null|NULL|", ["~", "n", "N", ""]),
        ("bool", r"true|True|TRUE|false|False|FALSE", list("tTfF")),
        ("int", r"[-+]?[0-9]+|0o[0-7]+|0x[0-9a-fA-F]+", list("-+0123456789")),
        ("float", r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?|[-+]?\.(inf|Inf|INF)|\.(nan|NaN|NAN)",
         list("-+.0123456789")),
        ("merge", r"<<", ["<"])):
    Loader.add_implicit_resolver(TAG + kind, re.compile(f"^(?:{expression})$"), first)


class Reader:
    """A document of PyYAML's in the words of oracle-drive."""

    def __init__(self, loader, text):
        self.loader, self.text = loader, text
        self.open = set()
        self.recursive = self.two_merges = False

    def scalar(self, node):
        tag = node.tag
        plain = self.loader.resolve(yaml.ScalarNode, node.value, (True, False))[len(TAG):]
        if not tag.startswith(TAG):
            tag = TAG + plain if not node.style else TAG + "str"
        kind = KINDS.get(tag[len(TAG):], "string")
        if KINDS.get(plain, "string") != kind:
            kind = "string"
        text = {"null": "", "bool": node.value.lower()}.get(kind, node.value)
        end = node.end_mark.index
        return [kind, self.start(node), len(self.text[:end].rstrip()) if node.style else end, text]

    def start(self, node):
        return node.start_mark.index

    def node(self, node):
        if isinstance(node, yaml.ScalarNode):
            return self.scalar(node)
        if id(node.value) in self.open:
            self.recursive = True
            return ["null", 0, 0, ""]
        self.open.add(id(node.value))
        if isinstance(node, yaml.SequenceNode):
            out = ["list", self.start(node), 0, [self.node(item) for item in node.value]]
        else:
            out = ["map", self.start(node), 0, self.members(node)]
        self.open.remove(id(node.value))
        return out

    def name(self, node):
        """As written; by an alias, what the value is."""
        if not isinstance(node, yaml.ScalarNode):
            return ""
        return self.scalar(node)[3] if hasattr(node, "is_alias") else node.value

    def members(self, node):
        own = [[self.name(key), self.node(value)] for key, value in node.value]
        self.two_merges |= sum(key.tag == TAG + "merge" for key, _ in node.value) > 1
        if not any(key.tag == TAG + "merge" for key, _ in node.value):
            return sorted(own) if any(name == "<<" for name, _ in own) else own
        flat = copy.deepcopy(node)
        try:
            self.loader.flatten_mapping(flat)
        except yaml.constructor.ConstructorError:
            return sorted(own)
        names = {name for name, _ in own}
        merged = {self.name(key): value for key, value in flat.value if self.name(key) not in names}
        return sorted(own + [[name, self.node(value)] for name, value in merged.items()])


def theirs(text):
    """The documents of a text and the exception that they are, or the error."""
    try:
        loader = Loader(text)
        documents, reader = [], Reader(loader, text)
        while loader.check_node():
            documents.append(reader.node(loader.get_node()))
        return documents, "recursion" if reader.recursive else "two merges" if reader.two_merges else None
    except (yaml.YAMLError, ValueError) as error:  # a ValueError of chr() for an escape beyond Unicode
        return error, None


class Ours:
    """The same of what oracle-drive says: bytes become characters, and the members of a map with a merge key are sorted."""

    def __init__(self, data):
        self.ascii = all(byte < 128 for byte in data)
        self.at = [] if self.ascii else [i for i, byte in enumerate(data) if byte & 0xc0 != 0x80]

    def place(self, offset):
        return offset if self.ascii else bisect.bisect_left(self.at, offset)

    def node(self, node):
        kind, start, end, inside = node
        if kind == "list":
            return [kind, self.place(start), 0, [self.node(item) for item in inside]]
        if kind == "map":
            return [kind, self.place(start), 0, self.members(inside)]
        return [kind, self.place(start), self.place(end), inside.encode("latin-1").decode()]

    def members(self, members):
        told = [[name.encode("latin-1").decode(), self.node(value)] for name, _, _, value in members]
        return sorted(told) if any(name == "<<" for name, _ in told) else told


# ---- texts ----

PLAIN = ["a", "b c", "true", "False", "null", "~", "12", "-3", "0x1F", "0o17", "1.5", "1e3", ".inf", "-.INF", ".NaN", "yes",
         "a:b", "a#b", "http://x/y", "-a", "?a", ":a", "%a", "é", "x\U0001f6a2", "1_000", "08", "+1", "2026-11-27", "<<", "=",
         "a'b", 'a"b', "1.", ".5", "0x", "0o8", "nULL", "a\\n"]
QUOTED = ["''", "'it''s'", '""', '"a\\n\\tb"', '"\\u00e9\\x41"', "'a: b'", '"# no"', "'1'", '"a\\\n  b"', "'a\n\n  b'",
          '"\\U0001F6A2"', '"\\e\\0\\_"', '"a b \n c"', "'<<'"]
LIKELY = b"-:?,[]{}#&*!|>'\"%@` \t\n\r\\~<=a1"


class Maker:
    def __init__(self, rand):
        self.rand = rand
        self.anchors = []

    def properties(self):
        out = ""
        if self.rand.random() < 0.06:
            self.anchors.append(f"k{self.rand.randrange(5)}")
            out += f"&{self.anchors[-1]} "
        if self.rand.random() < 0.06:
            out += self.rand.choice(["!!str", "!!int", "!Ref", "!", "!!float", "!!null", "!!bool", "!<tag:yaml.org,2002:str>"]) + " "
        return out

    def scalar(self, flow, key=False):
        if self.anchors and self.rand.random() < 0.1:
            return f"*{self.rand.choice(self.anchors)} "
        word = self.rand.choice(PLAIN if self.rand.random() < 0.7 else QUOTED)
        if key and "\n" in word or flow and word in ("?a", ":a", "-a"):
            word = "k"
        return self.properties() + word

    def block_scalar(self, indent):
        lines = [self.rand.choice(["a", "  b", "", "# c", "d: e", "\tf"]) for _ in range(self.rand.randint(0, 4))]
        pad = " " * (indent + self.rand.randint(1, 3))
        return self.properties() + self.rand.choice("|>") + self.rand.choice(["", "-", "+"]) + self.comment() + "\n" + \
            "".join((pad + line if line else "") + "\n" for line in ["x", *lines])

    def comment(self):
        return " # a comment" if self.rand.random() < 0.1 else ""

    def flow(self, depth):
        if depth > 2 or self.rand.random() < 0.4:
            return self.scalar(True)
        items = [self.flow(depth + 1) for _ in range(self.rand.randrange(4))]
        gap = self.rand.choice([", ", ",", ",\n   ", " , "])
        if self.rand.random() < 0.5:
            return "[" + gap.join(items) + self.rand.choice(["", "", ",", " "] if items else [""]) + "]"
        items = [self.scalar(True, True) + self.rand.choice([": ", " : ", ":  "]) + item for item in items]
        return "{" + gap.join(items) + "}"

    def value(self, depth, indent):
        """What stands behind "key:" or "-", with its line end."""
        kind = self.rand.random()
        if kind < 0.45 or depth > 3:
            return " " + self.scalar(False) + self.comment() + "\n"
        if kind < 0.55:
            return " " + self.block_scalar(indent)
        if kind < 0.7:
            return " " + self.flow(0) + "\n"
        if kind < 0.75:
            return self.comment() + "\n"
        return (" " + self.properties()).rstrip() + self.comment() + "\n" + self.block(depth + 1, indent + self.rand.randint(1, 3))

    def block(self, depth, indent):
        pad, out = " " * indent, ""
        names = self.rand.random() < 0.6
        for _ in range(self.rand.randint(1, 4)):
            if self.rand.random() < 0.08:
                out += self.rand.choice(["\n", "# c\n", pad + "  # d\n", "   \n"])
            if names and self.anchors and self.rand.random() < 0.1:
                out += pad + "<<: " + self.rand.choice(["*{0}", "[*{0}, *{1}]", "*{1}"]).format(
                    self.rand.choice(self.anchors), self.rand.choice(self.anchors)) + "\n"
            elif names and self.rand.random() < 0.04:
                out += pad + "? " + self.scalar(False, True) + "\n" + pad + ":" + self.value(depth, indent)
            elif names:
                out += pad + self.scalar(False, True) + ":" + self.value(depth, indent)
            else:
                out += pad + "-" + self.value(depth, indent)
        return out

    def text(self):
        out = self.rand.choice(["", "", "", "", "%YAML 1.1\n---\n", "--- \n", "# first\n"])
        for i in range(self.rand.choice([1, 1, 1, 2])):
            self.anchors = []
            out += self.rand.choice(["---\n", "--- # x\n", "...\n---\n"]) if i else ""
            out += self.block(0, 0) if self.rand.random() < 0.9 else self.flow(0) + "\n"
        return out


def compare(o, data, answer):
    text = data.decode()
    documents, excuse = theirs(text)
    told = [what for what, _, _ in answer.get("problems", [])]
    syntax = [what for what in told if not what.startswith(OWN)]
    if isinstance(documents, Exception):
        excuse = "libyaml is newer" if re.search(r"'(\\t|\?|,)'", str(documents)) else None
        o.compare((text, told, str(documents)), bool(syntax), True, excuse)
        return
    for name, words in (("merge of no map", '"<<" takes'), ("too large", "make this text too large")):
        excuse = name if any(words in what for what in told) else excuse
    newer = ("found a tab character where", "did not find expected whitespace or line break",
             "found unknown directive", "found unexpected ':'")
    o.compare((text, "problems", told), syntax, [], "libyaml is newer" if syntax and syntax[0].startswith(newer) else None)
    if not syntax:
        ours = Ours(data)
        o.compare(text, [ours.node(root) for root in answer["roots"]], documents, excuse)


def main():
    o = oracle.Oracle(EXCEPTIONS)
    warnings.simplefilter("ignore")
    inputs = oracle.corpus("fuzz/corpus/yaml_tree/*", "fuzz/corpus/policy/*", "examples/**/*.yaml", "rules/**/*.yaml",
                           "tests/data/**/*.yaml", "tests/data/**/*.yml")
    made = [Maker(o.rand).text().encode() for _ in range(1500)]
    inputs += made + [oracle.mutate(o.rand.choice(made), o.rand, LIKELY) for _ in range(1500)]
    inputs = [data for data in inputs if utf8(data) and len(data) < 20000]
    for data, answer in zip(inputs, o.ask("yaml", inputs)):
        compare(o, data, answer)
    o.finish(4400)


def utf8(data):
    try:
        return not data.decode().startswith("\ufeff")
    except UnicodeDecodeError:
        return False


main()
