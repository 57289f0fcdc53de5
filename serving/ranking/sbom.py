"""Dependencies out of CycloneDX and SPDX documents, read by their own libraries."""

import json
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from ...features.errors import ConfigurationError


def edges(paths: Iterable[Path]) -> Iterator[tuple[str, str]]:
    """Give who needs whom, by package URL where there is one, else by name.

    Raises
    ------
    ConfigurationError
        If a file is neither, or is broken.
    """
    for path in paths:
        try:
            content = json.loads(path.read_text("utf-8")) if path.suffix == ".json" else {}
        except (OSError, ValueError, RecursionError) as error:
            raise ConfigurationError(f"{path} cannot be read: {error}") from error
        kind = content.get("bomFormat") if isinstance(content, dict) else None
        yield from _cyclonedx(path, content) if kind == "CycloneDX" else _spdx(path)


def _cyclonedx(path: Path, content: dict[str, Any]) -> Iterator[tuple[str, str]]:
    from cyclonedx.exception import CycloneDxException
    from cyclonedx.model.bom import Bom

    try:
        bom: Any = Bom.from_json(content)  # pyright: ignore[reportAttributeAccessIssue]
    except (CycloneDxException, ValueError, TypeError, KeyError, AttributeError) as error:
        raise ConfigurationError(f"{path} is no sound CycloneDX document: {error}") from error
    components = list(bom.components)
    if bom.metadata.component is not None:
        components.append(bom.metadata.component)
    names = {
        str(component.bom_ref.value): _package(str(component.purl or ""), component.name)
        for component in components
    }
    for one in bom.dependencies:
        for other in one.dependencies:
            pair = str(one.ref.value), str(other.ref.value)
            yield names.get(pair[0], pair[0]), names.get(pair[1], pair[1])


def _spdx(path: Path) -> Iterator[tuple[str, str]]:
    from spdx_tools.spdx.model.relationship import RelationshipType
    from spdx_tools.spdx.parser.error import SPDXParsingError
    from spdx_tools.spdx.parser.parse_anything import parse_file

    try:
        document = parse_file(str(path))
    except (SPDXParsingError, OSError, ValueError, KeyError, AttributeError, TypeError) as error:
        raise ConfigurationError(
            f"{path} is neither a CycloneDX nor an SPDX document",
            hint="the suffix says the form: .json, .spdx, .yaml, .rdf",
        ) from error
    names = {}
    for package in document.packages:
        links = [ref.locator for ref in package.external_references if ref.reference_type == "purl"]
        names[package.spdx_id] = _package(links[0] if links else "", package.name)
    for relation in document.relationships:
        one = names.get(relation.spdx_element_id)
        other = names.get(str(relation.related_spdx_element_id))
        if one is None or other is None:
            continue
        if relation.relationship_type == RelationshipType.DEPENDS_ON:
            yield one, other
        elif relation.relationship_type == RelationshipType.DEPENDENCY_OF:
            yield other, one


def _package(purl: str, name: str) -> str:
    """Name a package whatever its version: the URL without version, qualifiers and subpath."""
    return purl.partition("?")[0].partition("#")[0].rpartition("@")[0] or purl or name
