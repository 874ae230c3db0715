"""The inflater against zlib: streams of any header, level and number of members, whole and spoilt."""
import struct
import zlib

import oracle


def header(rand, flags):
    out = b"\x1f\x8b\x08" + bytes([flags]) + bytes(rand.randrange(256) for _ in range(6))
    if flags & 4:
        extra = bytes(rand.randrange(256) for _ in range(rand.randrange(20)))
        out += struct.pack("<H", len(extra)) + extra
    if flags & 8:
        out += b"name" * rand.randrange(5) + b"\0"
    if flags & 16:
        out += b"a comment" * rand.randrange(9) + b"\0"
    if flags & 2:
        out += struct.pack("<H", zlib.crc32(out) & 0xffff)
    return out


def content(rand):
    kind = rand.randrange(5)
    n = rand.choice([0, 1, 2, 100, 259, 3000, rand.randrange(9000)])
    if kind == 0:
        return bytes(rand.randrange(256) for _ in range(min(n, 3000)))
    if kind == 1:
        return bytes([rand.randrange(256)]) * n
    if kind == 2:
        return (b"line %d of what repeats\n" * 9)[:n] + bytes(rand.choice(b"ab") for _ in range(n // 8))
    words = [b"apt-get ", b"install ", b"-y ", b"\n", b"COPY ", b"the ", b"layer "]
    return b"".join(rand.choice(words) for _ in range(n // 5))


def member(rand):
    data = content(rand)
    strategy = rand.choice([zlib.Z_DEFAULT_STRATEGY, zlib.Z_FILTERED, zlib.Z_HUFFMAN_ONLY, zlib.Z_RLE, zlib.Z_FIXED])
    press = zlib.compressobj(rand.randrange(10), zlib.DEFLATED, -rand.choice([9, 12, 15]), rand.randint(1, 9), strategy)
    half = rand.randrange(len(data) + 1)
    body = press.compress(data[:half]) + press.flush(rand.choice([zlib.Z_SYNC_FLUSH, zlib.Z_FULL_FLUSH, zlib.Z_BLOCK]))
    body += press.compress(data[half:]) + press.flush()
    return [header(rand, rand.choice([0, 0, 8, rand.randrange(32)])), body,
            struct.pack("<II", zlib.crc32(data), len(data) & 0xffffffff)]


def mend(body):
    """The trailer that fits to a body which was spoilt, if it is still one."""
    inflate = zlib.decompressobj(-15)
    try:
        data = inflate.decompress(body)
    except zlib.error:
        return b""
    return struct.pack("<II", zlib.crc32(data), len(data)) if inflate.eof and not inflate.unused_data else b""


def spoil(rand):
    """A stream with a fault in it. Half of those in a body get the trailer that fits to what it is now."""
    parts = [member(rand) for _ in range(rand.randint(1, 3))]
    at, which = rand.randrange(len(parts)), rand.choice([0, 1, 1, 2, 3, 4])
    if which < 3:
        parts[at][which] = oracle.mutate(parts[at][which], rand)
    if which == 1 and rand.random() < 0.7:
        parts[at][2] = mend(parts[at][1]) or parts[at][2]
    out = b"".join(b"".join(part) for part in parts)
    if which == 3:
        return out + rand.choice([b"\0", b"\0" * 512, b"\x1f", b"\x1f\x8b", b"x", b"\x1f\x8b\x08\0"])
    return out[:rand.randrange(len(out))] if which == 4 else out


def theirs(data):
    """What all members inflate to, or None."""
    out = b""
    while True:
        inflate = zlib.decompressobj(31)
        try:
            out += inflate.decompress(data)
        except zlib.error:
            return None
        if not inflate.eof:
            return None
        data = inflate.unused_data
        if not data:
            return out


def main():
    o = oracle.Oracle()
    inputs = oracle.corpus("fuzz/corpus/gzip/*")
    inputs += [b"".join(b"".join(member(o.rand)) for _ in range(o.rand.choice([1, 1, 2, 4]))) for _ in range(1000)]
    inputs += [spoil(o.rand) for _ in range(4000)]
    for given, answer in zip(inputs, o.ask("gzip", inputs)):
        ours = None if "error" in answer else answer["bytes"].encode("latin-1")
        o.compare(given, ours, theirs(given))
    o.finish(5000)


main()
