"""Leads that a person has confirmed, in forms for exchange: one module a format."""

from collections.abc import Callable

from . import osv, stix
from .finding import Finding, confirm

__all__ = ["FORMATS", "Finding", "confirm"]

FORMATS: dict[str, Callable[[Finding], str]] = {"stix": stix.render, "osv": osv.render}
