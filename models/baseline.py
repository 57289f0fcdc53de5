"""What was learned from many projects: a folder of open formats, checked when it is loaded."""

import hashlib
import json
import math
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
from safetensors import SafetensorError
from safetensors.numpy import load, save

from ..features.catalog import digest, features
from ..features.errors import BaselineDamaged, BaselineMissing, CatalogMismatch
from ..features.feature import LEVELS, Level
from ..features.files import replacing
from ..features.vectors import Vectors
from .calibration import Calibration, Mondrian, surprisals
from .combination import COMBINATIONS, Vote
from .detector import Detector, shown_to
from .detectors import DETECTORS
from .extent import Among, Classes
from .looking_back import earlier
from .reference import Reference
from .rows import Rows

SCHEMA = 7
READ = (6, SCHEMA)
"""Formats that are understood: in 6 every detector is heard whatever it says."""
SHIPPED = Path(__file__).parent / "pretrained"


@dataclass(frozen=True)
class Scores:
    """How unusual n vectors are."""

    rows: Rows
    """What was scored."""
    by_detector: dict[str, np.ndarray]
    """Raw scores, the higher the more anomalous."""
    surprisal: dict[str, np.ndarray]
    """−log10 of each detector's p-values, v by n, a row for each of its comparisons (`among`)."""
    combined: np.ndarray
    """The surprisals joined (`combination`): the order in which leads are listed."""
    p_value: np.ndarray
    """Conformal p-value of `combined`; the detectors need not be independent for it."""


@dataclass(frozen=True)
class LevelBaseline:
    """What was learned at one level."""

    level: Level
    reference: Reference
    detectors: tuple[Detector, ...]
    classes: Classes
    """Of extent: who is compared with whom where a detector compares what is alike."""
    calibrations: tuple[tuple[Mondrian, ...], ...]
    """For each detector, in the same order, one a comparison (`among`)."""
    combination: str
    """How the detectors' surprisals are joined: a name in `COMBINATIONS`."""
    votes: tuple[Vote, ...]
    """What each detector has to say there, in the same order."""
    panel: Calibration
    """Of the combined score."""

    def rows(self, vectors: Vectors, keep: np.ndarray | None = None) -> Rows:
        """See vectors through what was learned; those left out serve as earlier windows only."""
        values = vectors.values.to_numpy(dtype=float)
        before = earlier(vectors) if any(d.looks_back for d in self.detectors) else None
        rows = Rows(values, features(self.level), self.reference, before)
        return rows if keep is None else rows.where(keep)

    def score(self, vectors: Vectors, keep: np.ndarray | None = None) -> Scores:
        """Score vectors that were computed with this program's catalog.

        Parameters
        ----------
        keep
            Mask of those to score; the others are only looked back to.
        """
        return self.score_rows(self.rows(vectors, keep))

    def score_rows(self, rows: Rows) -> Scores:
        """Score rows that were made with this reference."""
        raw = {
            detector.name: detector.score(shown_to(detector, rows)) for detector in self.detectors
        }
        numbers = self.classes.numbers(rows)
        surprisal = {}
        for detector, calibrations in zip(self.detectors, self.calibrations, strict=True):
            own = [numbers[among] for among in detector.among[self.level]]
            surprisal[detector.name] = surprisals(calibrations, raw[detector.name], own)
        judged = list(surprisal.values())
        combined = COMBINATIONS[self.combination].join(judged, self.votes)
        return Scores(rows, raw, surprisal, combined, self.panel.p_values(combined))


@dataclass(frozen=True)
class Baseline:
    """Detectors, calibration and reference of all levels, and where they come from."""

    levels: dict[Level, LevelBaseline]
    provenance: dict[str, Any]
    """Corpus, dates, counts, versions and seed; free of personal data."""
    digest: str
    """Digest of the features' catalog that it was learned with."""

    def score(self, vectors: Vectors, keep: np.ndarray | None = None) -> Scores:
        """Score vectors of any level, as `LevelBaseline.score` does."""
        return self.levels[vectors.level].score(vectors, keep)

    @property
    def panels(self) -> dict[Level, dict[str, Any]]:
        """Give each level's detectors, how they are joined, and what each has to say.

        A bound is null where a detector has none.
        """
        return {
            level: {
                "detectors": [detector.name for detector in learned.detectors],
                "combination": learned.combination,
                "weights": [vote.weight for vote in learned.votes],
                "bounds": [_known(vote.bound) for vote in learned.votes],
            }
            for level, learned in self.levels.items()
        }

    @cached_property
    def version(self) -> str:
        """First 12 digits of the hash over all that was learned."""
        checksums = {name: _checksum(content) for name, content in self._files.items()}
        return hashlib.sha256(json.dumps(checksums).encode()).hexdigest()[:12]

    @cached_property
    def _files(self) -> dict[str, bytes]:
        """Give a safetensors file a level."""
        return {f"{level}.safetensors": save(_tensors(part)) for level, part in self.levels.items()}

    def save(self, folder: Path) -> None:
        """Write `baseline.json` and a safetensors file a level; each whole or not at all.

        Raises
        ------
        ConfigurationError
            If the folder cannot be written to.
        """
        for name, content in self._files.items():
            with replacing(folder / name) as part:
                part.write_bytes(content)
        document = {
            "schema": SCHEMA,
            "catalog": self.digest,
            "features": {level: [f.name for f in features(level)] for level in LEVELS},
            "panels": self.panels,
            "checksums": {name: _checksum(content) for name, content in self._files.items()},
            "provenance": self.provenance | {"version": self.version},
        }
        with replacing(folder / "baseline.json") as part:
            text = json.dumps(document, indent=1, sort_keys=True)
            part.write_text(f"{text}\n", encoding="utf-8")

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
            levels[level] = _restore(level, document["panels"][level], tensors, place)
        return cls(levels, document["provenance"], document["catalog"])


def _checksum(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


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
    if schema not in READ:
        raise CatalogMismatch(
            f"{path} has format {schema}, this program reads up to {SCHEMA}", hint="train it again"
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
        if _checksum(content) != checksums.get(path.name):
            raise BaselineDamaged(f"{path} does not match its checksum", hint="install it again")
        return load(content)
    except (OSError, SafetensorError) as error:
        raise BaselineDamaged(f"{path} cannot be read", hint="install it again") from error


def _tensors(learned: LevelBaseline) -> dict[str, np.ndarray]:
    tensors = {
        "reference.quantiles": learned.reference.quantiles,
        "reference.coverage": learned.reference.coverage,
        "reference.rows": np.array([learned.reference.rows], dtype=np.int64),
        "classes.edges": learned.classes.edges,
        **_calibration_tensors("panel", learned.panel),
    }
    for detector, calibrations in zip(learned.detectors, learned.calibrations, strict=True):
        for among, calibration in zip(detector.among[learned.level], calibrations, strict=True):
            for number, part in enumerate(calibration.parts):
                tensors |= _calibration_tensors(f"{detector.name}.{among}.{number}", part)
        tensors |= {f"{detector.name}.{key}": value for key, value in detector.tensors().items()}
    return {name: np.ascontiguousarray(value) for name, value in tensors.items()}


def _calibration_tensors(name: str, calibration: Calibration) -> dict[str, np.ndarray]:
    return {
        f"calibration.{name}.scores": calibration.scores,
        f"calibration.{name}.above": calibration.above,
        f"calibration.{name}.size": np.array([calibration.size], dtype=np.int64),
    }


def _restore(
    level: Level, panel: dict[str, Any], tensors: dict[str, np.ndarray], place: Path
) -> LevelBaseline:
    def calibration(name: str) -> Calibration:
        parts = [tensors[f"calibration.{name}.{part}"] for part in ("scores", "above", "size")]
        return Calibration(parts[0], parts[1], int(parts[2][0]))

    def comparison(name: str, among: Among) -> Mondrian:
        number = len(classes) if among == "alike" else 1
        return Mondrian(tuple(calibration(f"{name}.{among}.{i}") for i in range(number)))

    try:
        classes = Classes(tensors["classes.edges"])
        reference = Reference(
            tensors["reference.quantiles"],
            tensors["reference.coverage"],
            int(tensors["reference.rows"][0]),
        )
        names: list[str] = panel["detectors"]
        detectors = tuple(DETECTORS[name].from_tensors(_own(tensors, name)) for name in names)
        return LevelBaseline(
            level=level,
            reference=reference,
            detectors=detectors,
            classes=classes,
            calibrations=tuple(
                tuple(comparison(detector.name, among) for among in detector.among[level])
                for detector in detectors
            ),
            combination=panel["combination"],
            votes=_votes(level, panel, place),
            panel=calibration("panel"),
        )
    except KeyError as error:
        raise BaselineDamaged(f"{place} lacks {error} at level {level}") from error


def _votes(level: Level, panel: dict[str, Any], place: Path) -> tuple[Vote, ...]:
    number = len(panel["detectors"])
    weights, bounds = panel["weights"], panel.get("bounds", [None] * number)
    for title, found in (("weights", weights), ("bounds", bounds)):
        if len(found) != number:
            raise BaselineDamaged(
                f"{place} has {len(found)} {title} for the {number} detectors of {level}s",
                hint="install it again",
            )
    return tuple(
        Vote(weight, math.inf if bound is None else bound)
        for weight, bound in zip(weights, bounds, strict=True)
    )


def _known(bound: float) -> float | None:
    return None if math.isinf(bound) else bound


def _own(tensors: dict[str, np.ndarray], name: str) -> dict[str, np.ndarray]:
    prefix = f"{name}."
    return {k.removeprefix(prefix): v for k, v in tensors.items() if k.startswith(prefix)}
