"""What a report's pictures show, taken from vectors and history: numbers, no drawing."""

from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from ..features.catalog import features
from ..features.feature import Level
from ..features.history import History
from ..features.paths import directories
from ..features.vectors import Vectors
from ..features.windows import DAY
from ..models.baseline import Baseline
from ..models.growth import RIGHTS
from ..models.leads import Lead

MOST_MARKS = 4
MOST_EARLIER = 200
MOST_FOLDERS = 18
MOST_OWNERS = 6
YEAR = 365 * DAY


@dataclass(frozen=True)
class Habit:
    """One figure of a commit among those of its author's commits before it."""

    text: str
    """What it says of the commit."""
    now: float
    """Share of the commits of all projects that lie as far out, on the side that counts."""
    before: tuple[float, ...]
    """The same for the author's latest commits before this one."""


@dataclass(frozen=True)
class Ascent:
    """How soon a person came to what, in days from their first commit here."""

    tenure: float
    """Until the lead's window ends."""
    rights: dict[str, float]
    """By right, those alone that were used by then."""


@dataclass(frozen=True)
class Folder:
    """Who changed what lies in a folder over the last year."""

    name: str
    changes: int
    shares: tuple[tuple[str, float, bool], ...]
    """Pseudonym, share of the changes, and whether they first came to the folder in that year."""


@dataclass(frozen=True)
class Pictures:
    """All that is drawn besides who carried the project."""

    habits: dict[str, tuple[Habit, ...]] = field(default_factory=dict)
    """By the SHA of a commit that is a lead."""
    ascents: dict[str, Ascent] = field(default_factory=dict)
    """By the pseudonym of a person who is a lead."""
    folders: tuple[Folder, ...] = ()
    """Those that were changed most, first."""


def pictures(
    every: dict[Level, Vectors],
    history: History,
    baseline: Baseline,
    leads: dict[Level, list[Lead]],
) -> Pictures:
    """Take what can be drawn of leads, and of the project's last year."""
    commits, people = every["commit"], every["contributor"]
    return Pictures(
        {lead.subject["sha"]: _habits(commits, baseline, lead) for lead in leads["commit"]},
        {lead.subject["person"]: _ascent(people, lead) for lead in leads["contributor"]},
        folders(history),
    )


def _habits(commits: Vectors, baseline: Baseline, lead: Lead) -> tuple[Habit, ...]:
    row = int(np.flatnonzero(commits.subjects["sha"] == lead.subject["sha"])[0])
    own = (commits.subjects["person"] == commits.subjects["person"].iloc[row]).to_numpy()
    before = np.flatnonzero(own[:row])[-MOST_EARLIER:]
    values = commits.values.iloc[[*before, row]].to_numpy(dtype=float)
    reference = baseline.levels["commit"].reference
    high, low = reference.upper_tail(values), reference.lower_tail(values)
    catalog = {feature.name: (i, feature) for i, feature in enumerate(features("commit"))}
    found = []
    for reason in lead.reasons[:MOST_MARKS]:
        column, feature = catalog[reason.feature]
        tails = (low if feature.concerning == "low" else high)[:, column]
        earlier = tuple(float(tail) for tail in tails[:-1] if not np.isnan(tail))
        found.append(Habit(reason.text, float(tails[-1]), earlier))
    return tuple(found)


def _ascent(people: Vectors, lead: Lead) -> Ascent:
    subjects = people.subjects
    days = subjects["window_end"].dt.strftime("%Y-%m-%d")
    at = (subjects["person"] == lead.subject["person"]) & (days == lead.subject["window_end"])
    row = people.values[at.to_numpy()].iloc[0]
    rights = {right: float(row[name]) for right, name in RIGHTS.items() if pd.notna(row[name])}
    return Ascent(float(row["tenure"]), rights)


def folders(history: History) -> tuple[Folder, ...]:
    """Sum up the last year's changes by folder and author, merges and robots left out."""
    commits = history.commits.reset_index(drop=True)
    single = ~commits["parents"].str.contains(" ", regex=False)
    person = commits["author_kind"] == "person"
    changes = history.changes[(single & person).to_numpy()[history.changes["commit"]]]
    table = pd.DataFrame(
        {
            "folder": directories(changes["path"]).to_numpy(),
            "who": commits["author"].to_numpy()[changes["commit"]],
            "time": commits["known_time"].to_numpy()[changes["commit"]],
        }
    )
    start = history.last_time - YEAR
    first = table.groupby(["folder", "who"])["time"].min().to_dict()
    recent = table[table["time"] > start]
    found = []
    for name in recent["folder"].value_counts().head(MOST_FOLDERS).index:
        authors = recent["who"][recent["folder"] == name]
        mine = authors.value_counts(normalize=True).head(MOST_OWNERS)
        shares = tuple(
            (str(who), float(share), bool(first[name, who] > start)) for who, share in mine.items()
        )
        found.append(Folder(str(name) or "(top)", len(authors), shares))
    return tuple(found)
