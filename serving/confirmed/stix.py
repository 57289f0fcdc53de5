"""A confirmed finding as STIX 2.1 (OASIS 2021): a report, the project, accounts and notes."""

import json
import uuid
from typing import Any

from ... import __version__
from .finding import Finding

_OF_SPECIFICATION = uuid.UUID("00abedb4-aa42-466c-9c01-fed23315a9b7")
"""Namespace of identifiers of cyber-observable objects (STIX 2.1, section 2.9)."""
_OWN = uuid.uuid5(_OF_SPECIFICATION, "trustdrift")
_CANONICAL: dict[str, Any] = {"sort_keys": True, "separators": (",", ":")}
AMBER = "marking-definition--f88d31f6-486f-44da-b317-01333bde0b82"
"""TLP:AMBER (STIX 2.1, section 7.2.1.4): for those alone who need it to act."""


def render(finding: Finding) -> str:
    """Give a bundle; people appear as accounts under their pseudonyms."""
    time = finding.time.strftime("%Y-%m-%dT%H:%M:%S.000Z")
    software = _observable("software", {"name": finding.project})
    people = dict.fromkeys(
        lead["subject"]["person"] for lead in finding.leads if "person" in lead["subject"]
    )
    accounts = [
        _observable("user-account", {"user_id": person, "account_type": "pseudonym"})
        for person in people
    ]
    tool = _domain(
        "identity", finding, time, name=f"trustdrift {__version__}", identity_class="system"
    )
    seen = [software, *accounts]
    note = _domain(
        "note",
        finding,
        time,
        created_by_ref=tool["id"],
        abstract="What was unusual, and the commits to look at",
        content="\n".join([*finding.reasons, *(f"commit {sha}" for sha in finding.commits)]),
        object_refs=[thing["id"] for thing in seen],
        object_marking_refs=[AMBER],
    )
    report = _domain(
        "report",
        finding,
        time,
        created_by_ref=tool["id"],
        name=f"Confirmed findings in {finding.project}",
        description=finding.statement,
        report_types=["threat-report"],
        published=time,
        object_refs=[note["id"], *(thing["id"] for thing in seen)],
        object_marking_refs=[AMBER],
    ) | _reference(finding)
    objects = [_marking(), tool, *seen, note, report]
    name = "\n".join([finding.project, *finding.commits, time])
    bundle = {"type": "bundle", "id": f"bundle--{uuid.uuid5(_OWN, name)}", "objects": objects}
    return json.dumps(bundle, indent=2) + "\n"


def _reference(finding: Finding) -> dict[str, Any]:
    if not finding.repository:
        return {}
    link = {"source_name": "repository", "url": finding.repository}
    return {"external_references": [link]}


def _domain(kind: str, finding: Finding, time: str, **properties: Any) -> dict[str, Any]:
    named = json.dumps([kind, finding.project, properties], sort_keys=True)
    head = {"type": kind, "spec_version": "2.1", "id": f"{kind}--{uuid.uuid5(_OWN, named)}"}
    return head | {"created": time, "modified": time} | properties


def _observable(kind: str, properties: dict[str, str]) -> dict[str, Any]:
    identifier = uuid.uuid5(_OF_SPECIFICATION, json.dumps(properties, **_CANONICAL))
    return {"type": kind, "spec_version": "2.1", "id": f"{kind}--{identifier}", **properties}


def _marking() -> dict[str, Any]:
    return {
        "type": "marking-definition",
        "spec_version": "2.1",
        "id": AMBER,
        "created": "2017-01-20T00:00:00.000Z",
        "definition_type": "tlp",
        "name": "TLP:AMBER",
        "definition": {"tlp": "amber"},
    }
