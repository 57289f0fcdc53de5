"""The one function that a batch does for each repository, wherever it runs."""

import io
import json
import time
import zipfile
from dataclasses import dataclass, field, replace
from functools import cache
from pathlib import Path
from urllib.parse import quote

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from ...features.catalog import digest
from ...features.errors import TrustdriftError
from ...features.feature import LEVELS, Level
from ...features.history import History, read_history
from ...features.mining import (
    Bounds,
    Reach,
    is_url,
    local_repository,
    mine,
    mine_into,
    remote_state,
    state,
)
from ...features.vectors import Vectors, describe
from ...features.windows import DAY, Windows
from ...models.baseline import Baseline
from ...models.leads import Lead, Limits
from ..reports.as_json import lead_document
from ..scan import Judgement, judge_vectors
from .bounded import call, remove_parts
from .store import Store
from .targets import Target

FORM = 2
"""Of a result; others are made anew."""

GRACE_SECONDS = 30.0
GIGABYTE = 1024**3
RESULTS = "results"
STATES = ("done", "unchanged", "failed")
_NO_TIME = (1980, 1, 1, 0, 0, 0)  # the earliest that a zip file can tell


@dataclass(frozen=True)
class Plan:
    """What is the same for all repositories of a batch."""

    output: str
    """Folder or URL."""
    key: bytes
    """Of the pseudonyms."""
    histories: str = ""
    """Folder for mined facts, which make the next run cost what is new; none if empty."""
    baseline: str = ""
    """Folder; the shipped one if empty."""
    until: int | None = None
    """Answer as of this second since 1970 UTC; of the end of each history if None."""
    limits: Limits = field(default_factory=Limits)
    reach: Reach = field(default_factory=Reach)
    minutes: float = 30.0
    gigabytes: float = 2.0


@dataclass(frozen=True)
class Result:
    """What came of one repository."""

    name: str
    source: str
    state: str
    """One of `STATES`."""
    commits: int = 0
    seconds: float = 0.0
    error: str = ""
    """Kind of the failure."""
    reason: str = ""


def result_name(project: str) -> str:
    """Name a project's result: one file, so that it is there whole or not at all."""
    return f"{RESULTS}/{quote(project, safe='')}.zip"


def process(plan: Plan, target: Target) -> Result:
    """Mine, describe and judge one repository, and write its result; never raise for its sake."""
    begun = time.monotonic()
    try:
        found = call(
            judge_target, plan, target, what=target.name,
            seconds=60 * plan.minutes + GRACE_SECONDS, memory=int(plan.gigabytes * GIGABYTE),
        )  # fmt: skip
    except TrustdriftError as error:
        folder = _facts(plan, target)
        if folder is not None:
            remove_parts(folder)
        kind, reason = type(error).__name__, str(error)
        found = Result(target.name, target.source, "failed", error=kind, reason=reason)
    return replace(found, seconds=time.monotonic() - begun)


@cache
def baseline_of(folder: str) -> Baseline:
    """Load a baseline once a process."""
    return Baseline.load(Path(folder) if folder else None)


def judge_target(plan: Plan, target: Target) -> Result:
    """Do the work of `process`, in the process that may be ended.

    Raises
    ------
    TrustdriftError
    """
    store, baseline = Store.open(plan.output), baseline_of(plan.baseline)
    told = _state(plan, target, baseline)
    before = store.read(result_name(target.name))
    if before is not None and _told(before) == told:
        return Result(target.name, target.source, "unchanged", commits=_commits(before))
    with local_repository(target.source, plan.reach) as path:
        history = _mined(plan, target, path)
    if plan.until is not None:
        history = history.until(plan.until)
    content = packed(history, baseline, plan.limits, told)
    store.write(result_name(target.name), content)
    return Result(target.name, target.source, "done", commits=len(history.commits))


def _facts(plan: Plan, target: Target) -> Path | None:
    return Path(plan.histories) / quote(target.name, safe="") if plan.histories else None


def _state(plan: Plan, target: Target, baseline: Baseline) -> dict[str, str | int]:
    """Say what a result depends on, without reading more than references."""
    remote = is_url(target.source)
    head = remote_state(target.source, plan.reach) if remote else state(Path(target.source))
    return {
        "form": FORM, "source": target.source, "head": head, "baseline": baseline.version,
        "catalog": digest(), "top": plan.limits.top, "level": str(plan.limits.level),
        "until": str(plan.until),
    }  # fmt: skip


def _mined(plan: Plan, target: Target, path: Path) -> History:
    folder = _facts(plan, target)
    bounds = Bounds(seconds=60 * plan.minutes, memory=int(plan.gigabytes * GIGABYTE))
    if folder is None:
        return mine(path, key=plan.key, project=target.name, bounds=bounds)
    mine_into(folder, path, key=plan.key, project=target.name, bounds=bounds)
    return read_history(folder)


def packed(
    history: History, baseline: Baseline, limits: Limits, told: dict[str, str | int]
) -> bytes:
    """Judge a history, and put all that comes of it into one zip file of Parquet tables.

    The same history and baseline give the same bytes.

    Raises
    ------
    NotEnoughHistory
    """
    vectors = describe(history, Windows(anchor_days=history.last_time / DAY))
    judged = judge_vectors(vectors, history, baseline, since=None, limits=limits)
    tables = {f"vectors_{level}": _vectors_table(vectors[level]) for level in LEVELS}
    tables |= {
        "leads": leads_table(history.project, judged.leads),
        "projects": _project_table(history, vectors["project"], baseline, judged),
        "people": _people_table(history),
    }
    whole = {**told, "commits": len(history.commits)}
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_STORED) as file:
        file.writestr(zipfile.ZipInfo("state.json", _NO_TIME), json.dumps(whole))
        for name, table in tables.items():
            part = io.BytesIO()
            pq.write_table(table, part, compression="zstd")
            file.writestr(zipfile.ZipInfo(f"{name}.parquet", _NO_TIME), part.getvalue())
    return stream.getvalue()


def _told(content: bytes) -> dict[str, str | int]:
    """Give what a result was made from; nothing if it is damaged."""
    return {name: value for name, value in _document(content).items() if name != "commits"}


def _commits(content: bytes) -> int:
    return int(_document(content).get("commits", 0))


def _document(content: bytes) -> dict[str, str | int]:
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as file:
            return json.loads(file.read("state.json"))
    except (zipfile.BadZipFile, KeyError, ValueError):
        return {}


def _vectors_table(vectors: Vectors) -> pa.Table:
    values = vectors.values.astype("float32")
    return _plain(pd.concat([vectors.subjects, values], axis=1))


LEAD_COLUMNS = {
    "project": pa.string(), "level": pa.string(), "rank": pa.int32(), "sha": pa.string(),
    "person": pa.string(), "window_end": pa.string(), "p_value": pa.float64(),
    "signals": pa.list_(pa.string()), "reasons": pa.list_(pa.string()),
    "in_favour": pa.list_(pa.string()), "evidence": pa.list_(pa.string()),
}  # fmt: skip


def leads_table(project: str, leads: dict[Level, list[Lead]]) -> pa.Table:
    """Give leads as a table: what the JSON contract says, a row a lead."""
    rows = []
    for level, found in leads.items():
        for lead in found:
            document = lead_document(lead)
            rows.append({
                "project": project, "level": level, **document["subject"],
                **{name: document[name] for name in ("rank", "p_value", "signals", "in_favour",
                                                     "evidence")},
                "reasons": [reason["text"] for reason in document["reasons"]],
            })  # fmt: skip
    return pa.Table.from_pylist(rows, schema=pa.schema(list(LEAD_COLUMNS.items())))


def _project_table(
    history: History, windows: Vectors, baseline: Baseline, judged: Judgement
) -> pa.Table:
    """Give one row: the newest window's figures; of each level the least p-value, of how many."""
    last = windows.values.iloc[-1].astype("float64")
    least: dict[str, float] = {}
    for level, found in judged.leads.items():
        least[f"p_{level}"] = min((lead.p_value for lead in found), default=1.0)
        least[f"scored_{level}"] = judged.tallies[level].scored
    own = {
        "project": history.project, "known_time": history.last_time,
        "first_time": int(history.commits["known_time"].iloc[0]),
        "history_commits": len(history.commits), "baseline": baseline.version,
    }  # fmt: skip
    return _plain(pd.DataFrame([{**own, **least, **last.to_dict()}]))


def _people_table(history: History) -> pa.Table:
    """Give a row a person: since when, until when and how much, in the last year too."""
    commits = history.commits[history.commits["author_kind"] == "person"]
    year = commits["known_time"] > history.last_time - 365 * DAY
    grouped = commits.assign(recent=year).groupby("author")
    people = grouped.agg(
        first_time=("known_time", "min"), last_time=("known_time", "max"),
        commits=("known_time", "size"), year_commits=("recent", "sum"),
    ).reset_index(names="person")  # fmt: skip
    people.insert(0, "project", history.project)
    people["year_share"] = people["year_commits"] / max(int(year.sum()), 1)
    return _plain(people.astype({"person": "str", "year_commits": "int64"}))


def _plain(frame: pd.DataFrame) -> pa.Table:
    return pa.Table.from_pandas(frame, preserve_index=False).replace_schema_metadata(None)
