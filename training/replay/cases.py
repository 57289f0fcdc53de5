"""The file of known incidents and honest hand-overs: data that others extend."""

import tomllib
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from ...features.errors import ConfigurationError

HARMFUL = ("malicious", "sabotage")
"""Severities whose commits count as harmful."""

TAKEOVERS = ("insider_takeover", "ownership_transfer")
"""Kinds whose actors a list of contributors should hold before disclosure."""


@dataclass(frozen=True)
class HarmfulCommit:
    """A commit that carried the harm."""

    sha: str
    date: date


@dataclass(frozen=True)
class Incident:
    """One known incident."""

    id: str
    repo: str
    kind: str
    severity: str
    actor_commit: str
    """A commit whose author is the actor."""
    campaign: str
    """What one attacker did, maybe in several repositories; the incident's own name if alone."""
    disclosed: date | None
    """First day of the month or year where no day is known; None if it was never told."""
    malicious: tuple[HarmfulCommit, ...]

    @property
    def first_harm(self) -> date:
        """Day of the first harmful commit."""
        return min(commit.date for commit in self.malicious)

    @property
    def stop(self) -> date:
        """Day of disclosure, or of the first harm if nobody knows when it was disclosed."""
        return self.disclosed or self.first_harm


@dataclass(frozen=True)
class Succession:
    """One honest hand-over, which should not be alarmed about."""

    id: str
    repo: str
    actor_commit: str
    """A commit whose author is the successor."""
    ahead: int
    """Year in which the successor made the largest share of the commits for the first time."""


@dataclass(frozen=True)
class Cases:
    """What an evaluation is held against."""

    incidents: tuple[Incident, ...]
    successions: tuple[Succession, ...]

    @property
    def repositories(self) -> set[str]:
        """Give the repositories of incidents, which nothing may be learned from."""
        return {incident.repo for incident in self.incidents}


def read_cases(path: Path) -> Cases:
    """Read a file such as `experiments/incidents.toml`; keys it does not know are passed over.

    Raises
    ------
    ConfigurationError
        Naming the file, the entry and the key that is absent or wrong.
    """
    try:
        document = tomllib.loads(path.read_text("utf-8"))
    except FileNotFoundError as error:
        raise ConfigurationError(f"{path} does not exist") from error
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise ConfigurationError(f"{path} cannot be read as TOML: {error}") from error
    incidents = [
        _incident(_Row(path, "incident", number, row))
        for number, row in enumerate(_tables(path, document, "incident"), 1)
    ]
    successions = [
        _succession(_Row(path, "succession", number, row))
        for number, row in enumerate(_tables(path, document, "succession"), 1)
    ]
    if not incidents and not successions:
        raise ConfigurationError(f"{path} lists no [[incident]] and no [[succession]]")
    return Cases(tuple(incidents), tuple(successions))


def _tables(path: Path, document: dict[str, Any], key: str) -> list[dict[str, Any]]:
    found = document.get(key, [])
    if not isinstance(found, list) or not all(isinstance(row, dict) for row in found):
        raise ConfigurationError(f"{path}: `{key}` must be a list of tables, [[{key}]]")
    return found


@dataclass(frozen=True)
class _Row:
    """One table of the file, with what to call it in a message."""

    path: Path
    table: str
    number: int
    values: dict[str, Any]

    def wrong(self, key: str) -> ConfigurationError:
        """Make the error for a key that is absent or wrong."""
        name = self.values.get("id", self.number)
        return ConfigurationError(f"{self.path}: `{key}` of {self.table} {name} is absent or wrong")

    def text(self, key: str) -> str:
        """Give a text that must be there."""
        value = self.values.get(key)
        if not isinstance(value, str) or not value:
            raise self.wrong(key)
        return value

    def day(self, key: str) -> date | None:
        """Give a date, the first day of a month or year, or None if it is empty."""
        value = self.values.get(key, "")
        if isinstance(value, date) or value == "":
            return value or None
        try:
            parts = [int(part) for part in value.split("-")]
            year, month, day = [*parts, 1, 1][:3]
            return date(year, month, day)
        except (AttributeError, ValueError) as error:
            raise self.wrong(key) from error


def _incident(row: _Row) -> Incident:
    commits = row.values.get("malicious")
    if not isinstance(commits, list) or not commits:
        raise row.wrong("malicious")
    return Incident(
        id=row.text("id"),
        repo=row.text("repo"),
        kind=row.text("kind"),
        severity=row.text("severity"),
        actor_commit=row.text("actor_commit"),
        campaign=row.text("campaign") if "campaign" in row.values else row.text("id"),
        disclosed=row.day("disclosed"),
        malicious=tuple(_commit(row, commit) for commit in commits),
    )


def _commit(row: _Row, values: Any) -> HarmfulCommit:
    if not isinstance(values, dict):
        raise row.wrong("malicious")
    own = _Row(row.path, f"{row.table} {row.values.get('id', row.number)}, commit", 0, values)
    day = own.day("date")
    if day is None:
        raise own.wrong("date")
    return HarmfulCommit(own.text("sha"), day)


def _succession(row: _Row) -> Succession:
    year = row.values.get("ahead")
    if isinstance(year, str) and year.isdigit():
        year = int(year)
    if not isinstance(year, int) or isinstance(year, bool):
        raise row.wrong("ahead")
    return Succession(row.text("id"), row.text("repo"), row.text("actor_commit"), year)
