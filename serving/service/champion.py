"""The baseline in use, and how a new one takes its place."""

import logging
from collections.abc import Callable
from pathlib import Path

from ...features.errors import TrustdriftError
from ...models.baseline import Baseline
from . import registry
from .repeating import Repeating

_log = logging.getLogger("trustdrift.service")


class Champion:
    """Holds one baseline; whoever reads `current` once works with one baseline throughout.

    A new baseline is loaded and checked in whole before the reference to it is set, which is one
    step: no request sees half of one and half of another. What cannot be loaded, or was learned
    with other features, changes nothing and is told in `refused`.
    """

    def __init__(self, source: str, poll_seconds: float) -> None:
        self.source = source
        self.refused = ""
        """Why the newest candidate was not taken; empty if it was."""
        self._changed: Callable[[Baseline], None] = lambda baseline: None
        self._thread = Repeating(self._look, poll_seconds)
        self.current, self._state = self._load()

    @property
    def moves(self) -> bool:
        """Whether another baseline can appear under the same name."""
        return bool(self.source)

    def start(self, changed: Callable[[Baseline], None] | None = None) -> None:
        """Look for a new one every now and then, until `stop`."""
        self._changed = changed or self._changed
        if self.moves:
            self._thread.start()

    def stop(self) -> None:
        """Look no more."""
        self._thread.stop()

    def _look(self) -> None:
        if self.renew():
            self._changed(self.current)

    def renew(self) -> bool:
        """Take the newest baseline if it is another one and sound.

        Returns
        -------
        Whether the baseline in use is another one now.
        """
        try:
            if self._newest() == self._state:
                return False
            candidate, state = self._load()
        except (TrustdriftError, OSError) as error:
            if str(error) != self.refused:
                _log.warning("a new baseline was refused: %s", error)
            self.refused = str(error)
            return False
        self.refused = ""
        moved = candidate.version != self.current.version
        self.current, self._state = candidate, state
        return moved

    def _newest(self) -> str:
        """Tell the sources' states apart without loading anything."""
        if self.source.startswith(registry.SCHEME):
            return registry.newest(self.source)
        if not self.source:
            return ""
        manifest = Path(self.source) / "baseline.json"
        return str(manifest.stat().st_mtime_ns) if manifest.exists() else ""

    def _load(self) -> tuple[Baseline, str]:
        state = self._newest()
        if self.source.startswith(registry.SCHEME):
            return registry.fetched(self.source), state
        return Baseline.load(Path(self.source) if self.source else None), state
