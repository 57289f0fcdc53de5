"""Resolves names and addresses to people, causally, and gives them keyed pseudonyms."""

import hashlib
import hmac
import re
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass, field
from functools import partial

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


@dataclass(frozen=True, slots=True)
class Identity:
    """A name and address as tokens: what resolving people needs to know, and nothing legible.

    Each token is an HMAC-SHA256 (RFC 2104) of 64 bits in hexadecimal, or empty.
    """

    pair: str
    """Of name and address as written, and of the mailmap in force."""
    person: str
    """The pseudonym of somebody who first appears under them."""
    address: str
    """Of the usual form of the address; empty if several people may share it."""
    full_name: str
    """Of the folded name; empty if it is not distinctive."""
    alias: str
    """Of the address as written, in lower case."""
    kind: str
    """person, bot or forge."""


class Mailmap:
    """A `.mailmap` (gitmailmap(5)); an unreadable one maps nothing, as in git."""

    def __init__(self, content: bytes = b"") -> None:
        self.digest = hashlib.sha256(content).hexdigest()[:16] if content else ""
        self._map: pygit2.Mailmap | None = None
        if content:
            with suppress(ValueError, pygit2.GitError):
                self._map = pygit2.Mailmap.from_buffer(content.decode("utf-8", "replace"))

    def resolve(self, name: str, address: str) -> tuple[str, str]:
        """Give the name and address that stand for these."""
        if self._map is None:
            return name, address
        try:
            mapped_name, mapped_address = self._map.resolve(name, address)
        except (ValueError, pygit2.GitError):
            return name, address
        return mapped_name, mapped_address


class Identities:
    """Numbers the identities of a history in the order in which they are met."""

    def __init__(self, key: bytes, known: Iterable[Identity] = ()) -> None:
        self._key = key
        self.every: list[Identity] = list(known)
        self._codes = {identity.pair: code for code, identity in enumerate(self.every)}
        self._met: dict[tuple[str, str, str], int] = {}
        self.written: dict[int, tuple[str, str]] = {}
        """Name and address of the identities met in this process, by number."""

    def number(self, name: str, address: str, mailmap: Mailmap) -> int:
        """Give the number of a name and address under a mailmap."""
        met = (name, address, mailmap.digest)
        if (code := self._met.get(met)) is not None:
            return code
        identity, written = self._identified(name, address, mailmap)
        code = self._codes.setdefault(identity.pair, len(self.every))
        if code == len(self.every):
            self.every.append(identity)
        self._met[met] = code
        self.written[code] = written
        return code

    def _identified(
        self, name: str, address: str, mailmap: Mailmap
    ) -> tuple[Identity, tuple[str, str]]:
        token = partial(_token, self._key)
        pair = token("pair", f"{mailmap.digest}\n{name}\n{address}")
        alias = address.lower()
        name, address = mailmap.resolve(name, address)
        usual = _normal_address(address)
        usable = not _UNUSABLE.search(usual)
        full_name = _distinctive(name)
        identity = Identity(
            pair=pair,
            person=token("person", usual if usable else f"{name.casefold()} <{usual}>"),
            address=token("address", usual) if usable else "",
            full_name=token("name", full_name) if full_name else "",
            alias=token("alias", alias),
            kind=_kind(name, usual),
        )
        return identity, (name, alias)


def _token(key: bytes, what: str, text: str) -> str:
    data = f"{what}:{text}".encode("utf-8", "backslashreplace")
    return hmac.new(key, data, hashlib.sha256).hexdigest()[:16]


def pseudonym(key: bytes, identity: str) -> str:
    """Give the token of a person's address.

    The same key gives the same pseudonym in every run and project; without the key nobody can
    test a guess.
    """
    return _token(key, "person", identity)


def address_tokens(key: bytes, address: str) -> tuple[str, str]:
    """Give the tokens under which an address is kept: as a person's first one, and as any."""
    usual = _normal_address(address)
    return _token(key, "person", usual), _token(key, "address", usual)


def address_sketch(address: str) -> int | None:
    """Give 32 bits of an address' BLAKE2b (RFC 7693), for a public index; None if not one's own.

    Not keyed, so that everybody can look up an address that they know: it says no more than the
    public histories that it is made from. One in some four billion others has the same bits.
    """
    usual = _normal_address(address)
    if _UNUSABLE.search(usual) or _BOT_ADDRESS.search(usual) or usual in _FORGES:
        return None
    data = usual.encode("utf-8", "backslashreplace")
    return int.from_bytes(hashlib.blake2b(data, digest_size=4).digest(), "big")


class People:
    """Assigns people to identities in the order in which they appear.

    An identity joins the person who used its address before, else the one who used its full
    name before, else it is somebody new. What has been assigned never changes in the light of
    later commits, so that a history cut off at a date gives the people known at that date. A
    `.mailmap` holds from the commit that brings it on, as it was not known earlier.
    """

    def __init__(self, identities: Identities) -> None:
        self._identities = identities
        self._by_number: dict[int, Person] = {}
        self._by_token: dict[str, Person] = {}
        self._aliases: dict[str, set[str]] = {}
        self.everyone: dict[str, Person] = {}

    def resolve(self, number: int) -> tuple[Person, bool]:
        """Give the person behind an identity, and whether the identity is new for a known one.

        Returns
        -------
        person
        new_alias
            True if the person was known and had not used this address before.
        """
        if (known := self._by_number.get(number)) is not None:
            self.note(number)
            return known, False
        identity = self._identities.every[number]
        person = (
            self._by_token.get(identity.address)
            or self._by_token.get(identity.full_name)
            or self.everyone.get(identity.person)
        )
        fresh = person is None
        if person is None:
            person = self.everyone[identity.person] = Person(identity.person, identity.kind)
        aliases = self._aliases.setdefault(person.pseudonym, set())
        new_alias = not fresh and identity.alias not in aliases
        aliases.add(identity.alias)
        self._by_number[number] = person
        for token in (identity.address, identity.full_name):
            if token:
                self._by_token.setdefault(token, person)
        self.note(number)
        return person, new_alias

    def note(self, number: int, times: int = 1) -> None:
        """Count, for a resolved identity, how often it was met under its name and address."""
        if (written := self._identities.written.get(number)) is not None:
            name, address = written
            person = self._by_number[number]
            person.names[name] = person.names.get(name, 0) + times
            person.addresses.add(address)


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
