"""Measures what added text looks like, many texts at a time, without keeping any of it."""

import re
from collections.abc import Iterable, Iterator, Sequence

import numpy as np

from ..capabilities import CAPABILITIES
from ..joined import BETWEEN, Joined
from ..matching import matches
from .compiled import words
from .phrases import Phrases

ENCODED_RUN = 60  # characters; PEM has lines of 64, MIME of 76
ESCAPED_RUN = 16  # bytes written one by one
SPELLED_RUN = 60  # characters written as decimal numbers
BLANK_RUN = 100  # bytes; hardly any indentation or table has as many
MINIFIED_LINE = 200  # bytes of a mean line above which text is written by a program
MINIFIED_BYTES = 1_000
MINIFIED_BLANKS = 0.1  # share of white space below which it was taken out on purpose

TEXT = np.dtype(
    [
        ("longest_line", "i4"),
        ("blank_run", "i4"),
        ("entropy", "f4"),
        ("non_ascii", "f4"),
        ("hidden", "i4"),
        ("lookalikes", "i4"),
        ("base64_runs", "i4"),
        ("hex_runs", "i4"),
        ("spelled_runs", "i4"),
        ("urls", "i4"),
        ("ip_literals", "i4"),
        *((name, "i4") for name in CAPABILITIES),
        ("minified", "?"),
    ]
)
"""What is measured of text; see `measure_texts`."""

# Unicode characters that are not seen or that turn the order of what is (Boucher and Anderson
# 2021, "Trojan Source"): soft hyphen, Arabic letter mark, Mongolian vowel separator, U+200B to
# 200F, 202A to 202E, 2060 to 2069, Hangul filler, byte order mark, variation selectors but the
# one of emoji, tags.
_HIDDEN = re.compile(
    rb"\xc2\xad|\xd8\x9c|\xe1\xa0\x8e|\xe2\x80[\x8b-\x8f\xaa-\xae]|\xe2\x81[\xa0-\xa9]"
    rb"|\xe3\x85\xa4|\xef\xbb\xbf|\xef\xb8[\x80-\x8e]|\xef\xbe\xa0|\xf3\xa0[\x80-\x87][\x80-\xbf]"
)
# Cyrillic and Greek letters that look like Latin ones (Unicode Technical Standard 39, confusables).
_CONFUSED = (
    "\u0405\u0406\u0408\u0410\u0412\u0415\u041a\u041c-\u041e\u0420-\u0422\u0425\u0430\u0435"
    "\u043e\u0440\u0441\u0443\u0445\u0455\u0456\u0458\u0501\u051b\u051d\u0391\u0392\u0395-\u0397"
    "\u0399\u039a\u039c\u039d\u039f\u03a1\u03a4\u03a5\u03a7\u03bf"
)
_LOOKALIKE = re.compile(
    rf"(?<![\w\\%])(?=\w*[A-Za-z])(?=\w*[{_CONFUSED}])[A-Za-z0-9_{_CONFUSED}]++(?!\w)"
)
_CYRILLIC_OR_GREEK = [0xCE, 0xCF, 0xD0, 0xD1, 0xD4]  # first bytes of these letters in UTF-8
_BYTE_ORDER_MARK = b"\xef\xbb\xbf"
_ENCODED = re.compile(rb"[A-Za-z0-9+/_-]{%d,}={0,2}" % ENCODED_RUN)
_BLANK_RUN = re.compile(rb"(?<![ \t])[ \t]{%d,}+(?=[^\r\n])" % BLANK_RUN)
_HEX = re.compile(rb"[0-9a-fA-F]+\Z")
_ESCAPED = re.compile(
    rb"(?:\\x[0-9a-fA-F]{2}){%(least)d,}|(?:0x[0-9a-fA-F]{2},\s*){%(least)d,}"
    % {b"least": ESCAPED_RUN}
)
_SPELLED = re.compile(
    rb"(?<![\w.])(?:(?:9|10|13|3[2-9]|[4-9]\d|1[01]\d|12[0-6])\s{0,40}+,\s{0,40}+){%d,}+"
    % SPELLED_RUN
)
_IP = re.compile(rb"(?<![\w.])(?:(?:25[0-5]|2[0-4]\d|1?\d?\d)\.){3}(?:25[0-5]|2[0-4]\d|1?\d?\d)"
                 rb"(?![\w.])")  # fmt: skip
_ENCODES = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/_-"
_AS_DIGITS = bytes(0x30 if 0x30 <= byte < 0x3A else byte for byte in range(256))
_IP_BEGINS = b"0.0"
_MAY_BE_IP = re.compile(rb"0\.0{1,3}\.0{1,3}\.0")
_BLANKS = [0x09, 0x0A, 0x0D, 0x20]
_NEWLINE = 0x0A
_COMMA = 0x2C
_IDENTIFIER = frozenset(b"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_(")
_AS_WORDS = bytes(byte if byte in _IDENTIFIER else 0x20 for byte in range(256))
_STANDS_FOR = {word: name for name, found in CAPABILITIES.items() for word in found.words}
_PHRASE_OF = {phrase: name for name, found in CAPABILITIES.items() for phrase in found.phrases}
_PHRASES = Phrases(_PHRASE_OF)
_WORDS = words.Words(_STANDS_FOR) if words is not None else None


def measure_text(text: bytes) -> dict[str, float]:
    """Measure one added text, as `measure_texts` does."""
    return dict(zip(TEXT.names or (), measure_texts([text])[0].item(), strict=True))


def measure_texts(texts: Sequence[bytes]) -> np.ndarray:
    r"""Measure added texts; all at once, as most are a line or two.

    Returns
    -------
    Of `TEXT`, a row for each:

    - `longest_line` in bytes, its newline not counted
    - `blank_run`: bytes of the longest run of blanks that something on the same line follows, which
      a reader does not see without scrolling; 0 below `BLANK_RUN`
    - `entropy`: Shannon entropy of the byte values, bits per byte; NaN where there is no text
    - `non_ascii`: share of bytes of 128 and above; NaN where there is no text
    - `hidden`: invisible and direction-changing characters; a byte order mark at the start is none
    - `lookalikes`: words of Latin letters and of Cyrillic or Greek ones that look like them
    - `base64_runs`: runs of at least `ENCODED_RUN` letters, digits, `+/` or `-_`, that have a
      capital, a small letter and a digit
    - `hex_runs`: runs as long of hexadecimal digits, or 16 or more bytes written `\x1f` or `0x1f,`
    - `spelled_runs`: runs of at least `SPELLED_RUN` decimal numbers, by commas, that are all codes
      of printable ASCII characters or line breaks
    - `urls`: occurrences of `://`
    - `ip_literals`: dotted quads; version numbers of four parts count, too
    - for each of `CAPABILITIES`: how often its names occur
    - `minified`: mean line of at least `MINIFIED_LINE` bytes with hardly any white space
    """
    found = np.zeros(len(texts), TEXT)
    if not len(texts):
        return found
    joined = _Joined(texts)
    counts = joined.byte_counts()
    found["longest_line"] = joined.longest_lines()
    with np.errstate(invalid="ignore"):
        found["non_ascii"] = counts[:, 128:].sum(axis=1) / joined.sizes
        found["entropy"] = _entropies(counts, joined.sizes)
    found["minified"] = _minified(counts, joined.sizes)
    _count_deceptive(counts, texts, found)
    _count_runs(joined, counts, texts, found)
    _count_addresses(joined, texts, found)
    for name, places in _capabilities(joined.every).items():
        found[name] = joined.counts_at(places)
    return found


class _Joined(Joined):
    """What is looked for in several texts at once."""

    def __init__(self, texts: Sequence[bytes]) -> None:
        super().__init__(texts)
        self.raw = np.frombuffer(self.every, np.uint8)
        self.sizes = np.array([len(text) for text in texts])
        self.offsets = np.array(self.starts)

    def counts_at(self, places: Sequence[int]) -> np.ndarray:
        """Count the positions that lie in each text."""
        texts = self.offsets.searchsorted(places, "right") - 1
        return np.bincount(texts, minlength=len(self.starts))

    def having(self, sought: bytes) -> Iterator[int]:
        """List the texts in which something stands."""
        return self._having(self.every, sought)

    def with_runs(self, members: bytes, least: int) -> Iterable[int]:
        """List the texts that have a run of at least so many bytes that are among some."""
        if words is not None:
            return {self.text_at(at) for at in words.runs(self.every, members, least)}
        one = members[:1]
        alike = bytes(one[0] if byte in members else 0 for byte in range(256))
        return self._having(self.every.translate(alike), one * least)

    def _having(self, every: bytes, sought: bytes) -> Iterator[int]:
        at = every.find(sought)
        while at >= 0:
            i = self.text_at(at)
            yield i
            at = every.find(sought, self.starts[i] + int(self.sizes[i]))

    def byte_counts(self) -> np.ndarray:
        """Count each text's bytes by value: texts × 256."""
        texts = len(self.sizes)
        values = np.repeat(np.arange(texts) * 256, self.sizes + len(BETWEEN))[: len(self.raw)]
        values += self.raw
        counts = np.bincount(values, minlength=256 * texts).reshape(texts, 256)
        counts[:-1] -= np.bincount(np.frombuffer(BETWEEN, np.uint8), minlength=256)
        return counts

    def longest_lines(self) -> np.ndarray:
        """Give each text's longest line, in bytes."""
        newlines = np.flatnonzero(self.raw == _NEWLINE)
        begins = np.concatenate(([0], newlines + 1))
        lengths = np.append(newlines, len(self.every)) - begins
        text = self.offsets.searchsorted(begins, "right") - 1
        lengths[begins > (self.offsets + self.sizes)[text]] = 0  # between two texts
        return np.maximum.reduceat(lengths, begins.searchsorted(self.offsets))


def _entropies(counts: np.ndarray, sizes: np.ndarray) -> np.ndarray:
    """Give log n − Σ c·log c / n, which is −Σ (c/n)·log(c/n), in bits."""
    times_log = (counts * np.log2(np.maximum(counts, 1))).sum(axis=1)
    return np.maximum(np.log2(np.maximum(sizes, 1)) - times_log / sizes, 0.0)


def _minified(counts: np.ndarray, sizes: np.ndarray) -> np.ndarray:
    long_lines = sizes >= MINIFIED_LINE * (1 + counts[:, _NEWLINE])
    dense = counts[:, _BLANKS].sum(axis=1) < MINIFIED_BLANKS * sizes
    return (sizes >= MINIFIED_BYTES) & long_lines & dense


def _count_deceptive(counts: np.ndarray, texts: Sequence[bytes], found: np.ndarray) -> None:
    """Count what an editor does not show, or shows as something else."""
    for i in np.flatnonzero(counts[:, 128:].any(axis=1)).tolist():
        found["hidden"][i] = _hidden(texts[i])
    for i in np.flatnonzero(counts[:, _CYRILLIC_OR_GREEK].any(axis=1)).tolist():
        found["lookalikes"][i] = len(_LOOKALIKE.findall(texts[i].decode("utf-8", "replace")))


def _count_runs(
    joined: _Joined, counts: np.ndarray, texts: Sequence[bytes], found: np.ndarray
) -> None:
    for i in joined.with_runs(_ENCODES, ENCODED_RUN):
        found["base64_runs"][i], found["hex_runs"][i] = _encoded_runs(texts[i])
    for i in {*joined.having(b"0x"), *joined.having(b"\\x")}:
        found["hex_runs"][i] += _escaped_runs(texts[i])
    for i in np.flatnonzero(counts[:, _COMMA] >= SPELLED_RUN).tolist():
        found["spelled_runs"][i] = len(_SPELLED.findall(texts[i]))
    for i in joined.with_runs(b" \t", BLANK_RUN):
        found["blank_run"][i] = max(map(len, _BLANK_RUN.findall(texts[i])), default=0)


def _count_addresses(joined: _Joined, texts: Sequence[bytes], found: np.ndarray) -> None:
    may_be = matches(_IP_BEGINS, _MAY_BE_IP, joined.every.translate(_AS_DIGITS))
    for i in {joined.text_at(match.start()) for match in may_be}:
        found["ip_literals"][i] = len(_IP.findall(texts[i]))
    for i in joined.having(b"://"):
        found["urls"][i] = texts[i].count(b"://")


def _hidden(text: bytes) -> int:
    return len(_HIDDEN.findall(text)) - text.startswith(_BYTE_ORDER_MARK)


def _encoded_runs(text: bytes) -> tuple[int, int]:
    base64 = hexadecimal = 0
    for run in _ENCODED.findall(text):
        if _HEX.match(run):
            hexadecimal += 1
        elif run != run.upper() and run != run.lower() and any(48 <= byte < 58 for byte in run):
            base64 += 1
    return base64, hexadecimal


def _escaped_runs(text: bytes) -> int:
    enough = text.count(b"0x") >= ESCAPED_RUN or text.count(b"\\x") >= ESCAPED_RUN
    return len(_ESCAPED.findall(text)) if enough else 0


def _capabilities(text: bytes) -> dict[str, list[int]]:
    """List for each capability where its names occur."""
    places: dict[str, list[int]] = {}
    for phrase, at in _PHRASES.find(text):
        places.setdefault(_PHRASE_OF[phrase], []).append(at)
    for word, at in _words_in(text):
        places.setdefault(_STANDS_FOR[word], []).append(at)
    return places


def _words_in(text: bytes) -> Iterable[tuple[bytes, int]]:
    if _WORDS is not None:
        return _WORDS.find(text)
    spaced = text.translate(_AS_WORDS)
    there = _STANDS_FOR.keys() & spaced.replace(b"(", b"( ").split()
    return ((word, at) for word in there for at in _whole(spaced, word))


def _whole(spaced: bytes, word: bytes) -> Iterator[int]:
    """Find a word where it is no part of another one; a bracket ends the one ahead of it."""
    at = spaced.find(word)
    while at >= 0:
        stop = at + len(word)
        begins = at == 0 or spaced[at - 1] in b" ("
        if begins and (word.endswith(b"(") or spaced[stop : stop + 1] in (b"", b" ")):
            yield at
        at = spaced.find(word, stop)
