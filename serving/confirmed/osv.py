"""A confirmed finding as a record of the Open Source Vulnerability format (OpenSSF)."""

import hashlib
import json

from ...features.errors import ConfigurationError
from .finding import Finding

SCHEMA = "1.6.0"
PREFIX = "x_trustdrift-"
"""The format reserves `x_` for databases that it does not list."""


def render(finding: Finding) -> str:
    """Give a record with the commits that brought it; it names nobody.

    Raises
    ------
    ConfigurationError
        If the repository's URL is not known, or no commit shows it.
    """
    if not finding.repository:
        raise ConfigurationError(
            "an OSV record names the repository's URL", hint="add --repository https://…"
        )
    commits = [lead for lead in finding.leads if lead["level"] == "commits"]
    if not commits:
        raise ConfigurationError(
            "an OSV record is about commits, and none was named", hint="add --lead commits/RANK"
        )
    shas = [lead["subject"]["sha"] for lead in commits]
    time = finding.time.strftime("%Y-%m-%dT%H:%M:%SZ")
    number = hashlib.sha256("\n".join([finding.repository, *shas]).encode()).hexdigest()[:12]
    record = {
        "schema_version": SCHEMA,
        "id": f"{PREFIX}{finding.time:%Y}-{number}",
        "modified": time,
        "published": time,
        "summary": f"Confirmed finding in {finding.project}",
        "details": "\n\n".join([finding.statement, "What was unusual:", *finding.reasons]),
        "affected": [
            {
                "ranges": [
                    {
                        "type": "GIT",
                        "repo": finding.repository,
                        "events": [{"introduced": sha} for sha in shas],
                    }
                ]
            }
        ],
        "references": [{"type": "PACKAGE", "url": finding.repository}],
    }
    return json.dumps(record, indent=2) + "\n"
