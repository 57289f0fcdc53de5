"""A replay as JSON and Markdown."""

import json
import math
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from ...training.ranking import Estimate
from ...training.replay.leaks import Leaks
from ...training.replay.replay import Course, IncidentSeen, Replay, SuccessionSeen
from ...training.replay.standing import LENGTHS, SHARES, Standing, best, first_within
from ...training.replay.summary import (
    actors_listed,
    anybody_listed,
    campaigns_found,
    commits_at_home_by_lot,
    commits_found,
    commits_found_at_home,
    commits_found_by_campaign,
    harmful,
    leaders_listed,
    successors_listed,
    takeovers,
)

MAIN = 0.01
"""The share of a list that lead times are told for."""


@dataclass(frozen=True)
class Evaluation:
    """A replay, what was checked of it, and which baseline judged."""

    replay: Replay
    leaks: Leaks
    baseline: str
    """`replayed`, or the version of one that may know what came later."""


def as_json(found: Evaluation) -> str:
    """Write all figures; the form changes only by additions within one schema number."""
    replay = found.replay
    wide, head = replay.incidents["all_refs"], replay.incidents["head"]
    document = {
        "schema": 1,
        "baseline": found.baseline,
        "years": list(replay.plan.years),
        "projects": len(replay.plan.gathered.projects),
        "failures": replay.plan.gathered.failures,
        "commits": {"found": _figures(commits_found(harmful(wide)))},
        "commits_from_head": {"found": _figures(commits_found(harmful(head)))},
        "commits_by_campaign": {"found": _figures(commits_found_by_campaign(harmful(wide)))},
        "commits_at_home": {
            "found": _figures(commits_found_at_home(harmful(wide))),
            "by_lot": _figures(commits_at_home_by_lot(harmful(wide))),
        },
        "campaigns_found": _figures(campaigns_found(harmful(wide))),
        "commits_by": {
            key: {name: _figures(commits_found(part)) for name, part in _groups(wide, key).items()}
            for key in ("kind", "severity")
        },
        "contributors": {"listed": _figures(actors_listed(takeovers(wide)))},
        "contributors_from_head": {"listed": _figures(actors_listed(takeovers(head)))},
        "successions": {"listed": _figures(successors_listed(replay))},
        "leaders": {"listed": _figures(leaders_listed(replay))},
        "anybody": {"listed": _figures(anybody_listed(replay))},
        "leaks": {
            "shuffled": _figures(found.leaks.shuffled),
            "recomputed": found.leaks.recomputed,
            "changed": list(found.leaks.changed),
        },
        "incidents": [_incident(one, two) for one, two in zip(wide, head, strict=True)],
        "handovers": [_succession(case) for case in replay.successions],
    }
    return json.dumps(document, indent=2, allow_nan=False) + "\n"


def _groups(cases: Iterable[IncidentSeen], key: str) -> dict[str, list[IncidentSeen]]:
    groups: dict[str, list[IncidentSeen]] = {}
    for case in cases:
        groups.setdefault(getattr(case.incident, key), []).append(case)
    return groups


def _figures(found: dict[float, Estimate]) -> dict[str, dict[str, float | int | None]]:
    return {f"{size:g}": _figure(estimate) for size, estimate in found.items()}


def _figure(found: Estimate) -> dict[str, float | int | None]:
    parts = {"value": found.value, "low": found.low, "high": found.high}
    known: dict[str, float | int | None] = {
        name: None if math.isnan(number) else number for name, number in parts.items()
    }
    return known | {"n": found.n}


def _incident(wide: IncidentSeen, head: IncidentSeen) -> dict[str, Any]:
    incident, first = wide.incident, first_within(wide.contributor.standings, MAIN)
    return {
        "id": incident.id,
        "kind": incident.kind,
        "severity": incident.severity,
        "absent": wide.absent,
        **_course(wide.contributor),
        "days_before_first_harm": (incident.first_harm - first.day).days if first else None,
        "days_before_disclosure": (
            (incident.disclosed - first.day).days if first and incident.disclosed else None
        ),
        "from_head": _course(head.contributor),
        "project": _course(wide.project),
        "commits": [
            {
                "sha": harm.sha,
                "date": harm.date.isoformat(),
                "all_refs": _standing(one),
                "head": _standing(two),
            }
            for (harm, one), (_, two) in zip(wide.commits, head.commits, strict=True)
        ],
    }


def _succession(case: SuccessionSeen) -> dict[str, Any]:
    return {"id": case.succession.id, "absent": case.absent, **_course(case.contributor)}


def _course(course: Course) -> dict[str, Any]:
    top = best(course.standings)
    firsts = {size: first_within(course.standings, size) for size in (*SHARES, *LENGTHS)}
    return {
        "months": len(course.standings),
        "best_rank": top.rank if top else None,
        "best_of": top.of if top else None,
        "best_percentile": 100 * (1 - top.share) if top else None,
        "best_month": top.day.isoformat() if top else None,
        "first_listed": {f"{size:g}": s.day.isoformat() for size, s in firsts.items() if s},
        "reasons": list(course.reasons),
    }


def _standing(found: Standing | None) -> dict[str, Any] | None:
    if found is None:
        return None
    return {"rank": found.rank, "of": found.of, "percentile": 100 * (1 - found.share)}


def as_markdown(found: Evaluation) -> str:
    """Write the tables, and how to read them."""
    replay = found.replay
    wide, head = replay.incidents["all_refs"], replay.incidents["head"]
    how = (
        "each year scored by a baseline fitted on what was known before the year before and "
        "calibrated on that year"
        if found.baseline == "replayed"
        else f"all years scored by baseline {found.baseline}, which may know what came later"
    )
    shuffled = found.leaks.shuffled
    people = [
        _row("actors of takeovers, every reference", actors_listed(takeovers(wide))),
        _row("actors of takeovers, from the head", actors_listed(takeovers(head))),
        _row("honest successors", successors_listed(replay)),
        _row("who came to lead an ordinary project", leaders_listed(replay)),
        _row("anybody, in as long a time", anybody_listed(replay)),
    ]
    commits = [
        _row("every reference", commits_found(harmful(wide))),
        _row("reachable from the head", commits_found(harmful(head))),
        _row("every reference, each campaign once", commits_found_by_campaign(harmful(wide))),
        _row("campaigns with at least one", campaigns_found(harmful(wide))),
        _row("their own project's year alone", commits_found_at_home(harmful(wide))),
        _row("the same, if it were any of that year", commits_at_home_by_lot(harmful(wide))),
        *(
            _row(f"{key} {name.replace('_', ' ')}", commits_found(part))
            for key in ("kind", "severity")
            for name, part in _groups(wide, key).items()
        ),
        _row("labels shuffled within projects", shuffled) if shuffled else "",
    ]
    sizes = [f"{size:.1%}" for size in SHARES]
    lines = [
        f"Years {replay.plan.years[0]} to {replay.plan.years[-1]}, "
        f"{len(replay.plan.gathered.projects)} ordinary projects, {how}. Lists are shares of all "
        "that is ranked, or its first rows; 95 % bootstrap intervals over campaigns, hand-overs "
        "or projects, and n. Tied rows count as more unusual.",
        "",
        "### Harmful commits, in the list of the year up to them",
        "",
        *_head("found by the list of", [*sizes, *(f"first {n}" for n in LENGTHS)]),
        *(line for line in commits if line),
        "",
        "### People, ever in a month's list before disclosure",
        "",
        *_head("listed within", [*sizes, *(f"first {n}" for n in LENGTHS)]),
        *people,
        "",
        "### Each incident",
        "",
        *_head(
            "incident",
            ["kind", "best of month", "first in 1 %", "days before harm", "and disclosure",
             "project's best", "harmful commits, as 1 in"],
        ),
        *(_incident_row(case) for case in wide),
        "",
        "What was said of the actor in that month:",
        "",
        *(
            f"- {case.incident.id}: {'; '.join(case.contributor.reasons)}"
            for case in wide
            if case.contributor.reasons
        ),
        "",
        "### Each honest hand-over",
        "",
        *_head("hand-over", ["months", "best of month", "first in 1 %"]),
        *(_succession_row(case) for case in replay.successions),
        "",
        f"Vectors of {found.leaks.recomputed} harmful commits were computed again from histories "
        f"cut off at their time, under other pseudonyms; {len(found.leaks.changed)} came out "
        "otherwise.",
    ]  # fmt: skip
    return "\n".join(lines) + "\n"


def _head(first: str, columns: list[str]) -> list[str]:
    return [f"| {first} | " + " | ".join(columns) + " |", "|" + "---|" * (len(columns) + 1)]


def _row(title: str, found: dict[float, Estimate]) -> str:
    cells = []
    for size in (*SHARES, *LENGTHS):
        one = found.get(size)
        cells.append(
            "–"
            if one is None or math.isnan(one.value)
            else f"{one.value:.0%} [{one.low:.0%}, {one.high:.0%}] n={one.n}"
        )
    return f"| {title} | " + " | ".join(cells) + " |"


def _incident_row(case: IncidentSeen) -> str:
    incident, first = case.incident, first_within(case.contributor.standings, MAIN)
    cells = [
        incident.kind.replace("_", " "),
        _said(best(case.contributor.standings)),
        first.day.isoformat() if first else "–",
        f"{(incident.first_harm - first.day).days}" if first else "–",
        f"{(incident.disclosed - first.day).days}" if first and incident.disclosed else "–",
        _said(best(case.project.standings)),
        case.absent
        or ", ".join("absent" if s is None else f"{1 / s.share:,.1f}" for _, s in case.commits),
    ]
    return f"| {incident.id} | " + " | ".join(cells) + " |"


def _succession_row(case: SuccessionSeen) -> str:
    first = first_within(case.contributor.standings, MAIN)
    cells = [
        str(len(case.contributor.standings)),
        case.absent or _said(best(case.contributor.standings)),
        first.day.isoformat() if first else "–",
    ]
    return f"| {case.succession.id} | " + " | ".join(cells) + " |"


def _said(standing: Standing | None) -> str:
    if standing is None:
        return "–"
    return f"{standing.rank} of {standing.of:,}, {standing.day:%Y-%m}"


FORMATS: dict[str, Callable[[Evaluation], str]] = {"json": as_json, "md": as_markdown}
