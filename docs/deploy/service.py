"""What a bento serves."""

from trustdrift.serving.service.bento import Trustdrift

__all__ = ["Trustdrift"]
