"""What manifests declare, when that is new, and how widely it was known."""

import time
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from trustdrift.features.history import read_history
from trustdrift.features.known import KNOWN, PACKAGES, Known, first_declared
from trustdrift.features.manifests import declared, form_of
from trustdrift.features.mining import mine, mine_into
from trustdrift.features.probes import digest
from trustdrift.features.signals import SIGNALS
from trustdrift.features.signs import columns_of
from trustdrift.features.vectors import describe_commits

from ..conftest import KEY
from ..repositories import DAY, FOUNDER, NEWCOMER, START, Repository, git
from .test_mining_properties import same

MANIFESTS = {
    "package.json": (
        b'{"dependencies": {"left": "1", "up": "someone/up#main"},'
        b' "devDependencies": {"@scope/right": "*", "down": "git+ssh://git@example.org/d.git"},'
        b' "scripts": {"test": "t", "postinstall": "node x.js", "prepare": ""}}',
        {
            "npm:left",
            "npm:@scope/right",
            "npm:up",
            "direct:npm:up",
            "npm:down",
            "direct:npm:down",
            f"hook:npm:postinstall@{digest('node x.js')}",
            f"hook:npm:prepare@{digest('')}",
        },
    ),
    "web/composer.json": (
        b'{"require": {"php": ">=8", "A/b": "1"}, "scripts": {"x": "y", "post-update-cmd": ["a"]}}',
        {"composer:a/b", f"hook:composer:post-update-cmd@{digest(str(['a']))}"},
    ),
    "core/Cargo.toml": (
        b'[package]\nbuild="b.rs"\n'
        b'[dependencies]\none = "1"\ntwo = { package = "real", version = "1" }\n'
        b'[target."cfg(unix)".dependencies]\nthree = "1"\n[workspace.dependencies]\nfour = "1"\n'
        b'five = { git = "https://example.org/five" }\n',
        {
            "cargo:one",
            "cargo:real",
            "cargo:three",
            "cargo:four",
            "cargo:five",
            "direct:cargo:five",
            f"hook:cargo:build@{digest('b.rs')}",
        },
    ),
    "pyproject.toml": (
        b'[build-system]\nrequires = ["setuptools>=61"]\nbuild-backend = "own"\n'
        b'backend-path = ["b"]\n[project]\n'
        b"dependencies = [\"Under_Score[x]>=1; python_version > '3'\"]\n"
        b'[tool.poetry.dependencies]\npython = "^3"\nverse = "1"\n'
        b'[dependency-groups]\ntest = ["tester", {include-group = "x"}]\n',
        {
            "pypi:setuptools",
            "pypi:under-score",
            "pypi:verse",
            "pypi:tester",
            f"hook:pypi:build-backend@{digest('own' + str(['b']))}",
        },
    ),
    "requirements/dev.txt": (
        b"# note\n-r base.txt\nalpha==1\nbeta  # why\ngamma @ https://example.org/g.whl\n",
        {"pypi:alpha", "pypi:beta", "pypi:gamma", "direct:pypi:gamma"},
    ),
    "setup.cfg": (
        b"[options]\ninstall_requires =\n  six\n  seven>=2\n[options.extras_require]\nt = eight\n",
        {"pypi:six", "pypi:seven", "pypi:eight"},
    ),
    "go.mod": (
        b"module example.org/me\nrequire (\n\texample.org/a/b v1.2.3\n"
        b"\texample.org/c v1.0.0 // indirect\n)\nrequire golang.org/x/sys v0.1.0\n",
        {"go:example.org/a/b", "go:golang.org/x/sys"},
    ),
    "Gemfile": (b"gem 'rake', '~> 1'\n# gem 'no'\n", {"gem:rake"}),
    "my.gemspec": (
        b's.add_development_dependency("mini", ">1")\ns.extensions  << "ext/x"\n',
        {"gem:mini", "hook:gem:extensions@" + digest('"ext/x"')},
    ),
    "pom.xml": (
        b"<dependency>\n <groupId>a.b</groupId>\n <artifactId>c</artifactId>\n</dependency>"
        b"<plugin><artifactId>maven-jar-plugin</artifactId><executable>no</executable></plugin>"
        b"<plugin>\n <artifactId>exec-maven-plugin</artifactId> <version>3.1</version>\n"
        b" <executable>sh</executable>\n</plugin>",
        {
            "maven:a.b:c",
            "hook:maven:exec-maven-plugin@"
            + digest("<artifactId>exec-maven-plugin</artifactId> <executable>sh</executable>"),
        },
    ),
    "app/build.gradle.kts": (
        b'  testImplementation("j.u:nit:4")\n  commandLine("sh", "x")\nval v = "id".execute()\n',
        {
            "maven:j.u:nit",
            "hook:gradle:exec@" + digest('commandLine("sh", "x")'),
            "hook:gradle:exec@" + digest('"id".execute('),
        },
    ),
    "App.csproj": (
        b'<PackageReference Include="Some.Json" Version="1"/>\n'
        b"<Exec  Condition=\"'$(OS)' == 'Unix'\" Command='sh  x'/>"
        b"<PostBuildEvent>copy a\n b</PostBuildEvent>",
        {
            "nuget:Some.Json",
            "hook:nuget:exec@" + digest("sh x"),
            "hook:nuget:exec@" + digest("copy a b"),
        },
    ),
    "mix.exs": (b'{:ecto, "~> 1"}, {:ok, x}', {"hex:ecto"}),
    ".github/workflows/ci.yml": (
        b"    - uses: actions/checkout@v4\n      uses: './local'\n    - uses: a/b/c@main\n",
        {
            "action:actions/checkout",
            "uses:actions/checkout@v4",
            "action:a/b/c",
            "uses:a/b/c@main",
        },
    ),
}


@pytest.mark.parametrize("path", MANIFESTS)
def test_every_format_tells_its_packages(path: str) -> None:
    content, names = MANIFESTS[path]
    assert declared(path, content) == names


@pytest.mark.parametrize("path", ["README.md", "package.json.bak", "src/go.mod.txt", "setup.py"])
def test_other_files_declare_nothing(path: str) -> None:
    assert form_of(path) == ""
    assert declared(path, b'{"dependencies": {"left": "1"}}') == frozenset()


@pytest.mark.parametrize("scripts", [b"[]", b"1", b"null", b'"prepare"'])
def test_scripts_of_another_form_hide_no_packages(scripts: bytes) -> None:
    content = b'{"dependencies": {"left": "1"}, "scripts": %b}' % scripts
    assert declared("package.json", content) == {"npm:left"}


@given(path=st.sampled_from(sorted(MANIFESTS)), noise=st.binary(max_size=60), at=st.integers(0, 99))
def test_a_damaged_manifest_is_no_error(path: str, noise: bytes, at: int) -> None:
    content = MANIFESTS[path][0]
    at %= len(content)
    for name in declared(path, content[:at] + noise + content[at:]):
        assert " " not in name
        assert name.isprintable()


@pytest.mark.parametrize("path", MANIFESTS)
@pytest.mark.parametrize(
    "unit", [b"a.", b"[", b'{"a":', b"implementation", b"\n ", b"<dependency>", b"gem 'a", b"[a]\n"]
)
def test_no_manifest_takes_long(path: str, unit: bytes) -> None:
    content = unit * (900_000 // len(unit))
    begun = time.process_time()
    declared(path, content)
    declared(path, content + b" = 1")
    assert time.process_time() - begun < 20  # what is quadratic takes minutes


def history_of_dependencies(path: Path) -> Repository:
    repository = Repository(path)
    repository.commit(
        {"package.json": b'{"dependencies": {"old": "1"}}'}, author=FOUNDER, time=START
    )
    repository.commit(
        {"package.json": b'{"dependencies": {"old": "2"}}'}, author=FOUNDER, time=START + 1 * DAY
    )
    repository.commit(
        {"package.json": b'{"dependencies": {}}'}, author=FOUNDER, time=START + 2 * DAY
    )
    repository.commit(
        {"package.json": b'{"dependencies": {"old": "1", "unheard-of": "1"}}'},
        author=NEWCOMER,
        time=START + 3 * DAY,
    )
    return repository


def test_only_what_the_project_never_declared_is_new(tmp_path: Path) -> None:
    history = mine(history_of_dependencies(tmp_path / "one").write(), key=KEY)
    assert history.changes["declares"].tolist() == ["npm:old", "", "", "npm:old npm:unheard-of"]
    values = describe_commits(history).values
    assert values["new_packages"].tolist() == [1, 0, 0, 1]
    assert values["package_spread"].isna().tolist() == [False, True, True, False]
    sign = next(s for s in SIGNALS if s.name == "unknown_package_from_newcomer")
    assert sign.shown_by(columns_of(values))[-1]


WORKFLOW = ".github/workflows/ci.yml"


def test_actions_are_followed_by_what_they_are_taken_from(tmp_path: Path) -> None:
    repository = Repository(tmp_path / "one")
    digest = "0123456789abcdef0123456789abcdef01234567"
    for day, uses in enumerate(
        ["a/b@v4", "a/b@v5", "a/b@v4", "a/b@main", f"a/b@{digest}", "c/d@x"]
    ):
        text = f"    - uses: {uses}\n".encode()
        repository.commit({WORKFLOW: text}, author=FOUNDER, time=START + day * DAY)
    values = describe_commits(mine(repository.write(), key=KEY)).values
    assert values["repointed_actions"].tolist() == [0, 1, 0, 1, 1, 0]
    assert values["unpinned_actions"].tolist() == [0, 0, 0, 1, 0, 1]
    assert values["new_packages"].tolist() == [1, 0, 0, 0, 0, 1]


def test_a_secret_beside_an_action_that_hardly_anybody_uses_is_a_sign(tmp_path: Path) -> None:
    repository = Repository(tmp_path / "one")
    token, unknown = "          token: ${{ secrets.PAT }}\n", "    - uses: un/heard-of@v1\n"
    known, again = "    - uses: actions/checkout@main\n", "          again: ${{ secrets.PAT }}\n"
    day = START + 2_500 * DAY
    floating = "    - uses: a/b@main\n"
    for text in (known + token, known + unknown, token + unknown, unknown + floating + again):
        day += DAY
        repository.commit({WORKFLOW: text.encode()}, author=FOUNDER, time=day)
    values = describe_commits(mine(repository.write(), key=KEY)).values
    sign = next(s for s in SIGNALS if s.name == "secrets_beside_unknown_action")
    assert sign.shown_by(columns_of(values)).tolist() == [False, False, False, True]


def test_steps_of_an_installation_are_new_once(tmp_path: Path) -> None:
    repository = Repository(tmp_path / "one")
    steps = ['"test": "x"', '"postinstall" : "a"', '"postinstall":"a" ', '"postinstall": "b"']
    for day, step in enumerate([*steps, '"postinstall": "a"']):
        text = f'{{"scripts": {{{step}}}}}'.encode()
        repository.commit({"package.json": text}, author=FOUNDER, time=START + day * DAY)
    history = mine(repository.write(), key=KEY)
    values = describe_commits(history).values
    assert values["installing_steps"].tolist() == [0, 1, 0, 1, 0]
    assert values["new_packages"].sum() == 0
    assert first_declared(history).empty


def test_a_build_program_is_a_step_that_runs_itself(tmp_path: Path) -> None:
    repository = Repository(tmp_path / "one")
    for day, build in enumerate(["", 'build="x.rs"\n', 'build = "x.rs"\nversion = "1"\n']):
        text = b"[package]\n" + build.encode()
        repository.commit({"Cargo.toml": text}, author=FOUNDER, time=START + day * DAY)
    values = describe_commits(mine(repository.write(), key=KEY)).values
    sign = next(s for s in SIGNALS if s.name == "step_that_runs_itself")
    assert sign.shown_by(columns_of(values)).tolist() == [False, True, False]


def test_packages_from_addresses_count_once(tmp_path: Path) -> None:
    repository = Repository(tmp_path / "one")
    for day, wanted in enumerate(["^1", "someone/left#main", "^2", "someone/left#main"]):
        text = f'{{"dependencies": {{"left": "{wanted}"}}}}'.encode()
        repository.commit({"package.json": text}, author=FOUNDER, time=START + day * DAY)
    values = describe_commits(mine(repository.write(), key=KEY)).values
    assert values["direct_packages"].tolist() == [0, 1, 0, 0]
    assert values["new_packages"].tolist() == [1, 0, 0, 0]


def test_mining_on_keeps_what_was_declared(tmp_path: Path) -> None:
    repository = history_of_dependencies(tmp_path / "one")
    repository.commit(
        {"package.json": b'{"dependencies": {"later": "1"}}', "go.mod": b"require a.b/c v1\n"},
        author=NEWCOMER,
        time=START + 4 * DAY,
    )
    place = repository.write()
    head = git(place, "rev-parse", "main").decode().strip()
    git(place, "update-ref", "refs/heads/main", "main~1")
    mine_into(tmp_path / "tables", place, key=KEY)
    git(place, "update-ref", "refs/heads/main", head)
    assert mine_into(tmp_path / "tables", place, key=KEY).commits == 5
    mine_into(tmp_path / "afresh", place, key=KEY)
    on, afresh = read_history(tmp_path / "tables"), read_history(tmp_path / "afresh")
    same(on, afresh)
    assert on.changes["declares"].iloc[-1] in {"npm:later", "go:a.b/c"}


def test_a_package_is_known_once_two_projects_had_it(tmp_path: Path) -> None:
    one = mine(history_of_dependencies(tmp_path / "one").write(), key=KEY)
    first = first_declared(one)
    packages = Known.of([first, first])
    day = START // DAY + 3
    assert first["npm:unheard-of"] == day
    assert packages.known_by("npm:unheard-of", day) == 0
    assert packages.known_by("npm:unheard-of", day + 1) == KNOWN
    assert Known.of([first]).since == {}


def test_the_shipped_table_knows_what_everybody_uses() -> None:
    known = Known.load(PACKAGES)
    assert known.projects > 200
    today = 20_000
    assert known.known_by("action:actions/checkout", today) > 50
    assert known.known_by("npm:flatmap-stream", today) == 0
    assert all(list(days) == sorted(days) for days in known.since.values())
    assert np.mean([len(days) for days in known.since.values()]) >= KNOWN
