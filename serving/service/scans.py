"""One repository looked at once: nothing is watched afterwards, and no facts are kept."""

import json
import tempfile
from dataclasses import replace
from pathlib import Path

from ...models.leads import Limits
from ..reports import as_json
from ..scan import report_on
from .champion import Champion
from .database import Task
from .mining import Miner, without_erased
from .work import Outcome, Report


class ScanOnce:
    """The job that mines a repository, judges it, and keeps the report with the task."""

    def __init__(self, miner: Miner, champion: Champion) -> None:
        self._miner, self._champion = miner, champion

    def __call__(self, task: Task, report: Report) -> Outcome:
        """Do it.

        Raises
        ------
        SourceError, NotEnoughHistory
        """
        name, source = str(task.asked["name"]), str(task.asked["source"])
        with tempfile.TemporaryDirectory(dir=self._miner.settings.data) as place:
            history = self._miner.mined(Path(place), source, name, report)
        report("scoring", 0.0)
        limits = Limits(top=int(task.asked["top"]))
        scan = report_on(history, self._champion.current, since=None, limits=limits)
        scan = replace(scan, leads=without_erased(scan.leads))
        return Outcome(f"{len(history.commits):,} commits", json.loads(as_json.render(scan)))
