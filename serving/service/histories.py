"""Where mined facts are kept: a folder of this machine, or an object store."""

import secrets
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from ...features.errors import ConfigurationError, SourceError
from ...features.history import TABLES, History, read_history, write_history
from .settings import Settings

if TYPE_CHECKING:
    from fsspec import AbstractFileSystem


class Histories(Protocol):
    """Keeps the tables of each project."""

    def read(self, project_id: str) -> History | None:
        """Give what is kept of a project; None if nothing is, or nothing that can be read."""
        ...

    def write(self, project_id: str, history: History) -> None:
        """Keep this, and nothing of what was kept before.

        Raises
        ------
        ConfigurationError
            If the store cannot be written to.
        """
        ...

    def workplace(self, project_id: str) -> AbstractContextManager[Path]:
        """Open a local folder with what is kept; what it holds when the block ends well is kept.

        Raises
        ------
        ConfigurationError
            If the store cannot be written to.
        """
        ...

    def delete(self, project_id: str) -> None:
        """Keep nothing of a project."""
        ...


def open_histories(settings: Settings) -> Histories:
    """Open the store that the settings name.

    Raises
    ------
    ConfigurationError
        If its URL means nothing to fsspec.
    """
    if not settings.histories:
        return LocalHistories(settings.data / "histories")
    return StoredHistories(settings.histories, settings.data)


class LocalHistories:
    """A folder for each project."""

    def __init__(self, root: Path) -> None:
        self._root = root

    def read(self, project_id: str) -> History | None:
        """Give what is kept of a project."""
        return _readable(self._root / project_id)

    def write(self, project_id: str, history: History) -> None:
        """Keep this."""
        write_history(history, self._root / project_id)

    @contextmanager
    def workplace(self, project_id: str) -> Iterator[Path]:
        """Open the project's own folder: mining replaces its tables whole or not at all."""
        yield self._root / project_id

    def delete(self, project_id: str) -> None:
        """Keep nothing of a project."""
        shutil.rmtree(self._root / project_id, ignore_errors=True)


class StoredHistories:
    """Objects below a URL that fsspec knows, such as `s3://bucket/histories`.

    Objects cannot be renamed together, so each state of a project has a prefix of its own, and the
    small object `current`, which is replaced in one step, names the one that holds. Nothing stays
    on the machine that reads.
    """

    def __init__(self, url: str, scratch: Path) -> None:
        import fsspec

        try:
            self._files: AbstractFileSystem
            self._files, self._root = fsspec.core.url_to_fs(url)
        except (ValueError, ImportError) as error:
            raise ConfigurationError(
                f"TRUSTDRIFT_HISTORIES: {error}",
                hint="name a store whose package is installed, such as s3://… with s3fs",
            ) from error
        self._scratch = scratch

    def read(self, project_id: str) -> History | None:
        """Give what is kept of a project."""
        with tempfile.TemporaryDirectory(dir=self._scratch) as place:
            self._fetch(project_id, Path(place))
            return _readable(Path(place))

    def write(self, project_id: str, history: History) -> None:
        """Keep this."""
        with tempfile.TemporaryDirectory(dir=self._scratch) as place:
            write_history(history, Path(place))
            self._publish(project_id, Path(place))

    @contextmanager
    def workplace(self, project_id: str) -> Iterator[Path]:
        """Open a copy."""
        with tempfile.TemporaryDirectory(dir=self._scratch) as place:
            self._fetch(project_id, Path(place))
            yield Path(place)
            self._publish(project_id, Path(place))

    def delete(self, project_id: str) -> None:
        """Keep nothing of a project."""
        place = f"{self._root}/{project_id}"
        if self._files.exists(place):
            self._files.rm(place, recursive=True)

    def _fetch(self, project_id: str, folder: Path) -> None:
        place = f"{self._root}/{project_id}"
        self._files.invalidate_cache()
        try:
            state = self._files.read_text(f"{place}/current")
            for name in TABLES:
                file = f"{name}.parquet"
                self._files.get_file(f"{place}/{state}/{file}", str(folder / file))
        except OSError:
            for file in folder.iterdir():
                file.unlink()

    def _publish(self, project_id: str, folder: Path) -> None:
        place, state = f"{self._root}/{project_id}", secrets.token_hex(8)
        try:
            self._files.makedirs(f"{place}/{state}", exist_ok=True)
            for name in TABLES:
                file = f"{name}.parquet"
                self._files.put_file(str(folder / file), f"{place}/{state}/{file}")
            self._files.pipe_file(f"{place}/current", state.encode())
            self._files.invalidate_cache()
            for entry in self._files.ls(place, detail=False):
                if Path(entry).name not in (state, "current"):
                    self._files.rm(entry, recursive=True)
        except OSError as error:
            raise ConfigurationError(
                f"the store of histories cannot be written: {error}",
                hint="see TRUSTDRIFT_HISTORIES",
            ) from error


def _readable(folder: Path) -> History | None:
    try:
        return read_history(folder)
    except SourceError:
        return None
