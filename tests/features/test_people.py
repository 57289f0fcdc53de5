"""People: aliases, mailmaps, robots and pseudonyms."""

import pytest

from trustdrift.features.errors import ConfigurationError
from trustdrift.features.mining import mine
from trustdrift.features.people import Identities, Mailmap, People, Person, pseudonym
from trustdrift.features.pseudonym_key import load_key

from ..conftest import KEY
from ..repositories import DAY, START, Repository


def resolved(*pairs: tuple[str, str]) -> list[tuple[Person, bool]]:
    identities = Identities(KEY)
    known = People(identities)
    return [known.resolve(identities.number(*pair, Mailmap())) for pair in pairs]


def people(*pairs: tuple[str, str]) -> list[str]:
    return [person.pseudonym for person, _ in resolved(*pairs)]


def test_the_same_address_is_the_same_person_whatever_the_name() -> None:
    one, two = people(("Ada", "ada@x.org"), ("A. Lovelace", "ADA@x.org"))
    assert one == two


def test_the_same_full_name_is_the_same_person_whatever_the_address() -> None:
    one, two = people(("Ada Lovelace", "ada@x.org"), ("ada  LOVELACE", "ada@y.org"))
    assert one == two


@pytest.mark.parametrize("name", ["ada", "root", "A B"])
def test_a_name_that_many_share_joins_nobody(name: str) -> None:
    one, two = people((name, "a@x.org"), (name, "b@y.org"))
    assert one != two


def test_addresses_that_many_share_join_nobody() -> None:
    one, two = people(("Ada Lovelace", "root@localhost"), ("Grace Hopper", "root@localhost"))
    assert one != two


def test_a_forges_hidden_address_is_the_same_with_and_without_its_number() -> None:
    one, two = people(
        ("ada", "ada@users.noreply.github.com"), ("Ada", "77+ada@users.noreply.github.com")
    )
    assert one == two


@pytest.mark.parametrize(
    ("name", "address", "kind"),
    [
        ("dependabot[bot]", "49699333+dependabot[bot]@users.noreply.github.com", "bot"),
        ("renovate", "x@y.org", "bot"),
        ("k8s-ci-robot", "x@y.org", "bot"),
        ("GitHub", "noreply@github.com", "forge"),
        ("Abbot Smith", "abbot@x.org", "person"),
        ("Talbot", "t@x.org", "person"),
        ("Travis Oliphant", "t@x.org", "person"),
        ("Snyk Fan", "s@x.org", "person"),
    ],
)
def test_robots_and_forges_are_told_from_people(name: str, address: str, kind: str) -> None:
    assert resolved((name, address))[0][0].kind == kind


def test_a_known_persons_new_address_is_noticed_once() -> None:
    pairs = [("Ada Lovelace", "ada@x.org"), ("Ada Lovelace", "ada@y.org")] * 2
    assert [new_alias for _, new_alias in resolved(*pairs)] == [False, True, False, False]


def test_a_mailmap_holds_from_the_commit_that_brings_it(repository: Repository) -> None:
    old, new = "Old Name <old@x.org>", "New Person <new@y.org>"
    repository.commit({"a": b"1"}, author=new, time=START)
    repository.commit({"a": b"2"}, author=old, time=START + DAY)
    mailmap = b"New Person <new@y.org> <old@x.org>\n"
    repository.commit({".mailmap": mailmap}, author=new, time=START + 2 * DAY)
    repository.commit({"a": b"3"}, author=old, time=START + 3 * DAY)
    authors = mine(repository.write(), key=KEY).commits["author"].tolist()
    assert authors[0] == authors[2] == authors[3]
    assert authors[1] != authors[0]


def test_a_tagger_is_who_was_known_when_the_tag_was_made(repository: Repository) -> None:
    mark = repository.commit({"a": b"1"}, author="Ada Lovelace <ada@x.org>", time=START)
    repository.tag("v1", mark, tagger="Grace Hopper <grace@x.org>", time=START + DAY)
    repository.commit({"a": b"2"}, author="Grace Hopper <g@y.org>", time=START + 2 * DAY)
    path = repository.write()
    whole, then = mine(path, key=KEY), mine(path, key=KEY, until=START + DAY)
    assert whole.tags["tagger"].tolist() == then.tags["tagger"].tolist()
    assert whole.commits["author"].iloc[1] == whole.tags["tagger"].iloc[0]


def test_pseudonyms_are_stable_and_need_the_key() -> None:
    assert pseudonym(KEY, "ada@x.org") == pseudonym(KEY, "ada@x.org")
    assert pseudonym(KEY, "ada@x.org") != pseudonym(b"another key of ours", "ada@x.org")
    assert people(("Ada", "ada@x.org")) == people(("Ada", "ada@x.org"))


def test_the_key_is_made_once_and_kept_secret(
    monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory
) -> None:
    folder = tmp_path_factory.mktemp("settings")
    monkeypatch.delenv("TRUSTDRIFT_PSEUDONYM_KEY")
    monkeypatch.setenv("XDG_CONFIG_HOME", str(folder))
    first = load_key()
    assert load_key() == first
    assert (folder / "trustdrift" / "pseudonym.key").stat().st_mode & 0o077 == 0


def test_a_bad_key_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TRUSTDRIFT_PSEUDONYM_KEY", "not hexadecimal")
    with pytest.raises(ConfigurationError, match="hexadecimal"):
        load_key()
