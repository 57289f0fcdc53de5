"""Says in a person's favour what they had done in other projects of the reference corpus."""

from dataclasses import replace
from datetime import UTC, date, datetime

from ..features.feature import Level
from ..features.history import History
from ..features.windows import DAY, first_second
from ..models.leads import NO_ENDORSEMENT, Lead
from ..models.presence import Elsewhere, Presence


def credited(
    leads: dict[Level, list[Lead]], history: History, presence: Presence
) -> dict[Level, list[Lead]]:
    """Add to leads about people where else these had been at work by then.

    Parameters
    ----------
    history
        With its `people`: addresses are looked up and kept nowhere.
    """
    commits = history.commits
    roots = commits["sha"][commits["parents"] == ""].tolist()
    wanted = commits[commits["sha"].isin([lead.subject.get("sha", "") for lead in leads["commit"]])]
    author = dict(zip(wanted["sha"], wanted["author"], strict=True))
    known = dict(zip(wanted["sha"], wanted["known_time"].tolist(), strict=True))

    def one(lead: Lead) -> Lead:
        who, time = _who_and_when(lead)
        person = history.people.get(who)
        if person is None or person.kind != "person":
            return lead
        found = presence.elsewhere(person.addresses, roots, time)
        return lead if found is None else _with(lead, found)

    def _who_and_when(lead: Lead) -> tuple[str, int]:
        if lead.level == "commit":
            sha = lead.subject["sha"]
            return author[sha], known[sha]
        end = date.fromisoformat(lead.subject["window_end"])
        return lead.subject.get("person", ""), first_second(end)

    return {level: [one(lead) for lead in found] for level, found in leads.items()}


def _with(lead: Lead, found: Elsewhere) -> Lead:
    since = datetime.fromtimestamp(found.since * DAY, UTC).year
    projects = "another project" if found.projects == 1 else f"{found.projects} other projects"
    told = f"had worked in {projects} of the reference corpus, since {since}"
    if lead.level == "commit":
        told = f"its author {told}"
    others = tuple(text for text in lead.in_favour if text != NO_ENDORSEMENT)
    return replace(lead, in_favour=(*others, told))
