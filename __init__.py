"""Learns how projects' git histories normally move, and shows what moves otherwise, and why."""

__version__ = "0.1.0"
