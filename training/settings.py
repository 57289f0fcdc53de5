"""What an engineer may set for a training run, and the file it is read from."""

import math
import tomllib
from collections.abc import Iterable
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any

from ..features.errors import ConfigurationError
from ..features.feature import LEVELS, Level
from ..models.combination import COMBINATIONS, Vote
from ..models.detectors import DETECTORS, PANEL, suits

FEWEST_ROWS = 50
"""A level with fewer rows on a side of the split is not learned."""


def _combination() -> dict[Level, str]:
    return {"commit": "cauchy", "contributor": "fisher", "project": "cauchy"}


def _weights() -> dict[str, float]:
    return {"other_hand": 2.0}


def _bounds() -> dict[Level, dict[str, float]]:
    heard_up_to = {"other_hand": 2.5, "autoencoder": 2.5}
    return {"commit": heard_up_to, "contributor": {}, "project": {}}


def _classes() -> dict[Level, int]:
    return {"commit": 8, "contributor": 8, "project": 1}


def _most_rows() -> dict[Level, int]:
    return {"commit": 3_000, "contributor": 1_000, "project": 200}


@dataclass(frozen=True)
class Settings:
    """All that decides a baseline besides its corpus."""

    seed: int = 0
    """Of sampling, forests and networks."""
    trim: float = 0.01
    """Share of rows, the most unusual to a detector's first fit, that its second is kept from."""
    combination: dict[Level, str] = field(default_factory=_combination)
    """How each level's detectors are joined: experiments/detectors says why."""
    weights: dict[str, float] = field(default_factory=_weights)
    """What a detector counts by where its level's are joined; 1 for those not named."""
    bounds: dict[Level, dict[str, float]] = field(default_factory=_bounds)
    """Surprisal, −log10 of a p-value, that a level's detector is heard up to; none if not named."""
    classes: dict[Level, int] = field(default_factory=_classes)
    """Of extent, at most, for detectors that compare what is alike; the uppermost is parted on."""
    most_rows: dict[Level, int] = field(default_factory=_most_rows)
    """Rows that one project may give to fit and to calibration each: no project is the norm."""
    panel: dict[Level, tuple[str, ...]] = field(default_factory=lambda: dict(PANEL))
    """Detectors of each level."""

    def votes(self, level: Level, names: Iterable[str]) -> tuple[Vote, ...]:
        """Give what each of some detectors has to say; a bound holds beside one that has none."""
        names, bounds = tuple(names), self.bounds[level]
        if bounds.keys() >= set(names):
            bounds = {}
        return tuple(
            Vote(self.weights.get(name, 1.0), bounds.get(name, math.inf)) for name in names
        )

    def facts(self) -> dict[str, Any]:
        """Give the settings as plain data."""
        return {own.name: getattr(self, own.name) for own in fields(self)}


def read_settings(path: Path) -> Settings:
    """Read settings from TOML; what is not named keeps its default.

    Raises
    ------
    ConfigurationError
        Naming the file and the key that is unknown or wrong.
    """
    try:
        document = tomllib.loads(path.read_text("utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise ConfigurationError(f"{path} cannot be read as TOML: {error}") from error
    known = {own.name for own in fields(Settings)}
    for key in document:
        if key not in known:
            raise ConfigurationError(
                f"{path}: `{key}` is no setting", hint=f"there are {', '.join(sorted(known))}"
            )
    _require(path, "seed", isinstance(document.get("seed", 0), int), "a whole number")
    trim = document.get("trim", 0.0)
    _require(
        path, "trim", isinstance(trim, (int, float)) and 0 <= trim < 0.5, "at least 0, below 0.5"
    )
    defaults = Settings()
    document["weights"] = defaults.weights | _numbers(path, "weights", document.get("weights", {}))
    for key in ("combination", "classes", "most_rows", "panel", "bounds"):
        document[key] = getattr(defaults, key) | _by_level(path, document, key)
    for level in LEVELS:
        how = document["combination"][level]
        known_way = isinstance(how, str) and how in COMBINATIONS
        _require(path, f"combination.{level}", known_way, f"one of {', '.join(COMBINATIONS)}")
        for key in ("classes", "most_rows"):
            number = document[key][level]
            _require(path, f"{key}.{level}", isinstance(number, int) and number > 0, "above 0")
        document["panel"][level] = _panel(path, level, document["panel"][level])
        document["bounds"][level] = _numbers(path, f"bounds.{level}", document["bounds"][level])
    return Settings(**document)


def _numbers(path: Path, key: str, table: Any) -> dict[str, float]:
    _require(path, key, isinstance(table, dict), "a table by detector")
    for name, number in table.items():
        _require(path, f"{key}.{name}", name in DETECTORS, f"of one of {', '.join(DETECTORS)}")
        right = type(number) in (int, float) and 0 < number < math.inf
        _require(path, f"{key}.{name}", right, "a number above 0")
    return table


def _by_level(path: Path, document: dict[str, Any], key: str) -> dict[Level, Any]:
    table = document.get(key, {})
    _require(path, key, isinstance(table, dict) and set(table) <= set(LEVELS), "a table by level")
    return table


def _panel(path: Path, level: Level, names: Any) -> tuple[str, ...]:
    key = f"panel.{level}"
    right = isinstance(names, (list, tuple)) and names and set(names) <= set(DETECTORS)
    _require(path, key, bool(right), f"a list out of {', '.join(DETECTORS)}")
    unfit = [name for name in names if not suits(name, level)]
    _require(path, key, not unfit, f"without {', '.join(unfit)}")
    _require(path, key, len(set(names)) == len(names), "a list that names each once")
    return tuple(names)


def _require(path: Path, key: str, right: bool, wanted: str) -> None:
    if not right:
        raise ConfigurationError(f"{path}: `{key}` must be {wanted}")
