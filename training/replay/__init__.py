"""Replays past years: what would have been listed, when, and at what cost in honest people."""
