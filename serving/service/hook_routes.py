"""`/v1/hooks`: who is told of new leads."""

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Request
from pydantic import BaseModel, Field
from sqlalchemy import func, select

from . import audit
from .access import Admin, Held
from .database import Hook, Outgoing
from .outgoing import make_hook
from .problems import RESPONSES, Problem
from .project_routes import Id
from .schemas import Form

router = APIRouter(prefix="/v1/hooks", tags=["hooks"], responses=RESPONSES)


class HookIn(Form):
    """Where new leads are told, and from which level on."""

    url: str = Field(max_length=2_000, examples=["https://alerts.example/trustdrift"])
    at_most: Annotated[float, Field(gt=0, le=1, description="Highest p-value.")] = 0.001


class HookOut(BaseModel):
    """A hook; its secret is shown only when it is made."""

    id: str
    url: str
    at_most: float
    created: datetime
    who: str
    told: dict[str, int] = Field({}, description="Leads by state: waiting, taken, given up.")


class HookMade(HookOut):
    """A new hook, with what its messages are signed with."""

    secret: str = Field(examples=["whsec_…"])


@router.post("", status_code=201)
def add_hook(request: Request, asked: HookIn, held: Held, caller: Admin) -> HookMade:
    """Let new leads be told to a URL, signed as the Standard Webhooks specification has it."""
    with held.database.session() as session:
        hook = make_hook(session, asked.url, asked.at_most, caller.name, held.settings)
    audit.note(held.database, request, caller, "add hook", hook.id)
    return HookMade.model_validate(hook, from_attributes=True)


@router.get("")
def list_hooks(held: Held, caller: Admin) -> list[HookOut]:
    """Give all hooks, and how many leads each was told."""
    counts = select(Outgoing.hook_id, Outgoing.state, func.count())
    with held.database.session() as session:
        hooks = list(session.scalars(select(Hook).order_by(Hook.created)))
        told: dict[str, dict[str, int]] = {}
        for hook_id, state, number in session.execute(
            counts.group_by(Outgoing.hook_id, Outgoing.state)
        ):
            told.setdefault(hook_id, {})[state] = number
    shown = [HookOut.model_validate(hook, from_attributes=True) for hook in hooks]
    return [hook.model_copy(update={"told": told.get(hook.id, {})}) for hook in shown]


@router.delete("/{hook_id}", status_code=204)
def delete_hook(request: Request, hook_id: Id, held: Held, caller: Admin) -> None:
    """Tell it nothing more."""
    with held.database.session() as session:
        hook = session.get(Hook, hook_id)
        if hook is None:
            raise Problem(404, f"there is no hook {hook_id}")
        session.delete(hook)
    audit.note(held.database, request, caller, "delete hook", hook_id)
