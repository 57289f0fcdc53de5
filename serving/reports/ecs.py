"""Leads as events in the names of the Elastic Common Schema, a JSON document a line, for a SIEM."""

import json
from typing import Any

from ... import __version__
from ...models.leads import Lead
from ..scan import Scan
from .view import day_of, person_of, rarity_of

ECS = "8.17.0"


def render(scan: Scan) -> str:
    """Give a line a lead; people appear under their pseudonyms."""
    leads = [lead for part in scan.leads.values() for lead in part]
    return "".join(f"{json.dumps(_event(scan, lead))}\n" for lead in leads)


def _event(scan: Scan, lead: Lead) -> dict[str, Any]:
    person = person_of(scan, lead)
    event = {
        "@timestamp": f"{day_of(scan, lead)}T00:00:00.000Z",
        "ecs": {"version": ECS},
        "message": "; ".join(reason.text for reason in lead.reasons),
        "event": {
            "kind": "alert",
            "category": ["package"],
            "type": ["info"],
            "module": "trustdrift",
            "dataset": f"trustdrift.{lead.level}",
            "id": f"{scan.project}/{lead.level}/{'/'.join(lead.subject.values())}",
            "risk_score": round(lead.percentile, 4),
            "reason": rarity_of(lead),
        },
        "rule": {"name": f"unusual {lead.level}", "version": str(scan.baseline["version"])},
        "observer": {"product": "trustdrift", "version": __version__, "type": "scanner"},
        "package": {"name": scan.project},
        "tags": [signal.name for signal in lead.signals],
        "trustdrift": {
            "p_value": lead.p_value,
            "signs": [signal.text for signal in lead.signals],
            "in_favour": list(lead.in_favour),
            "evidence": list(lead.evidence),
        },
    }
    return event | ({"user": {"id": person}} if person else {})
