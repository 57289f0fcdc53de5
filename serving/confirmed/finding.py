"""What a person has confirmed: leads of a report, and what was found."""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from ...features.errors import ConfigurationError, SourceError


@dataclass(frozen=True)
class Finding:
    """Leads of one report that somebody has looked into, and what they found."""

    project: str
    leads: tuple[dict[str, Any], ...]
    """As in the JSON report, each with its `level` (`commits`, `contributors`, `project`)."""
    statement: str
    """What was found, in the words of whoever confirms it."""
    repository: str
    """URL of the repository; empty if not told."""
    time: datetime
    """When it was confirmed."""

    @property
    def commits(self) -> tuple[str, ...]:
        """SHAs of all that shows it, each once."""
        return tuple(dict.fromkeys(sha for lead in self.leads for sha in lead["evidence"]))

    @property
    def reasons(self) -> tuple[str, ...]:
        """What was unusual, in words."""
        return tuple(reason["text"] for lead in self.leads for reason in lead["reasons"])


def confirm(report: dict[str, Any], names: list[str], statement: str, repository: str) -> Finding:
    """Take the leads that somebody names out of a JSON report.

    Parameters
    ----------
    report
        As `scan --format json` writes it.
    names
        Such as `commits/1`: the part of the report, and the rank in it.

    Raises
    ------
    SourceError
        If it is no such report.
    ConfigurationError
        If it has no lead of that name, or the statement is empty.
    """
    if not statement.strip():
        raise ConfigurationError(
            "nothing is exported without a statement", hint="say what was found with --because"
        )
    try:
        project = str(report["project"]["name"])
        known = {
            f"{level}/{lead['rank']}": lead | {"level": level}
            for level, part in report["leads"].items()
            for lead in part
        }
    except (KeyError, TypeError, AttributeError) as error:
        raise SourceError("this is no report", hint="write one: scan --format json") from error
    absent = [name for name in names if name not in known]
    if absent:
        raise ConfigurationError(
            f"the report has no lead {absent[0]}", hint=f"it has {', '.join(known) or 'none'}"
        )
    leads = tuple(known[name] for name in dict.fromkeys(names))
    now = datetime.now(UTC).replace(microsecond=0)
    return Finding(project, leads, statement.strip(), repository, now)
