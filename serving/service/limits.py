"""What every request goes through: an id, a bound on its size, on its company, and a count."""

import logging
import secrets
import time
from typing import Any

from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from .metrics import Metrics
from .problems import answer
from .settings import Settings

_log = logging.getLogger("trustdrift.service")
_ALWAYS = (
    (b"content-security-policy", b"default-src 'self'; img-src 'self' data:; object-src 'none'; "
     b"base-uri 'none'; frame-ancestors 'none'; form-action 'self'"),
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"same-origin"),
    (b"cache-control", b"no-store"),
)  # fmt: skip
_DEEPEST = 32


class TooLarge(Exception):
    """The body is larger than allowed."""


class Gate:
    """ASGI middleware around the whole application."""

    def __init__(self, app: ASGIApp, settings: Settings, metrics: Metrics) -> None:
        self._app, self._settings, self._metrics = app, settings, metrics
        self._under_way = 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let a request through, or refuse it."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        request = Request(scope)
        request.state.request_id = secrets.token_hex(8)
        watched = _Watched(send, request.state.request_id)
        begun = time.perf_counter()
        self._under_way += 1
        self._metrics.waiting.set(self._under_way)
        try:
            await self._admit(request, scope, receive, watched)
        finally:
            self._under_way -= 1
            self._metrics.waiting.set(self._under_way)
            self._note(scope, request, watched.status, time.perf_counter() - begun)

    async def _admit(
        self, request: Request, scope: Scope, receive: Receive, send: "_Watched"
    ) -> None:
        if self._under_way > self._settings.waiting:
            refusal = answer(request, 503, "busy", headers={"Retry-After": "1"})
            await refusal(scope, receive, send)
            return
        most = self._settings.body_megabytes * 1024**2
        try:
            body = await _read(request, receive, most)
        except TooLarge:
            refusal = answer(request, 413, f"a request has at most {most:,} bytes")
            await refusal(scope, receive, send)
            return
        if _too_deep(body):
            await answer(request, 400, "the document is nested too deeply")(scope, receive, send)
            return
        try:
            await self._app(scope, _replay(body, receive), send)
        except Exception:
            _log.exception("request %s", request.state.request_id)
            if send.status:
                raise
            await answer(request, 500, "something unforeseen happened")(scope, receive, send)

    def _note(self, scope: Scope, request: Request, status: int, seconds: float) -> None:
        """Count and log by the route's pattern: paths may name people."""
        route: Any = scope.get("route")
        pattern = getattr(route, "path", "unknown")
        self._metrics.requests.labels(pattern, str(status)).inc()
        self._metrics.seconds.labels(pattern).observe(seconds)
        _log.info(
            "request",
            extra={
                "request_id": request.state.request_id, "route": pattern, "status": status,
                "milliseconds": round(1_000 * seconds, 1),
            },
        )  # fmt: skip


class _Watched:
    """Sends, adds what every answer has, and remembers the status."""

    def __init__(self, send: Send, request_id: str) -> None:
        self._send, self._id, self.status = send, request_id, 0

    async def __call__(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self.status = message["status"]
            own = {name.lower() for name, _ in message["headers"]}
            added = [pair for pair in _ALWAYS if pair[0] not in own]
            message["headers"] = [
                *message["headers"], *added, (b"x-request-id", self._id.encode())
            ]  # fmt: skip
        await self._send(message)


async def _read(request: Request, receive: Receive, most: int) -> bytes:
    declared = request.headers.get("content-length", "0")
    if declared.isdigit() and int(declared) > most:
        raise TooLarge
    parts, size = [], 0
    while True:
        message = await receive()
        if message["type"] != "http.request":
            return b"".join(parts)
        parts.append(message.get("body", b""))
        size += len(parts[-1])
        if size > most:
            raise TooLarge
        if not message.get("more_body", False):
            return b"".join(parts)


def _replay(body: bytes, receive: Receive) -> Receive:
    """Give the body once, then whatever comes after it."""
    given = False

    async def again() -> Message:
        nonlocal given
        if given:
            return await receive()
        given = True
        return {"type": "http.request", "body": body, "more_body": False}

    return again


def _too_deep(body: bytes) -> bool:
    """Tell whether brackets nest deeper than any document of ours; strings' content counts, too."""
    if body.count(b"[") + body.count(b"{") <= _DEEPEST:
        return False
    depth = 0
    for byte in body.translate(None, _NO_BRACKETS):
        depth += 1 if byte in b"[{" else -1
        if depth > _DEEPEST:
            return True
    return False


_NO_BRACKETS = bytes(byte for byte in range(256) if byte not in b"[]{}")
