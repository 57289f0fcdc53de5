"""What was learned from many projects: a folder of open formats, checked when it is loaded."""

import hashlib
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from safetensors import SafetensorError
from safetensors.numpy import load, save

from ..features.catalog import digest, features
from ..features.errors import BaselineDamaged, BaselineMissing, CatalogMismatch
from ..features.feature import LEVELS, Level
from ..features.vectors import Vectors
from .calibration import Calibration
from .detector import Detector
from .detectors import PANEL
from .reference import Reference

SCHEMA = 1
SHIPPED = Path(__file__).parent / "pretrained"


@dataclass(frozen=True)
class Scores:
    """How unusual n vectors are."""

    by_detector: dict[str, np.ndarray]
    """Raw scores, the higher the more anomalous."""
    surprisal: dict[str, np.ndarray]
    """−log10 of each detector's calibrated p-value."""
    combined: np.ndarray
    """Sum of the surprisals (Fisher 1932): the order in which leads are listed."""
    p_value: np.ndarray
    """Conformal p-value of `combined`; the detectors need not be independent for it."""


@dataclass(frozen=True)
class LevelBaseline:
    """What was learned at one level."""

    level: Level
    reference: Reference
    detectors: tuple[Detector, ...]
    calibrations: tuple[Calibration, ...]
    """One a detector, in the same order."""
    panel: Calibration
    """Of the combined score."""

    def score(self, vectors: Vectors) -> Scores:
        """Score vectors that were computed with this program's catalog."""
        values = vectors.values.to_numpy(dtype=float)
        raw = {d.name: d.score(values) for d in self.detectors}
        surprisal = {
            detector.name: calibration.surprisal(raw[detector.name])
            for detector, calibration in zip(self.detectors, self.calibrations, strict=True)
        }
        combined = np.sum(list(surprisal.values()), axis=0)
        return Scores(raw, surprisal, combined, self.panel.p_values(combined))


@dataclass(frozen=True)
class Baseline:
    """Detectors, calibration and reference of all levels, and where they come from."""

    levels: dict[Level, LevelBaseline]
    provenance: dict[str, Any]
    """Corpus, dates, counts, versions and seed; free of personal data."""
    digest: str
    """Digest of the features' catalog that it was learned with."""

    @property
    def version(self) -> str:
        """First 12 digits of the hash over all that was learned."""
        return str(self.provenance.get("version", ""))

    def save(self, folder: Path) -> None:
        """Write `baseline.json` and a safetensors file a level; each whole or not at all."""
        folder.mkdir(parents=True, exist_ok=True)
        checksums = {}
        for level, learned in self.levels.items():
            name = f"{level}.safetensors"
            part = folder / f".{name}.part"
            content = save(_tensors(learned))
            part.write_bytes(content)
            checksums[name] = hashlib.sha256(content).hexdigest()
            part.replace(folder / name)
        document = {
            "schema": SCHEMA,
            "catalog": self.digest,
            "features": {level: [f.name for f in features(level)] for level in LEVELS},
            "detectors": [detector.name for detector in PANEL],
            "checksums": checksums,
            "provenance": self.provenance
            | {"version": hashlib.sha256(json.dumps(checksums).encode()).hexdigest()[:12]},
        }
        part = folder / ".baseline.json.part"
        part.write_text(json.dumps(document, indent=1, sort_keys=True) + "\n", encoding="utf-8")
        part.replace(folder / "baseline.json")

    @classmethod
    def load(cls, folder: Path | None = None) -> "Baseline":
        """Load a baseline; the one that comes with the program if no folder is named.

        Raises
        ------
        BaselineMissing, BaselineDamaged, CatalogMismatch
        """
        place = folder or SHIPPED
        document = _document(place)
        if document["catalog"] != digest():
            raise CatalogMismatch(
                f"the baseline {place} was learned with feature catalog {document['catalog']}, "
                f"this program computes {digest()}{_difference(document['features'])}",
                hint="use the baseline that came with this version, or train one",
            )
        levels = {}
        for level in LEVELS:
            tensors = _checked(place / f"{level}.safetensors", document["checksums"])
            levels[level] = _restore(level, tensors, place)
        return cls(levels, document["provenance"], document["catalog"])


def _document(place: Path) -> dict[str, Any]:
    path = place / "baseline.json"
    if not path.is_file():
        raise BaselineMissing(
            f"there is no baseline in {place}", hint="name a folder that holds baseline.json"
        )
    try:
        document = json.loads(path.read_text(encoding="utf-8"))
        schema = document["schema"]
        [document[key] for key in ("catalog", "features", "checksums", "provenance")]
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise BaselineDamaged(f"{path} is not a baseline's description") from error
    if schema != SCHEMA:
        raise CatalogMismatch(
            f"{path} has format {schema}, this program reads {SCHEMA}", hint="train it again"
        )
    return document


def _difference(learned: dict[str, list[str]]) -> str:
    """Name what only one side has, shortly."""
    then = {(level, name) for level, names in learned.items() for name in names}
    now = {(level, f.name) for level in LEVELS for f in features(level)}
    parts = []
    for title, names in (("not learned", now - then), ("no longer computed", then - now)):
        if names:
            shown = ", ".join(sorted(f"{level} {name}" for level, name in names)[:5])
            parts.append(f"{title}: {shown}{' …' if len(names) > 5 else ''}")
    return f" ({'; '.join(parts)})" if parts else " (definitions changed)"


def _checked(path: Path, checksums: dict[str, str]) -> dict[str, np.ndarray]:
    try:
        content = path.read_bytes()
        if hashlib.sha256(content).hexdigest() != checksums.get(path.name):
            raise BaselineDamaged(f"{path} does not match its checksum", hint="install it again")
        return load(content)
    except (OSError, SafetensorError) as error:
        raise BaselineDamaged(f"{path} cannot be read", hint="install it again") from error


def _tensors(learned: LevelBaseline) -> dict[str, np.ndarray]:
    tensors = {
        "reference.quantiles": learned.reference.quantiles,
        "reference.coverage": learned.reference.coverage,
        "reference.rows": np.array([learned.reference.rows], dtype=np.int64),
        **_calibration_tensors("panel", learned.panel),
    }
    for detector, calibration in zip(learned.detectors, learned.calibrations, strict=True):
        tensors |= _calibration_tensors(detector.name, calibration)
        tensors |= {f"{detector.name}.{key}": value for key, value in detector.tensors().items()}
    return {name: np.ascontiguousarray(value) for name, value in tensors.items()}


def _calibration_tensors(name: str, calibration: Calibration) -> dict[str, np.ndarray]:
    return {
        f"calibration.{name}.scores": calibration.scores,
        f"calibration.{name}.above": calibration.above,
        f"calibration.{name}.size": np.array([calibration.size], dtype=np.int64),
    }


def _restore(level: Level, tensors: dict[str, np.ndarray], place: Path) -> LevelBaseline:
    def calibration(name: str) -> Calibration:
        parts = [tensors[f"calibration.{name}.{part}"] for part in ("scores", "above", "size")]
        return Calibration(parts[0], parts[1], int(parts[2][0]))

    try:
        reference = Reference(
            tensors["reference.quantiles"],
            tensors["reference.coverage"],
            int(tensors["reference.rows"][0]),
        )
        detectors = tuple(
            kind.from_tensors(_own(tensors, kind.name), features(level), reference)
            for kind in PANEL
        )
        calibrations = tuple(calibration(kind.name) for kind in PANEL)
        return LevelBaseline(level, reference, detectors, calibrations, calibration("panel"))
    except KeyError as error:
        raise BaselineDamaged(f"{place} lacks {error} at level {level}") from error


def _own(tensors: dict[str, np.ndarray], name: str) -> dict[str, np.ndarray]:
    prefix = f"{name}."
    return {k.removeprefix(prefix): v for k, v in tensors.items() if k.startswith(prefix)}
