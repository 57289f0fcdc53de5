"""Brings a repository named by URL onto this machine."""

import hashlib
import ipaddress
import os
import re
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import IO
from urllib.parse import SplitResult, urlsplit

from ..errors import SourceError

PROTOCOLS = ("https", "ssh")

_URL = re.compile(r"^[a-z][a-z0-9+.-]*:(//|:)", re.IGNORECASE)
_BETWEEN_LOOKS = 0.2  # seconds
_PORTS = {"https": 443, "http": 80}


@dataclass(frozen=True)
class Reach:
    """What a clone may reach, and how much it may take."""

    local_files: bool = False
    """Whether `file://` URLs may be cloned."""
    private_addresses: bool = False
    """Whether hosts with addresses that are not public may be asked."""
    seconds: float = 900.0
    bytes: int = 20 * 1024**3
    """On disk."""


def is_url(source: str) -> bool:
    """Tell a URL from a path or a name."""
    return bool(_URL.match(source))


@contextmanager
def local_repository(source: str, reach: Reach | None = None) -> Iterator[Path]:
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
        clone(source, target, reach)
        yield target


def clone(source: str, target: Path, reach: Reach | None = None) -> None:
    """Clone a URL (bare) to `target`, whole or not at all.

    git runs with no transport but https and ssh (and file, where allowed), asks nothing on the
    terminal, follows no redirect, and runs no hook or filter, as nothing is checked out. The
    host is resolved once: an https clone goes to the addresses that were found to be public. A
    clone that takes longer or becomes larger than `reach` allows is ended.

    Raises
    ------
    SourceError
        If the URL is not allowed, git is absent or fails, or a bound is reached.
    """
    reach = reach or Reach()
    settings = _require_allowed(source, reach)
    command = ["git", *settings, "clone", "--quiet", "--mirror", "--", source, str(target)]
    try:
        _watched(command, _variables(reach), source, target, reach)
    except BaseException:
        shutil.rmtree(target, ignore_errors=True)
        raise


def remote_state(source: str, reach: Reach | None = None) -> str:
    """Give 40 hexadecimal digits that change whenever any reference of a URL's repository does.

    Asked as `clone` asks, without fetching anything.

    Raises
    ------
    SourceError
        If the URL is not allowed, git is absent or fails, or a bound is reached.
    """
    reach = reach or Reach()
    command = ["git", *_require_allowed(source, reach), "ls-remote", "--quiet", "--", source]
    with tempfile.TemporaryDirectory(prefix="trustdrift-") as folder:
        listed = Path(folder) / "references"
        with listed.open("wb") as output:
            _watched(command, _variables(reach), source, Path(folder), reach, output)
        return hashlib.sha256(listed.read_bytes()).hexdigest()[:40]


def _variables(reach: Reach) -> dict[str, str]:
    protocols = (*PROTOCOLS, "file") if reach.local_files else PROTOCOLS
    return {
        "GIT_SSH_COMMAND": "ssh -o BatchMode=yes -o ConnectTimeout=30",
        **os.environ,
        "GIT_ALLOW_PROTOCOL": ":".join(protocols),
        "GIT_TERMINAL_PROMPT": "0",
        "GIT_TEMPLATE_DIR": "",
        "LC_ALL": "C",
    }


def _require_allowed(source: str, reach: Reach) -> list[str]:
    """Refuse what may not be reached; give git's settings for what may."""
    parts = urlsplit(source)
    allowed = (*PROTOCOLS, "file") if reach.local_files else PROTOCOLS
    if parts.scheme.lower() not in allowed or source[len(parts.scheme) :].startswith("::"):
        raise SourceError(
            f"{_without_password(parts)} is not a URL that may be cloned",
            hint=f"allowed: {', '.join(allowed)}"
            + ("" if reach.local_files else "; name a local repository by its path"),
        )
    settings = ["-c", "http.followRedirects=false", "-c", "core.symlinks=false"]
    if parts.scheme.lower() == "file" or reach.private_addresses:
        return settings
    addresses = public_addresses(parts)
    if parts.scheme.lower() == "https":
        port = parts.port or _PORTS["https"]
        pinned = f"{parts.hostname}:{port}:{','.join(addresses)}"
        settings += ["-c", f"http.curloptResolve={pinned}"]
    return settings


def public_addresses(parts: SplitResult) -> list[str]:
    """Resolve a URL's host, and refuse it if any address of it is not a public one.

    Raises
    ------
    SourceError
    """
    shown = _without_password(parts)
    if not parts.hostname or parts.hostname.startswith("-"):
        raise SourceError(f"{shown} names no host", hint="check the URL")
    try:
        found = socket.getaddrinfo(parts.hostname, parts.port, proto=socket.IPPROTO_TCP)
    except (OSError, UnicodeError, ValueError) as error:
        raise SourceError(f"{shown}: its host cannot be found", hint="check the URL") from error
    addresses = sorted({str(entry[4][0]) for entry in found})
    for address in addresses:
        if not ipaddress.ip_address(address.partition("%")[0]).is_global:
            raise SourceError(
                f"{shown} leads to an address that is not public",
                hint="if you mean it: --allow-private",
            )
    return addresses


def _without_password(parts: SplitResult) -> str:
    host = parts.netloc.rpartition("@")[2]
    return f"{parts.scheme}://{host}{parts.path}"


def _watched(
    command: list[str],
    variables: dict[str, str],
    source: str,
    target: Path,
    reach: Reach,
    output: IO[bytes] | int = subprocess.DEVNULL,
) -> None:
    shown = _without_password(urlsplit(source))
    try:
        process = subprocess.Popen(
            command,
            env=variables,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.PIPE,
            start_new_session=True,
        )
    except FileNotFoundError as error:
        raise SourceError("git is not installed", hint="install it, or name a path") from error
    deadline = time.monotonic() + reach.seconds
    try:
        while True:
            try:
                _, errors = process.communicate(timeout=_BETWEEN_LOOKS)
                break
            except subprocess.TimeoutExpired:
                _require_within(shown, target, reach, deadline)
    finally:
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()
    if process.returncode:
        lines = errors.decode("utf-8", "replace").strip().splitlines()
        reason = lines[-1] if lines else "git said nothing"
        raise SourceError(f"{shown} cannot be read: {reason}")


def _require_within(shown: str, target: Path, reach: Reach, deadline: float) -> None:
    if time.monotonic() > deadline:
        raise SourceError(
            f"reading {shown} took longer than {reach.seconds:,.0f} s", hint="clone it yourself"
        )
    size = 0
    for file in target.rglob("*"):
        with suppress(OSError):  # git renames its files while we look
            size += file.lstat().st_size
    if size > reach.bytes:
        raise SourceError(
            f"{shown} has more than {reach.bytes / 1024**3:,.0f} GB", hint="clone it yourself"
        )
