"""The catalog of features, as a table or JSON."""

import json
from dataclasses import asdict
from io import StringIO

from rich.console import Console
from rich.table import Table
from rich.text import Text

from ...features.catalog import digest
from ...features.feature import LEVELS, Feature


def as_text(features: tuple[Feature, ...]) -> str:
    """Give a table a level."""
    buffer = StringIO()
    console = Console(file=buffer, width=120, color_system=None)
    for level in LEVELS:
        mine = [feature for feature in features if feature.level == level]
        table = Table(title=f"{level}: {len(mine)} features", title_justify="left")
        for heading in ("feature", "unit", "worth a look", "compared with", "what it is"):
            table.add_column(heading)
        for f in mine:
            table.add_row(f.name, f.unit, f.concerning, f.compared_with, Text(f.description))
        console.print(table)
    console.print(f"catalog {digest()}")
    return buffer.getvalue()


def as_json(features: tuple[Feature, ...]) -> str:
    """Give all facts but the functions."""
    rows = [{k: v for k, v in asdict(f).items() if k != "compute"} for f in features]
    return json.dumps({"catalog": digest(), "features": rows}, indent=2) + "\n"
