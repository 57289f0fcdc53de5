"""The detectors there are; each is a file of its own."""

from ...features.catalog import features
from ...features.feature import Level
from ..detector import Detector
from .autoencoder import Autoencoder, UntrainedAutoencoder
from .conditional_tails import CapabilityTails, ConditionalTails
from .directional_tails import DirectionalTails
from .ecod import Ecod
from .extended_forest import ExtendedForest
from .handover_tails import HandoverTails
from .isolation_forest import IsolationForest
from .neighbours import Neighbours
from .other_hand import OtherHand
from .pca import Pca
from .rare_signs import RareSigns
from .sequence import Sequence
from .strangest import StrangestContent, StrangestFeatures

DETECTORS: dict[str, type[Detector]] = {
    kind.name: kind
    for kind in (
        DirectionalTails,
        ConditionalTails,
        CapabilityTails,
        IsolationForest,
        ExtendedForest,
        Neighbours,
        Ecod,
        Pca,
        Autoencoder,
        UntrainedAutoencoder,
        Sequence,
        OtherHand,
        StrangestFeatures,
        StrangestContent,
        HandoverTails,
        RareSigns,
    )
}

PANEL: dict[Level, tuple[str, ...]] = {
    "commit": (
        "strangest_features",
        "strangest_content",
        "capability_tails",
        "autoencoder",
        "other_hand",
        "rare_signs",
    ),
    "contributor": ("handover_tails", "autoencoder", "sequence"),
    "project": ("directional_tails", "autoencoder"),
}
"""What a baseline combines at each level unless told otherwise: experiments/detectors says why."""


def suits(name: str, level: Level) -> bool:
    """Tell whether a detector can judge the subjects of a level."""
    kind = DETECTORS[name]
    known = {feature.name for feature in features(level)}
    return set(kind.watches) <= known and (level == "contributor" or not kind.looks_back)
