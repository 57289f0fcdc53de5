"""What the application holds while it runs."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from .champion import Champion
from .database import Database
from .histories import Histories
from .settings import Settings

if TYPE_CHECKING:
    from .access import Rate
    from .metrics import Metrics
    from .outgoing import Sender
    from .work import Work


@dataclass(frozen=True)
class State:
    """One process' share of the service."""

    settings: Settings
    database: Database
    histories: Histories
    champion: Champion
    rate: "Rate"
    work: "Work"
    metrics: "Metrics"
    sender: "Sender"
    key: bytes
    """With which pseudonyms are made."""
