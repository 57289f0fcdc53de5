"""The report for machines: schema 1, pseudonyms only."""

import json
from typing import Any

from ...models.leads import Lead
from ..scan import Scan

_KEYS = {"commit": "commits", "contributor": "contributors", "project": "project"}


def render(scan: Scan) -> str:
    """Give the JSON document; its form changes only by additions within one schema number."""
    document = {
        "schema": 1,
        "project": {
            "name": scan.project,
            "since": scan.since.isoformat(),
            "until": scan.until.isoformat(),
            "commits": scan.commits,
            "people": scan.people,
            "coverage": vars(scan.coverage),
            "scored": {
                _KEYS[level]: {
                    "subjects": tally.scored,
                    "unusual": tally.unusual,
                    "expected": tally.expected,
                }
                for level, tally in scan.tallies.items()
            },
        },
        "baseline": scan.baseline,
        "leads": {
            _KEYS[level]: [lead_document(lead) for lead in part]
            for level, part in scan.leads.items()
        },
    }
    return json.dumps(document, indent=2) + "\n"


def lead_document(lead: Lead) -> dict[str, Any]:
    """Give one lead as the contract has it."""
    return {
        "rank": lead.rank,
        "subject": lead.subject,
        "p_value": lead.p_value,
        "percentile": lead.percentile,
        "detectors": lead.detectors,
        "signals": [signal.name for signal in lead.signals],
        "reasons": [
            {
                "feature": reason.feature,
                "value": reason.value,
                "unit": reason.unit,
                "typical": reason.typical,
                "expected": reason.expected,
                "compared_with": reason.compared_with,
                "text": reason.text,
            }
            for reason in lead.reasons
        ],
        "in_favour": list(lead.in_favour),
        "evidence": list(lead.evidence),
        "evidence_signals": {
            sha: [signal.name for signal in signals]
            for sha, signals in lead.evidence_signals.items()
        },
        "named_first": {sha: list(names) for sha, names in lead.named_first.items()},
    }
