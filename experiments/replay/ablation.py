"""What each detector and each family of features brings to the replay.

    python experiments/replay/ablation.py CORPUS HISTORIES VECTORS FOLDER INCIDENTS...

Each year's detectors are fitted once, as in the replay. Then all that is judged, and all that it is
calibrated on, is judged again as if nothing were known of one family of features: what a detector
has not been told is ordinary to it. The extent by which commits are compared stays known. Detectors
are left out by joining the others' p-values. What was judged is kept in FOLDER, so that a
second run only ranks. Prints Markdown.
"""

import multiprocessing
import sys
import tempfile
from collections.abc import Iterable, Iterator
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from pathlib import Path

import numpy as np

from trustdrift.features.catalog import features
from trustdrift.features.errors import NotEnoughHistory
from trustdrift.features.feature import LEVELS, Level
from trustdrift.features.pseudonym_key import load_key
from trustdrift.models.combination import COMBINATIONS
from trustdrift.models.extent import EXTENT
from trustdrift.models.rows import Rows
from trustdrift.training.corpus import read_corpus
from trustdrift.training.fit import calibrated, fit_level
from trustdrift.training.replay.cases import Cases, read_cases
from trustdrift.training.replay.population import Gathered, gather_population
from trustdrift.training.replay.replay import IncidentSeen, Plan, Replay, Scores, plan, see
from trustdrift.training.replay.standing import SHARES, first_within
from trustdrift.training.replay.summary import (
    actors_listed,
    anybody_listed,
    commits_found,
    harmful,
    leaders_listed,
    successors_listed,
    takeovers,
)
from trustdrift.training.replay.yearly import known_before, rows_of, start_of
from trustdrift.training.settings import Settings

JUDGED: tuple[Level, ...] = ("commit", "contributor")
LISTS = SHARES[:3]
DETECTOR, FAMILY = "detector", "without family"


def families(level: Level) -> list[str]:
    return list(dict.fromkeys(f.family for f in features(level) if f.learned))


def without(rows: Rows, family: str) -> Rows:
    """Forget a family of features, of earlier windows, too."""
    level = rows.features[0].level
    gone = [f.family == family and f.name not in EXTENT[level] for f in rows.features]
    values = np.where(gone, np.nan, rows.values)
    earlier = None if rows.earlier is None else np.where(gone, np.nan, rows.earlier)
    return Rows(values, rows.features, rows.reference, earlier)


def judge(gathered: Gathered, folder: Path, task: tuple[int, Level]) -> None:
    """Fit a year, and keep what each detector and each panel without a family say of it."""
    year, level = task
    place, settings = folder / f"{year}.{level}.npz", Settings()
    if place.exists():
        return
    rows = gathered.rows(level)
    try:
        sample = known_before(level, rows, year, settings)
    except NotEnoughHistory:
        return
    split = start_of(year - 1)
    learned = fit_level(sample, settings, split)
    numbers, judged = rows_of(rows, year, learned)
    found = {
        f"{DETECTOR}.{name}": surprisal
        for name, surprisal in learned.score_rows(judged).surprisal.items()
    }
    later = sample.where(sample.time >= split).rows(learned.reference)
    for family in families(level):
        blind = calibrated(learned.detectors, without(later, family), settings)
        found[f"{FAMILY}.{family}"] = blind.score_rows(without(judged, family)).combined
    part = place.with_suffix(".part.npz")
    np.savez_compressed(part, numbers=numbers, **found)  # pyright: ignore[reportArgumentType]
    part.rename(place)


def judge_all(gathered: Gathered, years: Iterable[int], folder: Path) -> None:
    tasks = [(year, level) for year in years for level in JUDGED]
    work = partial(judge, gathered, folder)
    with ProcessPoolExecutor(2, multiprocessing.get_context("spawn")) as executor:
        for (year, level), _ in zip(tasks, executor.map(work, tasks), strict=True):
            print(f"{year}: {level}", file=sys.stderr, flush=True)


def variants(planned: Plan, folder: Path, level: Level) -> Iterator[tuple[str, np.ndarray]]:
    """Give what the panel says of every row: whole, and without each part of it."""
    kept = [np.load(place) for place in sorted(folder.glob(f"*.{level}.npz"))]
    settings = Settings()
    panel = settings.panel[level]

    def laid_out(name: str, parts: list[np.ndarray]) -> tuple[str, np.ndarray]:
        scores = np.full(len(planned.rows[level].values), np.nan)
        for year, part in zip(kept, parts, strict=True):
            scores[year["numbers"]] = part
        return name, scores

    def joined(names: tuple[str, ...]) -> list[np.ndarray]:
        how, votes = COMBINATIONS[settings.combination[level]], settings.votes(level, names)
        return [how.join([year[f"{DETECTOR}.{name}"] for name in names], votes) for year in kept]

    yield laid_out("the panel", joined(panel))
    for name in panel:
        others = tuple(other for other in panel if other != name)
        yield laid_out(f"without {name.replace('_', ' ')}", joined(others))
    for name in panel:
        yield laid_out(f"{name.replace('_', ' ')} alone", joined((name,)))
    for family in families(level):
        yield laid_out(f"without {family}", [year[f"{FAMILY}.{family}"] for year in kept])


def cells(*shares: float) -> str:
    return " | ".join(f"{share:.0%}" for share in shares)


def commit_row(known: set[str], replay: Replay) -> str:
    every = harmful(replay.incidents["all_refs"])
    lists = [
        [case for case in every if (case.incident.id in known) == own] for own in (True, False)
    ]
    return cells(*(commits_found(part)[size].value for part in lists for size in LISTS))


def contributor_row(replay: Replay) -> str:
    seen = takeovers(replay.incidents["all_refs"])
    days = max((_lead(case) for case in seen if case.incident.id.startswith("xz")), default=0)
    from_head = actors_listed(takeovers(replay.incidents["head"]))
    every = actors_listed(seen), from_head, successors_listed(replay), leaders_listed(replay)
    listed = cells(*(found[0.01].value for found in every))
    return f"{listed} | {days} | {anybody_listed(replay)[0.01].value:.1%}"


def _lead(case: IncidentSeen) -> int:
    first = first_within(case.contributor.standings, 0.01)
    return 0 if first is None else (case.incident.stop - first.day).days


def table(planned: Plan, folder: Path, known: set[str], level: Level) -> None:
    if level == "commit":
        columns = [f"{of}, {size:.1%}" for of in ("known", "others") for size in LISTS]
    else:
        columns = ["actors", "from the head", "successors", "came to lead", "xz, days", "anybody"]
    print(f"\n| {level} | {' | '.join(columns)} |\n|---{'|---' * len(columns)}|")
    for name, scores in variants(planned, folder, level):
        by_level: dict[Level, np.ndarray] = {
            other: np.full(len(rows.values), np.nan) for other, rows in planned.rows.items()
        }
        by_level[level] = scores
        replay = see(planned, Scores(by_level, {other: {} for other in LEVELS}))
        row = commit_row(known, replay) if level == "commit" else contributor_row(replay)
        print(f"| {name} | {row} |", flush=True)


def main(manifest: str, histories: str, vectors: str, out: str, *lists: str) -> None:
    folder = Path(out)
    folder.mkdir(parents=True, exist_ok=True)
    read = [read_cases(Path(name)) for name in lists]
    cases = Cases(
        tuple(case for part in read for case in part.incidents),
        tuple(case for part in read for case in part.successions),
    )
    known = {case.id for case in read[0].incidents}
    with tempfile.TemporaryDirectory() as place:
        gathered = gather_population(
            read_corpus(Path(manifest)).entries, cases, Path(histories), Path(vectors),
            Path(place) / "rows", key=load_key(), workers=2,
        )  # fmt: skip
        planned = plan(gathered, cases)
        judge_all(gathered, planned.years, folder)
        for level in JUDGED:
            table(planned, folder, known, level)


if __name__ == "__main__":
    main(*sys.argv[1:])
