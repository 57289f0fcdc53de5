"""Features of one project in one window, one family a file; see `features/feature.py`."""
