"""Reads the facts of a git repository; the only place that touches git."""

from .mine import mine
from .remote import local_repository
from .subjects import read_subjects

__all__ = ["local_repository", "mine", "read_subjects"]
