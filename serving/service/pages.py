"""The web pages: leads, one lead, one project's story. They work without script."""

import math
from typing import Annotated, Any, get_args
from urllib.parse import urlencode

from fastapi import APIRouter, Form, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response
from sqlalchemy import select

from ...features.feature import LEVELS, Level
from ...features.signals import SIGNALS
from ...features.wording import SUBJECTS, rarity
from ..reports import charts
from ..reports.templates import environment
from ..reports.view import FAIRNESS
from ..stewardship import Stewardship
from . import keys, lead_routes
from .access import COOKIE, Caller, Held, Reader, Writer
from .database import Project
from .project_routes import Id, project_of, shown
from .schemas import LabelIn, Labels, StoredLead

router = APIRouter(include_in_schema=False, default_response_class=HTMLResponse)

_TITLES = {"commit": "Commit", "contributor": "Contributor", "project": "The project, window to"}
_ALL = 200


def _rarity(p_value: float, level: Level) -> str:
    return f"as unusual as {rarity(p_value, SUBJECTS[level])}"


def _subject(found: StoredLead) -> str:
    subject = found.lead.subject
    if found.level == "commit":
        return subject["sha"][:12]
    if found.level == "contributor":
        return f"{subject['person'][:8]}, window to {subject['window_end'][:10]}"
    return subject["window_end"][:10]


def _moved(found: StoredLead) -> str:
    """Say where labels have moved a lead, if they have."""
    change = found.standing + math.log10(max(found.lead.p_value, 1e-300))
    if abs(change) < 0.005:
        return ""
    return "up" if change > 0 else "down"


def _page(template: str, caller: Caller | None, *, status: int = 200, **content: Any) -> Response:
    text = (
        environment()
        .get_template(template)
        .render(
            caller=caller,
            fairness=FAIRNESS,
            titles=_TITLES,
            rarity=_rarity,
            subject=_subject,
            **content,
        )
    )
    return HTMLResponse(text, status)


@router.get("/style.css")
def style() -> Response:
    """Give the style sheet, which the report has, too."""
    text = environment().get_template("style.css.jinja").render()
    return Response(text, media_type="text/css", headers={"Cache-Control": "max-age=3600"})


@router.get("/")
def leads(
    held: Held,
    caller: Reader,
    project: str = "",
    level: str = "",
    unlabelled: bool = False,
    after: str = "",
) -> Response:
    """Show leads of all watched projects."""
    known: Level | None = next((own for own in LEVELS if own == level), None)
    page = lead_routes.list_leads(
        held, caller, project=project[:300] or None, level=known, unlabelled=unlabelled,
        label=None, at_most=0.02, limit=20, after=after[:60] or None,
    )  # fmt: skip
    with held.database.session() as session:
        projects = list(session.scalars(select(Project).order_by(Project.name)))
    chosen = {"project": project, "level": level, "unlabelled": unlabelled}

    def query(**more: str) -> str:
        return urlencode({name: value for name, value in {**chosen, **more}.items() if value})

    return _page(
        "service_leads.html.jinja", caller, page=page, projects=projects, levels=LEVELS,
        chosen=chosen, query=query,
    )  # fmt: skip


@router.get("/leads/{lead_id}")
def lead(request: Request, lead_id: Id, held: Held, caller: Reader) -> Response:
    """Show one lead, with what speaks for it and what people said."""
    found = lead_routes.show_lead(request, lead_id, held, caller)
    with held.database.session() as session:
        project_id = session.scalar(select(Project.id).where(Project.name == found.project))
    return _page(
        "service_lead.html.jinja", caller, found=found, project_id=project_id,
        signs={sign.name: sign.description for sign in SIGNALS}, labels=get_args(Labels),
        may_write="write" in caller.scopes, moved=_moved(found),
    )  # fmt: skip


@router.post("/leads/{lead_id}/label")
def label(
    request: Request,
    lead_id: Id,
    held: Held,
    caller: Writer,
    label: Annotated[Labels, Form()],
    why: Annotated[str, Form(min_length=1, max_length=4_000)],
) -> Response:
    """Keep a finding, and show the lead again."""
    lead_routes.label_lead(request, lead_id, LabelIn(label=label, why=why), held, caller)
    return RedirectResponse(f"/leads/{lead_id}", 303)


@router.get("/projects/{project_id}")
def project(project_id: Id, held: Held, caller: Reader) -> Response:
    """Tell one project's story."""
    with held.database.session() as session:
        found = shown(project_of(session, project_id))
    told = Stewardship(**found.stewardship) if found.stewardship else Stewardship((), (), (), ())
    page = lead_routes.list_leads(
        held, caller, project=found.name, level=None, unlabelled=False, label=None, at_most=1.0,
        limit=_ALL, after=None,
    )  # fmt: skip
    return _page(
        "service_project.html.jinja", caller, project=found, leads=page.leads,
        carried=charts.stewardship(told, [f"person {who[:8]}" for who in told.people]),
    )  # fmt: skip


@router.get("/enter")
def enter() -> Response:
    """Ask for a key."""
    return _page("service_enter.html.jinja", None, wrong=False)


@router.post("/enter")
def entered(request: Request, held: Held, key: Annotated[str, Form(max_length=200)]) -> Response:
    """Keep a key for this browser's session, where no script can read it."""
    held.rate.require(request.client.host if request.client else "")
    with held.database.session() as session:
        row = keys.holder(session, key)
    if row is None:
        return _page("service_enter.html.jinja", None, status=401, wrong=True)
    answer = RedirectResponse("/", 303)
    answer.set_cookie(
        COOKIE, key, httponly=True, samesite="strict", secure=request.url.scheme == "https"
    )
    return answer


@router.post("/leave")
def leave() -> Response:
    """Forget the key."""
    answer = RedirectResponse("/enter", 303)
    answer.delete_cookie(COOKIE)
    return answer
