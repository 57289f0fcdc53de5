"""The baseline in use, and how a new one takes its place."""

import logging
import threading
from collections.abc import Callable
from pathlib import Path

from ...features.errors import TrustdriftError
from ...models.baseline import Baseline
from . import registry

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
        self._poll_seconds = poll_seconds
        self._stop = threading.Event()
        self.current, self._state = self._load()

    @property
    def moves(self) -> bool:
        """Whether another baseline can appear under the same name."""
        return bool(self.source)

    def start(self, changed: Callable[[Baseline], None] = lambda baseline: None) -> None:
        """Look for a new one every now and then, until `stop`."""
        if self.moves:
            threading.Thread(target=self._poll, args=(changed,), daemon=True).start()

    def stop(self) -> None:
        """Look no more."""
        self._stop.set()

    def _poll(self, changed: Callable[[Baseline], None]) -> None:
        while not self._stop.wait(self._poll_seconds):
            if self.renew():
                changed(self.current)

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
