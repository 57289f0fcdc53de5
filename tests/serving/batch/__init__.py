"""Whole ecosystems."""
