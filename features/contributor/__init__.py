"""Features of one person in one window, one family a file; see `features/feature.py`."""
