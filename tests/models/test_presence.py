"""Where else somebody was at work: counted from public commits, in others' projects, by then."""

from pathlib import Path

import numpy as np
import pytest

from trustdrift.features.errors import BaselineDamaged, BaselineMissing
from trustdrift.features.mining import commit_authors, mine
from trustdrift.features.people import address_sketch
from trustdrift.features.windows import DAY
from trustdrift.models.baseline import Baseline
from trustdrift.models.presence import LEAST, Authorship, Elsewhere, Presence
from trustdrift.serving.elsewhere import credited
from trustdrift.serving.scan import judge

from ..conftest import KEY

ADA = "ada@lovelace.org"


def project(number: int, who: str, *, day: int, many: int = LEAST) -> list[Authorship]:
    """Commits by one person, a day apart, after a root by another."""
    root = f"{number:08x}" + "0" * 32
    later = [("", who, (day + i) * DAY) for i in range(many)]
    return [(root, "founder@project.org", day * DAY), *later]


def test_what_was_done_in_other_projects_by_then_counts() -> None:
    one, other = project(1, ADA, day=100), project(2, ADA, day=50)
    presence = Presence.of([one, other])
    own = [one[0][0]]
    assert presence.elsewhere([ADA], own, 1_000 * DAY) == Elsewhere(1, 50)
    assert presence.elsewhere([ADA], [], 1_000 * DAY) == Elsewhere(2, 50)
    assert presence.elsewhere([ADA], own, 53 * DAY) is None, "four commits were known by then"
    assert presence.elsewhere(["eve@lovelace.org"], own, 1_000 * DAY) is None


def test_few_commits_and_shared_addresses_are_not_indexed() -> None:
    few = project(1, ADA, day=10, many=LEAST - 1)
    shared = project(2, "noreply@github.com", day=10)
    robot = project(3, "49699333+dependabot[bot]@users.noreply.github.com", day=10)
    assert len(Presence.of([few, shared, robot]).who) == 0


def test_who_asks_is_left_out() -> None:
    projects = [project(1, ADA, day=10), project(2, "bob@b.org", day=10)]
    sketch = address_sketch(ADA)
    assert sketch is not None
    assert sketch not in Presence.of(projects, {sketch}).who
    assert len(Presence.of(projects).who) == 2


def test_forms_of_one_address_are_one() -> None:
    assert address_sketch("Ada@Lovelace.org ") == address_sketch(ADA)
    assert address_sketch("12+ada@users.noreply.github.com") == address_sketch(
        "ada@users.noreply.github.com"
    )


def test_an_index_is_read_as_it_was_written(tmp_path: Path) -> None:
    presence = Presence.of([project(1, ADA, day=100), project(2, "bob@b.org", day=7)])
    presence.save(tmp_path / "index")
    again = Presence.load(tmp_path / "index")
    for name in vars(presence):
        np.testing.assert_array_equal(getattr(again, name), getattr(presence, name))


def test_an_absent_or_damaged_index_says_so(tmp_path: Path) -> None:
    with pytest.raises(BaselineMissing):
        Presence.load(tmp_path / "none")
    (tmp_path / "bad").write_bytes(b"x" * 20)
    with pytest.raises(BaselineDamaged):
        Presence.load(tmp_path / "bad")


def test_a_lead_says_where_else_its_person_was_at_work(story: Path, shipped: Baseline) -> None:
    history = mine(story, key=KEY)
    leads = judge(history, shipped, since=None).leads
    person = leads["contributor"][0].subject["person"]
    address = next(iter(history.people[person].addresses))
    told = credited(leads, history, Presence.of([project(1, address, day=100)]))
    for level in ("commit", "contributor"):
        for before, after in zip(leads[level], told[level], strict=True):
            new = set(after.in_favour) - set(before.in_favour)
            own = before.subject.get("person") == person
            assert not own or any("in another project of the reference" in t for t in new)
    assert told["project"] == leads["project"]


def test_ones_own_project_never_counts(story: Path, shipped: Baseline) -> None:
    history = mine(story, key=KEY)
    leads = judge(history, shipped, since=None).leads
    assert credited(leads, history, Presence.of([list(commit_authors(story))])) == leads
