"""A successor's rise, moved into another project: takeovers whose date and place are known."""

from dataclasses import replace

import numpy as np
import pandas as pd

from ..features.history import History
from ..features.windows import DAY
from .splices import Files, moved

PERIOD = 90 * DAY
YEAR = 365 * DAY


def transplant(
    quiet: History, source: History, actor: str, start: int, days: int, rng: np.random.Generator
) -> History:
    """Let somebody rise in `quiet` as they rose in `source`.

    From `start` on the actor's commits, what they committed for others and their tags come at the
    intervals that they had after the actor's first commit, in files of this project; authors whose
    commits they pass on are people of this project. Everybody else's commits thin out as those of
    the others in `source` did, quarter by quarter.

    Parameters
    ----------
    actor
        Pseudonym in `source`.
    start
        Seconds since 1970 UTC.
    days
        How long it lasts; what came after is cut off.

    Raises
    ------
    ValueError
        If the actor has no commit in `source`.
    """
    authored = source.commits["author"] == actor
    if not authored.any():
        raise ValueError(f"{actor} has no commit in {source.project}")
    first = int(source.commits["known_time"][authored].iloc[0])
    shift = start - first
    theirs = _acts(source, actor, first, days)
    kept = _kept(quiet, _fading(source, actor, first, days), start, days, rng)
    arrived = _arrived(source, theirs, shift, actor, _people(quiet, start), rng)
    commits = pd.concat([quiet.commits.iloc[kept], arrived], ignore_index=True)
    order = np.argsort(commits["known_time"].to_numpy(), kind="stable")
    place = np.empty(len(order), dtype=np.int32)
    place[order] = np.arange(len(order))
    commits = commits.iloc[order].reset_index(drop=True)
    here = _renumbered(quiet.changes, kept, place[: len(kept)])
    files = Files.at(quiet, int((quiet.commits["known_time"] < start).sum()))
    there = moved(_renumbered(source.changes, theirs, place[len(kept) :]), files, rng)
    changes = pd.concat([here, there], ignore_index=True)
    changes = changes.drop_duplicates(["commit", "path"]).sort_values("commit", kind="stable")
    tags = pd.concat(
        [
            _renumbered(quiet.tags, kept, place[: len(kept)]),
            _their_tags(source, actor, first, days, shift, commits),
        ],
        ignore_index=True,
    )
    tags = tags[tags["known_time"] <= start + days * DAY].sort_values("known_time", kind="stable")
    return replace(
        quiet,
        commits=commits.astype(quiet.commits.dtypes.to_dict()),
        changes=changes.astype(quiet.changes.dtypes.to_dict()).reset_index(drop=True),
        merge_changes=_renumbered(quiet.merge_changes, kept, place[: len(kept)])
        .astype(quiet.merge_changes.dtypes.to_dict())
        .sort_values("commit", kind="stable")
        .reset_index(drop=True),
        tags=tags.astype(quiet.tags.dtypes.to_dict()).reset_index(drop=True),
    )


def _inside(times: pd.Series, first: int, days: int) -> np.ndarray:
    return ((times >= first) & (times <= first + days * DAY)).to_numpy()


def _acts(source: History, actor: str, first: int, days: int) -> np.ndarray:
    """List the positions of what the actor wrote or committed."""
    commits = source.commits
    own = ((commits["author"] == actor) | (commits["committer"] == actor)).to_numpy()
    return np.flatnonzero(own & _inside(commits["known_time"], first, days))


def _fading(source: History, actor: str, first: int, days: int) -> np.ndarray:
    """Give, quarter by quarter, what share of their former commits the others still made."""
    commits = source.commits
    others = ((commits["author"] != actor) & (commits["author_kind"] == "person")).to_numpy()
    time = commits["known_time"].to_numpy()
    before = (others & (time >= first - YEAR) & (time < first)).sum() * PERIOD / YEAR
    if not before:
        return np.ones(days * DAY // PERIOD + 1)
    period = (time[others & _inside(commits["known_time"], first, days)] - first) // PERIOD
    count = np.bincount(period.astype(int), minlength=days * DAY // PERIOD + 1)
    return np.minimum(count / before, 1.0)


def _kept(
    quiet: History, fading: np.ndarray, start: int, days: int, rng: np.random.Generator
) -> np.ndarray:
    time = quiet.commits["known_time"].to_numpy()
    period = np.clip((time - start) // PERIOD, 0, len(fading) - 1).astype(int)
    stays = (time < start) | (rng.random(len(time)) < fading[period])
    return np.flatnonzero(stays & (time <= start + days * DAY))


def _people(quiet: History, start: int) -> np.ndarray:
    """List who wrote something in the year before, as often as they did."""
    commits = quiet.commits
    time, kind = commits["known_time"], commits["author_kind"]
    recent = (time < start) & (time >= start - YEAR) & (kind == "person")
    return commits["author"][recent].to_numpy()


def _arrived(
    source: History,
    theirs: np.ndarray,
    shift: int,
    actor: str,
    people: np.ndarray,
    rng: np.random.Generator,
) -> pd.DataFrame:
    commits = source.commits.iloc[theirs]
    authors = commits["author"].to_numpy(copy=True)
    others = authors != actor
    if len(people):
        authors[others] = rng.choice(people, int(others.sum()))
    times = {name: commits[name] + shift for name in ("known_time", "author_time", "commit_time")}
    return commits.assign(author=authors, **times)


def _renumbered(rows: pd.DataFrame, old: np.ndarray, new: np.ndarray) -> pd.DataFrame:
    """Keep the rows of some commits, and give these their new positions."""
    to = pd.Series(new, index=old)
    kept = rows[rows["commit"].isin(old)]
    return kept.assign(commit=to.loc[kept["commit"]].to_numpy())


def _their_tags(
    source: History, actor: str, first: int, days: int, shift: int, commits: pd.DataFrame
) -> pd.DataFrame:
    """Give the actor's tags, each on the last commit before it."""
    tags = source.tags
    own = tags[(tags["tagger"] == actor).to_numpy() & _inside(tags["known_time"], first, days)]
    time = own["known_time"].to_numpy() + shift
    at = np.searchsorted(commits["known_time"].to_numpy(), time, side="right") - 1
    at = np.clip(at, 0, len(commits) - 1)
    return own.assign(
        known_time=time,
        commit=at.astype(np.int32),
        sha=commits["sha"].to_numpy()[at],
        name="transplanted-" + own["name"],
    )
