"""The service's log: a JSON object a line, with ids and routes, without people or secrets."""

import logging

from pythonjsonlogger.json import JsonFormatter


def write_json() -> None:
    """Let everything that the service itself logs go to standard error in that form."""
    handler = logging.StreamHandler()
    handler.setFormatter(
        JsonFormatter(
            "%(levelname)s %(message)s", timestamp=True, rename_fields={"levelname": "level"}
        )
    )
    own = logging.getLogger("trustdrift.service")
    own.handlers, own.propagate = [handler], False
    own.setLevel(logging.INFO)
