"""The summary of a batch, as a page."""

import pandas as pd

from ..reports.templates import environment
from ..reports.view import FAIRNESS
from .store import Store
from .task import Result

_LISTED = 50


def page(
    store: Store,
    progress: dict[str, float | int],
    rows: dict[str, int],
    failures: list[Result],
) -> bytes:
    """Give the page: what was done, where most stands out, what failed and why."""
    columns = ["project", "level", "p_value", "signals"]
    leads = store.table("leads", columns)
    table = pd.DataFrame(columns=columns) if leads is None else leads.to_pandas()
    first = table.sort_values("p_value", kind="stable").drop_duplicates(["project", "level"])
    by_kind = pd.Series([f.error for f in failures], dtype="str").value_counts()
    text = environment().get_template("batch.html.jinja").render(
        progress=progress, rows=rows, fairness=FAIRNESS,
        listed=first.head(_LISTED).to_dict("records"),
        kinds=list(by_kind.items()), failures=failures[:_LISTED], failed=len(failures),
    )  # fmt: skip
    return text.encode()
