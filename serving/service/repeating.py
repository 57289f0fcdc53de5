"""Does something every now and then in a thread of its own."""

import logging
import threading
from collections.abc import Callable

_log = logging.getLogger("trustdrift.service")


class Repeating:
    """Calls an action, waits, and calls it again, until `stop`; `wake` ends the wait.

    What an action raises is logged, and it is called again: the service goes on.
    """

    def __init__(self, action: Callable[[], object], seconds: float) -> None:
        self._action, self._seconds = action, seconds
        self._ended = threading.Event()
        self._woken = threading.Event()

    def start(self) -> None:
        """Begin."""
        threading.Thread(target=self._loop, daemon=True).start()

    def stop(self) -> None:
        """Call it no more."""
        self._ended.set()
        self._woken.set()

    def wake(self) -> None:
        """Call it now."""
        self._woken.set()

    def _loop(self) -> None:
        while not self._ended.is_set():
            try:
                self._action()
            except Exception:
                _log.exception("a repeated action failed")
            self._woken.wait(self._seconds)
            self._woken.clear()
