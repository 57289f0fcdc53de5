"""The front door: command line, scans, reports, service, batches and rankings."""
