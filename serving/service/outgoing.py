"""Outgoing webhooks: leads above a level are told to those who asked, signed, until they take it.

Signatures follow the Standard Webhooks specification 1.0: HMAC-SHA-256 over `id.timestamp.body`.
"""

import base64
import hashlib
import hmac
import json
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import SplitResult, urlsplit, urlunsplit

import httpx
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from ...features.errors import SourceError
from ...features.mining import public_addresses
from .database import Database, Hook, Lead, Outgoing, Project, now
from .metrics import Metrics
from .problems import Problem
from .settings import Settings

BETWEEN = tuple(timedelta(minutes=m) for m in (1, 5, 30, 120, 360, 1_440))
"""Time between attempts; after the last one a lead is told to that hook no more."""

LEASE = timedelta(minutes=2)
"""For which a process that began an attempt keeps others from making it, too."""

_SECONDS = 10.0
_SECRET_PREFIX = "whsec_"


def make_hook(session: Session, url: str, at_most: float, who: str, settings: Settings) -> Hook:
    """Let leads be told to a URL from now on.

    Raises
    ------
    Problem
        422 if the URL is none that may be called.
    """
    _require_callable(url, settings)
    secret = _SECRET_PREFIX + base64.b64encode(secrets.token_bytes(24)).decode()
    hook = Hook(
        id=secrets.token_hex(8), url=url, secret=secret, at_most=at_most, created=now(), who=who
    )
    session.add(hook)
    return hook


def _require_callable(url: str, settings: Settings) -> None:
    parts = _split(url)
    schemes = ("https", "http") if settings.private_hooks else ("https",)
    if parts is None or parts.scheme not in schemes or not parts.hostname or "@" in parts.netloc:
        raise Problem(422, "a hook is an https URL without a password")


def _split(url: str) -> SplitResult | None:
    try:
        parts = urlsplit(url)
        _ = parts.port
    except ValueError:
        return None
    return parts


def tell(session: Session, lead: Lead) -> None:
    """Remember that a lead has to be told: once to each hook whose level it reaches."""
    told = set(session.scalars(select(Outgoing.hook_id).where(Outgoing.lead_id == lead.id)))
    for hook in session.scalars(select(Hook).where(Hook.at_most >= lead.p_value)):
        if hook.id not in told:
            session.add(
                Outgoing(
                    id=secrets.token_hex(8), hook_id=hook.id, lead_id=lead.id, state="waiting",
                    attempts=0, due=now(), detail="",
                )
            )  # fmt: skip


@dataclass(frozen=True)
class _Letter:
    """One lead for one hook."""

    id: str
    attempts: int
    url: str
    secret: str
    body: bytes


class Sender:
    """Sends what is due."""

    def __init__(
        self,
        settings: Settings,
        database: Database,
        metrics: Metrics,
        clock: Callable[[], datetime] = now,
    ) -> None:
        self._settings, self._database, self._metrics = settings, database, metrics
        self._clock = clock

    def send_due(self) -> int:
        """Make one attempt at everything that is due.

        Returns
        -------
        How many attempts were made.
        """
        made = 0
        while (letter := self._take()) is not None:
            self._note(letter, self._send(letter))
            made += 1
        return made

    def _take(self) -> _Letter | None:
        """Claim what has been due longest, and put its lead into words as they are now."""
        at = self._clock()
        due = (Outgoing.state == "waiting") & (Outgoing.due <= at)
        with self._database.session() as session:
            row = session.execute(
                select(Outgoing, Hook, Lead, Project.name)
                .join(Hook, Outgoing.hook_id == Hook.id)
                .join(Lead, Outgoing.lead_id == Lead.id)
                .join(Project, Lead.project_id == Project.id)
                .where(due)
                .order_by(Outgoing.due)
                .limit(1)
            ).one_or_none()
            if row is None:
                return None
            one, hook, lead, project = row
            letter = _Letter(one.id, one.attempts, hook.url, hook.secret, _body(lead, project))
            claim = (
                update(Outgoing)
                .where(Outgoing.id == one.id, due)
                .values(due=at + LEASE)
                .execution_options(synchronize_session=False)
            )
            taken = session.execute(claim).rowcount == 1  # pyright: ignore[reportAttributeAccessIssue]
        return letter if taken else None

    def _send(self, letter: _Letter) -> str:
        """Give the reason why it was not taken; empty if it was."""
        seconds = int(self._clock().timestamp())
        headers = {
            "Content-Type": "application/json",
            "webhook-id": letter.id,
            "webhook-timestamp": str(seconds),
            "webhook-signature": signature(letter.secret, letter.id, seconds, letter.body),
        }
        try:
            with httpx.Client(timeout=_SECONDS, trust_env=False) as client:
                url, extensions, host = self._address(letter.url)
                answer = client.post(
                    url, content=letter.body, headers=headers | host, extensions=extensions
                )
        except (httpx.HTTPError, httpx.InvalidURL, SourceError) as error:
            return type(error).__name__
        return "" if answer.is_success else f"answered {answer.status_code}"

    def _address(self, url: str) -> tuple[str, dict[str, Any], dict[str, str]]:
        """Resolve the host once, so that it cannot turn into one of our own network meanwhile."""
        parts = urlsplit(url)
        if self._settings.private_hooks:
            return url, {}, {}
        address = public_addresses(parts)[0]
        shown = f"[{address}]" if ":" in address else address
        place = parts._replace(netloc=f"{shown}:{parts.port or 443}")
        return urlunsplit(place), {"sni_hostname": parts.hostname}, {"Host": parts.netloc}

    def _note(self, letter: _Letter, fault: str) -> None:
        self._metrics.hooks.labels("failed" if fault else "taken").inc()
        if not fault:
            values: dict[str, Any] = {"state": "taken", "detail": ""}
        elif letter.attempts < len(BETWEEN):
            values = {"due": self._clock() + BETWEEN[letter.attempts], "detail": fault}
        else:
            values = {"state": "given up", "detail": fault}
        with self._database.session() as session:
            session.execute(
                update(Outgoing)
                .where(Outgoing.id == letter.id)
                .values(attempts=letter.attempts + 1, **values)
            )


def _body(lead: Lead, project: str) -> bytes:
    document = {
        "type": "lead.found",
        "timestamp": lead.first_seen.isoformat(),
        "data": {
            "id": lead.id, "project": project, "level": lead.level, "baseline": lead.baseline,
            "lead": lead.document,
        },
    }  # fmt: skip
    return json.dumps(document).encode()


def signature(secret: str, identity: str, seconds: int, body: bytes) -> str:
    """Sign a message; who receives it compares this with what the header says."""
    key = base64.b64decode(secret.removeprefix(_SECRET_PREFIX))
    content = b".".join([identity.encode(), str(seconds).encode(), body])
    return "v1," + base64.b64encode(hmac.new(key, content, hashlib.sha256).digest()).decode()
