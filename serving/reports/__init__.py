"""One module a format: from a scan's result to text."""
