"""Says what a baseline was learned from, what it misses and whom it may harm."""

import math

from ..models.baseline import LevelBaseline
from ..models.combination import Vote
from .evaluation import LevelEvaluation
from .train import Trained

_WARNING = """\
## Use

Leads for a person who will look: which commits, contributors and projects are unusual, and why.
Not a verdict, and no ground for a sanction, a block or a public list of names.

## What it misses

- What the changed lines mean. They are read for their shape and for what they reach for; one
  harmful line of an ordinary shape looks ordinary.
- What was agreed or pressed outside git, and what is only in release archives.
- Who does nothing unusual, or not yet; and what is usual for many: see the influence report.
- Projects unlike the corpus: monorepos, mirrors that squash, one-person scripts, closed work.

## Who may be harmed

Newcomers, people who take over with everybody's consent, those who move to another time zone or
machine, and maintainers who sign or tag in unusual ways do unusual things for good reasons. Lists
by p-value contain such people by construction. Show what speaks for them beside what is unusual,
use pseudonyms, and do not keep lists longer than the question lives.
"""


def model_card(trained: Trained) -> str:
    """Write the card as Markdown."""
    facts = trained.baseline.provenance
    parts = [
        f"# Baseline {trained.baseline.version}\n",
        f"Learned from {facts['projects']} public projects ({', '.join(facts['ecosystems'])}), "
        f"commits up to {facts['latest_commit']}; fitted on what was known before "
        f"{facts['split_date']}, calibrated on what came later. Corpus {facts['corpus']}, feature "
        f"catalog {trained.baseline.digest}.\n",
        "## Panels\n",
        *(_panel(level, facts["rows"]) for level in trained.baseline.levels.values()),
        "",
        "## Evaluation\n",
        _evaluated(trained),
        _WARNING,
    ]
    return "\n".join(parts)


def _panel(level: LevelBaseline, rows: dict[str, dict[str, int]]) -> str:
    count = rows[level.level]
    panel = ", ".join(
        detector.name + _vote(vote)
        for detector, vote in zip(level.detectors, level.votes, strict=True)
    )
    return (
        f"- {level.level}: {panel}; {level.combination}; "
        f"{count['fit']:,} rows fitted, {count['calibration']:,} calibrated"
    )


def _vote(vote: Vote) -> str:
    weight = "" if vote.weight == 1 else f" × {vote.weight:g}"
    return weight + ("" if math.isinf(vote.bound) else f" (heard up to p = 10^−{vote.bound:g})")


def _evaluated(trained: Trained) -> str:
    if not trained.evaluation:
        return "None: the corpus holds no project out.\n"
    lines = [
        "Oddities planted in rows of held-out projects, average precision at 1 odd row in 100; and "
        "p-values of their ordinary rows, distance from uniform and share up to 0.01. 95 % "
        "intervals over projects.\n",
        "| level | planted | AUROC | average precision | recall at 1 % flagged |",
        "|---|---|---|---|---|",
    ]
    for level, found in trained.evaluation.items():
        lines += [_row(level, kind, found) for kind in found.figures]
    lines += ["", "| level | rows | projects | distance | up to 0.01 |", "|---|---|---|---|---|"]
    for level, found in trained.evaluation.items():
        uniform = found.uniformity
        lines.append(
            f"| {level} | {found.rows:,} | {found.projects} | {uniform.distance} | "
            f"{uniform.at_1_percent} |"
        )
    return "\n".join([*lines, ""])


def _row(level: str, kind: str, found: LevelEvaluation) -> str:
    measures = ("auroc", "average_precision", "recall_at_1_percent")
    figures = " | ".join(str(found.estimate(kind, measure)) for measure in measures)
    return f"| {level} | {kind.replace('_', ' ')} | {figures} |"
