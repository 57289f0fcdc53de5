"""Names of objects: found again, in both forms, where they stand."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from trustdrift.features.mining import names as names_module
from trustdrift.features.mining.names import LENGTH, Names, Seen, binary

NAME = st.binary(min_size=LENGTH, max_size=LENGTH)
ZEROS_LAST = st.integers(0, 255).map(lambda first: bytes([first]) + bytes(LENGTH - 1))


@given(st.lists(NAME | ZEROS_LAST, unique=True), st.lists(NAME | ZEROS_LAST))
def test_each_name_is_found_where_it_stands(known: list[bytes], others: list[bytes]) -> None:
    asked = [*others, *known]
    where = {name: at for at, name in enumerate(known)}
    found = Names.of(known).places(Names.of(asked))
    assert found.tolist() == [where.get(name, -1) for name in asked]


@given(st.lists(NAME, min_size=1))
def test_names_are_texts_of_hexadecimal_digits(known: list[bytes]) -> None:
    names = Names.of(known)
    assert names.texts() == [name.hex() for name in known]
    assert names[len(known) - 1] == known[-1].hex()
    last = np.array([len(known) - 1])
    assert names.take(last).and_then(names).texts() == [known[-1].hex(), *names.texts()]
    assert [binary(text) for text in names.texts()] == known


@given(st.lists(NAME | ZEROS_LAST, unique=True), st.lists(NAME | ZEROS_LAST))
def test_a_name_is_seen_once_it_was_noted(known: list[bytes], others: list[bytes]) -> None:
    for latest in (1, 3, 1_000):
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(names_module, "LATEST", latest)
            seen, noted = Seen(), set()
            for name in known:
                assert (name in seen) == (name in noted)
                seen.add(name)
                noted.add(name)
                assert name in seen
            assert [name in seen for name in others] == [name in noted for name in others]


def test_what_is_no_name_is_none() -> None:
    for text in ("", "1234", "g" * 40, " " + "a" * 39, "é" * 40, "a" * 64, "a" * 20 + " " * 20):
        assert binary(text) is None
