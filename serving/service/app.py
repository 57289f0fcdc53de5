"""The HTTP application: its parts put together."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Annotated

from fastapi import Depends, FastAPI, Request
from fastapi.responses import Response
from starlette.routing import Match

from ... import __version__
from ...features.files import writable_folder
from ...features.pseudonym_key import load_key
from ...models.baseline import Baseline
from ..scan import described
from . import (
    admin_routes,
    hook_routes,
    lead_routes,
    limits,
    pages,
    problems,
    project_routes,
    scoring_routes,
    webhook_routes,
)
from .access import Held, Rate, requires
from .champion import Champion
from .database import Database
from .histories import open_histories
from .metrics import Metrics
from .mining import Miner
from .outgoing import Sender
from .people import forget_old
from .problems import Problem
from .projects import Refresh
from .repeating import Repeating
from .scans import ScanOnce
from .schemas import Health
from .settings import Settings
from .state import State
from .work import Work, queued

_PARTS = (
    scoring_routes, project_routes, lead_routes, hook_routes, webhook_routes, admin_routes, pages,
)  # fmt: skip
_BETWEEN_SENDING, _BETWEEN_FORGETTING = 2.0, 3_600.0  # seconds
_METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS")
_ABOUT = """Scores commits, people's windows and projects against how projects normally move.

A lead is a question, never an accusation: most people who appear in a list do honest, unpaid work.
Whoever acts on an answer should have read the reasons, what speaks in favour, and the reply."""


def open_state(settings: Settings) -> State:
    """Open the database, bring it up to date, and load the baseline.

    Raises
    ------
    ConfigurationError, BaselineError
    """
    writable_folder(settings.data)
    database = Database(settings.database_url)
    database.upgrade()
    key, metrics = load_key(), Metrics()
    champion = Champion(settings.baseline, settings.poll_seconds)
    miner, histories = Miner(settings, database, key), open_histories(settings)
    jobs = {"refresh": Refresh(miner, histories, champion), "scan": ScanOnce(miner, champion)}
    return State(
        settings=settings, database=database, histories=histories, champion=champion,
        rate=Rate(settings.requests_per_minute), work=Work(database, metrics, jobs),
        metrics=metrics, sender=Sender(settings, database, metrics), key=key,
    )  # fmt: skip


def make_app(settings: Settings) -> FastAPI:
    """Make the application; what it holds is opened when it starts."""

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        held: State = app.state.service

        def changed(baseline: Baseline) -> None:
            held.metrics.in_use(baseline.version)
            held.metrics.swaps.inc()

        held.metrics.in_use(held.champion.current.version)
        held.champion.start(changed)
        own = (
            held.work,
            Repeating(held.sender.send_due, _BETWEEN_SENDING),
            Repeating(lambda: forget_old(held.database, held.settings), _BETWEEN_FORGETTING),
        )
        for part in own:
            part.start()
        yield
        for part in own:
            part.stop()
        held.champion.stop()

    app = FastAPI(
        title="trustdrift",
        version=__version__,
        description=_ABOUT,
        lifespan=lifespan,
        openapi_url="/docs.json",
        docs_url=None,
        redoc_url=None,
    )
    app.state.service = open_state(settings)
    problems.handle(app)
    for part in _PARTS:
        app.include_router(part.router)
    _add_health(app)
    app.add_middleware(limits.Gate, settings=settings, metrics=app.state.service.metrics)
    return app


def _add_health(app: FastAPI) -> None:
    @app.get("/v1/health", tags=["health"])
    def health(held: Held) -> Health:
        """Tell which baseline is in use, and whether a newer one was refused."""
        return Health(
            ready=True, baseline=described(held.champion.current),  # pyright: ignore[reportArgumentType]
            refused=held.champion.refused,
        )  # fmt: skip

    @app.get("/metrics", tags=["health"], response_class=Response)
    def metrics(held: Held, caller: Annotated[object, Depends(requires("read"))]) -> Response:
        """Give counters in Prometheus' text form."""
        text = held.metrics.text(lambda: queued(held.database))
        return Response(text, media_type="text/plain; version=0.0.4")

    @app.api_route("/{rest:path}", methods=list(_METHODS), include_in_schema=False)
    def nothing(request: Request, rest: str) -> None:
        if any(
            route.matches(request.scope)[0] is Match.PARTIAL
            for part in _PARTS
            for route in part.router.routes
        ):
            raise Problem(405, f"{request.method} cannot be done with this")
        raise Problem(404, "there is nothing here; /docs.json says what there is")
