"""A short comment for a request to merge: few commits, why they stand out, what speaks for them."""

from ...features.wording import printable, singular
from ...models.leads import Lead
from ..scan import Scan
from .view import in_markdown, rarity_of

MOST_REASONS = 3

_OPENING = "trustdrift compared {count} with their authors' and the project's past."
_NOTHING = "Nothing stands out."
_CLOSING = (
    "These are questions for a reviewer, not objections: most unusual commits are honest work. "
    "If the answer is known, nothing needs to be done."
)


def render(scan: Scan) -> str:
    """Give Markdown without names; subjects of commits cannot add markup, links or mentions."""
    count = singular(f"{scan.tallies['commit'].scored:,} commits")
    opening = _OPENING.format(count=count)
    leads = scan.leads["commit"]
    if not leads:
        return f"{opening} {_NOTHING}\n"
    listed = "\n".join(_item(scan, lead) for lead in leads)
    return f"{opening} Worth a second look:\n\n{listed}\n\n{_CLOSING}\n"


def _item(scan: Scan, lead: Lead) -> str:
    sha = lead.subject["sha"]
    subject = in_markdown(printable(scan.subjects.get(sha, "")))
    said = [*(sign.text for sign in lead.signals), *(reason.text for reason in lead.reasons)]
    lines = [f"- **{sha[:12]}**{f' {subject}' if subject else ''} ({rarity_of(lead)})"]
    lines += [f"  - {in_markdown(text)}" for text in said[:MOST_REASONS]]
    lines += [f"  - in its favour: {in_markdown('; '.join(lead.in_favour))}"]
    return "\n".join(lines)
