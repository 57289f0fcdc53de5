"""The forms of requests and answers, with examples for the OpenAPI document."""

from datetime import datetime
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from ...features.feature import Level

Sha = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{40}$")]
Pseudonym = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{16}$")]
ProjectName = Annotated[
    str, StringConstraints(min_length=1, max_length=300, pattern=r"^[A-Za-z0-9][\w.+/-]*$")
]
Words = Annotated[str, StringConstraints(min_length=1, max_length=4_000)]
Labels = Literal["worth a look", "ordinary", "honest hand-over", "reported"]

Row = dict[str, str | int | float | bool | None]

_COMMIT = {
    "sha": "a" * 40, "parents": "", "known_time": 1700000000, "author": "0123456789abcdef",
    "author_kind": "person", "author_time": 1700000000, "author_offset": 60,
    "committer": "0123456789abcdef", "committer_kind": "person", "commit_time": 1700000000,
    "commit_offset": 60, "subject_length": 30, "message_length": 30,
}  # fmt: skip
_CHANGE = {
    "commit": 0, "path": "src/main.c", "status": "M", "old_mode": 33188, "new_mode": 33188,
    "added": 3, "deleted": 1, "binary": False, "size": 1200, "new_lines": 3,
    "added_bytes": 80,
}  # fmt: skip


class Form(BaseModel):
    """What is not documented is refused, so that a typing error is not taken for silence."""

    model_config = ConfigDict(extra="forbid")


class Facts(Form):
    """A project's facts as `trustdrift mine` writes them, a row an object.

    Absent columns are unknown. `commit` in `changes` counts from 0 within the request.
    """

    project: ProjectName = Field(examples=["madler/zlib"])
    commits: list[Row] = Field(min_length=1, examples=[[_COMMIT]])
    changes: list[Row] = Field(default=[], examples=[[_CHANGE]])
    merge_changes: list[Row] = []
    tags: list[Row] = []
    score: list[Sha] | None = Field(
        default=None, description="Commits to judge; all that the request brings if left out."
    )
    head: Sha | None = Field(
        default=None,
        description="Newest commit of the main line, by which what was let in is told from what "
        "was not. If left out, that of the stored past; if there is none, all was let in.",
    )


class Vector(Form):
    """One subject's features by name; what is left out is unknown."""

    subject: dict[str, str] = Field(examples=[{"sha": "a" * 40}])
    values: dict[str, float | None] = Field(examples=[{"added_lines": 120, "tenure": 3}])


class VectorBatch(Form):
    """Ready vectors, and the catalog that they were computed with."""

    catalog: str = Field(examples=["ecd81ef349e7927c"])
    vectors: list[Vector] = Field(min_length=1)


class ScoreRequest(Form):
    """Facts or vectors, one of the two."""

    facts: Facts | None = None
    vectors: VectorBatch | None = None
    top: int = Field(100, ge=1, le=1_000, description="Leads that are explained, at most.")
    level: float = Field(1.0, gt=0, le=1, description="Leave out p-values above this.")


class ReasonOut(BaseModel):
    """One number that makes a subject unusual, and what is usual."""

    feature: str
    value: float
    unit: str
    typical: float | None
    expected: float | None = None
    compared_with: str
    text: str


class LeadOut(BaseModel):
    """Something worth a look: a question, never an accusation."""

    rank: int
    subject: dict[str, str]
    p_value: float
    percentile: float
    detectors: dict[str, float]
    signals: list[str]
    reasons: list[ReasonOut]
    in_favour: list[str]
    evidence: list[str]
    evidence_signals: dict[str, list[str]] = Field(
        {}, description="Signs that these commits show, by SHA."
    )
    named_first: dict[str, list[str]] = Field(
        {},
        description="Packages and hosts that these commits are the first of their project to name.",
    )


class BaselineOut(BaseModel):
    """Which baseline was used."""

    version: str
    catalog: str


class ScoreAnswer(BaseModel):
    """What stands out in a request."""

    request_id: str
    baseline: BaselineOut
    compared_with: Literal["stored past", "request alone", "vectors as given"]
    scored: int
    leads: list[LeadOut]


class ProjectIn(Form):
    """A repository to watch."""

    name: ProjectName = Field(examples=["madler/zlib"])
    source: str = Field(
        max_length=2_000,
        examples=["https://github.com/madler/zlib"],
        description="URL on an allowed host, or a path below the service's mirror.",
    )


class ProjectOut(BaseModel):
    """A watched repository."""

    id: str
    name: str
    source: str
    state: str
    detail: str
    registered: datetime
    refreshed: datetime | None
    commits: int
    baseline: str
    stewardship: dict[str, Any]


class ScanIn(ProjectIn):
    """A repository to look at once."""

    top: int = Field(10, ge=1, le=100, description="Leads of a kind at most.")


class TaskOut(BaseModel):
    """Work in the background."""

    id: str
    kind: str
    project_id: str | None
    state: Literal["waiting", "running", "done", "failed"]
    stage: str
    progress: float
    detail: str
    created: datetime
    result: dict[str, Any] | None = Field(
        None, description="Of a scan: the report, as `trustdrift scan --format json` gives it."
    )


class LabelIn(Form):
    """What somebody who looked made of a lead."""

    label: Labels
    why: Words = Field(examples=["The founder announced the hand-over on the list."])


class ReplyIn(Form):
    """What the maintainer says."""

    text: Words = Field(examples=["Both files are fixtures for the new decoder; see the test."])


class NoteOut(BaseModel):
    """A label or a reply that was given."""

    text: str
    label: str = ""
    who: str
    at: datetime


class StoredLead(BaseModel):
    """A lead of a watched project, with what people said to it."""

    id: str
    project: str
    level: Level
    lead: LeadOut
    baseline: str
    first_seen: datetime
    last_seen: datetime
    current: bool
    standing: float = Field(
        description="What the list is ordered by: -log10 of the p-value, each feature's part "
        "weighed by what readers' labels said of such leads."
    )
    labels: list[NoteOut]
    replies: list[NoteOut]


class Page(BaseModel):
    """Some leads, and how to get the next."""

    leads: list[StoredLead]
    next: str | None = Field(None, description="`after` of the next page; none at the end.")


class Health(BaseModel):
    """How the service is."""

    ready: bool
    baseline: BaselineOut
    refused: str = Field("", description="Why the newest candidate baseline was not taken.")
