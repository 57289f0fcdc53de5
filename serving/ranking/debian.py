"""Dependencies out of Debian's `Packages` and `Sources` indices, as apt would resolve them."""

import bz2
import gzip
import io
import lzma
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import IO, Any

from ...features.errors import ConfigurationError

APT_LISTS = Path("/var/lib/apt/lists")
_NEEDS = ("Pre-Depends", "Depends")
_BUILD_NEEDS = ("Build-Depends", "Build-Depends-Arch", "Build-Depends-Indep")
_FIELDS = ["Package", "Source", "Version", *_NEEDS, "Provides", "Directory", *_BUILD_NEEDS]
_HERE = {"any", "linux-any", "any-amd64", "amd64"}
"""Architectures whose build dependencies count."""

SOURCE = "src:"
"""Begins the name of a source package that is built: it needs what building it needs."""


@dataclass(frozen=True)
class Alternative:
    """One name that satisfies a dependency, and which versions of it do."""

    name: str
    relation: str = ""
    """<<, <=, =, >= or >>; empty if any version does."""
    version: str = ""


@dataclass(frozen=True)
class Package:
    """One binary package, or the building of a source package."""

    name: str
    source: str
    version: str
    needs: tuple[tuple[Alternative, ...], ...]
    """Each to be satisfied by one of its alternatives."""
    provides: tuple[tuple[str, str], ...]
    """Virtual names with their versions; empty for one without."""


def apt_indices() -> list[Path]:
    """Give the machine's own indices.

    Raises
    ------
    ConfigurationError
        If it has none.
    """
    listed = (*APT_LISTS.glob("*_Packages*"), *APT_LISTS.glob("*_Sources*"))
    found = sorted(path for path in listed if not path.name.endswith(".diff_Index"))
    if not found:
        raise ConfigurationError(
            f"{APT_LISTS} has no package index", hint="name a Packages file, or run apt update"
        )
    return found


def packages(paths: Iterable[Path]) -> list[Package]:
    """Read indices; of a package that comes several times the newest version counts.

    Raises
    ------
    ConfigurationError
        If a file is not there, or not an index.
    """
    newest: dict[str, Package] = {}
    for path in paths:
        for package in _read(path):
            known = newest.get(package.name)
            if known is None or _compare(package.version, known.version) > 0:
                newest[package.name] = package
    return list(newest.values())


def _read(path: Path) -> Iterator[Package]:
    from debian.deb822 import Packages

    try:
        with _opened(path) as stream:
            content = stream.read().decode("utf-8", "replace")
    except (OSError, EOFError, lzma.LZMAError, RuntimeError) as error:
        raise ConfigurationError(f"{path} cannot be read: {error}") from error
    rows = Packages.iter_paragraphs(io.StringIO(content), fields=_FIELDS, use_apt_pkg=False)
    found = 0
    for row in rows:
        if "Package" in row:
            found += 1
            yield _package(row)
    if not found:
        raise ConfigurationError(f"{path} holds no packages", hint="name a Packages index")


def _opened(path: Path) -> IO[bytes]:
    ending = path.suffix
    if ending == ".lz4":
        import lz4.frame

        return lz4.frame.open(path, "rb")
    openers = {".gz": gzip.open, ".xz": lzma.open, ".bz2": bz2.open}
    return openers.get(ending, open)(path, "rb")


def _package(row: Any) -> Package:
    built = "Directory" in row  # only in `Sources`
    source = row.get("Source", row["Package"]).partition(" ")[0]
    groups = [
        group
        for field in (_BUILD_NEEDS if built else _NEEDS)
        if row.get(field, "").strip()
        for group in _relations(row[field])
        if group
    ]
    provided = _relations(row["Provides"]) if row.get("Provides", "").strip() else []
    name = f"{SOURCE}{row['Package']}" if built else row["Package"]
    return Package(
        name, source, row.get("Version", ""), tuple(groups),
        tuple((one.name, one.version) for group in provided for one in group),
    )  # fmt: skip


def _relations(text: str) -> list[tuple[Alternative, ...]]:
    from debian.deb822 import PkgRelation

    return [
        tuple(
            Alternative(one["name"], *(one["version"] or ("", "")))
            for one in group
            if _applies(one)
        )
        for group in PkgRelation.parse_relations(text)
    ]


def _applies(relation: Any) -> bool:
    """Tell whether a build dependency is one here, without build profiles (deb-src-control(5))."""
    named = relation.get("arch") or []
    wanted = {one.arch for one in named if one.enabled}
    unwanted = {one.arch for one in named if not one.enabled}
    elsewhere = bool(wanted and not wanted & _HERE) or bool(unwanted & _HERE)
    profiles = relation.get("restrictions") or []
    return not elsewhere and (
        not profiles or any(all(not term.enabled for term in group) for group in profiles)
    )


def dependencies(found: list[Package]) -> Iterator[tuple[Package, Package]]:
    """Resolve every dependency to one package, as installing it on an empty machine would.

    Of alternatives the first that can be had counts. A name that no package has is taken from a
    package that provides it; of several that do, the one that others name most often.
    """
    real = {package.name: package for package in found}
    providers = _providers(found)
    for package in found:
        for group in package.needs:
            chosen = next(filter(None, (_choice(one, real, providers) for one in group)), None)
            if chosen is not None:
                yield package, chosen


def _providers(found: list[Package]) -> dict[str, list[tuple[Package, str]]]:
    named: dict[str, int] = {}
    for package in found:
        for group in package.needs:
            named[group[0].name] = named.get(group[0].name, 0) + 1
    providers: dict[str, list[tuple[Package, str]]] = {}
    for package in found:
        for name, version in package.provides:
            providers.setdefault(name, []).append((package, version))
    for offers in providers.values():
        offers.sort(key=lambda offer: (-named.get(offer[0].name, 0), offer[0].name))
    return providers


def _choice(
    wanted: Alternative,
    real: dict[str, Package],
    providers: dict[str, list[tuple[Package, str]]],
) -> Package | None:
    package = real.get(wanted.name)
    if package is not None and _satisfies(package.version, wanted):
        return package
    return next(
        (
            offered
            for offered, version in providers.get(wanted.name, ())
            if not wanted.relation or (version and _satisfies(version, wanted))
        ),
        None,
    )


def _satisfies(version: str, wanted: Alternative) -> bool:
    if not wanted.relation:
        return True
    order = _compare(version, wanted.version)
    return {
        "<<": order < 0, "<=": order <= 0, "=": order == 0, ">=": order >= 0, ">>": order > 0,
        "<": order <= 0, ">": order >= 0,
    }.get(wanted.relation, False)  # fmt: skip


@cache
def _compare(one: str, other: str) -> int:
    """Compare versions as dpkg does (deb-version(7))."""
    from debian.debian_support import version_compare

    return version_compare(one, other)


def edges(found: list[Package]) -> Iterator[tuple[str, str]]:
    """Give who needs whom, by names of binary packages.

    Source packages are not joined before measuring: one that has many binaries would tie all that
    need any of them into one circle.
    """
    for package, needed in dependencies(found):
        yield package.name, needed.name
