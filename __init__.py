"""Learns how projects' git histories normally move, and shows what moves otherwise, and why.

The verbs are loaded when first used: ``mine`` a repository into a ``History``, ``describe`` it as
vectors, score them with a ``Baseline``, or ``scan`` to do all at once.
"""

from typing import TYPE_CHECKING

from .features.lazy import loading

if TYPE_CHECKING:
    from .features.mining import mine
    from .features.pseudonym_key import load_key
    from .features.vectors import describe
    from .models.baseline import Baseline
    from .serving.scan import scan

__version__ = "0.1.0"

__all__ = ["Baseline", "__version__", "describe", "load_key", "mine", "scan"]

__getattr__ = loading(
    __name__,
    {
        "Baseline": "models.baseline",
        "describe": "features.vectors",
        "load_key": "features.pseudonym_key",
        "mine": "features.mining",
        "scan": "serving.scan",
    },
)
