"""The ranking as JSON, CSV, Parquet, HTML or lines of text."""

import io
import json
from collections.abc import Callable

import pandas as pd

from ..reports.templates import environment

PLACE = ("rank", "rank_low", "rank_high")

WORDS = {
    "dependents": "packages that name it",
    "all_dependents": "packages that need it, however indirectly",
    "pagerank": "share of a random walk along dependencies, times the number of packages",
    "cone_mass": "its share in what others stand on, summed over them",
    "weight": "your own weight",
}


def as_json(ranking: pd.DataFrame) -> bytes:
    """Give the contract's form."""
    measures = [name for name in ranking.columns if name not in PLACE]
    rows = [
        {
            "rank": int(row["rank"]),
            "name": name,
            "rank_range": [int(row["rank_low"]), int(row["rank_high"])],
            "measures": {measure: float(row[measure]) for measure in measures},
        }
        for name, row in zip(ranking.index, ranking.to_dict("records"), strict=True)
    ]
    return (json.dumps({"ranking": rows}, indent=1) + "\n").encode()


def as_csv(ranking: pd.DataFrame) -> bytes:
    """Give a table for spreadsheets."""
    return ranking.reset_index().to_csv(index=False).encode()


def as_parquet(ranking: pd.DataFrame) -> bytes:
    """Give a table for programs."""
    stream = io.BytesIO()
    ranking.reset_index().to_parquet(stream, index=False)
    return stream.getvalue()


def as_html(ranking: pd.DataFrame) -> bytes:
    """Give a page with the first 500."""
    measures = [name for name in ranking.columns if name not in PLACE]
    first = ranking.head(500)
    text = environment().get_template("ranking.html.jinja").render(
        rows=list(zip(first.index, first.to_dict("records"), strict=True)),
        measures=[(name, WORDS.get(name, name)) for name in measures],
        total=len(ranking),
    )  # fmt: skip
    return text.encode()


def as_text(ranking: pd.DataFrame) -> str:
    """Give lines for a terminal."""
    lines = [f"{'rank':>6}  {'nine in ten draws':>17}  name"]
    for name, row in zip(ranking.index, ranking.to_dict("records"), strict=True):
        span = f"{row['rank_low']:,}–{row['rank_high']:,}"
        lines.append(f"{row['rank']:>6,}  {span:>17}  {name}")
    return "\n".join(lines) + "\n"


FORMATS: dict[str, Callable[[pd.DataFrame], bytes]] = {
    ".json": as_json, ".csv": as_csv, ".parquet": as_parquet, ".html": as_html,
}  # fmt: skip
"""By the output's suffix."""
