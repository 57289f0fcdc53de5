"""Leads above a level are told to hooks: signed, once, again if not taken, never to our network."""

import base64
import hashlib
import hmac
import json
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from sqlalchemy import select

from trustdrift.serving.service.database import Database, Hook, Lead, Outgoing, Project, now
from trustdrift.serving.service.metrics import Metrics
from trustdrift.serving.service.outgoing import BETWEEN, LEASE, Sender, make_hook, tell
from trustdrift.serving.service.problems import Problem
from trustdrift.serving.service.settings import Settings

from .conftest import Server


@dataclass
class Receiver:
    """Somebody else's server."""

    url: str
    answers: list[int]
    got: list[tuple[dict[str, str], bytes]] = field(default_factory=list)


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    told = Receiver("", [])

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            told.got.append(({k.lower(): v for k, v in self.headers.items()}, body))
            self.send_response(told.answers.pop(0) if told.answers else 204)
            self.send_header("Location", "http://169.254.169.254/")
            self.end_headers()

        def log_message(self, format: str, *args: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    told.url = f"http://127.0.0.1:{server.server_port}/hook"
    yield told
    server.shutdown()
    server.server_close()


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(data=tmp_path, private_hooks=True)


@pytest.fixture
def database(settings: Settings) -> Iterator[Database]:
    opened = Database(settings.database_url)
    opened.upgrade()
    yield opened
    opened.engine.dispose()


@pytest.fixture
def lead(database: Database) -> str:
    with database.session() as session:
        session.add(
            Project(
                id="1" * 16, name="a/b", source="x", state="ready", detail="", registered=now(),
                commits=1, baseline="", stewardship={},
            )
        )  # fmt: skip
        session.flush()
        session.add(
            Lead(
                id="2" * 16, project_id="1" * 16, level="commit", person="", p_value=0.0005,
                standing=3.3, document={"p_value": 0.0005}, weights={}, baseline="b",
                first_seen=now(), last_seen=now(), current=True,
            )
        )  # fmt: skip
    return "2" * 16


class Clock:
    """A clock that goes on when told to."""

    def __init__(self) -> None:
        self.at = now()

    def __call__(self) -> datetime:
        return self.at

    def go_on(self, by: timedelta) -> None:
        self.at += by


def announce(database: Database, settings: Settings, lead: str, url: str, at_most: float) -> Hook:
    with database.session() as session:
        hook = make_hook(session, url, at_most, "tester", settings)
        session.flush()
        found = session.get_one(Lead, lead)
        tell(session, found)
        session.flush()
        tell(session, found)
        return hook


def states(database: Database) -> list[str]:
    with database.session() as session:
        return list(session.scalars(select(Outgoing.state)))


def test_a_lead_is_told_once_and_signed(
    database: Database, settings: Settings, lead: str, receiver: Receiver
) -> None:
    hook = announce(database, settings, lead, receiver.url, 0.001)
    sender = Sender(settings, database, Metrics())
    assert sender.send_due() == 1
    assert sender.send_due() == 0
    headers, body = receiver.got[0]
    content = b".".join([headers["webhook-id"].encode(), headers["webhook-timestamp"].encode(),
                         body])  # fmt: skip
    key = base64.b64decode(hook.secret.removeprefix("whsec_"))
    expected = base64.b64encode(hmac.new(key, content, hashlib.sha256).digest()).decode()
    assert headers["webhook-signature"] == f"v1,{expected}"
    assert json.loads(body)["data"]["lead"] == {"p_value": 0.0005}
    assert states(database) == ["taken"]


def test_what_is_below_the_hooks_level_is_not_told(
    database: Database, settings: Settings, lead: str, receiver: Receiver
) -> None:
    announce(database, settings, lead, receiver.url, 0.0001)
    assert Sender(settings, database, Metrics()).send_due() == 0


def test_what_is_not_taken_is_sent_again_later_and_given_up_in_the_end(
    database: Database, settings: Settings, lead: str, receiver: Receiver
) -> None:
    clock = Clock()
    receiver.answers = [500, 301, *[503] * len(BETWEEN)]
    announce(database, settings, lead, receiver.url, 0.001)
    sender = Sender(settings, database, Metrics(), clock)
    clock.go_on(timedelta(seconds=1))
    assert sender.send_due() == 1
    for pause in BETWEEN:
        clock.go_on(pause - timedelta(seconds=1))
        assert sender.send_due() == 0
        clock.go_on(timedelta(seconds=1))
        assert sender.send_due() == 1
    clock.go_on(timedelta(days=9))
    assert sender.send_due() == 0
    assert states(database) == ["given up"]
    assert len({headers["webhook-id"] for headers, _ in receiver.got}) == 1
    assert len(receiver.got) == len(BETWEEN) + 1


def test_an_attempt_that_died_is_made_again(
    database: Database, settings: Settings, lead: str, receiver: Receiver
) -> None:
    clock = Clock()
    announce(database, settings, lead, receiver.url, 0.001)
    clock.go_on(timedelta(seconds=1))
    sender = Sender(settings, database, Metrics(), clock)
    assert sender._take() is not None
    assert sender.send_due() == 0
    clock.go_on(LEASE)
    assert sender.send_due() == 1


@pytest.mark.parametrize(
    "url",
    ["http://127.0.0.1/", "https://user:secret@example.org/", "ftp://example.org/", "https://",
     "https://[::1/", "https://example.org:99999/"],
)  # fmt: skip
def test_only_https_without_secrets_may_be_called(
    database: Database, settings: Settings, url: str
) -> None:
    with database.session() as session, pytest.raises(Problem, match="https"):
        make_hook(session, url, 0.1, "tester", replace(settings, private_hooks=False))


def test_addresses_of_our_own_network_are_not_called(
    database: Database, settings: Settings, lead: str, receiver: Receiver
) -> None:
    announce(database, settings, lead, receiver.url.replace("http:", "https:"), 0.001)
    strict = Sender(replace(settings, private_hooks=False), database, Metrics())
    assert strict.send_due() == 1
    assert receiver.got == []
    assert states(database) == ["waiting"]


def test_hooks_are_an_administrators(server: Server) -> None:
    with server.http() as admin, server.http("write") as writer:
        asked = {"url": "https://alerts.example.org/x", "at_most": 0.0001}
        assert writer.post("/v1/hooks", json=asked).status_code == 403
        made = admin.post("/v1/hooks", json=asked).json()
        assert made["secret"].startswith("whsec_")
        listed = admin.get("/v1/hooks").json()
        assert made["id"] in [hook["id"] for hook in listed]
        assert made["secret"] not in str(listed)
        assert admin.delete(f"/v1/hooks/{made['id']}").status_code == 204
        assert admin.delete(f"/v1/hooks/{made['id']}").status_code == 404
