"""The replay of known incidents beside its peers, with plots.

    python experiments/replay/run.py CORPUS INCIDENTS HISTORIES VECTORS FOLDER

Writes `replay.json`, `replay.md`, `peers.md` and two plots into FOLDER. Scores are kept there too,
so that a second run only ranks and draws.
"""

import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from trustdrift.features.feature import LEVELS
from trustdrift.features.pseudonym_key import load_key
from trustdrift.serving.reports.evaluation import Evaluation, as_json, as_markdown
from trustdrift.training.corpus import read_corpus
from trustdrift.training.ranking import Estimate
from trustdrift.training.replay.cases import read_cases
from trustdrift.training.replay.leaks import leaks
from trustdrift.training.replay.peers import COMMIT_PEERS, CONTRIBUTOR_PEERS, judged_by, random
from trustdrift.training.replay.population import gather_population
from trustdrift.training.replay.replay import Plan, Replay, Scores, plan, score, see
from trustdrift.training.replay.standing import SHARES, first_within, found_share
from trustdrift.training.replay.summary import (
    actors_listed,
    anybody_listed,
    commits_found,
    harmful,
    highest_of_anybody,
    leaders_listed,
    successors_listed,
    takeovers,
)
from trustdrift.training.settings import Settings

if TYPE_CHECKING:
    from matplotlib.axes import Axes

BUDGETS = np.geomspace(0.0005, 0.2, 60)


def say(line: str) -> None:
    print(line, file=sys.stderr, flush=True)


def kept_scores(planned: Plan, folder: Path) -> Scores:
    """Score, or read what an earlier run scored."""
    place = folder / "scores.npz"
    if not place.exists():
        scores = score(planned, Settings(), workers=2, say=say)
        reasons = {
            f"{level}.{row}": np.array(texts)
            for level, found in scores.reasons.items()
            for row, texts in found.items()
        }
        np.savez_compressed(place, **scores.by_level, **reasons)  # pyright: ignore[reportArgumentType]
    with np.load(place) as kept:
        found = Scores({level: kept[level] for level in LEVELS}, {level: {} for level in LEVELS})
        for name in set(kept.files) - set(LEVELS):
            level, row = name.split(".")
            for known in LEVELS:
                if known == level:
                    found.reasons[known][int(row)] = tuple(kept[name].tolist())
    return found


def cells(found: dict[float, Estimate]) -> str:
    return " | ".join(
        f"{found[size].value:.0%} [{found[size].low:.0%}, {found[size].high:.0%}]"
        for size in SHARES
    )


def peers_table(ours: Replay) -> str:
    head = " | ".join(f"{size:.1%}" for size in SHARES)
    lines = [f"| harmful commits found in | {head} |", "|---|" + "---|" * len(SHARES)]
    lines.append(f"| trustdrift | {cells(commits_found(harmful(ours.incidents['all_refs'])))} |")
    for name, peer in COMMIT_PEERS.items():
        say(name)
        theirs = see(ours.plan, judged_by(ours.plan, peer, random))
        found = commits_found(harmful(theirs.incidents["all_refs"]))
        lines.append(f"| {name} | {cells(found)} |")
    lines += ["", f"| people listed within | {head} |", "|---|" + "---|" * len(SHARES)]
    lines += people_rows("trustdrift", ours)
    for name, peer in CONTRIBUTOR_PEERS.items():
        say(name)
        lines += people_rows(name, see(ours.plan, judged_by(ours.plan, random, peer)))
    return "\n".join(lines) + "\n"


def people_rows(name: str, replay: Replay) -> list[str]:
    actors = actors_listed(takeovers(replay.incidents["all_refs"]))
    return [
        f"| {name}: actors of takeovers | {cells(actors)} |",
        f"| {name}: honest successors | {cells(successors_listed(replay))} |",
        f"| {name}: who came to lead | {cells(leaders_listed(replay))} |",
        f"| {name}: anybody | {cells(anybody_listed(replay))} |",
    ]


def lead_time(replay: Replay, place: Path) -> None:
    """Draw how many days before disclosure each actor would first have been listed."""
    from matplotlib.figure import Figure

    figure = Figure(figsize=(7, 4.5), layout="constrained")
    axes = figure.subplots()
    for case in takeovers(replay.incidents["all_refs"]):
        firsts = [first_within(case.contributor.standings, size) for size in BUDGETS]
        days = [(case.incident.stop - first.day).days if first else np.nan for first in firsts]
        axes.step(100 * BUDGETS, days, where="post", label=case.incident.id)
    axes.set_xscale("log")
    axes.set_xlabel("length of the month's list (% of all contributor-windows)")
    axes.set_ylabel("days before disclosure")
    axes.xaxis.set_major_formatter("{x:g}")
    axes.set_ylim(bottom=0)
    axes.legend(frameon=False, loc=(0.55, 0.38))
    figure.savefig(place, dpi=110)


def at_each_length(replay: Replay, place: Path) -> None:
    """Draw who is listed, and what is found, by the length of the list."""
    from matplotlib.figure import Figure

    figure = Figure(figsize=(13, 4.2), layout="constrained")
    people, commits, precise = figure.subplots(1, 3)
    wide = replay.incidents["all_refs"]
    groups = {
        "actors of takeovers": [c.contributor.standings for c in takeovers(wide)],
        "honest successors": [c.contributor.standings for c in replay.successions
                              if c.contributor.standings],
    }  # fmt: skip
    for name, standings in groups.items():
        shares = [
            np.mean([any(s.within(size) for s in part) for part in standings]) for size in BUDGETS
        ]
        people.plot(100 * BUDGETS, 100 * np.array(shares), label=f"{name} (n={len(standings)})")
    best = highest_of_anybody(replay)["share"]
    share = [(best <= size).mean() for size in BUDGETS]
    people.plot(
        100 * BUDGETS, 100 * np.array(share), color="0.6", label=f"anybody (n={len(best):,})"
    )
    people.set_ylabel("ever listed (%)")
    seen = [s for case in harmful(wide) for _, s in case.commits if s is not None]
    found = [found_share([s.within(size) for s in seen], ["all"] * len(seen)) for size in BUDGETS]
    commits.plot(100 * BUDGETS, [100 * f.value for f in found], label=f"harmful (n={len(seen)})")
    commits.plot(100 * BUDGETS, 100 * BUDGETS, color="0.6", label="by chance")
    commits.set_ylabel("found (%)")
    for axes, what in ((people, "contributor-windows of a month"), (commits, "commits of a year")):
        axes.set_xscale("log")
        axes.set_xlabel(f"length of the list (% of {what})")
        axes.xaxis.set_major_formatter("{x:g}")
        axes.set_ylim(0, 100)
    people.legend(frameon=False, loc="lower left", bbox_to_anchor=(0, 1))
    commits.legend(frameon=False, loc="lower left", bbox_to_anchor=(0, 1))
    precision(replay, precise)
    figure.savefig(place, dpi=110)


def precision(replay: Replay, axes: "Axes") -> None:
    """Draw how many of all people ever among the first k of a month are known cases."""
    lengths = np.unique(np.geomspace(1, 200, 40).astype(int))
    everybody = highest_of_anybody(replay)["rank"]
    groups = {
        "actors of takeovers": [c.contributor for c in takeovers(replay.incidents["head"])],
        "honest successors": [c.contributor for c in replay.successions],
    }
    for name, courses in groups.items():
        known = [sum(any(s.rank <= k for s in c.standings) for c in courses) for k in lengths]
        others = [int((everybody <= k).sum()) for k in lengths]
        shares = [100 * n / max(n + all_, 1) for n, all_ in zip(known, others, strict=True)]
        axes.plot(lengths, shares, label=name)
    axes.set_xscale("log")
    axes.set_xlabel("k, the first of each month's list")
    axes.set_ylabel("known cases among all listed (%)")
    axes.set_ylim(bottom=0)
    axes.xaxis.set_major_formatter("{x:g}")
    axes.legend(frameon=False)


def main(manifest: str, cases: str, histories: str, vectors: str, out: str) -> None:
    folder = Path(out)
    folder.mkdir(parents=True, exist_ok=True)
    listed, known = read_corpus(Path(manifest)), read_cases(Path(cases))
    with tempfile.TemporaryDirectory() as place:
        gathered = gather_population(
            listed.entries, known, Path(histories), Path(vectors), Path(place) / "rows",
            key=load_key(), workers=2, say=say,
        )  # fmt: skip
        planned = plan(gathered, known)
        replay = see(planned, kept_scores(planned, folder))
        evaluation = Evaluation(replay, leaks(replay, Path(histories)), "replayed")
        (folder / "replay.json").write_text(as_json(evaluation))
        (folder / "replay.md").write_text(as_markdown(evaluation))
        lead_time(replay, folder / "lead_time.png")
        at_each_length(replay, folder / "lists.png")
        (folder / "peers.md").write_text(peers_table(replay))


if __name__ == "__main__":
    main(*sys.argv[1:])
