"""What every report for people says, in plain words and in one place."""

import re
from dataclasses import dataclass, replace

from ...features.feature import Level
from ...features.wording import SUBJECTS, printable, singular
from ...models.leads import Lead
from ..scan import Scan

_SPECIAL = re.compile(r"([\\`*_{}\[\]<>|#@~!])")

FAIRNESS = (
    "A lead is a question, not an accusation. Most people who appear here do honest, unpaid work; "
    "an honest hand-over looks just like this. Check the commits, and ask before you conclude."
)

TITLES: dict[Level, str] = {
    "contributor": "Contributors worth a look",
    "commit": "Commits worth a look",
    "project": "The project as a whole",
}


@dataclass(frozen=True)
class CommitView:
    """One commit, as named in evidence."""

    sha: str
    day: str
    who: str
    subject: str
    signs: tuple[str, ...] = ()
    """What it shows, where it is evidence for something else."""
    named: str = ""
    """Packages and hosts that it is the first to name; see `safely`."""

    @property
    def line(self) -> str:
        """All in one line."""
        said = f" — {self.subject}" if self.subject else ""
        return f"{self.sha[:12]} {self.day} {self.who}{said}"


@dataclass(frozen=True)
class LeadView:
    """One lead in words."""

    rank: int
    key: str
    """SHA or pseudonym that it is about; empty for the project."""
    title: str
    rarity: str
    signals: tuple[str, ...]
    reasons: tuple[str, ...]
    in_favour: tuple[str, ...]
    evidence: tuple[CommitView, ...]


@dataclass(frozen=True)
class SectionView:
    """The leads of one level."""

    title: str
    tally: str
    leads: tuple[LeadView, ...]


def name_of(scan: Scan, pseudonym: str) -> str:
    """Give a person's name where it may be shown, else the pseudonym."""
    return printable(scan.names.get(pseudonym, "")) or f"person {pseudonym[:8]}"


def sections(scan: Scan) -> tuple[SectionView, ...]:
    """Put all leads in words, contributors first; levels that were not looked at are left out."""
    return tuple(
        SectionView(
            title,
            _tally(scan, level),
            tuple(_lead(scan, lead) for lead in scan.leads[level]),
        )
        for level, title in TITLES.items()
        if scan.tallies[level].scored
    )


def _tally(scan: Scan, level: Level) -> str:
    tally = scan.tallies[level]
    if not scan.leads[level]:
        return singular(f"Nothing notable among {tally.scored:,} {SUBJECTS[level]}.")
    of_people = f", of {tally.people:,} people," if tally.people else ""
    verb = "is" if tally.unusual == 1 else "are"
    return singular(
        f"{tally.unusual:,} of {tally.scored:,} {SUBJECTS[level]}{of_people} {verb} among the most "
        f"unusual 1 in 100 of all projects; {tally.expected:.1f} would be expected by chance."
    )


def _lead(scan: Scan, lead: Lead) -> LeadView:
    return LeadView(
        rank=lead.rank,
        key=lead.subject.get("sha") or lead.subject.get("person", ""),
        title=_title(scan, lead),
        rarity=rarity_of(lead),
        signals=tuple(signal.text for signal in lead.signals),
        reasons=tuple(reason.text for reason in lead.reasons),
        in_favour=lead.in_favour,
        evidence=tuple(
            replace(
                _commit(scan, sha),
                signs=tuple(sign.text for sign in lead.evidence_signals.get(sha, ())),
                named=", ".join(map(safely, lead.named_first.get(sha, ()))),
            )
            for sha in lead.evidence
        ),
    )


def person_of(scan: Scan, lead: Lead) -> str:
    """Give the pseudonym of whom a lead is about; empty for the project."""
    return lead.subject.get("person") or scan.people_of.get(lead.subject.get("sha", ""), "")


def day_of(scan: Scan, lead: Lead) -> str:
    """Give the day at which a lead's commit was known, or its window ended."""
    return lead.subject.get("window_end") or scan.dates[lead.subject["sha"]]


def rarity_of(lead: Lead) -> str:
    """Say how rare a lead is among the baseline's projects."""
    return f"1 in {1 / lead.p_value:,.0f} {SUBJECTS[lead.level]} of all projects is as unusual"


def _title(scan: Scan, lead: Lead) -> str:
    if lead.level == "commit":
        commit = _commit(scan, lead.subject["sha"])
        subject = f"“{commit.subject}”, " if commit.subject else ""
        return f"{commit.sha[:12]} {subject}{commit.who}, {commit.day}"
    ending = f"90 days to {lead.subject['window_end']}"
    if lead.level == "project":
        return f"The {ending}"
    return f"{name_of(scan, lead.subject['person'])}, {ending}"


def _commit(scan: Scan, sha: str) -> CommitView:
    return CommitView(
        sha,
        scan.dates.get(sha, ""),
        name_of(scan, scan.people_of.get(sha, "")),
        scan.subjects.get(sha, ""),
    )


def summary(scan: Scan) -> str:
    """Say in one sentence what was looked at."""
    return singular(
        f"{scan.commits:,} commits by {scan.people:,} people; leads from {scan.since} to "
        f"{scan.until}, each compared with the person's own past, this project's, and a baseline "
        f"of {scan.baseline['projects']:,} projects. Windows are 90 days long."
    )


def coverage_notes(scan: Scan) -> tuple[str, ...]:
    """Say what could not be read."""
    counts = (
        (scan.coverage.trees_unreadable, "trees of {:,} commits", "absent or damaged"),
        (scan.coverage.blobs_unreadable, "{:,} file versions", "absent, damaged or too large"),
    )
    return tuple(
        singular(f"What could not be read: {what.format(count)} ({why}); what it holds is unknown.")
        for count, what, why in counts
        if count
    )


def carried_by(scan: Scan, latest: int) -> list[tuple[str, list[float]]]:
    """Give people's shares of the latest periods, those who carried nothing then left out."""
    part = slice(-latest, None)
    rows = [
        (name_of(scan, person), list(shares[part]))
        for person, shares in zip(scan.stewardship.people, scan.stewardship.shares, strict=True)
    ]
    return [row for row in rows if max(row[1]) >= 0.05]


def safely(name: str) -> str:
    """Write a host so that nobody opens it by a slip, `evil[.]example`; a package as it is."""
    return printable(name) if ":" in name else name.replace(".", "[.]")


def in_markdown(text: str) -> str:
    """Escape text so that it cannot add markup, links, mentions or HTML."""
    return _SPECIAL.sub(r"\\\1", text)
