"""Who calls, whether they may, and how often."""

import threading
import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated
from urllib.parse import urlsplit

from fastapi import Depends, Request, Security
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer

from . import keys
from .problems import Problem
from .state import State

COOKIE = "trustdrift_key"
_MOST_CALLERS = 100_000
_bearer = HTTPBearer(auto_error=False, description="An API key, as `trustdrift keys create` gives.")


@dataclass(frozen=True)
class Caller:
    """Who sent a request."""

    name: str
    scopes: frozenset[str]


class Rate:
    """A token bucket for each caller: a minute's worth may come at once, then it trickles."""

    def __init__(self, per_minute: int) -> None:
        self.per_minute = per_minute
        self._left: OrderedDict[str, tuple[float, float]] = OrderedDict()
        self._lock = threading.Lock()

    def wait(self, who: str) -> float:
        """Take one request of a caller's; give the seconds until the next may come, 0 if now."""
        with self._lock:
            moment = time.monotonic()
            left, then = self._left.pop(who, (float(self.per_minute), moment))
            left = min(self.per_minute, left + (moment - then) * self.per_minute / 60)
            taken = left >= 1
            self._left[who] = (left - taken, moment)
            if len(self._left) > _MOST_CALLERS:
                self._left.popitem(last=False)
        return 0.0 if taken else (1 - left) * 60 / self.per_minute

    def require(self, who: str) -> None:
        """Take one request of a caller's.

        Raises
        ------
        Problem
            429, if there were too many.
        """
        seconds = self.wait(who)
        if seconds > 0:
            raise Problem(429, "too many requests", Retry_After=str(int(seconds) + 1))


def state_of(request: Request) -> State:
    """Give what the application holds."""
    return request.app.state.service


Held = Annotated[State, Depends(state_of)]


def _caller(
    request: Request,
    held: Held,
    credentials: Annotated[HTTPAuthorizationCredentials | None, Security(_bearer)],
) -> Caller:
    key = credentials.credentials if credentials else _cookie(request)
    if not key:
        if not held.settings.open:
            raise Problem(401, "an API key is needed", WWW_Authenticate="Bearer")
        caller = Caller("anybody", frozenset(keys.SCOPES))
        who = request.client.host if request.client else ""
    else:
        with held.database.session() as session:
            row = keys.holder(session, key)
        if row is None:
            raise Problem(
                401, "the API key is unknown, expired or revoked", WWW_Authenticate="Bearer"
            )
        caller, who = Caller(row.name, frozenset(row.scopes.split())), row.id
    held.rate.require(who)
    request.state.caller = caller.name
    return caller


def _cookie(request: Request) -> str:
    """Give the key that a page's visitor entered; it opens nothing to another site's pages."""
    key = request.cookies.get(COOKIE, "")
    if key and request.method != "GET":
        origin = request.headers.get("origin")
        if origin is not None and urlsplit(origin).netloc != request.headers.get("host"):
            raise Problem(403, "another site sent this")
    return key


def requires(scope: str) -> Callable[..., Caller]:
    """Make a dependency that lets through who has a scope."""

    def check(caller: Annotated[Caller, Depends(_caller)]) -> Caller:
        if scope not in caller.scopes:
            raise Problem(403, f"this key lacks the scope `{scope}`")
        return caller

    return check


Scorer = Annotated[Caller, Depends(requires("score"))]
Reader = Annotated[Caller, Depends(requires("read"))]
Writer = Annotated[Caller, Depends(requires("write"))]
Admin = Annotated[Caller, Depends(requires("admin"))]
