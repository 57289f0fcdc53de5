"""Reports: the same facts in every form, and pages that stand alone."""

import json
import re
from dataclasses import replace
from datetime import date
from html.parser import HTMLParser
from pathlib import Path

import pytest

from trustdrift.features.errors import ConfigurationError
from trustdrift.models.baseline import Baseline
from trustdrift.serving.files import write_whole
from trustdrift.serving.reports import FORMATS
from trustdrift.serving.reports.charts import stewardship
from trustdrift.serving.reports.view import name_of
from trustdrift.serving.scan import Scan, scan

from ..conftest import KEY


@pytest.fixture(scope="module")
def found(story: Path, shipped: Baseline) -> Scan:
    return scan(story, key=KEY, baseline=shipped)


class Checker(HTMLParser):
    """Collects what would reach out of the page, and tags left open."""

    void = frozenset(("meta", "br", "hr", "img", "link", "input"))

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.outside: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag not in self.void:
            self.open.append(tag)
        if tag in ("script", "iframe", "object", "embed", "img", "link"):
            self.outside.append(tag)
        self.outside += [f"{k}={v}" for k, v in attrs if k in ("src", "href") or k.startswith("on")]

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


def test_the_page_is_well_formed_and_reaches_nowhere(found: Scan) -> None:
    page = FORMATS["html"](found)
    checker = Checker()
    checker.feed(page)
    assert checker.open == []
    assert checker.outside == []
    assert not re.search(r"url\((?!#)", page)
    assert "@import" not in page
    assert len(page) < 2_000_000


@pytest.mark.parametrize("form", ["text", "html", "md"])
def test_every_form_for_people_says_the_same(found: Scan, form: str) -> None:
    text = re.sub(r"\s+", " ", FORMATS[form](found))
    lead = found.leads["contributor"][0]
    assert found.names[lead.subject["person"]] in text
    assert lead.subject["window_end"] in text
    assert "What speaks for it" in text or " + " in text
    assert "Ask before you conclude" in text or "ask before you conclude" in text


def test_every_picture_has_words_and_a_table(found: Scan) -> None:
    page = FORMATS["html"](found)
    pictures = page.count("<svg")
    risen = [own for own in found.pictures.ascents.values() if own.rights and own.tenure < 3_650]
    assert pictures == 2 + len(found.leads["commit"]) + len(risen)
    assert len(re.findall(r'<svg viewBox="[^"]+" role="img" aria-label="[^"]+">', page)) == pictures
    assert page.count("The same as a table") == pictures
    assert not re.search(r"#0[0-9a]0[0-9a-b]\w\w\b", page), "a colour is not the page's own"


def test_pictures_need_no_styles_of_their_own(found: Scan) -> None:
    page = FORMATS["html"](found)
    assert ' style="' not in page
    assert page.count("<style") == 1


def test_identifiers_of_pictures_do_not_clash(found: Scan) -> None:
    page = FORMATS["html"](found)
    for name in set(re.findall(r"url\(#([^)]+)\)", page)):
        assert page.count(f'id="{name}"') == 1


def test_the_table_of_shares_adds_up(found: Scan) -> None:
    drawn = stewardship(found.stewardship, [name_of(found, p) for p in found.stewardship.people])
    assert drawn is not None
    for period, commits in enumerate(found.stewardship.commits):
        shares = [row[period + 1] for row in drawn.rows[1:-1]]
        total = sum(int(share.rstrip("%")) for share in shares if share != "·")
        assert total == pytest.approx(100 if commits else 0, abs=3)


def test_the_timeline_shows_the_hand_over(found: Scan) -> None:
    shares = dict(
        zip(
            [found.names[person] for person in found.stewardship.people],
            found.stewardship.shares,
            strict=True,
        )
    )
    assert shares["Frida Founder"][0] > 0.8
    assert shares["Nora Newcomer"][0] == 0
    assert shares["Nora Newcomer"][-1] > 0.7


def test_evidence_of_a_window_lies_in_it(found: Scan) -> None:
    for lead in found.leads["contributor"]:
        end = date.fromisoformat(lead.subject["window_end"])
        for sha in lead.evidence:
            age = end - date.fromisoformat(found.dates[sha])
            assert 0 <= age.days <= 90
            assert found.people_of[sha] == lead.subject["person"]


def test_evidence_says_which_signs_it_shows(found: Scan) -> None:
    commit, lead = found.leads["commit"][0], found.leads["contributor"][0]
    assert "binary_fixture_from_newer_author" in {sign.name for sign in commit.signals}
    sha = commit.subject["sha"]
    shown = replace(
        lead, evidence=(sha, *lead.evidence[1:]), evidence_signals={sha: commit.signals}
    )
    people_alone = replace(found, leads={**found.leads, "contributor": [shown], "commit": []})
    for form in ("text", "html", "md"):
        text = " ".join(FORMATS[form](people_alone).split())
        assert "5 binary test files, from somebody whose first commit" in text


def test_evidence_says_what_it_names_first_so_that_nobody_opens_it(found: Scan) -> None:
    commit = found.leads["commit"][0]
    sha = commit.subject["sha"]
    named = replace(commit, named_first={sha: ("npm:<b>*x*", "www.evil.example")})
    with_it = replace(found, leads={**found.leads, "commit": [named], "contributor": []})
    assert json.loads(FORMATS["json"](with_it))["leads"]["commits"][0]["named_first"] == {
        sha: ["npm:<b>*x*", "www.evil.example"]
    }
    expected = {
        "text": "First named here: npm:<b>*x*, www[.]evil[.]example",
        "html": "<p>npm:&lt;b&gt;*x*, www[.]evil[.]example</p>",
        "md": r"First named here: npm:\<b\>\*x\*, www\[.\]evil\[.\]example",
    }
    for form, text in expected.items():
        assert text in FORMATS[form](with_it)
        assert "First named here" not in FORMATS[form](replace(found, leads={
            **found.leads, "commit": [replace(commit, named_first={})], "contributor": [],
            "project": [],
        }))  # fmt: skip


def test_a_place_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match="cannot be written"):
        write_whole(tmp_path / "no" / "file", "text")
    (tmp_path / "kept").write_text("old")
    write_whole(tmp_path / "kept", "new")
    assert (tmp_path / "kept").read_text() == "new"
