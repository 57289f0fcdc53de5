"""Resolves names and addresses to people, causally, and gives them keyed pseudonyms."""

import hashlib
import hmac
import re
from dataclasses import dataclass, field

import pygit2

_NOREPLY = re.compile(r"^(?:\d+\+)?([^@]+@users\.noreply\.github\.com)$")
_UNUSABLE = re.compile(
    r"^$|@?\(none\)|^(?:root|none|unknown|nobody|user|admin|you)@|@localhost|@example\.|noreply@"
)
_BOT_NAME = re.compile(
    r"\[bot\]|(?:^|[\s_-])(?:ro)?bot$|^(?:(?:dependabot|renovate|greenkeeper|imgbot|mergify)\b.*|"
    r"github[ -]actions?|travis(?:[ -]ci)?|pre-commit-ci|allcontributors|semantic-release|"
    r"release-please|bors|homu|pyup|(?:hosted )?weblate|depfu|snyk|whitesource|codecov|copybara|"
    r"(?:the )?gitter badger|svn2git)$",
    re.IGNORECASE,
)
_BOT_ADDRESS = re.compile(r"\[bot\]@|^(?:bot|bors|ci|actions|support)@|@(?:renovateapp|pyup)\.")
_FORGES = {"noreply@github.com", "noreply@gitlab.com", "noreply@codeberg.org"}


@dataclass
class Person:
    """One identity and the names it was seen with; known outside only by its pseudonym."""

    pseudonym: str
    kind: str
    """person, bot or forge."""
    names: dict[str, int] = field(default_factory=dict)
    """Names and how often each was used."""
    addresses: set[str] = field(default_factory=set)

    @property
    def name(self) -> str:
        """The name used most often."""
        return max(self.names, key=lambda name: (self.names[name], name), default="")


def pseudonym(key: bytes, identity: str) -> str:
    """Give the first 64 bits of HMAC-SHA256 (RFC 2104) of an identity, in hexadecimal.

    The same key gives the same pseudonym in every run and project; without the key nobody can
    test a guess.
    """
    return hmac.new(key, f"person:{identity}".encode(), hashlib.sha256).hexdigest()[:16]


class People:
    """Assigns people to names and addresses in the order in which they appear.

    A pair of name and address joins the person who used that address before, else the one who
    used that full name before, else it is somebody new. What has been assigned never changes
    in the light of later commits, so that a history cut off at a date gives the people known at
    that date. A `.mailmap` holds from the commit that brings it on, as it was not known earlier.
    """

    def __init__(self, key: bytes) -> None:
        self._key = key
        self._mailmap: pygit2.Mailmap | None = None
        self._by_pair: dict[tuple[str, str], Person] = {}
        self._by_address: dict[str, Person] = {}
        self._by_name: dict[str, Person] = {}
        self.everyone: dict[str, Person] = {}

    def adopt_mailmap(self, content: bytes) -> None:
        """Use this `.mailmap` (gitmailmap(5)) for what is resolved from now on."""
        try:
            self._mailmap = pygit2.Mailmap.from_buffer(content.decode("utf-8", "replace"))
        except (ValueError, pygit2.GitError):
            return  # an unreadable mailmap changes nothing, as in git
        self._by_pair.clear()

    def resolve(self, name: str, address: str) -> tuple[Person, bool]:
        """Give the person behind a name and address, and whether the pair is new for a known one.

        Returns
        -------
        person
        new_alias
            True if the person was known and had not used this address before.
        """
        pair = (name, address)
        if (known := self._by_pair.get(pair)) is not None:
            known.names[name] = known.names.get(name, 0) + 1
            return known, False
        if self._mailmap is not None:
            name, address = _mapped(self._mailmap, name, address)
        usual = _normal_address(address)
        usable = not _UNUSABLE.search(usual)
        full_name = _distinctive(name)
        person = self._by_address.get(usual) if usable else None
        if person is None and full_name:
            person = self._by_name.get(full_name)
        fresh = person is None
        if person is None:
            person = self._new(name, usual, usable=usable)
        new_alias = not fresh and pair[1].lower() not in person.addresses
        self._remember(person, pair, usual if usable else "", full_name, name)
        return person, new_alias

    def _new(self, name: str, address: str, *, usable: bool) -> Person:
        identity = address if usable else f"{name.casefold()} <{address}>"
        code = pseudonym(self._key, identity)
        while code in self.everyone:
            code = pseudonym(self._key, code)
        person = Person(code, _kind(name, address))
        self.everyone[code] = person
        return person

    def _remember(
        self, person: Person, pair: tuple[str, str], address: str, full_name: str, name: str
    ) -> None:
        self._by_pair[pair] = person
        person.names[name] = person.names.get(name, 0) + 1
        person.addresses.add(pair[1].lower())
        if address:
            self._by_address.setdefault(address, person)
        if full_name:
            self._by_name.setdefault(full_name, person)


def _mapped(mailmap: pygit2.Mailmap, name: str, address: str) -> tuple[str, str]:
    try:
        mapped_name, mapped_address = mailmap.resolve(name, address)
    except (ValueError, pygit2.GitError):
        return name, address
    return mapped_name, mapped_address


def _normal_address(address: str) -> str:
    lowered = address.strip().strip("<>").lower()
    match = _NOREPLY.match(lowered)
    return match[1] if match else lowered


def _distinctive(name: str) -> str:
    """Give the folded name if it is likely one person's: two words or more, six letters or more."""
    folded = " ".join(name.casefold().split())
    if folded.count(" ") == 0 or sum(c.isalpha() for c in folded) < 6:
        return ""
    return folded


def _kind(name: str, address: str) -> str:
    if address in _FORGES:
        return "forge"
    return "bot" if _BOT_NAME.search(name) or _BOT_ADDRESS.search(address) else "person"
