"""Where known incidents stand in a scan of their own repository, the day after the harm.

    python experiments/scan/known.py experiments/incidents.toml HISTORIES [BASELINE]

A sanity check of the scan, not the evaluation: the baseline has seen other projects' later years,
and each commit is ranked within one repository's last year only. Prints Markdown.
"""

import sys
import tomllib
from datetime import UTC, datetime
from pathlib import Path

import numpy as np

from trustdrift.features.errors import TrustdriftError
from trustdrift.features.mining import mine
from trustdrift.features.vectors import Vectors, describe
from trustdrift.features.windows import Windows
from trustdrift.models.baseline import Baseline
from trustdrift.training.corpus import git_directory

DAY = 86_400
YEAR = 365 * DAY


def seconds(day: str) -> int:
    return int(datetime.fromisoformat(day).replace(tzinfo=UTC).timestamp())


def ranked(baseline: Baseline, vectors: Vectors, last: int, column: str) -> dict[str, str]:
    """Give rank, number and p-value by subject, of the year up to `last`."""
    inside = (vectors.subjects["known_time"] >= last - YEAR).to_numpy()
    recent = vectors.where(inside)
    scores = baseline.levels[vectors.level].score(vectors, keep=inside)
    best: dict[str, str] = {}
    order = [int(row) for row in np.argsort(-scores.combined)]
    total = recent.subjects[column].nunique()
    for row in order:
        name = str(recent.subjects[column].iloc[row])
        if name not in best:
            best[name] = f"{len(best) + 1} of {total} (p {scores.p_value[row]:.2g})"
    return best


def main(manifest: str, histories: str, folder: str | None = None) -> None:
    baseline = Baseline.load(None if folder is None else Path(folder))
    print("| incident | kind | severity | harmful commits | actor |\n|---|---|---|---|---|")
    for incident in tomllib.loads(Path(manifest).read_text())["incident"]:
        path = git_directory(Path(histories), incident["repo"])
        if path is None:
            print(f"| {incident['id']} | not in {histories} | | | |")
            continue
        until = max(seconds(m["date"]) for m in incident["malicious"]) + 2 * DAY - 1
        try:
            history = mine(path, key=bytes(32), all_refs=True, until=until)
        except TrustdriftError as error:
            print(f"| {incident['id']} | {error} | | | |")
            continue
        vectors = describe(history, Windows(anchor_days=history.last_time / DAY))
        commits = ranked(baseline, vectors["commit"], history.last_time, "sha")
        people = ranked(baseline, vectors["contributor"], history.last_time, "person")
        found = "; ".join(commits.get(m["sha"], "not known yet") for m in incident["malicious"])
        actor = history.commits.loc[history.commits["sha"] == incident["actor_commit"], "author"]
        who = people.get(str(actor.iloc[0]), "not active") if len(actor) else "not known yet"
        print(
            f"| {incident['id']} | {incident['kind']} | {incident['severity']} | {found} | {who} |"
        )


if __name__ == "__main__":
    main(*sys.argv[1:])
