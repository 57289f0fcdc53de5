"""The detectors there are; each is a file of its own."""

from .detector import Detector
from .forest import IsolationForest
from .tails import DirectionalTails

PANEL: tuple[type[Detector], ...] = (DirectionalTails, IsolationForest)
"""What a baseline learns and combines, in this order."""
