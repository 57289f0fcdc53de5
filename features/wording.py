"""Small matters of wording that every sentence shares."""

import re

from .feature import Level

SUBJECTS: dict[Level, str] = {
    "commit": "commits",
    "contributor": "contributor-windows",
    "project": "project-windows",
}
"""What is counted at each level."""

_SINGULAR = {
    "people": "person",
    "addresses": "address",
}
_COUNTED = (
    "people|addresses|commits|files|folders|kinds|days|lines|links|merges|mentions|releases|"
    "requests|reviewers|issues|touches|trailers|tags|times|robots|manifests|characters|runs|names|"
    "packages|projects|URLs|hosts|words|steps|checks|versions|archives|bytes|"
    "contributor-windows|project-windows"
)
_ONE = re.compile(rf"(?<![\d.,])1 ((?:[a-z,-]+ ){{0,4}}?)({_COUNTED})\b")

_ONE_WERE = re.compile(r"(?<![\d.,])(1 (?:other )?person) were\b")


def singular(text: str) -> str:
    """Put the counted noun after a lone 1 into the singular: 1 files becomes 1 file."""
    said = _ONE.sub(lambda m: f"1 {m[1]}{_SINGULAR.get(m[2], m[2][:-1])}", text)
    return _ONE_WERE.sub(r"\1 was", said)


class Figure(float):
    """A number that keeps a digit where rounding a percentage would say 0 % or 100 %."""

    def __format__(self, spec: str) -> str:
        if spec.endswith("%") and (0 < abs(self) < 0.01 or 0.99 < abs(self) < 1):
            return float.__format__(self, spec.replace(".0%", ".1%"))
        return float.__format__(self, spec)


def rarity(share: float, noun: str) -> str:
    """Say how rare something is among many: in 12% of commits, in 1 of 2,512 commits."""
    return f"in {share:.0%} of {noun}" if share >= 0.01 else f"in 1 of {1 / share:,.0f} {noun}"


def printable(text: str) -> str:
    """Drop control and invisible characters: a stranger's text must not steer a terminal."""
    return "".join(c for c in text if c.isprintable())
