"""Drift as text and JSON."""

import json
from collections.abc import Callable
from dataclasses import asdict

from ...models.drift import FAR, SOMEWHAT, Drift

MOST_FEATURES = 10


def as_text(found: list[Drift]) -> str:
    """Write a paragraph a level, the features that moved most first."""
    lines = [
        f"Population stability index: up to {SOMEWHAT} stable, above {FAR} moved far. A baseline",
        "whose inputs have moved far should be trained again before its p-values are believed.",
    ]
    for level in found:
        lines += [
            "",
            f"{level.level}: {level.rows:,} vectors, mean index {level.psi:.3f}, "
            f"{level.moved} of {len(level.features)} features moved far",
            f"  {level.unusual:.1%} of p-values at or below 0.01; distance from uniform "
            f"{level.distance:.3f}",
        ]
        lines += [
            f"  {part.psi:7.3f}  {part.feature}: {part.verdict} (chance gives up to "
            f"{part.by_chance:.3f})"
            for part in level.features[:MOST_FEATURES]
            if part.verdict != "stable"
        ]
    return "\n".join(lines) + "\n"


def as_json(found: list[Drift]) -> str:
    """Write all figures."""
    levels = [asdict(level) | {"moved": level.moved} for level in found]
    return json.dumps({"schema": 1, "levels": levels}, indent=2) + "\n"


FORMATS: dict[str, Callable[[list[Drift]], str]] = {"text": as_text, "json": as_json}
