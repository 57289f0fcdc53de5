"""What the endpoints answer, asked as a client would."""

import hashlib
import hmac
import json
import time
from pathlib import Path
from typing import Any

import httpx
import numpy as np
import pandas as pd
import pytest

from trustdrift.features.catalog import digest
from trustdrift.features.history import CHANGES, COMMITS, History
from trustdrift.features.vectors import describe, describe_commits
from trustdrift.models.baseline import Baseline
from trustdrift.serving.service.client import ServiceError
from trustdrift.serving.service.keys import create, found, revoke, rotate
from trustdrift.serving.service.schemas import Facts, Row, Vector, VectorBatch

from .conftest import SECRET, Server, Watched


def rows(frame: pd.DataFrame, columns: dict[str, tuple[str, str]]) -> list[Row]:
    """Give a table as JSON has it; what is unknown is left out."""
    return [
        {name: value for name, value in row.items() if not pd.isna(value)}
        for row in json.loads(frame[list(columns)].to_json(orient="records"))
    ]


def facts_of(history: History, **more: Any) -> Facts:
    return Facts(
        project=more.pop("project", "un/known"),
        commits=rows(history.commits, COMMITS),
        changes=rows(history.changes, CHANGES),
        **more,
    )


def problem(response: httpx.Response, status: int) -> dict[str, Any]:
    """Hold an answer to being a problem document."""
    assert response.status_code == status, response.text
    assert response.headers["content-type"] == "application/problem+json"
    document = response.json()
    assert document["status"] == status
    assert document["request_id"] == response.headers["x-request-id"]
    return document


def test_health_is_open_and_all_else_is_not(server: Server, shipped: Baseline) -> None:
    with server.http("") as anybody:
        assert anybody.get("/healthz").status_code == 200
        assert anybody.get("/v1/health").json()["baseline"]["version"] == shipped.version
        for path in ("/v1/projects", "/v1/leads", "/v1/audit", "/metrics"):
            problem(anybody.get(path), 401)
        assert anybody.get("/", headers={"Accept": "text/html"}).headers["location"] == "/enter"


def test_a_key_opens_what_its_scopes_say(server: Server) -> None:
    with server.http("score") as scorer, server.http("read") as reader:
        problem(scorer.get("/v1/leads"), 403)
        assert reader.get("/v1/leads").status_code == 200
        problem(reader.post("/v1/projects", json={"name": "x", "source": "story"}), 403)
        problem(reader.get("/v1/audit"), 403)


def test_keys_end_by_themselves_by_hand_and_by_rotation(server: Server) -> None:
    with server.database.session() as session:
        expired, _ = create(session, "expired", ["read"], days=-1)
        revoked, row = create(session, "revoked", ["read"])
        session.flush()
        revoke(session, row.id)
        old, row = create(session, "rotated", ["read"])
        session.flush()
        new, successor = rotate(session, row.id, grace_hours=0)
        assert successor.scopes == "read"
        assert old not in str(vars(found(session, row.id)))
    with server.http("") as anybody:
        for key, status in ((expired, 401), (revoked, 401), (old, 401), (new, 200), ("x", 401)):
            answer = anybody.get("/v1/leads", headers={"Authorization": f"Bearer {key}"})
            assert answer.status_code == status


def test_a_project_is_mined_judged_and_told(server: Server, watched: Watched) -> None:
    with server.client() as client:
        project = client.project(watched.id)
        assert project.state == "ready"
        assert project.stewardship["people"]
        page = client.leads(project=watched.name, level="contributor", at_most=1.0)
        first = page.leads[0]
        assert first.lead.p_value < 0.01
        assert first.lead.reasons
        assert first.lead.in_favour
        assert first.baseline == project.baseline


def test_a_second_refresh_keeps_labels_and_replies(server: Server, watched: Watched) -> None:
    with server.client() as client:
        lead = client.leads(project=watched.name, at_most=1.0).leads[0]
        client.label(lead.id, "honest hand-over", "announced on the list")
        client.reply(lead.id, "I asked for help, and got it.")
        assert client.wait(client.refresh(watched.id)).state == "done"
        again = next(
            found for found in client.leads(project=watched.name, at_most=1.0).leads
            if found.id == lead.id
        )  # fmt: skip
        assert (again.labels[-1].label, again.labels[-1].who) == ("honest hand-over", "tester")
        assert again.replies[-1].text.startswith("I asked")
        labelled = client.leads(label="honest hand-over", at_most=1.0).leads
        assert lead.id in [found.id for found in labelled]
        fresh = client.leads(unlabelled=True, at_most=1.0, limit=200).leads
        assert lead.id not in [found.id for found in fresh]


def test_pages_of_leads_hold_each_once_in_order(server: Server, watched: Watched) -> None:
    with server.client() as client:
        whole = client.leads(at_most=1.0, limit=200).leads
        seen, after = [], ""
        while True:
            page = client.leads(at_most=1.0, limit=2, **({"after": after} if after else {}))
            seen += [lead.id for lead in page.leads]
            if page.next is None:
                break
            after = page.next
        assert seen == [lead.id for lead in whole]
        assert len(set(seen)) == len(seen) > 2
        standing = [lead.standing for lead in whole]
        assert standing == sorted(standing, reverse=True)


def test_facts_are_judged_as_the_library_judges_them(
    server: Server, story_history: History, shipped: Baseline
) -> None:
    last = str(story_history.commits["sha"].iloc[-1])
    with server.client("score") as client:
        answer = client.score_facts("commit", facts_of(story_history, score=[last]))
    assert (answer.compared_with, answer.scored) == ("request alone", 1)
    bare = History(
        story_history.project, story_history.commits, story_history.changes,
        story_history.merge_changes, story_history.tags, story_history.identities,
    )  # fmt: skip
    vectors = describe_commits(bare)
    ours = shipped.levels["commit"].score(vectors).p_value[-1]
    assert answer.leads[0].subject == {"sha": last}
    assert answer.leads[0].p_value == pytest.approx(ours)
    assert "binary_fixture_from_newer_author" in answer.leads[0].signals


def test_a_known_project_lends_its_past(
    server: Server, watched: Watched, story_history: History
) -> None:
    last = story_history.commits.iloc[[-1]].assign(
        sha="f" * 40, parents=str(story_history.commits["sha"].iloc[-1])
    )
    change = story_history.changes.iloc[[-1]].assign(commit=0)
    facts = Facts(project=watched.name, commits=rows(last, COMMITS), changes=rows(change, CHANGES))
    stranger = facts.model_copy(update={"project": "un/known"})
    with server.client() as client:
        known = client.score_facts("commit", facts)
        unknown = client.score_facts("commit", stranger)
    assert (known.compared_with, known.scored) == ("stored past", 1)
    assert (unknown.compared_with, unknown.scored) == ("request alone", 1)
    assert known.leads[0].in_favour == ["hour and clock setting fit its author's habits"]
    assert known.leads[0].in_favour != unknown.leads[0].in_favour


@pytest.mark.parametrize("level", ["commit", "contributor", "project"])
def test_vectors_are_judged_as_the_library_judges_them(
    server: Server, story_history: History, shipped: Baseline, level: Any
) -> None:
    vectors = describe(story_history)[level]
    vectors = vectors.where(np.arange(len(vectors)) >= len(vectors) - 20)
    names = [name for name in ("sha", "person", "window_end") if name in vectors.subjects]
    if level == "commit":
        names.remove("person")
    batch = VectorBatch(
        catalog=digest(),
        vectors=[
            Vector(
                subject={name: str(subject[name]) for name in names},
                values={str(k): None if np.isnan(v) else float(v) for k, v in values.items()},
            )
            for subject, values in zip(
                vectors.subjects.to_dict("records"), vectors.values.to_dict("records"), strict=True
            )
        ],
    )
    with server.client("score") as client:
        answer = client.score_vectors(level, batch)
    assert answer.scored == 20
    assert answer.baseline.version == shipped.version
    if level != "contributor":  # whose windows are compared with the ones before
        ours = np.sort(shipped.levels[level].score(vectors).p_value)
        np.testing.assert_allclose([lead.p_value for lead in answer.leads], ours)


def test_vectors_of_another_catalog_are_refused(server: Server) -> None:
    batch = VectorBatch(catalog="0" * 16, vectors=[Vector(subject={"sha": "a"}, values={})])
    with server.client() as client, pytest.raises(ServiceError, match=r"409.*of catalog"):
        client.score_vectors("commit", batch)


COMMIT: Row = {
    "sha": "a" * 40, "parents": "", "known_time": 1_700_000_000, "author": "p" * 16,
    "author_kind": "person", "committer": "p" * 16, "committer_kind": "person",
}  # fmt: skip
CHANGE: Row = {"commit": 0, "path": "a", "status": "M", "old_mode": 33188, "new_mode": 33188}


@pytest.mark.parametrize(
    ("facts", "fault"),
    [
        ({"commits": [{**COMMIT, "sha": 3}]}, "commits.0.sha is not text"),
        ({"commits": [{**COMMIT, "colour": 3}]}, "commits.0.colour no such column"),
        ({"commits": [{"sha": "a"}]}, "commits.0.author is lacking"),
        ({"commits": [COMMIT, COMMIT]}, "commits.1.sha comes twice"),
        ({"commits": [{**COMMIT, "known_time": 1e300}]}, "known_time is not a whole number"),
        ({"commits": [{**COMMIT, "known_time": 2**50}]}, "known_time is no plausible time"),
        (
            {"commits": [COMMIT, {**COMMIT, "sha": "b", "known_time": 5}]},
            "commits.1.known_time lies before",
        ),
        ({"commits": [COMMIT], "changes": [{**CHANGE, "commit": 1}]}, "no such commit"),
        ({"commits": [COMMIT], "changes": [{**CHANGE, "commit": -1}]}, "no such commit"),
        ({"commits": [COMMIT], "changes": [{**CHANGE, "binary": 1}]}, "is not true or false"),
        ({"commits": [COMMIT], "score": ["c" * 40]}, "is not among the commits"),
    ],
)
def test_wrong_facts_are_named(server: Server, facts: dict[str, Any], fault: str) -> None:
    with server.http() as http:
        asked = {"facts": {"project": "x", **facts}}
        assert fault in problem(http.post("/v1/score/commits", json=asked), 422)["detail"]


def test_requests_have_bounds(server: Server) -> None:
    with server.http() as http:
        large = b'{"facts": "' + b"x" * 9 * 1024**2 + b'"}'
        problem(http.post("/v1/score/commits", content=large), 413)
        problem(http.post("/v1/score/commits", content=iter([large])), 413)
        problem(http.post("/v1/score/commits", content=b"[" * 100_000), 400)
        problem(http.post("/v1/score/commits", content=b"{"), 422)
        many = {"facts": {"project": "x", "commits": [COMMIT] * 5_001}}
        problem(http.post("/v1/score/commits", json=many), 413)
        problem(http.get("/v1/nowhere"), 404)
        problem(http.get("/v1/leads/" + "0" * 16), 404)
        problem(http.get("/v1/leads/nothing"), 422)
        problem(http.put("/v1/projects"), 405)
        problem(http.get("/v1/leads?after=x"), 422)


@pytest.mark.parametrize(
    "source",
    [
        "file:///etc", "http://github.com/a/b", "https://evil.example/a/b", "ext::sh -c id://x",
        "https://me:pw@github.com/a/b", "https://github.com:8443/a/b", "../data", "/etc",
        "ssh://git@github.com/a/b", "https://github.com.evil.example/a/b", "story/../../data",
    ],
)  # fmt: skip
def test_only_allowed_places_are_read(server: Server, source: str) -> None:
    with server.http() as http:
        problem(http.post("/v1/projects", json={"name": "other", "source": source}), 403)


def test_a_repository_that_cannot_be_read_fails_its_task_alone(server: Server) -> None:
    (Path(server.settings.mirror) / "empty").mkdir()
    with server.client() as client:
        task = client.wait(client.register("no/such", "empty"))
        assert (task.state, client.project(str(task.project_id)).state) == ("failed", "failed")
        assert task.detail.startswith("empty is not a git repository")
        with pytest.raises(ServiceError, match="409"):
            client.register("no/such", "story")
        with pytest.raises(ServiceError, match="422: the mirror has no folder"):
            client.register("no/where", "absent")


def signed(body: bytes, number: str, secret: str = SECRET, event: str = "push") -> dict[str, str]:
    digest = hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()
    return {"X-Hub-Signature-256": f"sha256={digest}", "X-GitHub-Delivery": number,
            "X-GitHub-Event": event}  # fmt: skip


def test_a_signed_push_renews_its_project_once(server: Server, watched: Watched) -> None:
    body = json.dumps({"repository": {"full_name": watched.name}}).encode()
    other = json.dumps({"repository": {"full_name": "not/watched"}}).encode()
    with server.http("") as forge:
        path = "/v1/webhooks/github"
        problem(forge.post(path, content=body), 401)
        problem(forge.post(path, content=body, headers=signed(body, "1", "wrong")), 401)
        problem(forge.post(path, content=body, headers=signed(other, "1")), 401)
        taken = forge.post(path, content=body, headers=signed(body, "1"))
        assert (taken.status_code, taken.json()["project_id"]) == (202, watched.id)
        problem(forge.post(path, content=body, headers=signed(body, "1")), 409)
        problem(forge.post(path, content=other, headers=signed(other, "2")), 404)
        ping = forge.post(path, content=body, headers=signed(body, "3", event="ping"))
        assert (ping.status_code, ping.json()) == (202, None)
        gitlab = json.dumps({"project": {"path_with_namespace": watched.name}}).encode()
        headers = {"X-Gitlab-Token": SECRET, "X-Gitlab-Event-UUID": "4",
                   "X-Gitlab-Event": "Push Hook"}  # fmt: skip
        path = "/v1/webhooks/gitlab"
        assert forge.post(path, content=gitlab, headers=headers).status_code == 202
        problem(forge.post(path, content=gitlab, headers={**headers, "X-Gitlab-Token": "x"}), 401)
    with server.client() as client:
        client.wait(client.task(taken.json()["id"]))


def test_every_question_stands_in_the_log_without_facts(server: Server, watched: Watched) -> None:
    with server.http() as http:
        lead = http.get("/v1/leads?at_most=1").json()["leads"][0]["id"]
        http.get(f"/v1/leads/{lead}")
        line = http.get(f"/v1/audit?about={lead}").json()[0]
    assert (line["who"], line["action"], line["about"]) == ("tester", "show lead", lead)
    assert line["baseline"]


def test_metrics_count_scores_and_say_nothing_of_people(server: Server, watched: Watched) -> None:
    with server.http() as http:
        text = http.get("/metrics").text
        people = [lead["lead"]["subject"].get("person", "-") for lead in
                  http.get("/v1/leads?at_most=1").json()["leads"]]  # fmt: skip
    assert 'trustdrift_baseline{version="' in text
    assert 'trustdrift_requests_total{route="/v1/leads/{lead_id}"' in text
    assert "trustdrift_surprisal_bucket" in text
    assert 'trustdrift_drift{level="commit"}' in text
    assert 'trustdrift_queue{kind="refresh"} 0.0' in text
    assert not any(person in text for person in people if person != "-")


def test_every_operation_is_documented_with_its_refusals(server: Server) -> None:
    with server.http("") as anybody:
        document = anybody.get("/docs.json").json()
    operations = [
        operation for path, methods in document["paths"].items() if path != "/v1/health"
        for operation in methods.values()
    ]  # fmt: skip
    assert len(operations) >= 18
    for operation in operations:
        assert operation.get("description") or operation.get("summary")
        if operation["tags"] != ["health"]:
            assert "application/problem+json" in operation["responses"]["422"]["content"]


def test_a_scan_looks_once_and_watches_nothing(server: Server) -> None:
    with server.client() as client:
        task = client.wait(client.scan("not/watched", "ordinary", top=3))
        assert task.state == "done", task
        assert task.project_id is None
        assert task.result is not None
        assert task.result["project"]["name"] == "not/watched"
        assert len(task.result["leads"]["commits"]) <= 3
        assert client.leads(project="not/watched", at_most=1.0).leads == []
        with pytest.raises(ServiceError, match="403"):
            client.scan("not/allowed", "../elsewhere")


def test_labels_move_the_leads_that_are_alike(server: Server, watched: Watched) -> None:
    def standings() -> dict[str, float]:
        with server.client() as client:
            leads = client.leads(level="commit", at_most=1.0, limit=200).leads
        return {lead.id: lead.standing for lead in leads}

    first = next(iter(standings()))
    with server.client() as client:
        client.label(first, "worth a look", "an unusual release")
        before = standings()
        client.label(first, "ordinary", "a release like every other")
        after = standings()
        assert after[first] < before[first]
        assert all(after[one] <= before[one] for one in before)
        client.label(first, "worth a look", "on a second look it is not")
        assert standings()[first] > after[first]


def logged(server: Server, text: str) -> str:
    """Wait until a line is in the log, which is written after the answer."""
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline:
        for line in server.log.read_text().splitlines():
            if text in line:
                return line
        time.sleep(0.05)
    raise AssertionError(f"no line with {text}")


def test_the_log_is_one_json_object_a_line(server: Server, watched: Watched) -> None:
    with server.http() as http:
        request_id = http.get("/v1/leads").headers["x-request-id"]
    line = json.loads(logged(server, request_id))
    assert (line["route"], line["status"], line["level"]) == ("/v1/leads", 200, "INFO")


def test_secrets_are_not_in_the_log(server: Server, watched: Watched) -> None:
    log = server.log.read_text()
    assert SECRET not in log
    assert not any(key in log for key in server.keys.values())
    assert "Traceback" not in log


def test_what_cannot_be_kept_is_refused(server: Server, watched: Watched) -> None:
    with server.http() as http:
        assert http.get("/v1/leads?project=a%00b").status_code in (200, 422)
        assert http.get("/v1/audit?about=a%00b").status_code in (200, 422)
        problem(http.post("/v1/people/erase", json={"person": "x" * 300}), 422)
