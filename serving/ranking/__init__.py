"""Which packages everything else leans on: graphs of dependencies, measured and put in order."""
