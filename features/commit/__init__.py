"""Features of single commits, one family a file; see `features/feature.py` to add one."""
