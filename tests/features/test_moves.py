"""Which added file is taken for a deleted one, and what is then said of its text."""

import pytest

from trustdrift.features.history import History
from trustdrift.features.mining import mine
from trustdrift.features.mining.moves import moved_from
from trustdrift.features.mining.trees import Difference, Side

from ..conftest import KEY
from ..repositories import Repository, loosened

FILE, LINK = 0o100644, 0o120000
BODY = b"".join(b"line %d\n" % i for i in range(50))


def side(content: str, mode: int = FILE) -> Side:
    return mode, content.encode().ljust(20)


def gone(path: str, content: str, mode: int = FILE) -> Difference:
    return path.encode(), side(content, mode), None


def came(path: str, content: str, mode: int = FILE) -> Difference:
    return path.encode(), None, side(content, mode)


@pytest.mark.parametrize(
    ("changes", "origins"),
    [
        ([gone("a.c", "1"), came("b.c", "1")], {"b.c": "1"}),
        ([gone("a.c", "1"), came("b.c", "2")], {}),
        ([gone("a.c", "1"), came("src/a.c", "2")], {"src/a.c": "2->1"}),
        ([gone("x/a.c", "1"), gone("y/a.c", "2"), came("new/y/a.c", "3")], {"new/y/a.c": "2"}),
        ([gone("x/a.c", "1"), gone("y/a.c", "2"), came("z/a.c", "3")], {}),
        ([gone("a.c", "1", LINK), came("b.c", "1")], {}),
        ([gone("a.c", "1"), came("b.c", "1", LINK)], {}),
        ([gone("a.c", "1"), came("d/a.c", "1"), came("e/a.c", "2")], {"d/a.c": "1", "e/a.c": "1"}),
    ],
    ids=["same content", "nothing alike", "same name", "same end", "two alike", "was a link",
         "is a link", "split in two"],
)  # fmt: skip
def test_what_is_taken_for_moved(changes: list[Difference], origins: dict[str, str]) -> None:
    expected = {path: was.rpartition(">")[2] for path, was in origins.items()}
    found = moved_from(changes)
    assert {path.decode(): oid.strip().decode() for path, oid in found.items()} == expected


def last(history: History, path: str) -> dict:
    rows = history.changes[history.changes["path"] == path]
    return rows.iloc[-1].to_dict()


def mined(repository: Repository) -> History:
    return mine(repository.path, key=KEY)


def test_a_moved_file_says_what_was_changed_in_it(repository: Repository) -> None:
    repository.commit({"lib/a.py": BODY, "b.py": BODY})
    repository.commit({"lib/a.py": None, "src/a.py": BODY + b"eval(x)\n", "b.py": None})
    repository.write()
    moved = last(mined(repository), "src/a.py")
    assert (moved["status"], moved["old_mode"], moved["added"], moved["deleted"]) == ("A", 0, 51, 0)
    assert (moved["new_lines"], moved["added_bytes"], moved["evaluation"]) == (1, 8, 1)


def test_a_manifest_that_moves_declares_nothing_anew(repository: Repository) -> None:
    manifest = b'{"dependencies": {"left": "1", %s"right": "1"}}\n'
    repository.commit({"package.json": manifest % b""})
    repository.commit({"package.json": None, "app/package.json": manifest % b'"new": "1", '})
    repository.write()
    assert last(mined(repository), "app/package.json")["declares"] == "npm:new"


def test_a_text_in_place_of_a_binary_file_is_new(repository: Repository) -> None:
    repository.commit({"tests/data": b"\0" * 100})
    repository.commit({"tests/data": None, "src/data": BODY})
    repository.write()
    assert last(mined(repository), "src/data")["new_lines"] == 50


def test_where_the_origin_is_absent_all_is_new(repository: Repository) -> None:
    repository.commit({"a.py": BODY})
    repository.commit({"a.py": None, "src/a.py": BODY + b"more\n"})
    repository.write()
    loosened(repository.path, "HEAD~:a.py").unlink()
    moved = last(mined(repository), "src/a.py")
    assert (moved["added"], moved["new_lines"]) == (51, 51)
