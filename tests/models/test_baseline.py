"""Baselines: saved, loaded, refused."""

import json
import math
import shutil
from pathlib import Path

import numpy as np
import pytest

from trustdrift.features.catalog import digest
from trustdrift.features.errors import BaselineDamaged, BaselineMissing, CatalogMismatch
from trustdrift.features.feature import LEVELS
from trustdrift.features.history import History
from trustdrift.features.vectors import describe
from trustdrift.models.baseline import SHIPPED, Baseline


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    return Path(shutil.copytree(SHIPPED, tmp_path / "copy"))


def edit(folder: Path, **changes: object) -> None:
    path = folder / "baseline.json"
    path.write_text(json.dumps(json.loads(path.read_text()) | changes))


def test_the_shipped_baseline_fits_this_program_and_is_small(shipped: Baseline) -> None:
    assert shipped.digest == digest()
    assert sum(file.stat().st_size for file in SHIPPED.iterdir()) < 10_000_000
    assert {file.suffix for file in SHIPPED.iterdir()} == {".json", ".safetensors"}
    assert shipped.provenance["projects"] >= 150
    assert len(shipped.provenance["ecosystems"]) >= 8


def test_saving_and_loading_change_no_score(
    shipped: Baseline, story_history: History, tmp_path: Path
) -> None:
    shipped.save(tmp_path / "again")
    again = Baseline.load(tmp_path / "again")
    assert again.version == shipped.version
    vectors = describe(story_history)
    for level in LEVELS:
        ours = shipped.score(vectors[level])
        theirs = again.score(vectors[level])
        np.testing.assert_array_equal(ours.combined, theirs.combined)
        np.testing.assert_array_equal(ours.p_value, theirs.p_value)


def test_another_catalog_is_refused_with_the_difference(copy: Path) -> None:
    document = json.loads((copy / "baseline.json").read_text())
    names = document["features"] | {"commit": [*document["features"]["commit"], "zodiac"]}
    edit(copy, catalog="0123456789abcdef", features=names)
    with pytest.raises(CatalogMismatch, match="no longer computed: commit zodiac"):
        Baseline.load(copy)


def test_another_format_is_refused(copy: Path) -> None:
    edit(copy, schema=99)
    with pytest.raises(CatalogMismatch, match="format 99"):
        Baseline.load(copy)


def test_an_altered_file_is_refused(copy: Path) -> None:
    path = copy / "commit.safetensors"
    content = bytearray(path.read_bytes())
    content[-1] ^= 1
    path.write_bytes(content)
    with pytest.raises(BaselineDamaged, match="checksum"):
        Baseline.load(copy)


def test_an_absent_file_is_refused(copy: Path) -> None:
    (copy / "project.safetensors").unlink()
    with pytest.raises(BaselineDamaged, match="cannot be read"):
        Baseline.load(copy)


@pytest.mark.parametrize("text", ["", "[]", "{}", "no json", '{"schema": 1}'])
def test_a_garbled_description_is_refused(copy: Path, text: str) -> None:
    (copy / "baseline.json").write_text(text)
    with pytest.raises(BaselineDamaged, match="description"):
        Baseline.load(copy)


@pytest.mark.parametrize("what", ["weights", "bounds"])
def test_a_detector_without_a_vote_is_refused(copy: Path, what: str) -> None:
    place = copy / "baseline.json"
    document = json.loads(place.read_text())
    document["panels"]["commit"][what].pop()
    place.write_text(json.dumps(document))
    with pytest.raises(BaselineDamaged, match=f"5 {what} for the 6 detectors"):
        Baseline.load(copy)


def test_in_the_format_before_everybody_is_heard(copy: Path) -> None:
    place = copy / "baseline.json"
    document = json.loads(place.read_text())
    document["schema"] = 6
    for panel in document["panels"].values():
        del panel["bounds"]
    place.write_text(json.dumps(document))
    levels = Baseline.load(copy).levels.values()
    assert all(math.isinf(vote.bound) for level in levels for vote in level.votes)


def test_an_empty_folder_has_no_baseline(tmp_path: Path) -> None:
    with pytest.raises(BaselineMissing, match="no baseline"):
        Baseline.load(tmp_path)
