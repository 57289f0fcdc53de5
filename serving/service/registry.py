"""Brings baselines from an MLflow registry: the service's only way to training's code."""

import tempfile
from pathlib import Path

from ...models.baseline import Baseline

SCHEME = "models:/"


def newest(uri: str) -> str:
    """Give the version that a registry URI leads to at present.

    Raises
    ------
    ConfigurationError
        If the registry cannot be reached.
    """
    from ...training.tracking import connected, default_uri, version_of

    _, _, alias = uri.partition("@")
    if not alias:
        return uri
    with connected(default_uri()) as client:
        return version_of(client, alias) or ""


def fetched(uri: str) -> Baseline:
    """Load a registered baseline.

    Raises
    ------
    BaselineError, ConfigurationError
    """
    from ...training.tracking import connected, default_uri, download

    with tempfile.TemporaryDirectory(prefix="trustdrift-") as place, connected(default_uri()):
        return download(uri, Path(place) / "baseline")
