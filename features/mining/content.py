"""What is measured of one change, and what binary files are by their first bytes."""

import numpy as np

from .text import TEXT

MEASURES = np.dtype(
    [
        ("added", "i4"),
        ("deleted", "i4"),
        ("binary", "?"),
        ("size", "i8"),
        ("new_lines", "i4"),
        ("added_bytes", "i8"),
        *TEXT.descr,
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


def binary_form(content: bytes) -> str:
    """Tell what a binary file is: one of `FORMS`."""
    for form, starts in _MAGIC:
        if content.startswith(starts):
            return form
    where, mark = _TAR
    return "archive" if content[where] == mark else "other"
