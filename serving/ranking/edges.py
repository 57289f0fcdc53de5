"""Dependencies out of tables, a pair of names a row, also as registries export them."""

from collections.abc import Iterable, Iterator
from pathlib import Path

import pandas as pd

from ...features.errors import ConfigurationError
from ...features.files import parquet_frame

COLUMNS = (
    ("dependent", "dependency"), ("from", "to"), ("source", "target"),
    ("package", "dependency"), ("name", "dependency_name"), ("package_name", "dependency_name"),
    ("project name", "dependency name"),
)  # fmt: skip
"""Names of columns that are understood: who needs, and what. The last are those of ecosyste.ms and
Libraries.io; deps.dev has `From` and `To`, each with a `Name`."""


def edges(paths: Iterable[Path]) -> Iterator[tuple[str, str]]:
    """Give who needs whom.

    Raises
    ------
    ConfigurationError
        If a file cannot be read or has no two such columns.
    """
    for path in paths:
        table = read_table(path)
        known = {str(name).lower(): name for name in table.columns}
        pair = next((pair for pair in COLUMNS if set(pair) <= set(known)), None)
        if pair is None:
            wanted = " or ".join(", ".join(pair) for pair in COLUMNS[:3])
            raise ConfigurationError(
                f"{path} has the columns {', '.join(known)}", hint=f"name two of them {wanted}"
            )
        rows = table[[known[name] for name in pair]].dropna()
        for column in rows:
            rows[column] = rows[column].map(_plain_name)
        yield from rows.itertuples(index=False, name=None)


def _plain_name(value: object) -> str:
    """Give the name in what deps.dev calls a package: its system, name and version."""
    named = {str(k).lower(): v for k, v in value.items()} if isinstance(value, dict) else {}
    return str(named.get("name", value))


def read_table(path: Path) -> pd.DataFrame:
    """Read CSV, also compressed, Parquet, JSON or JSON lines.

    Raises
    ------
    ConfigurationError
    """
    try:
        if path.suffix == ".parquet":
            return parquet_frame(path)
        if path.suffix in (".json", ".jsonl"):
            return pd.read_json(path, lines=path.suffix == ".jsonl", dtype=False)
        return pd.read_csv(path, dtype=str, keep_default_na=False, na_values=[""])
    except (OSError, ValueError) as error:
        raise ConfigurationError(f"{path} cannot be read as a table: {error}") from error


def weights(path: Path) -> pd.Series:
    """Read a user's own weights: a table with the columns name and weight, or Debian's popcon.

    Raises
    ------
    ConfigurationError
    """
    table = _popcon(path) if path.name.startswith(("by_", "popcon")) else read_table(path)
    if not {"name", "weight"} <= set(table.columns):
        raise ConfigurationError(f"{path} lacks the columns name and weight")
    numbers = pd.to_numeric(table["weight"], errors="coerce")
    if numbers.isna().any() or (numbers < 0).any():
        row = int((numbers.isna() | (numbers < 0)).to_numpy().argmax())
        raise ConfigurationError(
            f"{path}: weight {table['weight'].iloc[row]!r} is no number from 0 on"
        )
    return numbers.groupby(table["name"].astype(str)).sum()


def _popcon(path: Path) -> pd.DataFrame:
    """Read a popularity contest's list (`by_inst` and the like): installations by package."""
    columns = ["rank", "name", "weight"]
    try:
        table = pd.read_csv(
            path, sep=r"\s+", comment="#", header=None, usecols=[0, 1, 2], names=columns, dtype=str,
            on_bad_lines="skip", encoding_errors="replace",
        )  # fmt: skip
    except (OSError, ValueError) as error:
        raise ConfigurationError(f"{path} cannot be read as a popcon list: {error}") from error
    return table[table["rank"].str.isdigit().fillna(False)]
