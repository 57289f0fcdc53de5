"""Mines for the service: within bounds, and without those who asked to be forgotten."""

from pathlib import Path

from sqlalchemy import select

from ...features.errors import SourceError
from ...features.feature import Level
from ...features.history import History, read_history, write_history
from ...features.mining import Bounds, Reach, local_repository, mine_confined
from ...models.leads import Lead
from .database import Database, Erased
from .forgetting import ERASED, has_people, without_people
from .settings import Settings
from .work import Report

GIGABYTE = 1024**3

Leads = dict[Level, list[Lead]]


class Miner:
    """Reads repositories from where the settings allow it."""

    def __init__(self, settings: Settings, database: Database, key: bytes) -> None:
        self.settings, self.database, self._key = settings, database, key

    def mined(self, folder: Path, source: str, project: str, report: Report) -> History:
        """Mine into a folder, adding to what is there, and read the result.

        Raises
        ------
        SourceError
        """
        self._mine(folder, source, project, report)
        history = read_history(folder)
        with self.database.session() as session:
            people = set(session.scalars(select(Erased.person)))
        if has_people(history, people):
            history = without_people(history, people)
            write_history(history, folder)
        return history

    def _mine(self, folder: Path, source: str, project: str, report: Report) -> None:
        settings = self.settings
        place = source if "://" in source else str(Path(settings.mirror) / source)
        bounds = Bounds(
            seconds=60 * settings.mine_minutes, memory=int(settings.mine_gigabytes * GIGABYTE)
        )
        try:
            with local_repository(place, Reach()) as path:
                mine_confined(
                    folder, path, key=self._key, project=project, bounds=bounds, progress=report
                )
        except SourceError as error:  # where the mirror lies is nobody's business
            raise SourceError(str(error).replace(place, source)) from error


def without_erased(leads: Leads) -> Leads:
    """Leave out what is about nobody any more."""
    return {
        level: [lead for lead in found if lead.subject.get("person") != ERASED]
        for level, found in leads.items()
    }
