"""`/v1/webhooks`: forges say that somebody pushed; the project is mined again."""

import hashlib
import hmac
import json
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Header, Request
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from .access import Held
from .database import Delivery, Project, now
from .problems import RESPONSES, Problem
from .project_routes import task_shown
from .schemas import TaskOut
from .state import State
from .work import ask

router = APIRouter(prefix="/v1/webhooks", tags=["webhooks"], responses=RESPONSES)


async def _raw(request: Request) -> bytes:
    return await request.body()


_Body = Annotated[bytes, Depends(_raw)]
_Text = Annotated[str, Header(max_length=200)]
_BODY: dict[str, Any] = {
    "requestBody": {
        "required": True,
        "content": {"application/json": {"schema": {"type": "object"}}},
    }
}


@router.post("/github", status_code=202, openapi_extra=_BODY)
def github(
    body: _Body,
    held: Held,
    x_hub_signature_256: _Text = "",
    x_github_delivery: _Text = "",
    x_github_event: _Text = "",
) -> TaskOut | None:
    """Take a push from GitHub, signed with the webhook's secret (HMAC-SHA-256 of the body).

    Other events are taken and do nothing.
    """
    expected = "sha256=" + hmac.new(_secret(held), body, hashlib.sha256).hexdigest()
    _require_equal(x_hub_signature_256, expected)
    content = _content(body)
    _require_new(held, f"github {x_github_delivery}", x_github_delivery)
    if x_github_event != "push":
        return None
    return _renew(held, content.get("repository"), "full_name")


@router.post("/gitlab", status_code=202, openapi_extra=_BODY)
def gitlab(
    body: _Body,
    held: Held,
    x_gitlab_token: _Text = "",
    x_gitlab_event_uuid: _Text = "",
    x_gitlab_event: _Text = "",
) -> TaskOut | None:
    """Take a push from GitLab, which sends the webhook's secret itself."""
    _require_equal(x_gitlab_token, _secret(held).decode())
    content = _content(body)
    _require_new(held, f"gitlab {x_gitlab_event_uuid}", x_gitlab_event_uuid)
    if x_gitlab_event != "Push Hook":
        return None
    return _renew(held, content.get("project"), "path_with_namespace")


def _secret(held: State) -> bytes:
    if not held.settings.webhook_secret:
        raise Problem(403, "this service takes no webhooks")
    return held.settings.webhook_secret.encode()


def _require_equal(given: str, expected: str) -> None:
    if not hmac.compare_digest(given.encode(), expected.encode()):
        raise Problem(401, "the signature is not this webhook's")


def _content(body: bytes) -> dict[str, Any]:
    try:
        content = json.loads(body)
    except (ValueError, RecursionError) as error:
        raise Problem(400, "the body is not JSON") from error
    if not isinstance(content, dict):
        raise Problem(400, "the body is no JSON object")
    return content


def _require_new(held: State, identity: str, given: str) -> None:
    """Refuse a delivery that was taken before."""
    if not given:
        raise Problem(400, "the delivery has no number")
    try:
        with held.database.session() as session:
            session.add(Delivery(id=hashlib.sha256(identity.encode()).hexdigest(), at=now()))
    except IntegrityError as error:
        raise Problem(409, "this delivery was taken before") from error


def _renew(held: State, told: object, field: str) -> TaskOut:
    name = told.get(field) if isinstance(told, dict) else None
    with held.database.session() as session:
        project = session.scalar(select(Project).where(Project.name == str(name)))
        if project is None:
            raise Problem(404, "that repository is not watched")
        task = ask(session, "refresh", project)
    held.work.wake()
    return task_shown(task)
