"""Brings a repository named by URL onto this machine."""

import os
import re
import shutil
import subprocess
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from ..errors import SourceError

PROTOCOLS = ("https", "ssh")
CLONE_SECONDS = 900

_URL = re.compile(r"^[a-z][a-z0-9+.-]*://", re.IGNORECASE)


def is_url(source: str) -> bool:
    """Tell a URL from a path or a name."""
    return bool(_URL.match(source))


@contextmanager
def local_repository(
    source: str, *, protocols: Sequence[str] = PROTOCOLS, seconds: int = CLONE_SECONDS
) -> Iterator[Path]:
    """Give a local path for `source`; a URL is cloned into a folder that goes afterwards.

    Raises
    ------
    SourceError
        As `clone`.
    """
    if not is_url(source):
        yield Path(source)
        return
    with tempfile.TemporaryDirectory(prefix="trustdrift-") as folder:
        target = Path(folder) / "clone.git"
        clone(source, target, protocols=protocols, seconds=seconds)
        yield target


def clone(
    source: str,
    target: Path,
    *,
    protocols: Sequence[str] = PROTOCOLS,
    seconds: int = CLONE_SECONDS,
) -> None:
    """Clone a URL (bare) to `target`, whole or not at all.

    git itself holds to `protocols`, asks nothing on the terminal and runs no hook or filter, as
    nothing is checked out. A clone that takes longer than `seconds` is ended.

    Raises
    ------
    SourceError
        If git is absent or fails, or time runs out.
    """
    command = ["git", "clone", "--quiet", "--mirror", "--", source, str(target)]
    variables = {
        **os.environ,
        "GIT_ALLOW_PROTOCOL": ":".join(protocols),
        "GIT_TERMINAL_PROMPT": "0",
        "GIT_TEMPLATE_DIR": "",
        "LC_ALL": "C",
    }
    try:
        subprocess.run(command, env=variables, check=True, capture_output=True, timeout=seconds)
    except subprocess.TimeoutExpired as error:
        shutil.rmtree(target, ignore_errors=True)
        raise SourceError(
            f"cloning {source} took longer than {seconds} s", hint="clone it yourself"
        ) from error
    except FileNotFoundError as error:
        raise SourceError("git is not installed", hint="install it, or name a path") from error
    except subprocess.CalledProcessError as error:
        lines = error.stderr.decode("utf-8", "replace").strip().splitlines()
        reason = lines[-1] if lines else "git said nothing"
        raise SourceError(f"{source} cannot be cloned: {reason}") from error
