"""The list of criticality, fragility and anomaly as JSON, CSV, Parquet, HTML or lines of text."""

import json
from collections.abc import Callable

import pandas as pd

from ..reports.charts import Chart, plane
from ..reports.templates import environment
from .fragility import MEASURES
from .joint import PARTS
from .report import as_csv, as_parquet

_LISTED = 200
_DRAWN = 500


def as_json(ranking: pd.DataFrame) -> bytes:
    """Give the contract's form: the order, the three parts and all that stands behind them."""
    moves = [name for name in ranking.columns if name.startswith("rank_without_")]
    rows = [
        {
            "rank": int(row["rank"]), "project": name, "package": row["package"],
            **{part: int(row[part]) for part in PARTS},
            **{move: int(row[move]) for move in moves},
            "overall_criticality": int(row["overall_criticality"]),
            "p_anomaly": float(row["p_anomaly"]),
            "fragility_measures": {measure: float(row[measure]) for measure in MEASURES},
            "words": row["words"],
        }
        for name, row in zip(ranking.index, ranking.to_dict("records"), strict=True)
    ]  # fmt: skip
    return (json.dumps({"projects": rows}, indent=1) + "\n").encode()


def as_html(ranking: pd.DataFrame) -> bytes:
    """Give a page with the first 200."""
    first = ranking.head(_LISTED)
    text = environment().get_template("joint.html.jinja").render(
        rows=list(zip(first.index, first.to_dict("records"), strict=True)),
        parts=PARTS, moves=[name for name in ranking.columns if name.startswith("rank_without_")],
        measures=MEASURES, total=len(ranking),
        fund="rank_without_anomaly" not in ranking.columns, plane=_plane(ranking),
    )  # fmt: skip
    return text.encode()


def _plane(ranking: pd.DataFrame) -> Chart:
    """Draw the first of the list by two of their ranks, 1 at the far end."""
    of = max(len(ranking) - 1, 1)
    points = [
        (
            str(name),
            1 - (row["criticality"] - 1) / of,
            1 - (row["fragility"] - 1) / of,
            1 - float(row["p_anomaly"]),
        )
        for name, row in zip(ranking.index, ranking.head(_DRAWN).to_dict("records"), strict=False)
    ]
    named = ("criticality: share of these on which less leans", "fragility: share less fragile")
    return plane(points, named)


def as_text(ranking: pd.DataFrame) -> str:
    """Give lines for a terminal."""
    lines = [f"{'rank':>5} {'criticality':>12} {'fragility':>10} {'anomaly':>8}  project"]
    for name, row in zip(ranking.index, ranking.to_dict("records"), strict=True):
        places = f"{row['criticality']:>12,} {row['fragility']:>10,} {row['anomaly']:>8,}"
        lines += [
            f"{row['rank']:>5,} {places}  {name} ({row['package']})",
            f"{'':>39}{row['words']}",
        ]
    return "\n".join(lines) + "\n"


FORMATS: dict[str, Callable[[pd.DataFrame], bytes]] = {
    ".json": as_json, ".csv": as_csv, ".parquet": as_parquet, ".html": as_html,
}  # fmt: skip
"""By the output's suffix."""
