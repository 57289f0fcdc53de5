"""Keeps the secret key of this installation's pseudonyms."""

import os
import secrets
from pathlib import Path

from .errors import ConfigurationError

VARIABLE = "TRUSTDRIFT_PSEUDONYM_KEY"


def load_key() -> bytes:
    """Give this installation's key, made at the first call and kept in the user's settings.

    `TRUSTDRIFT_PSEUDONYM_KEY` (at least 32 hexadecimal digits) comes first, so that several
    machines can share one.

    Raises
    ------
    ConfigurationError
        If the variable or the file holds no such key, or the file cannot be made.
    """
    given = os.environ.get(VARIABLE)
    if given is not None:
        return _parse(given, VARIABLE)
    home = os.environ.get("XDG_CONFIG_HOME")
    path = (Path(home) if home else Path.home() / ".config") / "trustdrift" / "pseudonym.key"
    try:
        if not path.exists():
            _create(path)
        return _parse(path.read_text(encoding="ascii"), str(path))
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigurationError(
            f"the key of the pseudonyms, {path}, cannot be read or made",
            hint=f"set {VARIABLE} to 64 hexadecimal digits",
        ) from error


def _create(path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(f".{path.name}.{os.getpid()}")
    descriptor = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w", encoding="ascii") as file:
        file.write(secrets.token_hex(32))
    try:
        os.link(part, path)  # the first of two processes that start together wins
    except FileExistsError:
        pass
    finally:
        part.unlink()


def _parse(text: str, origin: str) -> bytes:
    try:
        key = bytes.fromhex(text.strip())
    except ValueError:
        key = b""
    if len(key) < 16:
        raise ConfigurationError(f"{origin} must hold at least 32 hexadecimal digits")
    return key
