"""Forms for other programs, held to what their specifications ask."""

import csv
import json
from io import StringIO
from pathlib import Path

import pytest
import stix2
from sarif_pydantic import Sarif
from typer.testing import CliRunner

from trustdrift.features.errors import ConfigurationError, NotEnoughHistory, SourceError
from trustdrift.models.baseline import Baseline
from trustdrift.serving.cli import app
from trustdrift.serving.reports import FORMATS
from trustdrift.serving.reports.as_csv import COLUMNS
from trustdrift.serving.scan import Scan, scan

from ..conftest import KEY

URL = "https://example.org/story.git"


@pytest.fixture(scope="module")
def found(story: Path, shipped: Baseline) -> Scan:
    return scan(story, key=KEY, baseline=shipped)


@pytest.fixture
def report(found: Scan, tmp_path: Path) -> Path:
    place = tmp_path / "report.json"
    place.write_text(FORMATS["json"](found))
    return place


def export(report: Path, *words: str) -> str:
    asked = ["export", str(report), "--because", "It posts credentials.", *words]
    return CliRunner().invoke(app, asked, catch_exceptions=False).output


def test_sarif_has_a_note_for_each_commit_and_names_files(found: Scan) -> None:
    text = FORMATS["sarif"](found)
    log = Sarif.model_validate_json(text)
    results = log.runs[0].results or []
    assert len(results) == len(found.leads["commit"]) > 0
    assert {str(result.level) for result in results} <= {"note", "Level.NOTE"}
    document = json.loads(text)["runs"][0]["results"][0]
    sha = found.leads["commit"][0].subject["sha"]
    assert document["partialFingerprints"] == {"commit/v1": sha}
    path = document["locations"][0]["physicalLocation"]["artifactLocation"]["uri"]
    assert path in found.paths_of[sha]


def test_no_form_for_machines_names_anybody(found: Scan) -> None:
    for form in ("sarif", "ecs", "csv", "json"):
        text = FORMATS[form](found)
        assert not [name for name in found.names.values() if name and name in text]


def test_ecs_has_a_document_a_line_with_time_and_reason(found: Scan) -> None:
    events = [json.loads(line) for line in FORMATS["ecs"](found).splitlines()]
    assert len(events) == sum(map(len, found.leads.values()))
    for event in events:
        assert event["@timestamp"].endswith("T00:00:00.000Z")
        assert 0 <= event["event"]["risk_score"] <= 100
        assert event["message"]


def test_no_cell_of_the_table_is_a_formula(found: Scan) -> None:
    rows = list(csv.reader(StringIO(FORMATS["csv"](found))))
    assert tuple(rows[0]) == COLUMNS
    assert len(rows) == 1 + sum(map(len, found.leads.values()))
    assert not [cell for row in rows for cell in row if cell.startswith(("=", "+", "-", "@"))]


def test_a_comment_is_short_polite_and_names_nobody(found: Scan) -> None:
    text = FORMATS["comment"](found)
    assert "questions for a reviewer" in text
    assert "in its favour" in text
    assert not [name for name in found.names.values() if name and name in text]


def test_only_what_the_base_lacks_is_looked_at(story: Path, shipped: Baseline) -> None:
    found = scan(story, key=KEY, baseline=shipped, base="HEAD~3")
    assert found.tallies["commit"].scored <= 3
    assert found.leads["contributor"] == found.leads["project"] == []
    every = scan(story, key=KEY, baseline=shipped)
    scores = {lead.subject["sha"]: lead.p_value for lead in every.leads["commit"]}
    for lead in found.leads["commit"]:
        assert scores.get(lead.subject["sha"], lead.p_value) == lead.p_value


def test_nothing_new_is_said_so(story: Path, shipped: Baseline) -> None:
    with pytest.raises(NotEnoughHistory, match="no commit that HEAD lacks"):
        scan(story, key=KEY, baseline=shipped, ref="HEAD~3", base="HEAD")


def test_a_confirmed_lead_is_valid_stix(report: Path) -> None:
    named = ("--lead", "commits/1", "--lead", "contributors/1")
    bundle = stix2.parse(export(report, *named, "--repository", URL))
    kinds = [thing["type"] for thing in bundle["objects"]]
    assert kinds == ["marking-definition", "identity", "software", "user-account", "note", "report"]
    told = bundle["objects"][-1]
    assert told["description"] == "It posts credentials."
    assert {thing["id"] for thing in bundle["objects"]} >= set(told["object_refs"])


def test_a_confirmed_commit_is_an_osv_record(report: Path, found: Scan) -> None:
    text = export(report, "--lead", "commits/1", "--format", "osv", "--repository", URL)
    record = json.loads(text)
    (range_,) = record["affected"][0]["ranges"]
    sha = found.leads["commit"][0].subject["sha"]
    assert range_ == {"type": "GIT", "repo": URL, "events": [{"introduced": sha}]}
    assert record["modified"].endswith("Z")
    assert record["id"].startswith("x_trustdrift-")


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--lead", "commits/99"], "no lead commits/99"),
        (["--lead", "commits/1", "--format", "osv"], "names the repository's URL"),
        (["--lead", "contributors/1", "--format", "osv", "--repository", URL], "is about commits"),
        (["--lead", "commits/1", "--because", " "], "without a statement"),
    ],
)
def test_what_cannot_be_exported_is_said(report: Path, words: list[str], said: str) -> None:
    with pytest.raises(ConfigurationError, match=said):
        export(report, *words)


def test_what_is_no_report_is_refused(tmp_path: Path) -> None:
    place = tmp_path / "other.json"
    place.write_text("[1, 2]")
    with pytest.raises(SourceError, match="no report"):
        export(place, "--lead", "commits/1")
