"""What is imported and loaded once, before processes are forked from the server."""

from .task import baseline_of, judge_target

SHIPPED_VERSION = baseline_of("").version

__all__ = ["SHIPPED_VERSION", "baseline_of", "judge_target"]
