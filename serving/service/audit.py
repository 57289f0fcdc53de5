"""Keeps who asked what about whom, and what was answered: no facts, no texts."""

from typing import Any

from fastapi import Request

from .access import Caller
from .database import Audit, Database, now


def note(
    database: Database,
    request: Request,
    caller: Caller,
    action: str,
    about: str,
    baseline: str = "",
    answer: dict[str, Any] | None = None,
) -> None:
    """Write one line of the log."""
    with database.session() as session:
        session.add(
            Audit(
                at=now(), request_id=request.state.request_id, who=caller.name, action=action,
                about=about, baseline=baseline, answer=answer or {},
            )
        )  # fmt: skip
