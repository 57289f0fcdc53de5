"""Figures of a replay: what was found, what was listed, and who else would have been."""

from collections.abc import Callable, Iterable, Sequence

import numpy as np
import pandas as pd

from ..ranking import Estimate
from .cases import HARMFUL, TAKEOVERS
from .leaders import first_time_leaders
from .population import CORPUS, HEAD, Subjects
from .replay import EXPOSURE, IncidentSeen, Replay
from .standing import Standing, by_size, found_share


def commits_found(incidents: Iterable[IncidentSeen]) -> dict[float, Estimate]:
    """Say what share of the commits a list of each size holds, with intervals over campaigns.

    The list is of the year up to the commit. Commits that cannot be reached do not count.
    """
    return _by_commit(
        ((_reached(case), case.incident.campaign) for case in incidents), Standing.within
    )


def commits_found_by_campaign(incidents: Iterable[IncidentSeen]) -> dict[float, Estimate]:
    """Average over campaigns what share of their commits a list of each size holds.

    One attacker who pushed the same to a hundred repositories counts as often as one who pushed
    once. `n` is the number of campaigns.
    """
    seen = _by_campaign(incidents)
    return by_size(
        lambda size: found_share(
            [float(np.mean([s.within(size) for s in found])) for found in seen.values()],
            list(seen),
        )
    )


def campaigns_found(incidents: Iterable[IncidentSeen]) -> dict[float, Estimate]:
    """Say for what share of the campaigns a list of each size holds at least one commit."""
    return _ever_held((found, name) for name, found in _by_campaign(incidents).items())


def _by_campaign(incidents: Iterable[IncidentSeen]) -> dict[str, list[Standing]]:
    """Give the standings of each campaign's commits; without those that cannot be reached."""
    found: dict[str, list[Standing]] = {}
    for case in incidents:
        found.setdefault(case.incident.campaign, []).extend(_reached(case))
    return {name: standings for name, standings in found.items() if standings}


def _reached(case: IncidentSeen) -> list[Standing]:
    return [standing for _, standing in case.commits if standing is not None]


def commits_found_at_home(incidents: Iterable[IncidentSeen]) -> dict[float, Estimate]:
    """Say what share of the commits a list of their own project's year holds, as a scan has it."""
    return _by_commit(_at_home(incidents), Standing.within)


def commits_at_home_by_lot(incidents: Iterable[IncidentSeen]) -> dict[float, Estimate]:
    """Say what share such lists would hold if any commit of the same year were the harmful one.

    Where a project made few commits that is much, and says nothing for the tool.
    """
    return _by_commit(_at_home(incidents), Standing.by_lot)


def _at_home(incidents: Iterable[IncidentSeen]) -> list[tuple[Sequence[Standing], str]]:
    return [(case.at_home, case.incident.campaign) for case in incidents]


def _by_commit(
    cases: Iterable[tuple[Sequence[Standing], str]], hit: Callable[[Standing, float], float]
) -> dict[float, Estimate]:
    seen = [(standing, group) for standings, group in cases for standing in standings]
    return by_size(
        lambda size: found_share([hit(s, size) for s, _ in seen], [group for _, group in seen])
    )


def harmful(incidents: Iterable[IncidentSeen]) -> list[IncidentSeen]:
    """Keep incidents of severity malicious or sabotage."""
    return [case for case in incidents if case.incident.severity in HARMFUL]


def takeovers(incidents: Iterable[IncidentSeen]) -> list[IncidentSeen]:
    """Keep insider takeovers and transfers of ownership whose actor was ever ranked in time."""
    return [
        case for case in incidents if case.incident.kind in TAKEOVERS and case.contributor.standings
    ]


def actors_listed(incidents: Iterable[IncidentSeen]) -> dict[float, Estimate]:
    """Say what share of the actors a month's list holds at least once before disclosure."""
    return _ever_held((case.contributor.standings, case.incident.campaign) for case in incidents)


def successors_listed(replay: Replay) -> dict[float, Estimate]:
    """Say what share of the honest successors a month's list holds at least once."""
    return _ever_held(
        (case.contributor.standings, case.succession.id) for case in replay.successions
    )


def _ever_held(cases: Iterable[tuple[Sequence[Standing], str]]) -> dict[float, Estimate]:
    """Take the share of cases that a list ever holds, of those that were ranked at all."""
    ranked_ones = [(standings, group) for standings, group in cases if standings]
    return by_size(
        lambda size: found_share(
            [any(s.within(size) for s in standings) for standings, _ in ranked_ones],
            [group for _, group in ranked_ones],
        )
    )


def ranked(rows: Subjects, scores: np.ndarray) -> pd.DataFrame:
    """Rank all windows of ordinary projects, and of incidents' heads, within their months.

    Returns
    -------
    A row a window that was scored: `project`, `view`, `time`, `person` where there is one, `rank`
    (tied windows get the largest) and `of`.
    """
    table = rows.table.assign(score=scores)
    table = table[(table["view"] <= HEAD) & table["score"].notna()].copy()
    months = table.groupby("time")["score"]
    table["rank"] = months.rank(ascending=False, method="max").astype(int)
    table["of"] = months.transform("size")
    return table.drop(columns="score")


def highest_of_anybody(replay: Replay) -> pd.DataFrame:
    """Give the highest `rank` and `share` of all people of ordinary projects.

    Each from their first ranked window, for as long as a case is followed.
    """
    table = _people_of_ordinary_projects(replay)
    since = table["time"] - table.groupby(["project", "person"])["time"].transform("min")
    return _highest(table[since <= EXPOSURE.total_seconds()])


def _people_of_ordinary_projects(replay: Replay) -> pd.DataFrame:
    table = ranked(replay.plan.rows["contributor"], replay.scores.by_level["contributor"])
    return table[table["view"] == CORPUS]


def _highest(windows: pd.DataFrame) -> pd.DataFrame:
    windows = windows.assign(share=windows["rank"] / windows["of"])
    return windows.groupby(["project", "person"])[["rank", "share"]].min().reset_index()


def anybody_listed(replay: Replay) -> dict[float, Estimate]:
    """Say what share of all people of ordinary projects a month's list ever holds.

    What a list of this size costs in people who did nothing but what people do
    (`highest_of_anybody`). Intervals over projects.
    """
    return _share_listed(highest_of_anybody(replay))


def leaders_listed(replay: Replay) -> dict[float, Estimate]:
    """Say what share of those who came to lead an ordinary project a month's list ever holds.

    Followed as honest successors are, whose projects are left out here (`first_time_leaders`).
    Intervals over projects.
    """
    leaders = first_time_leaders(replay.plan.rows["commit"])
    known = [case.repo for case in replay.plan.cases.successions]
    leaders = leaders[~leaders["project"].isin(known)]
    table = _people_of_ordinary_projects(replay).astype({"project": str, "person": str})
    windows = table.merge(leaders, on=["project", "person"])
    before = windows["stop"] - windows["time"]
    inside = (before > 0) & (before <= EXPOSURE.total_seconds())
    return _share_listed(_highest(windows[inside]))


def _share_listed(best: pd.DataFrame) -> dict[float, Estimate]:
    projects = best["project"].tolist()
    return by_size(
        lambda size: found_share(
            ((best["share"] if size < 1 else best["rank"]) <= size).tolist(), projects
        )
    )
