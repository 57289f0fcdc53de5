"""Programs that build files try to compile, to learn what a machine can do.

A probe whose program cannot be compiled at all finds that nothing can be done, and switches off
what depends on it, without a word. So fell the sandbox of xz in 2024, by a dot on a line of its
own.
"""

import hashlib
import re
from collections.abc import Iterator
from functools import lru_cache
from itertools import islice

_LARGEST = 20_000  # characters of a probe's program
_MOST = 500  # probes of a file that are looked at
_KEPT = 512  # programs told before: the next version of a file has most of them again
_OPENING = re.compile(
    r"(?:(?P<cmake>_source_(?:compiles|runs)|_SOURCE_(?:COMPILES|RUNS))"
    r"|(?P<m4>AC_(?:LANG_(?:PROGRAM|SOURCE|CONFTEST)|TRY_(?:COMPILE|LINK|RUN)))"
    r"|(?P<meson>\.(?:compiles|links|runs)))[ \t]*\(\s*"
)
_MARKS = ("_source_", "_SOURCE_", "AC_LANG_", "AC_TRY_", ".compiles", ".links", ".runs")
"""What each opening begins with: to look for these first takes an eighth of the time."""

_TOLD = re.compile(r"AC_(?:MSG_CHECKING|CACHE_CHECK)\(\[?([^\n\])]{1,80})")
_NAME = re.compile(r"\s*,?\s*(?:name\s*:\s*')?(\w{2,80})")
_BRACKET = re.compile(r"\[(=*)\[")
_QUOTED = re.compile(r""""(?:\\.|[^"\\]){0,20000}+"|'(?:\\.|[^'\\]){0,20000}+'""", re.DOTALL)
_M4 = re.compile(r"[\[\]()]")
_M4_ARGUMENT = re.compile(r"(?:^|,)\s*\[+")
_APART = re.compile(
    r"""/\*.*?\*/|//[^\n]*|\\?"(?:\\\\?.|[^"\\\n])*?\\?"|'(?:\\\\?.|[^'\\\n]){1,4}'""", re.DOTALL
)
_LONE = re.compile(r"^[ \t]*[^\w\s(){}\[\];,\\#\"'<>@$%*/&|-]+[ \t]*$", re.MULTILINE)
_CONDITION = re.compile(r"^[ \t]*#[ \t]*(if|endif)", re.MULTILINE)
_PAIRS = {")": "(", "]": "[", "}": "{"}


def probes(text: str) -> Iterator[tuple[str, str]]:
    """List the probes of CMake, Autoconf and Meson: what each is called, and its program.

    Those whose program lies elsewhere, in a file or a variable, are passed over.
    """
    for opening in islice(_openings(text), _MOST):
        read = _arguments if opening["m4"] else _quoted
        found = read(text, opening.end())
        if found is not None:
            program, stop = found
            yield _called(text, opening.start(), stop), program


@lru_cache(maxsize=_KEPT)
def is_whole(program: str) -> bool:
    """Tell whether a program could be one in C or its like, by shape alone.

    Brackets and conditions close, and no line is made of a stray mark.
    """
    told = _APART.sub('""', program)
    conditions = [match[1] for match in _CONDITION.finditer(told)]
    if conditions.count("if") != conditions.count("endif") or _LONE.search(told):
        return False
    open_ = []
    for character in told:
        if character in "([{":
            open_.append(character)
        elif character in _PAIRS and (not open_ or open_.pop() != _PAIRS[character]):
            return False
    return not open_


@lru_cache(maxsize=_KEPT)
def digest(program: str) -> str:
    """Shorten a program to what tells it from another, blanks aside."""
    return hashlib.sha256("".join(program.split()).encode()).hexdigest()[:8]


def _openings(text: str) -> Iterator[re.Match[str]]:
    places = []
    for mark in _MARKS:
        at = text.find(mark)
        while at >= 0:
            places.append(at)
            at = text.find(mark, at + 1)
    for at in sorted(places):
        if opening := _OPENING.match(text, at):
            yield opening


def _quoted(text: str, start: int) -> tuple[str, int] | None:
    """Take the quoted text that begins here, and where it ends."""
    if bracket := _BRACKET.match(text, start):
        return _up_to(text, f"]{bracket[1]}]", bracket.end())
    if text.startswith("'''", start):
        return _up_to(text, "'''", start + 3)
    quoted = _QUOTED.match(text, start)
    return (quoted[0][1:-1], quoted.end()) if quoted else None


def _up_to(text: str, mark: str, start: int) -> tuple[str, int] | None:
    stop = text.find(mark, start, start + _LARGEST)
    return None if stop < 0 else (text[start:stop], stop + len(mark))


def _arguments(text: str, start: int) -> tuple[str, int] | None:
    """Take what M4 quotes, up to the end of the call."""
    depth = 0
    for mark in _M4.finditer(text, start, start + _LARGEST):
        depth += {"[": 1, "]": -1}.get(mark[0], 0)
        if depth == 0 and mark[0] == ")":
            program = _M4_ARGUMENT.sub(",\n", text[start : mark.start()])
            return program.replace("[", " ").replace("]", " "), mark.end()
        if depth == 0 and mark[0] == "(":
            return None  # not quoted: where it ends cannot be told
    return None


def _called(text: str, start: int, stop: int) -> str:
    """Name a probe by what it sets or says, or else by the last that was said before it."""
    if named := _NAME.match(text, stop):
        return named[1]
    told = list(_TOLD.finditer(text, max(0, start - 2_000), start))
    return re.sub(r"\W+", "_", told[-1][1]).strip("_") if told else "unnamed"
