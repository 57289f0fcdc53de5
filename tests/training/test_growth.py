"""How soon newcomers are trusted: curves with a known answer."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from trustdrift.features.errors import BaselineDamaged, BaselineMissing
from trustdrift.features.history import History
from trustdrift.features.vectors import describe
from trustdrift.models.growth import Growth
from trustdrift.training.growth import fit_growth, newcomers


def people(push: list[float], days: list[float]) -> pd.DataFrame:
    return pd.DataFrame({"days": days, "push": push, "release": np.nan})


def test_without_anybody_who_leaves_the_curve_is_the_share() -> None:
    found = fit_growth(people([10, 20, 400, np.nan], [500, 500, 500, 500]))
    assert found.share_by("push", 5) == 0
    assert found.share_by("push", 15) == pytest.approx(0.25, abs=1e-4)
    assert found.share_by("push", 3_000) == pytest.approx(0.75, abs=1e-4)
    assert found.share_by("release", 3_000) == 0


def test_who_leaves_early_is_counted_until_then() -> None:
    found = fit_growth(people([np.nan, 100, 100], [50, 500, 500]))
    assert found.share_by("push", 200) == pytest.approx(1.0, abs=1e-4)


def test_founders_are_no_newcomers(story_history: History) -> None:
    found = newcomers(describe(story_history)["contributor"])
    first = story_history.commits["author"].iloc[0]
    assert len(found)
    assert first not in set(found["person"])


def test_curves_survive_saving_and_say_what_is_wrong(tmp_path: Path) -> None:
    shipped = Growth.load()
    assert shipped.people > 10_000
    shipped.save(tmp_path / "growth.json")
    assert Growth.load(tmp_path / "growth.json") == shipped
    with pytest.raises(BaselineMissing):
        Growth.load(tmp_path / "absent.json")
    (tmp_path / "broken.json").write_text("{}")
    with pytest.raises(BaselineDamaged):
        Growth.load(tmp_path / "broken.json")
