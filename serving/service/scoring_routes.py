"""`/v1/score`: facts or vectors in, leads out."""

from collections.abc import Callable
from typing import Any

from fastapi import APIRouter, Request
from sqlalchemy import select

from ...features.feature import Level
from ..reports.as_json import lead_document
from ..scan import described
from . import audit
from .access import Caller, Held, Scorer
from .database import Project
from .problems import RESPONSES, Problem
from .schemas import ScoreAnswer, ScoreRequest
from .scoring import judge_request
from .state import State

router = APIRouter(prefix="/v1/score", tags=["scoring"], responses=RESPONSES)


def _score(
    level: Level, request: Request, asked: ScoreRequest, held: State, caller: Caller
) -> dict[str, Any]:
    _require_size(asked, held.settings.items)
    baseline = held.champion.current
    stored = None
    about = "vectors"
    if asked.facts is not None:
        about = asked.facts.project
        with held.database.session() as session:
            project = session.scalar(select(Project).where(Project.name == about))
        if project is not None and project.refreshed is not None:
            stored = held.histories.read(project.id)
    judged = judge_request(level, asked, baseline, stored)
    held.metrics.scored(level, judged.scores)
    audit.note(
        held.database, request, caller, f"score {level}", about, baseline.version,
        {"scored": len(judged.scores.combined), "leads": len(judged.leads)},
    )  # fmt: skip
    return {
        "request_id": request.state.request_id,
        "baseline": described(baseline),
        "compared_with": judged.compared_with,
        "scored": len(judged.scores.combined),
        "leads": [lead_document(lead) for lead in judged.leads],
    }


def _require_size(asked: ScoreRequest, most: int) -> None:
    facts, vectors = asked.facts, asked.vectors
    items = 0 if vectors is None else len(vectors.vectors)
    if facts is not None:
        items = max(map(len, (facts.commits, facts.changes, facts.merge_changes, facts.tags)))
    if items > most:
        raise Problem(413, f"{items:,} rows are more than the {most:,} that one request may bring")


def _endpoint(level: Level) -> Callable[..., dict[str, Any]]:
    def score(request: Request, asked: ScoreRequest, held: Held, caller: Scorer) -> dict[str, Any]:
        return _score(level, request, asked, held, caller)

    return score


_WHAT: dict[Level, str] = {
    "commit": "Commits against their author's and project's past.",
    "contributor": "People's windows: who comes, gains ground, gets rights, fades.",
    "project": "A project's windows: who carries it, and how that changes.",
}
for _level, _text in _WHAT.items():
    router.add_api_route(
        f"/{_level}s",
        _endpoint(_level),
        methods=["POST"],
        response_model=ScoreAnswer,
        summary=f"Score {_level}s",
        description=_text,
        operation_id=f"score_{_level}s",
    )
