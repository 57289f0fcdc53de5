"""Measures what the added lines of a file look like, without keeping any of it."""

import math
import re

import numpy as np

from ..capabilities import CAPABILITIES

ENCODED_RUN = 60  # characters; PEM has lines of 64, MIME of 76
MINIFIED_LINE = 200  # bytes of a mean line above which text is written by a program
MINIFIED_BYTES = 1_000
MINIFIED_BLANKS = 0.1  # share of white space below which it was taken out on purpose

MEASURES = np.dtype(
    [
        ("added", "i4"),
        ("deleted", "i4"),
        ("binary", "?"),
        ("size", "i8"),
        ("added_bytes", "i8"),
        ("longest_line", "i4"),
        ("entropy", "f4"),
        ("non_ascii", "f4"),
        ("hidden", "i4"),
        ("base64_runs", "i4"),
        ("hex_runs", "i4"),
        ("urls", "i4"),
        ("ip_literals", "i4"),
        *((name, "i4") for name in CAPABILITIES),
        ("minified", "?"),
        ("form", "u1"),
        ("cut", "?"),
    ]
)
"""What is measured of one change; −1 and NaN where it is not known or not text."""

UNKNOWN = np.zeros(1, MEASURES)[0]
for _name in MEASURES.names or ():
    _kind = MEASURES[_name]
    UNKNOWN[_name] = {"i": -1, "f": np.nan}.get(_kind.kind, 0)

FORMS = ("", "archive", "executable", "image", "other")
"""What a binary file is, by its first bytes; the measure is the position here."""

_MAGIC = (
    (
        "archive",
        (
            b"PK\x03\x04",
            b"PK\x05\x06",
            b"\x1f\x8b",
            b"BZh",
            b"\xfd7zXZ\0",
            b"\x28\xb5\x2f\xfd",
            b"7z\xbc\xaf\x27\x1c",
            b"Rar!\x1a\x07",
            b"\x04\x22\x4d\x18",
            b"LZIP",
            b"!<arch>\n",
            b"\x1f\x9d",
            b"\xed\xab\xee\xdb",
        ),
    ),
    (
        "executable",
        (
            b"\x7fELF",
            b"MZ",
            b"\xca\xfe\xba\xbe",
            b"\xfe\xed\xfa\xce",
            b"\xfe\xed\xfa\xcf",
            b"\xce\xfa\xed\xfe",
            b"\xcf\xfa\xed\xfe",
            b"\0asm",
            b"dex\n",
        ),
    ),
    ("image", (b"\x89PNG", b"GIF8", b"\xff\xd8\xff", b"BM", b"\0\0\1\0", b"RIFF", b"II*\0")),
)
_TAR = slice(257, 262), b"ustar"

# Unicode characters that are not seen or that turn the order of what is (Boucher and Anderson
# 2021, "Trojan Source"): soft hyphen, Arabic letter mark, Mongolian vowel separator, U+200B to
# 200F, 202A to 202E, 2060 to 2069, Hangul filler, byte order mark, variation selectors but the
# one of emoji, tags.
_HIDDEN = re.compile(
    rb"\xc2\xad|\xd8\x9c|\xe1\xa0\x8e|\xe2\x80[\x8b-\x8f\xaa-\xae]|\xe2\x81[\xa0-\xa9]"
    rb"|\xe3\x85\xa4|\xef\xbb\xbf|\xef\xb8[\x80-\x8e]|\xef\xbe\xa0|\xf3\xa0[\x80-\x87][\x80-\xbf]"
)
_BYTE_ORDER_MARK = b"\xef\xbb\xbf"
_ENCODED = re.compile(rb"[A-Za-z0-9+/_-]{%d,}={0,2}" % ENCODED_RUN)
_HEX = re.compile(rb"[0-9a-fA-F]+\Z")
_ESCAPED = re.compile(rb"(?:\\x[0-9a-fA-F]{2}){16,}|(?:0x[0-9a-fA-F]{2},\s*){16,}")
_IP = re.compile(rb"(?<![\w.])(?:(?:25[0-5]|2[0-4]\d|1?\d?\d)\.){3}(?:25[0-5]|2[0-4]\d|1?\d?\d)"
                 rb"(?![\w.])")  # fmt: skip
_ENCODES = frozenset(b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/_-")
_AS_ENCODED = bytes(0x61 if byte in _ENCODES else 0x20 for byte in range(256))
_ENCODED_THERE = b"a" * ENCODED_RUN
_AS_DIGITS = bytes(0x30 if 0x30 <= byte < 0x3A else byte for byte in range(256))
_BLANKS = (0x09, 0x0A, 0x0D, 0x20)


def measure_text(text: bytes) -> dict[str, float]:
    r"""Measure added text.

    Returns
    -------
    - `longest_line` in bytes, its newline not counted
    - `entropy`: Shannon entropy of the byte values, bits per byte
    - `non_ascii`: share of bytes of 128 and above
    - `hidden`: invisible and direction-changing characters; a byte order mark at the start is none
    - `base64_runs`: runs of at least `ENCODED_RUN` letters, digits, `+/` or `-_`, that have a
      capital, a small letter and a digit
    - `hex_runs`: runs as long of hexadecimal digits, or 16 or more bytes written `\x1f` or `0x1f,`
    - `urls`: occurrences of `://`
    - `ip_literals`: dotted quads; version numbers of four parts count, too
    - for each of `CAPABILITIES`: how often its names occur
    - `minified`: mean line of at least `MINIFIED_LINE` bytes with hardly any white space
    """
    if not text:
        return _NO_TEXT
    longest = max(map(len, text.split(b"\n")))
    counts = np.bincount(np.frombuffer(text, np.uint8), minlength=256)
    size, ascii_only = len(text), text.isascii()
    base64, hexadecimal = _encoded_runs(text, long_lines=longest >= ENCODED_RUN)
    return {
        "longest_line": longest,
        "entropy": _entropy(counts, size),
        "non_ascii": 0.0 if ascii_only else counts[128:].sum() / size,
        "hidden": 0 if ascii_only else _hidden(text),
        "base64_runs": base64,
        "hex_runs": hexadecimal,
        "urls": text.count(b"://"),
        "ip_literals": len(_IP.findall(text)) if _may_have_ip(text) else 0,
        **_capabilities(text),
        "minified": size >= MINIFIED_BYTES
        and size >= MINIFIED_LINE * (1 + text.count(b"\n"))
        and sum(counts[blank] for blank in _BLANKS) < MINIFIED_BLANKS * size,
    }


_NO_TEXT: dict[str, float] = dict.fromkeys(
    ("longest_line", "hidden", "base64_runs", "hex_runs", "urls", "ip_literals", *CAPABILITIES), 0
)


def _entropy(counts: np.ndarray, size: int) -> float:
    """Give log n − Σ c·log c / n, which is −Σ (c/n)·log(c/n), in bits."""
    if size >= len(_TIMES_LOG):
        share = counts[counts > 0] / size
        return -float(share @ np.log2(share)) + 0.0
    return max(0.0, math.log2(size) - float(_TIMES_LOG[counts].sum()) / size)


_TIMES_LOG = np.arange(65_536) * np.log2(np.maximum(np.arange(65_536), 1))


def _may_have_ip(text: bytes) -> bool:
    return text.translate(_AS_DIGITS).count(b"0.0") > 1


def _hidden(text: bytes) -> int:
    return len(_HIDDEN.findall(text)) - text.startswith(_BYTE_ORDER_MARK)


def _encoded_runs(text: bytes, *, long_lines: bool) -> tuple[int, int]:
    base64 = hexadecimal = 0
    there = long_lines and _ENCODED_THERE in text.translate(_AS_ENCODED)
    for run in _ENCODED.findall(text) if there else ():
        if _HEX.match(run):
            hexadecimal += 1
        elif run != run.upper() and run != run.lower() and any(48 <= byte < 58 for byte in run):
            base64 += 1
    if text.count(b"0x") >= 16 or text.count(b"\\x") >= 16:
        hexadecimal += len(_ESCAPED.findall(text))
    return base64, hexadecimal


_IDENTIFIER = frozenset(b"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_(")
_AS_WORDS = bytes(byte if byte in _IDENTIFIER else 0x20 for byte in range(256))
_STANDS_FOR = {word: name for name, found in CAPABILITIES.items() for word in found.words}
_WORDS = frozenset(_STANDS_FOR)
_PHRASES = [(phrase, name) for name, found in CAPABILITIES.items() for phrase in found.phrases]
_NO_CAPABILITIES = dict.fromkeys(CAPABILITIES, 0)


def _capabilities(text: bytes) -> dict[str, int]:
    counts = _NO_CAPABILITIES.copy()
    for phrase, name in _PHRASES:
        if phrase in text:
            counts[name] += text.count(phrase)
    words = text.translate(_AS_WORDS).replace(b"(", b"( ").split()
    for word in _WORDS.intersection(words):
        counts[_STANDS_FOR[word]] += words.count(word)
    return counts


def binary_form(content: bytes) -> str:
    """Tell what a binary file is: one of `FORMS`."""
    for form, starts in _MAGIC:
        if content.startswith(starts):
            return form
    where, mark = _TAR
    return "archive" if content[where] == mark else "other"
