"""Tests of the ranking by dependencies."""
