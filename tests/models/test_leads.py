"""Leads: a story's oddities are found first, explained, and weighed fairly."""

import numpy as np
import pandas as pd
import pytest

from trustdrift.features.catalog import features
from trustdrift.features.endorsements import ENDORSEMENTS
from trustdrift.features.feature import LEVELS, Level
from trustdrift.features.history import History
from trustdrift.features.signals import SIGNALS
from trustdrift.features.signs import columns_of
from trustdrift.features.vectors import Vectors, describe
from trustdrift.features.wording import Figure, printable, singular
from trustdrift.models.baseline import Baseline
from trustdrift.models.leads import Lead, Limits, find_leads


def leads_of(baseline: Baseline, vectors: Vectors, top: int = 10) -> list[Lead]:
    learned = baseline.levels[vectors.level]
    return find_leads(learned, vectors, learned.score(vectors), Limits(top=top, level=0.05))


def test_the_planted_commit_is_among_the_first_leads(
    shipped: Baseline, story_history: History
) -> None:
    planted = story_history.commits["sha"].iloc[-1]
    leads = leads_of(shipped, describe(story_history)["commit"])
    lead = next(found for found in leads if found.subject["sha"] == planted)
    assert {"binary_fixture_from_newer_author"} <= {signal.name for signal in lead.signals}
    assert lead.reasons[0].feature in {
        "binary_fixtures", "binary_files", "binary_share", "first_binary",
    }  # fmt: skip
    assert lead.p_value < 0.02


def test_the_newcomer_is_the_first_lead_and_the_founder_is_not_one(
    shipped: Baseline, story_history: History
) -> None:
    vectors = describe(story_history)["contributor"]
    learned = shipped.levels["contributor"]
    leads = find_leads(learned, vectors, learned.score(vectors), Limits())
    nora = story_history.commits["author"].iloc[-1]
    frida = story_history.commits["author"].iloc[0]
    assert leads[0].subject["person"] == nora
    assert "displaces_incumbent" in {signal.name for signal in leads[0].signals}
    assert frida not in [lead.subject["person"] for lead in leads]


def test_a_person_is_listed_once(shipped: Baseline, story_history: History) -> None:
    people = [
        lead.subject["person"] for lead in leads_of(shipped, describe(story_history)["contributor"])
    ]
    assert len(people) == len(set(people))


@pytest.mark.parametrize("level", LEVELS)
def test_every_lead_has_reasons_a_typical_value_and_the_other_side(
    shipped: Baseline, story_history: History, level: Level
) -> None:
    for lead in leads_of(shipped, describe(story_history)[level]):
        assert lead.reasons
        assert lead.in_favour
        assert 0 < lead.p_value <= 0.05
        assert lead.percentile == pytest.approx(100 * (1 - lead.p_value))
        weights = [reason.weight for reason in lead.reasons]
        assert weights == sorted(weights, reverse=True)
        for reason in lead.reasons:
            assert reason.text.count("(") == reason.text.count(")")


def test_a_single_planted_oddity_is_named_first(shipped: Baseline, story_history: History) -> None:
    """One directional feature at a time is put beyond anything seen, in an ordinary vector."""
    vectors = describe(story_history)["commit"]
    columns = features("commit")
    typical = vectors.values.median()
    sided = [f for f in columns if f.concerning != "both"]
    rng = np.random.default_rng(0)
    planted = [sided[int(i)] for i in rng.integers(len(sided), size=100)]
    rows = []
    for feature in planted:
        row = typical.copy()
        row[feature.name] = 1e7 if feature.concerning == "high" else -1e7
        rows.append(row)
    table = Vectors(
        "commit", vectors.subjects.iloc[:100], pd.DataFrame(rows).reset_index(drop=True), ""
    )
    learned = shipped.levels["commit"]
    leads = find_leads(learned, table, learned.score(table), Limits(top=100, level=1.0))
    first = {lead.row: lead.reasons[0].feature for lead in leads if lead.reasons}
    assert sum(first.get(i) == feature.name for i, feature in enumerate(planted)) >= 95


def test_signs_have_names_and_descriptions_of_their_own() -> None:
    signs = SIGNALS + ENDORSEMENTS
    assert len({sign.name for sign in signs}) == len(signs)
    assert all(sign.description.endswith(".") for sign in signs)


def test_a_sign_speaks_only_where_it_shows(story_history: History) -> None:
    for level, vectors in describe(story_history).items():
        for sign in [s for s in SIGNALS + ENDORSEMENTS if s.level == level]:
            shown = sign.shown_by(columns_of(vectors.values))
            texts = sign.sentences(vectors.values)
            assert [bool(text) for text in texts] == shown.tolist()
            assert not any("nan" in text for text in texts), sign.name


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("changes 1 packaging or release files", "changes 1 packaging or release file"),
        ("changed 1 security, hook or release files", "changed 1 security, hook or release file"),
        ("1 people made 1 commits", "1 person made 1 commit"),
        ("1 other people were active", "1 other person was active"),
        ("11 files and 1,001 commits", "11 files and 1,001 commits"),
        ("0.1 commits", "0.1 commits"),
        (
            "1 invisible or direction-changing characters",
            "1 invisible or direction-changing character",
        ),
        ("adds 1 names to code", "adds 1 name to code"),
        ("adds 1 URLs to code", "adds 1 URL to code"),
        ("declares 1 packages that", "declares 1 package that"),
        ("names 1 hosts of which", "names 1 host of which"),
        ("gain 1 steps that", "gain 1 step that"),
    ],
)
def test_one_is_singular(before: str, after: str) -> None:
    assert singular(before) == after


def test_small_shares_keep_a_digit() -> None:
    assert f"{Figure(0.004):.0%} {Figure(0.4):.0%} {Figure(0.996):.0%} {Figure(0):.0%}" == (
        "0.4% 40% 99.6% 0%"
    )


def test_control_characters_are_dropped() -> None:
    assert printable("a\x1b[1mb\u202ec\n") == "a[1mbc"
