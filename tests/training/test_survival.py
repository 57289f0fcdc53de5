"""Landmarks know nothing of later; the model finds what was put in."""

import numpy as np
import pandas as pd

from trustdrift.features.catalog import digest, features
from trustdrift.features.vectors import Vectors
from trustdrift.models.hazard import LOGGED, PLAIN
from trustdrift.training.survival import DAY, concordance, fit_hazard, landmarks

NAMES = [feature.name for feature in features("project")]
START = int(pd.Timestamp("2010-01-15").timestamp())
STOP = int(pd.Timestamp("2020-01-01").timestamp())


def windows(silent_from: dict[str, int], **values: float) -> Vectors:
    """Describe projects month by month; each has a commit a month until a month's number."""
    subjects, rows = [], []
    for project, end in silent_from.items():
        for month in range(119):
            time = START + month * 30 * DAY
            silence = 1.0 + max(month - end, 0) * 30
            subjects.append({"project": project, "known_time": time})
            rows.append({**dict.fromkeys(NAMES, 1.0), **values, "silence": silence})
    return Vectors("project", pd.DataFrame(subjects), pd.DataFrame(rows)[NAMES], digest())


def test_a_silence_of_a_year_ends_a_project_and_a_shorter_one_does_not() -> None:
    seen = landmarks(windows({"ends": 50, "goes on": 999, "pauses": 110}), 2010, STOP)
    by_project = seen.groupby("project")
    assert by_project["ended"].any().to_dict() == {"ends": True, "goes on": False, "pauses": False}
    ends = seen[seen["project"] == "ends"]
    last = START + 50 * 30 * DAY - DAY
    told = pd.to_datetime(ends["year"].astype(str)).astype("datetime64[s]").astype("int64")
    reached = told.to_numpy() + ends["days"].to_numpy() * DAY
    np.testing.assert_allclose(reached[:-1], last, atol=2 * DAY)
    assert ends["days"].iloc[-1] == 1.0, "it had begun at the new year, which nobody could know"
    assert ends["year"].max() == pd.Timestamp(last, unit="s").year + 1


def test_what_was_known_does_not_depend_on_what_came_later() -> None:
    early = landmarks(windows({"a": 50}), 2010, int(pd.Timestamp("2012-06-01").timestamp()))
    late = landmarks(windows({"a": 50}), 2010, STOP)
    names = [name for name in early if name not in ("days", "ended")]
    pd.testing.assert_frame_equal(early[names], late[names].iloc[: len(early)])
    assert not early["ended"].any()


def test_the_model_orders_projects_by_what_ends_them() -> None:
    rng = np.random.default_rng(0)
    parts = []
    for n in range(60):
        share = float(rng.random())
        end = int(rng.exponential(30 + 300 * (1 - share))) + 6
        others = {name: float(rng.random()) for name in (*LOGGED, *PLAIN)}
        parts.append(windows({f"p{n}": end}, **{**others, "top_share": share}))
    joined = Vectors("project", pd.concat([p.subjects for p in parts], ignore_index=True),
                     pd.concat([p.values for p in parts], ignore_index=True), digest())  # fmt: skip
    seen = landmarks(joined, 2011, STOP)
    hazard = fit_hazard(seen)
    assert hazard.coefficients["top_share"] > 0
    plain = {name: np.expm1(seen[f"log_{name}"]) for name in LOGGED}
    known = pd.DataFrame(plain | {name: seen[name] for name in PLAIN})
    assert concordance(hazard.probability(known), seen) > 0.6
