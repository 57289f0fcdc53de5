"""A typed client of the service, for programs that call it."""

import time
from types import TracebackType
from typing import Any, Self

import httpx

from ...features.feature import Level
from .schemas import (
    Facts,
    LabelIn,
    Labels,
    Page,
    ProjectIn,
    ProjectOut,
    ReplyIn,
    ScanIn,
    ScoreAnswer,
    ScoreRequest,
    StoredLead,
    TaskOut,
    VectorBatch,
)


class ServiceError(Exception):
    """The service refused; `problem` is its problem document."""

    def __init__(self, problem: dict[str, Any]) -> None:
        super().__init__(f"{problem.get('status')}: {problem.get('detail')}")
        self.problem = problem


class Client:
    """Calls one service. Close it, or use it as a context."""

    def __init__(self, url: str, key: str = "", *, seconds: float = 60.0) -> None:
        headers = {"Authorization": f"Bearer {key}"} if key else {}
        self._http = httpx.Client(base_url=url, headers=headers, timeout=seconds)

    def __enter__(self) -> Self:
        """Give the client itself."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Close it."""
        self.close()

    def close(self) -> None:
        """Close the connections."""
        self._http.close()

    def score_facts(self, level: Level, facts: Facts, *, top: int = 100) -> ScoreAnswer:
        """Score what was mined.

        Raises
        ------
        ServiceError
        """
        return self._score(level, ScoreRequest(facts=facts, top=top, level=1.0))

    def score_vectors(self, level: Level, vectors: VectorBatch, *, top: int = 100) -> ScoreAnswer:
        """Score ready vectors.

        Raises
        ------
        ServiceError
        """
        return self._score(level, ScoreRequest(vectors=vectors, top=top, level=1.0))

    def _score(self, level: Level, asked: ScoreRequest) -> ScoreAnswer:
        return ScoreAnswer.model_validate(self._post(f"score/{level}s", asked.model_dump()))

    def register(self, name: str, source: str) -> TaskOut:
        """Watch a repository from now on.

        Raises
        ------
        ServiceError
        """
        asked = ProjectIn(name=name, source=source)
        return TaskOut.model_validate(self._post("projects", asked.model_dump()))

    def refresh(self, project_id: str) -> TaskOut:
        """Mine what is new of a project.

        Raises
        ------
        ServiceError
        """
        return TaskOut.model_validate(self._post(f"projects/{project_id}/refresh", {}))

    def scan(self, name: str, source: str, *, top: int = 10) -> TaskOut:
        """Look at a repository once; the ended task has the report as its result.

        Raises
        ------
        ServiceError
        """
        asked = ScanIn(name=name, source=source, top=top)
        return TaskOut.model_validate(self._post("scans", asked.model_dump()))

    def project(self, project_id: str) -> ProjectOut:
        """Give one watched project.

        Raises
        ------
        ServiceError
        """
        return ProjectOut.model_validate(self._get(f"projects/{project_id}"))

    def task(self, task_id: str) -> TaskOut:
        """Tell how far a task is.

        Raises
        ------
        ServiceError
        """
        return TaskOut.model_validate(self._get(f"tasks/{task_id}"))

    def wait(self, task: TaskOut, *, seconds: float = 600.0) -> TaskOut:
        """Wait until a task has ended.

        Raises
        ------
        ServiceError
        TimeoutError
        """
        deadline = time.monotonic() + seconds
        while task.state not in ("done", "failed"):
            if time.monotonic() > deadline:
                raise TimeoutError(f"task {task.id} is still {task.state}")
            time.sleep(0.2)
            task = self.task(task.id)
        return task

    def leads(self, **filters: str | float | bool) -> Page:
        """List leads; filters as the endpoint has them.

        Raises
        ------
        ServiceError
        """
        return Page.model_validate(self._get("leads", **filters))

    def label(self, lead_id: str, label: Labels, why: str) -> StoredLead:
        """Keep what was made of a lead.

        Raises
        ------
        ServiceError
        """
        given = LabelIn(label=label, why=why).model_dump()
        return StoredLead.model_validate(self._post(f"leads/{lead_id}/label", given))

    def reply(self, lead_id: str, text: str) -> StoredLead:
        """Let a maintainer's answer stand beside a lead.

        Raises
        ------
        ServiceError
        """
        given = ReplyIn(text=text).model_dump()
        return StoredLead.model_validate(self._post(f"leads/{lead_id}/reply", given))

    def _get(self, path: str, **query: Any) -> Any:
        return _content(self._http.get(f"/v1/{path}", params=query))

    def _post(self, path: str, document: Any) -> Any:
        return _content(self._http.post(f"/v1/{path}", json=document))


def _content(response: httpx.Response) -> Any:
    document = response.json()
    if response.is_error:
        raise ServiceError(document)
    return document
