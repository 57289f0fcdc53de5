"""One year of a replay: a baseline that knows nothing of the year, and its scores of the year."""

from dataclasses import dataclass
from datetime import date

import numpy as np

from ...features.catalog import features
from ...features.errors import NotEnoughHistory
from ...features.feature import LEVELS, Level
from ...features.windows import first_second
from ...models.baseline import Baseline, LevelBaseline
from ...models.explanation import explain
from ...models.rows import Rows
from ..fit import fit_level
from ..sample import Sample
from ..settings import FEWEST_ROWS, Settings
from .population import CORPUS, Gathered, Subjects

MOST_REASONS = 3


@dataclass(frozen=True)
class LevelYear:
    """What a year's baseline says of a level's rows of that year."""

    rows: np.ndarray
    """Numbers of the m rows that were scored."""
    scores: np.ndarray
    """m numbers, the higher the more unusual; comparable between years, as they are calibrated."""
    reasons: dict[int, tuple[str, ...]]
    """For the rows asked about, by number: what the tool would have said."""


def start_of(year: int) -> int:
    """Give a year's first second, since 1970 UTC."""
    return first_second(date(year, 1, 1))


def score_year(
    gathered: Gathered,
    year: int,
    settings: Settings,
    asked: dict[Level, np.ndarray],
    baseline: Baseline | None = None,
) -> dict[Level, LevelYear]:
    """Fit on what was known before the year before, calibrate on that year, score this one.

    Parameters
    ----------
    asked
        Numbers of rows to explain, by level.
    baseline
        Score with this one instead; it may know what came later.

    Returns
    -------
    By level; without those that too little was known of.
    """
    found: dict[Level, LevelYear] = {}
    for level in LEVELS:
        rows = gathered.rows(level)
        try:
            learned = (
                fit_level(known_before(level, rows, year, settings), settings, start_of(year - 1))
                if baseline is None
                else baseline.levels[level]
            )
        except NotEnoughHistory:
            continue
        found[level] = _score(learned, rows, year, asked[level])
    return found


def known_before(level: Level, rows: Subjects, year: int, settings: Settings) -> Sample:
    """Give the rows of ordinary projects that were known before a year.

    At most the allowed number of each project's rows on either side of the year before, as
    `gather` takes them.

    Raises
    ------
    NotEnoughHistory
        If they are too few on a side.
    """
    split = start_of(year - 1)
    time = rows.table["time"].to_numpy()
    known = (rows.table["view"].to_numpy() == CORPUS) & (time < start_of(year))
    project = rows.table["project"].factorize()[0]
    rng = np.random.default_rng(settings.seed)
    chosen = []
    for side in (known & (time < split), known & (time >= split)):
        at = rng.permutation(np.flatnonzero(side))
        place = _place_in_group(project[at])
        chosen.append(np.sort(at[place < settings.most_rows[level]]))
    if min(map(len, chosen)) < FEWEST_ROWS:
        raise NotEnoughHistory(f"too few {level} rows before {year}")
    kept = np.concatenate(chosen)
    return Sample(
        level,
        rows.values[kept],
        None if rows.earlier is None else rows.earlier[kept],
        time[kept],
        project[kept],
    )


def rows_of(rows: Subjects, year: int, learned: LevelBaseline) -> tuple[np.ndarray, Rows]:
    """Give the numbers of a year's rows, and the rows as a baseline sees them."""
    time = rows.table["time"].to_numpy()
    numbers = np.flatnonzero((time >= start_of(year)) & (time < start_of(year + 1)))
    before = None if rows.earlier is None else rows.earlier[numbers]
    return numbers, Rows(rows.values[numbers], features(learned.level), learned.reference, before)


def _place_in_group(groups: np.ndarray) -> np.ndarray:
    """Number the members of each group in the order in which they come."""
    order = np.argsort(groups, kind="stable")
    sorted_groups = groups[order]
    starts = np.r_[0, np.flatnonzero(np.diff(sorted_groups)) + 1]
    lengths = np.diff(np.r_[starts, len(groups)])
    place = np.empty(len(groups), dtype=int)
    place[order] = np.arange(len(groups)) - np.repeat(starts, lengths)
    return place


def _score(learned: LevelBaseline, rows: Subjects, year: int, asked: np.ndarray) -> LevelYear:
    numbers, judged = rows_of(rows, year, learned)
    scores = learned.score_rows(judged)
    places = np.flatnonzero(np.isin(numbers, asked))
    why = explain(learned, scores, places.tolist()) if len(places) else []
    said = {
        int(numbers[place]): tuple(reason.text for reason in found.reasons[:MOST_REASONS])
        for place, found in zip(places, why, strict=True)
    }
    return LevelYear(numbers, scores.combined, said)
