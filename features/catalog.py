"""All features there are, in one order, and the digest that says which they were."""

import hashlib
import importlib
import json
import pkgutil
from functools import cache

from . import commit, contributor, known, project
from .feature import DECLARED, LEVELS, Feature, Level


@cache
def catalog() -> tuple[Feature, ...]:
    """Load every family and give all features by level, family and name."""
    for package in (commit, contributor, project):
        for module in pkgutil.iter_modules(package.__path__, f"{package.__name__}."):
            importlib.import_module(module.name)
    order = {level: rank for rank, level in enumerate(LEVELS)}
    return tuple(sorted(DECLARED.values(), key=lambda f: (order[f.level], f.family, f.name)))


def features(level: Level) -> tuple[Feature, ...]:
    """Give the features of one level, in the order of a vector's columns."""
    return tuple(feature for feature in catalog() if feature.level == level)


@cache
def digest() -> str:
    """Hash what the numbers mean, 16 hexadecimal digits.

    Of each feature: name, unit, direction, definition, and whether it is learned; and the packages
    and hosts that are known.
    """
    facts = [
        [f.level, f.name, f.unit, f.concerning, f.compared_with, f.description, f.learned]
        for f in catalog()
    ]
    return hashlib.sha256(json.dumps([known.digest(), *facts]).encode()).hexdigest()[:16]
