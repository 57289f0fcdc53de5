"""What is compared with what."""

import numpy as np
import pytest

from trustdrift.features.catalog import features
from trustdrift.features.feature import Level
from trustdrift.models.extent import extent
from trustdrift.models.reference import Reference
from trustdrift.models.rows import Rows


def rows(level: Level, **columns: list[float]) -> Rows:
    """As many rows as a column has values; what is not named is unknown."""
    known = features(level)
    names = [feature.name for feature in known]
    values = np.full((len(next(iter(columns.values()))), len(known)), np.nan)
    for name, column in columns.items():
        values[:, names.index(name)] = column
    return Rows(values, known, Reference.fit(np.zeros((1, len(known)))))


def test_a_few_vast_lines_are_not_like_an_import_of_as_many_bytes() -> None:
    vast, imported, ordinary = extent(
        rows(
            "commit",
            added_bytes=[246_822.0, 246_822.0, 35_000.0],
            new_lines=[4.0, 8_000.0, 1_100.0],
        )
    )
    assert imported > 4 * vast
    assert vast < 2 * ordinary


def test_more_bytes_and_more_lines_reach_farther() -> None:
    found = extent(rows("commit", added_bytes=[100.0, 200.0, 200.0], new_lines=[4.0, 4.0, 5.0]))
    assert (np.diff(found) > 0).all()


@pytest.mark.parametrize("unknown", [np.nan, 0.0])
def test_without_text_there_is_no_extent(unknown: float) -> None:
    found = extent(rows("commit", added_bytes=[unknown], new_lines=[unknown]))
    assert found.tolist() == [0.0]


def test_of_people_it_is_their_share() -> None:
    found = extent(rows("contributor", share=[0.25, np.nan]))
    assert found.tolist() == [0.25, 0.0]
