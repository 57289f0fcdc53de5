"""Small matters of wording that every sentence shares."""

import re

_SINGULAR = {
    "people": "person",
    "libraries": "library",
    "addresses": "address",
}
_COUNTED = (
    "people|addresses|commits|files|folders|kinds|days|lines|links|merges|mentions|releases|"
    "requests|reviewers|issues|touches|trailers|tags|times|robots|manifests"
)
_ONE = re.compile(rf"(?<![\d.,])1 ((?:[a-z-]+ ){{0,2}}?)({_COUNTED})\b")


def singular(text: str) -> str:
    """Put the counted noun after a lone 1 into the singular: 1 files becomes 1 file."""
    return _ONE.sub(lambda m: f"1 {m[1]}{_SINGULAR.get(m[2], m[2][:-1])}", text)


def printable(text: str) -> str:
    """Drop control and invisible characters: a stranger's text must not steer a terminal."""
    return "".join(c for c in text if c.isprintable())
