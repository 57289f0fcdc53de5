"""Unusual commits as SARIF 2.1.0 (OASIS), for code scanning; people and projects are left out."""

import json
from typing import Any
from urllib.parse import quote

from ... import __version__
from ...features.signals import SIGNALS
from ...models.leads import Lead
from ..scan import Scan
from .view import FAIRNESS, rarity_of

SCHEMA = (
    "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
)
RULE = "unusual-commit"


def render(scan: Scan) -> str:
    """Give a log of one run, a result a commit.

    Levels are `note` throughout: what is unusual need not be wrong. `rank` is the percentile
    among commits of the baseline's projects.
    """
    run = {
        "tool": {
            "driver": {
                "name": "trustdrift",
                "semanticVersion": __version__,
                "rules": [_rule()],
                "properties": {"baseline": scan.baseline},
            }
        },
        "automationDetails": {"id": f"trustdrift/{scan.project}/"},
        "columnKind": "unicodeCodePoints",
        "results": [_result(scan, lead) for lead in scan.leads["commit"]],
    }
    return json.dumps({"$schema": SCHEMA, "version": "2.1.0", "runs": [run]}, indent=2) + "\n"


def _rule() -> dict[str, Any]:
    return {
        "id": RULE,
        "name": "UnusualCommit",
        "shortDescription": {"text": "A commit that is unlike its author's and project's past"},
        "fullDescription": {"text": FAIRNESS},
        "help": {"text": f"Read the commit, and ask its author. {FAIRNESS}"},
        "defaultConfiguration": {"level": "note"},
        "properties": {
            "signs": {sign.name: sign.description for sign in SIGNALS if sign.level == "commit"}
        },
    }


def _result(scan: Scan, lead: Lead) -> dict[str, Any]:
    sha = lead.subject["sha"]
    said = "; ".join([*(s.text for s in lead.signals), *(r.text for r in lead.reasons)])
    favour = "; ".join(lead.in_favour)
    text = f"Commit {sha[:12]}: {said}. In its favour: {favour}. {rarity_of(lead).capitalize()}."
    return {
        "ruleId": RULE,
        "ruleIndex": 0,
        "level": "note",
        "rank": round(lead.percentile, 4),
        "message": {"text": text},
        "locations": [_location(sha, path) for path in scan.paths_of.get(sha, ())[:1]],
        "relatedLocations": [_location(sha, path) for path in scan.paths_of.get(sha, ())[1:]],
        "partialFingerprints": {"commit/v1": sha},
        "properties": {
            "tags": [signal.name for signal in lead.signals],
            "p_value": lead.p_value,
            "date": scan.dates.get(sha, ""),
            "author": scan.people_of.get(sha, ""),
        },
    }


def _location(sha: str, path: str) -> dict[str, Any]:
    return {
        "physicalLocation": {"artifactLocation": {"uri": quote(path, errors="surrogateescape")}},
        "logicalLocations": [{"name": sha, "kind": "commit"}],
    }
