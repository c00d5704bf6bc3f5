"""Reads 8-bit grey PNG images and shrinks them, with the standard library only."""
import struct
import zlib

SIGNATURE = b"\x89PNG\r\n\x1a\n"
LIMIT = 1024  # pixels a side


def chunks(data):
    """Yields (type, content) of each chunk."""
    at = len(SIGNATURE)
    while at + 8 <= len(data):
        size, kind = struct.unpack(">I4s", data[at : at + 8])
        yield kind, data[at + 8 : at + 8 + size]
        at += size + 12


def paeth(a, b, c):
    p = a + b - c
    pa, pb, pc = abs(p - a), abs(p - b), abs(p - c)
    return a if pa <= pb and pa <= pc else b if pb <= pc else c


def unfilter(kind, line, above):
    """Undoes one line's filter in place; one byte is one pixel."""
    for i, value in enumerate(line):
        left = line[i - 1] if i else 0
        corner = above[i - 1] if i else 0
        guess = (0, left, above[i], (left + above[i]) // 2, paeth(left, above[i], corner))[kind]
        line[i] = (value + guess) & 255


def decode(data):
    """Returns (width, height, bytes): one byte a pixel, 255 is ink (black)."""
    if data[:8] != SIGNATURE:
        raise ValueError("not a PNG")
    parts = {}
    for kind, content in chunks(data):
        parts[kind] = parts.get(kind, b"") + content
    width, height, depth, colour, _, _, interlace = struct.unpack(">IIBBBBB", parts[b"IHDR"])
    if (depth, colour, interlace) != (8, 0, 0):
        raise ValueError("the PNG is not 8-bit grey without interlacing")
    if not (0 < width <= LIMIT and 0 < height <= LIMIT):
        raise ValueError(f"the PNG is larger than {LIMIT} pixels a side")
    raw = zlib.decompressobj().decompress(parts[b"IDAT"], (width + 1) * height)
    if len(raw) != (width + 1) * height:
        raise ValueError("the PNG is cut short")
    above, out = bytearray(width), bytearray()
    for y in range(height):
        kind, line = raw[y * (width + 1)], bytearray(raw[y * (width + 1) + 1 : (y + 1) * (width + 1)])
        if kind > 4:
            raise ValueError("the PNG has an unknown filter")
        if kind:
            unfilter(kind, line, above)
        out += line
        above = line
    return width, height, bytes(255 - v for v in out)


def shrink(width, height, grey, side):
    """Returns side*side averages of equal blocks."""
    if width % side or height % side:
        raise ValueError(f"width and height of the image must be multiples of {side}")
    bw, bh = width // side, height // side
    averages = []
    for row in range(side):
        for column in range(side):
            block = [sum(grey[(row * bh + y) * width + column * bw :][:bw]) for y in range(bh)]
            averages.append(sum(block) / (bw * bh))
    return averages
