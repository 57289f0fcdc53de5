"""Where a batch's results lie: a folder, or an object store that pyarrow knows."""

import io
import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
from pyarrow import fs

from ...features.errors import ConfigurationError
from ...features.mining import is_url


@dataclass(frozen=True)
class Store:
    """A place for files, each of which is written whole or not at all."""

    files: fs.FileSystem
    root: str

    @classmethod
    def open(cls, place: str) -> "Store":
        """Open a folder or URL, such as `s3://bucket/run`.

        Raises
        ------
        ConfigurationError
            If pyarrow does not know the URL, or the place cannot be made.
        """
        try:
            files, root = fs.FileSystem.from_uri(
                place if is_url(place) else Path(place).resolve().as_uri()
            )
            files.create_dir(root, recursive=True)
        except (OSError, ValueError, pa.ArrowException) as error:
            raise ConfigurationError(
                f"{place} cannot be used: {error}", hint="name a folder, or an s3:// or gs:// URL"
            ) from error
        return cls(files, root)

    @property
    def folder(self) -> Path | None:
        """The folder, if it is one of this machine."""
        return Path(self.root) if isinstance(self.files, fs.LocalFileSystem) else None

    def write(self, name: str, content: bytes) -> None:
        """Write a file. Object stores put it in one step; a folder gets it by renaming.

        Raises
        ------
        ConfigurationError
        """
        path = f"{self.root}/{name}"
        part = path
        if self.folder is not None:
            self.files.create_dir(os.path.dirname(path), recursive=True)
            part = f"{os.path.dirname(path)}/.{os.path.basename(path)}.{os.getpid()}.part"
        try:
            with self.files.open_output_stream(part) as stream:
                stream.write(content)
            if part != path:
                self.files.move(part, path)
        except OSError as error:
            raise ConfigurationError(f"{path} cannot be written: {error}") from error

    def write_table(self, name: str, table: pa.Table) -> None:
        """Write a table as Parquet, as `write` does."""
        stream = io.BytesIO()
        pq.write_table(table, stream, compression="zstd")
        self.write(name, stream.getvalue())

    def read(self, name: str) -> bytes | None:
        """Give a file's content; None if there is none."""
        try:
            with self.files.open_input_stream(f"{self.root}/{name}", compression=None) as stream:
                return stream.read()
        except (FileNotFoundError, IsADirectoryError):
            return None

    def names(self, folder: str) -> Iterator[str]:
        """Give the names of the files in a folder, in order."""
        chosen = fs.FileSelector(f"{self.root}/{folder}", allow_not_found=True)
        found = sorted(info.base_name for info in self.files.get_file_info(chosen) if info.is_file)
        yield from (name for name in found if not name.startswith("."))

    def table(self, dataset: str, columns: list[str] | None = None) -> pa.Table | None:
        """Give all parts of a dataset as one table; None if there are none."""
        parts = [self.read(f"{dataset}/{name}") for name in self.names(dataset)]
        tables = [
            pq.read_table(pa.BufferReader(part), columns=columns)
            for part in parts
            if part is not None
        ]
        return pa.concat_tables(tables) if tables else None

    def delete(self, name: str) -> None:
        """Delete a file."""
        self.files.delete_file(f"{self.root}/{name}")
