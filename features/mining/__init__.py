"""Reads the facts of a git repository; the only place that touches git."""

from .mine import mine
from .remote import clone, is_url, local_repository
from .subjects import read_subjects
from .tips import roots, state, tip

__all__ = ["clone", "is_url", "local_repository", "mine", "read_subjects", "roots", "state", "tip"]
