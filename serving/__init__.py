"""The front door: command line, scans and reports."""
