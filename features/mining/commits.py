"""Parses raw commit objects, however malformed."""

import re
from dataclasses import dataclass

MINUTES_IN_OFFSET_LIMIT = 14 * 60  # the largest civil offset, UTC+14; beyond it is noise

LONGEST_STAMP = 4_096  # bytes of an author line that are looked at
LONGEST_SUBJECT = 200  # characters of a subject in which a claim is looked for
LONGEST_MESSAGE = 100_000  # characters of a message whose form is looked at

_STAMP = re.compile(rb"(?P<who>.*?)\s?<(?P<address>[^>]*)>\s*(?P<time>-?\d+)?\s*(?P<zone>[+-]\d+)?")
_USUAL_HEAD = re.compile(
    rb"tree [0-9a-f]{40}\n(?P<parents>(?:parent [0-9a-f]{40}\n)*)author [^\n]*\n"
    rb"committer [^<\n]{0,1000}<[^>\n]{0,1000}> (?P<time>\d{1,18}) "
)
_TRAILER = re.compile(r"^([A-Za-z][A-Za-z0-9-]*): \S")
_MAY_REFER = re.compile(r"[#-]\d")
_REFERENCE = re.compile(r"(?:^|[\s(\[])(?:#|gh-|GH-)\d+\b|\b[A-Z][A-Z0-9]+-\d+\b")
_CONVENTIONAL = re.compile(r"^[a-z]+(?:\([^)]*\))?!?: ")
_REQUEST_MERGE = re.compile(
    r"Merge (?:pull request #\d+|request |remote-tracking branch|branch '[^']*' into '[^']*'$)"
    r"|Merged? PR ?#?\d+"
)
_MERGE_TRAILER = "See merge request"
# Python's other codecs are not all for text, and some take quadratic time.
_ENCODINGS = re.compile(
    r"utf-?(?:8|16|32)(?:-?[bl]e)?|iso-?8859-?\d+|latin-?\d|windows-?\d+|cp\d+|koi8-[ru]|gbk|gb2312"
    r"|gb18030|big5|euc-(?:jp|kr)|shift[-_]jis|iso-?2022-jp|(?:us-)?ascii",
    re.IGNORECASE,
)
_TYPED = re.compile(r"([a-z]+)(?:\(([^)]*)\))?!?[:/]")
_NUMBERED = re.compile(r"v?\d+\.\d+[\w.+-]*$")
_CLAIMS = {
    "documentation": (
        "doc docs",
        "readme typo typos documentation docs changelog docstring docstrings",
    ),
    "version": (
        "deps release",
        "bump bumps bumped release releases released releasing version versions deps dependency "
        "dependencies lockfile lockfiles",
    ),
    "upkeep": (
        "chore style ci build test tests",
        "cleanup cleanups whitespace formatting lint linter linting cosmetic cosmetics minor",
    ),
}
"""What a subject says that a commit is about, if that is housekeeping; the first counts most. Each
with its types of conventional commits, and the words that stand for it anywhere."""

_TYPES = {word: claim for claim, (types, _) in _CLAIMS.items() for word in types.split()}
_SAYS = {word: claim for claim, (_, words) in _CLAIMS.items() for word in words.split()}
_AS_LETTERS = str.maketrans(dict.fromkeys(map(chr, range(128)), " ") | {
    letter: letter for letter in "abcdefghijklmnopqrstuvwxyz"
})  # fmt: skip
_REVIEWS = {"reviewed-by", "acked-by", "tested-by", "approved-by"}


@dataclass(frozen=True, slots=True)
class Stamp:
    """Who and when, as an author, committer or tagger line says it."""

    name: str
    address: str
    time: int | None
    """Seconds since 1970 UTC; None if the line has none or it does not fit 64 bits."""
    offset: int | None
    """Minutes east of UTC; None if absent or beyond any civil offset."""


FACTS = (
    "author_time",
    "author_offset",
    "commit_time",
    "commit_offset",
    "signature",
    "subject_length",
    "body_lines",
    "message_length",
    "trailers",
    "signed_off",
    "co_authored",
    "reviews",
    "references",
    "conventional",
    "request_merge",
    "claim",
)
"""Columns of the table of commits that a commit object says by itself."""


@dataclass(frozen=True, slots=True)
class RawCommit:
    """One commit object's facts, before people are resolved."""

    author: Stamp
    committer: Stamp
    signature: str
    message: str


def parse_stamp(line: bytes) -> Stamp:
    """Parse `Name <address> seconds ±hhmm`, keeping whatever can be read."""
    line = line[:LONGEST_STAMP]
    match = _STAMP.match(line)
    if match is None:
        return Stamp(_text(line), "", None, None)
    seconds = match["time"]
    time = int(seconds) if seconds and len(seconds) < 19 else None
    return Stamp(
        _text(match["who"]).strip(), _text(match["address"]).strip(), time, _offset(match["zone"])
    )


def _offset(zone: bytes | None) -> int | None:
    if zone is None or len(zone) > 5:
        return None
    digits = abs(int(zone))
    minutes = digits // 100 * 60 + digits % 100
    if minutes > MINUTES_IN_OFFSET_LIMIT:
        return None
    return -minutes if zone.startswith(b"-") else minutes


def _text(raw: bytes, encoding: str = "utf-8") -> str:
    try:
        known = encoding == "utf-8" or _ENCODINGS.fullmatch(encoding)
        return raw.decode(encoding if known else "utf-8")
    except (UnicodeDecodeError, LookupError):
        return raw.decode("latin-1")


def parse_commit(data: bytes) -> RawCommit:
    """Parse a raw commit object; absent headers give empty values, never an error."""
    head, _, body = data.partition(b"\n\n")
    headers: dict[bytes, bytes] = {}
    for line in head.split(b"\n"):
        key, _, value = line.partition(b" ")
        headers.setdefault(key, value)
    who, by = headers.get(b"author", b""), headers.get(b"committer", b"")
    author = parse_stamp(who)
    signature = headers.get(b"gpgsig", headers.get(b"gpgsig-sha256"))
    encoding = headers.get(b"encoding", b"utf-8").decode("ascii", "replace").strip()
    return RawCommit(
        author,
        author if by == who else parse_stamp(by),
        "" if signature is None else _signature_kind(signature),
        _text(body, encoding),
    )


def tree_of(data: bytes) -> bytes:
    """Parse no more of a raw commit object than its tree's id (20 bytes).

    Raises
    ------
    ValueError
        If it has none.
    """
    if not data.startswith(b"tree "):
        raise ValueError("a commit without a tree")
    return bytes.fromhex(data[5:45].decode("ascii", "replace"))


def parents_and_time(data: bytes) -> tuple[tuple[str, ...], int | None]:
    """Parse no more of a raw commit object than its parents and the committer's time."""
    if usual := _USUAL_HEAD.match(data):
        return tuple(usual["parents"].decode("ascii").split()[1::2]), int(usual["time"])
    return parents_and_time_by_lines(data)


def parents_and_time_by_lines(data: bytes) -> tuple[tuple[str, ...], int | None]:
    """Give the same of a head that may be of any form."""
    parents: list[str] = []
    for line in data.partition(b"\n\n")[0].split(b"\n"):
        if line.startswith(b"parent "):
            parents.append(line[7:71].decode("ascii", "replace").strip())
        elif line.startswith(b"committer "):
            return tuple(parents), parse_stamp(line[10:]).time
    return tuple(parents), None


def _signature_kind(first_line: bytes) -> str:
    for marker, kind in ((b"SSH", "ssh"), (b"PGP", "pgp"), (b"SIGNED MESSAGE", "x509")):
        if marker in first_line:
            return kind
    return "other"


def facts_of(raw: RawCommit) -> tuple:
    """Give the values of `FACTS`."""
    author, committer = raw.author, raw.committer
    stamps = author.time, author.offset, committer.time, committer.offset
    return *stamps, raw.signature, *_message_shape(raw.message)


def _message_shape(message: str) -> tuple[int | bool | str, ...]:
    """Measure a commit message without keeping its text.

    Trailers are looked for in the last paragraph, when that is not the subject and at least a
    quarter of its lines have the form `Token: value` (git-interpret-trailers).
    """
    seen = message[:LONGEST_MESSAGE]
    paragraphs = [part for part in re.split(r"\n\s*\n", seen.strip()) if part]
    subject = paragraphs[0].splitlines()[0] if paragraphs else ""
    last = paragraphs[-1].splitlines() if len(paragraphs) > 1 else []
    tokens = [match[1].lower() for line in last if (match := _TRAILER.match(line))]
    if 4 * len(tokens) < len(last):
        tokens = []
    lines = sum(1 for line in seen.splitlines() if line.strip())
    return (
        len(subject),
        max(0, lines - 1 - len(tokens)),
        len(message),
        len(tokens),
        tokens.count("signed-off-by"),
        tokens.count("co-authored-by"),
        sum(token in _REVIEWS for token in tokens),
        _references(message[:10_000]),
        bool(_CONVENTIONAL.match(subject)),
        bool(_REQUEST_MERGE.match(message[:2_000])) or _MERGE_TRAILER in message[:2_000],
        _claim(subject[:LONGEST_SUBJECT].lower()),
    )


def _claim(subject: str) -> str:
    """Name the first of `_CLAIMS` that a subject in lower case makes; empty if it makes none."""
    made = {_SAYS[word] for word in _SAYS.keys() & subject.translate(_AS_LETTERS).split()}
    if (typed := _TYPED.match(subject)) and typed[1] in _TYPES:
        made.add("version" if (typed[2] or "").startswith("deps") else _TYPES[typed[1]])
    if _NUMBERED.match(subject):
        made.add("version")
    return next((claim for claim in _CLAIMS if claim in made), "")


def _references(text: str) -> int:
    return len(_REFERENCE.findall(text)) if _MAY_REFER.search(text) else 0
