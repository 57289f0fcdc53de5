"""Joins the results of all projects into datasets: a few large Parquet files of each kind."""

import io
import zipfile
from collections.abc import Iterable

import pyarrow as pa
import pyarrow.parquet as pq

from .store import Store
from .task import result_name

DATASETS = ("leads", "projects", "people", "vectors_commit", "vectors_contributor",
            "vectors_project")  # fmt: skip
_PART_BYTES = 128 * 1024**2
"""Of a file, about; what is held in memory at a time."""


def collect(store: Store, projects: Iterable[str]) -> dict[str, int]:
    """Write the datasets anew, from the results of the named projects, in this order.

    Memory is bounded by one part of each dataset, whatever their number. The same results give the
    same files.

    Returns
    -------
    Rows by dataset.
    """
    writers = {name: _Writer(store, name) for name in DATASETS}
    for project in projects:
        content = store.read(result_name(project))
        if content is None:
            continue
        with zipfile.ZipFile(io.BytesIO(content)) as file:
            for name, writer in writers.items():
                part = pa.BufferReader(file.read(f"{name}.parquet"))
                writer.add(pq.read_table(part))
    return {name: writer.close() for name, writer in writers.items()}


class _Writer:
    """Writes one dataset in parts."""

    def __init__(self, store: Store, name: str) -> None:
        self._store, self._name = store, name
        self._tables: list[pa.Table] = []
        self._bytes = self._rows = self._parts = 0

    def add(self, table: pa.Table) -> None:
        self._tables.append(table)
        self._bytes += table.nbytes
        self._rows += len(table)
        if self._bytes >= _PART_BYTES:
            self._write()

    def _write(self) -> None:
        name = f"{self._name}/part-{self._parts:05d}.parquet"
        self._store.write_table(name, pa.concat_tables(self._tables))
        self._tables, self._bytes, self._parts = [], 0, self._parts + 1

    def close(self) -> int:
        if self._tables:
            self._write()
        for name in self._store.names(self._name):
            if name.removeprefix("part-").removesuffix(".parquet").isdigit() and (
                int(name[5:10]) >= self._parts
            ):
                self._store.delete(f"{self._name}/{name}")
        return self._rows
