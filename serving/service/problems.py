"""Every refusal as a problem document (RFC 9457)."""

from http import HTTPStatus
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import HTMLResponse, JSONResponse, RedirectResponse, Response
from pydantic import BaseModel, Field
from sqlalchemy.exc import DataError
from starlette.exceptions import HTTPException

from ...features.errors import BaselineError, SourceError, TrustdriftError
from ..reports.templates import environment

MEDIA_TYPE = "application/problem+json"
_MOST_FAULTS = 20


class Problem(Exception):
    """A refusal with its reason."""

    def __init__(self, status: int, detail: str, **headers: str) -> None:
        super().__init__(detail)
        self.status = status
        self.detail = detail
        self.headers = {name.replace("_", "-"): value for name, value in headers.items()}


class Fault(BaseModel):
    """One thing that is wrong with a request."""

    where: str = Field(examples=["body.commits.3.known_time"])
    what: str = Field(examples=["Input should be a valid integer"])


class ProblemDocument(BaseModel):
    """What is wrong, and what to do."""

    title: str = Field(examples=["Unprocessable Content"])
    status: int = Field(examples=[422])
    detail: str = Field(examples=["the request does not have the documented form"])
    request_id: str = Field(examples=["0f6f5c1e2a7b4d60"])
    faults: list[Fault] = []


def document(
    request: Request, status: int, detail: str, faults: list[dict[str, str]] | None = None
) -> dict[str, Any]:
    """Make a problem document."""
    return {
        "title": HTTPStatus(status).phrase,
        "status": status,
        "detail": detail,
        "request_id": getattr(request.state, "request_id", ""),
        "faults": faults or [],
    }


def answer(
    request: Request,
    status: int,
    detail: str,
    *,
    faults: list[dict[str, str]] | None = None,
    headers: dict[str, str] | None = None,
) -> JSONResponse:
    """Make a response."""
    content = document(request, status, detail, faults)
    return JSONResponse(content, status, headers=headers, media_type=MEDIA_TYPE)


def handle(app: FastAPI) -> None:
    """Let an application answer every error with a problem document."""

    @app.exception_handler(Problem)
    async def _(request: Request, problem: Problem) -> Response:
        if "text/html" in request.headers.get("accept", ""):
            if problem.status == 401:
                return RedirectResponse("/enter", 303)
            template = environment().get_template("service_problem.html.jinja")
            title = HTTPStatus(problem.status).phrase
            text = template.render(caller=None, title=title, detail=problem.detail)
            return HTMLResponse(text, problem.status, headers=problem.headers)
        return answer(request, problem.status, problem.detail, headers=problem.headers)

    @app.exception_handler(TrustdriftError)
    async def _(request: Request, error: TrustdriftError) -> JSONResponse:
        status = 503 if isinstance(error, BaselineError) else 422
        detail = "the repository cannot be read" if isinstance(error, SourceError) else str(error)
        return answer(request, status, detail)

    @app.exception_handler(RequestValidationError)
    async def _(request: Request, error: RequestValidationError) -> JSONResponse:
        faults = [
            {"where": ".".join(map(str, fault["loc"])), "what": str(fault["msg"])}
            for fault in error.errors()[:_MOST_FAULTS]
        ]
        detail = "the request does not have the documented form"
        return answer(request, 422, detail, faults=faults)

    @app.exception_handler(DataError)
    async def _(request: Request, error: DataError) -> JSONResponse:
        return answer(request, 422, "a value has characters or a size that cannot be kept")

    @app.exception_handler(HTTPException)
    async def _(request: Request, error: HTTPException) -> JSONResponse:
        headers = dict(error.headers) if error.headers else None
        return answer(request, error.status_code, str(error.detail), headers=headers)


RESPONSES: dict[int | str, dict[str, Any]] = {
    status: {
        "description": HTTPStatus(status).phrase,
        "content": {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/ProblemDocument"}}},
        "model": ProblemDocument,
    }
    for status in (400, 401, 403, 404, 409, 413, 422, 429, 503)
}
"""For the OpenAPI document: what any endpoint may answer besides what it was asked for."""
