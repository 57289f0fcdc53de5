"""Walks the commit graph and parses raw commit objects, however malformed."""

import re
from dataclasses import dataclass

import pygit2
from pygit2.enums import ObjectType

from .repository import read_object

MINUTES_IN_OFFSET_LIMIT = 14 * 60  # the largest civil offset, UTC+14; beyond it is noise

_STAMP = re.compile(rb"(?P<who>.*?)\s?<(?P<address>[^>]*)>\s*(?P<time>-?\d+)?\s*(?P<zone>[+-]\d+)?")
_TRAILER = re.compile(r"^([A-Za-z][A-Za-z0-9-]*): \S")
_REFERENCE = re.compile(r"(?:^|[\s(\[])(?:#|gh-|GH-)\d+\b|\b[A-Z][A-Z0-9]+-\d+\b")
_CONVENTIONAL = re.compile(r"^[a-z]+(?:\([^)]*\))?!?: ")
_REQUEST_MERGE = re.compile(
    r"^Merge (?:pull request #\d+|request |remote-tracking branch|branch '[^']*' into '[^']*'$)"
    r"|^Merged? PR ?#?\d+|See merge request"
)
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


@dataclass(frozen=True, slots=True)
class RawCommit:
    """One commit object's facts, before people are resolved."""

    sha: str
    parents: tuple[str, ...]
    author: Stamp
    committer: Stamp
    signature: str
    message: str


def parse_stamp(line: bytes) -> Stamp:
    """Parse `Name <address> seconds ±hhmm`, keeping whatever can be read."""
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
        return raw.decode(encoding)
    except (UnicodeDecodeError, LookupError):
        return raw.decode("latin-1")


def parse_commit(sha: str, data: bytes) -> RawCommit:
    """Parse a raw commit object; absent headers give empty values, never an error."""
    head, _, body = data.partition(b"\n\n")
    parents: list[str] = []
    author = committer = Stamp("", "", None, None)
    encoding, signature = "utf-8", ""
    for line in head.split(b"\n"):
        key, _, value = line.partition(b" ")
        if key == b"parent":
            parents.append(value[:64].decode("ascii", "replace").strip())
        elif key == b"author":
            author = parse_stamp(value)
        elif key == b"committer":
            committer = parse_stamp(value)
        elif key == b"encoding":
            encoding = value.decode("ascii", "replace").strip()
        elif key in (b"gpgsig", b"gpgsig-sha256"):
            signature = _signature_kind(value)
    return RawCommit(sha, tuple(parents), author, committer, signature, _text(body, encoding))


def _signature_kind(first_line: bytes) -> str:
    for marker, kind in ((b"SSH", "ssh"), (b"PGP", "pgp"), (b"SIGNED MESSAGE", "x509")):
        if marker in first_line:
            return kind
    return "other"


def message_shape(message: str) -> dict[str, int | bool]:
    """Measure a commit message without keeping its text.

    Trailers are looked for in the last paragraph, when that is not the subject and at least a
    quarter of its lines have the form `Token: value` (git-interpret-trailers).
    """
    paragraphs = [part for part in re.split(r"\n\s*\n", message.strip()) if part]
    subject = paragraphs[0].splitlines()[0] if paragraphs else ""
    last = paragraphs[-1].splitlines() if len(paragraphs) > 1 else []
    tokens = [match[1].lower() for line in last if (match := _TRAILER.match(line))]
    if 4 * len(tokens) < len(last):
        tokens = []
    lines = sum(1 for line in message.splitlines() if line.strip())
    return {
        "subject_length": len(subject),
        "body_lines": max(0, lines - 1 - len(tokens)),
        "message_length": len(message),
        "trailers": len(tokens),
        "signed_off": tokens.count("signed-off-by"),
        "co_authored": tokens.count("co-authored-by"),
        "reviews": sum(token in _REVIEWS for token in tokens),
        "references": len(_REFERENCE.findall(message[:10_000])),
        "conventional": bool(_CONVENTIONAL.match(subject)),
        "request_merge": bool(_REQUEST_MERGE.search(message[:2_000])),
    }


def walk(repository: pygit2.Repository, tips: list[pygit2.Oid]) -> tuple[dict[str, RawCommit], int]:
    """Read every commit reachable from `tips`.

    Returns
    -------
    commits
        By SHA, in no particular order.
    unreadable
        How many commits are referred to but absent or damaged.
    """
    commits: dict[str, RawCommit] = {}
    unreadable: set[str] = set()
    pending = [str(tip) for tip in tips]
    while pending:
        sha = pending.pop()
        if sha in commits or sha in unreadable:
            continue
        found = _read_commit(repository, sha)
        if found is None:
            unreadable.add(sha)
            continue
        commits[sha] = found
        pending.extend(found.parents)
    return commits, len(unreadable)


def _read_commit(repository: pygit2.Repository, sha: str) -> RawCommit | None:
    try:
        found = read_object(repository, pygit2.Oid(hex=sha))
    except ValueError:
        return None
    if found is None or found[0] != ObjectType.COMMIT:
        return None
    return parse_commit(sha, found[1])


def known_times(commits: dict[str, RawCommit], latest: int) -> dict[str, int]:
    """Date each commit by when it can first have been known, ancestors never later.

    A commit's own clock may be wrong or forged; it cannot have existed before its parents. Its
    known time is its committer time, or its newest parent's known time if that is later. Times
    before 1980 or after `latest` count as absent.

    Returns
    -------
    Seconds since 1970 UTC by SHA, in an order in which parents precede children.
    """
    times: dict[str, int] = {}
    for sha in _parents_first(commits):
        commit = commits[sha]
        own = commit.committer.time
        if own is None or not EARLIEST <= own <= latest:
            own = EARLIEST
        times[sha] = max([own, *(times[parent] for parent in commit.parents if parent in times)])
    return times


EARLIEST = 315_532_800  # 1980-01-01: no revision control data is older


def _parents_first(commits: dict[str, RawCommit]) -> list[str]:
    order: list[str] = []
    done: set[str] = set()
    for start in commits:
        stack = [(start, False)]
        while stack:
            sha, expanded = stack.pop()
            if expanded:
                order.append(sha)
            elif sha not in done:
                done.add(sha)
                stack.append((sha, True))
                parents = commits[sha].parents
                stack.extend((p, False) for p in parents if p in commits and p not in done)
    return order
