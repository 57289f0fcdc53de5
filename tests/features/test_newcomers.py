"""Newcomers who let one another's work in, told from those whom somebody older stands behind."""

import pandas as pd

from trustdrift.features.endorsements import ENDORSEMENTS
from trustdrift.features.mining import mine
from trustdrift.features.signals import SIGNALS
from trustdrift.features.vectors import describe

from ..conftest import KEY
from ..repositories import DAY, FOUNDER, NEWCOMER, START, Repository

OTHER = "Otto Other <otto@elsewhere.net>"
YEARS = 36 * 30
"""Days after which somebody new may come."""


def at(day: int) -> int:
    return START + (YEARS + day) * DAY


def years_of_the_founder(repository: Repository, first: int = 0, last: int = 36) -> None:
    for month in range(first, last):
        repository.commit({"a": b"%d" % month}, author=FOUNDER, time=START + 30 * month * DAY)


def last_rows(repository: Repository) -> pd.DataFrame:
    """Give the newest row of each person, in the order of their first commits."""
    repository.commit({"z": b"z"}, author=FOUNDER, time=at(120))
    history = mine(repository.write(), key=KEY)
    found = describe(history)["contributor"]
    rows = found.values.assign(person=found.subjects["person"]).groupby("person").last()
    return rows.loc[history.commits["author"].drop_duplicates()]


def shows_sign(rows: pd.DataFrame, name: str = "newcomers_for_one_another") -> list[bool]:
    sign = next(sign for sign in SIGNALS + ENDORSEMENTS if sign.name == name)
    return [bool(text) for text in sign.sentences(rows)]


def test_two_who_came_together_and_pass_on_each_others_work(repository: Repository) -> None:
    years_of_the_founder(repository)
    repository.commit({"b": b"1"}, author=NEWCOMER, committer=OTHER, time=at(10))
    repository.commit({"c": b"2"}, author=OTHER, committer=NEWCOMER, time=at(40))
    rows = last_rows(repository)
    assert rows["mutual_support"].tolist() == [0, 1, 1]
    assert shows_sign(rows) == [False, True, True]
    assert not any(shows_sign(rows, "work_reviewed"))


def test_support_that_goes_one_way_is_not_mutual(repository: Repository) -> None:
    years_of_the_founder(repository)
    repository.commit({"b": b"1"}, author=OTHER, time=at(5))
    repository.commit({"b": b"2"}, author=NEWCOMER, committer=OTHER, time=at(10))
    rows = last_rows(repository)
    assert not any(shows_sign(rows))
    assert shows_sign(rows, "work_reviewed") == [False, False, True]


def test_who_came_a_year_apart_did_not_come_together(repository: Repository) -> None:
    years_of_the_founder(repository, last=24)
    repository.commit({"b": b"0"}, author=OTHER, time=at(-360))
    years_of_the_founder(repository, first=24)
    repository.commit({"b": b"1"}, author=NEWCOMER, committer=OTHER, time=at(10))
    repository.commit({"c": b"2"}, author=OTHER, committer=NEWCOMER, time=at(40))
    assert not any(shows_sign(last_rows(repository)))


def test_merging_somebodys_request_is_support(repository: Repository) -> None:
    years_of_the_founder(repository)
    base = repository.commit({"b": b"1"}, author=OTHER, time=at(5))
    request = repository.commit(
        {"c": b"1"}, author=NEWCOMER, time=at(8), branch="topic", after=base
    )
    repository.commit(
        author=OTHER, time=at(10), merge=request, message="Merge pull request #7 from nora/topic"
    )
    repository.commit({"c": b"2"}, author=OTHER, committer=NEWCOMER, time=at(40))
    assert shows_sign(last_rows(repository)) == [False, True, True]


def test_nobody_is_new_where_everybody_is(repository: Repository) -> None:
    repository.commit({"b": b"1"}, author=NEWCOMER, committer=OTHER, time=START)
    repository.commit({"b": b"2"}, author=OTHER, committer=NEWCOMER, time=START + 40 * DAY)
    repository.commit({"b": b"3"}, author=NEWCOMER, committer=OTHER, time=START + 120 * DAY)
    history = mine(repository.write(), key=KEY)
    values = describe(history)["contributor"].values
    assert values["mutual_support"].isna().all()
