"""API keys: made once, shown once, kept as a hash."""

import hashlib
import secrets
from collections.abc import Iterable
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from ...features.errors import ConfigurationError
from .database import ApiKey, now

SCOPES = ("score", "read", "write", "admin")
"""Send facts to be scored; see projects and leads; register projects, label and reply; all else."""

_PREFIX = "td_"


def create(
    session: Session, name: str, scopes: Iterable[str], *, days: int | None = None
) -> tuple[str, ApiKey]:
    """Make a key of 256 random bits. A plain SHA-256 suffices for what nobody can guess.

    Parameters
    ----------
    days
        Until it expires; never if None.

    Returns
    -------
    The key itself, which cannot be had again, and its row.

    Raises
    ------
    ConfigurationError
        If a scope is unknown.
    """
    wanted = list(scopes)
    unknown = sorted(set(wanted) - set(SCOPES))
    if unknown or not wanted:
        raise ConfigurationError(
            f"{', '.join(unknown) or 'nothing'} is no scope", hint=f"there are {', '.join(SCOPES)}"
        )
    key = _PREFIX + secrets.token_urlsafe(32)
    row = ApiKey(
        id=secrets.token_hex(8),
        name=name,
        digest=_digest(key),
        scopes=" ".join(scope for scope in SCOPES if scope in wanted),
        created=now(),
        expires=None if days is None else now() + timedelta(days=days),
    )
    session.add(row)
    return key, row


def holder(session: Session, key: str) -> ApiKey | None:
    """Find whose key it is; None if it is unknown, expired or revoked."""
    row = session.scalar(select(ApiKey).where(ApiKey.digest == _digest(key)))
    return row if row is not None and is_valid(row, now()) else None


def is_valid(row: ApiKey, at: datetime) -> bool:
    """Tell whether a key may be used at a time."""
    return row.revoked is None and (row.expires is None or row.expires > at)


def rotate(session: Session, key_id: str, *, grace_hours: int = 24) -> tuple[str, ApiKey]:
    """Make a successor of a key, which itself ends after the hours of grace.

    Raises
    ------
    ConfigurationError
        If there is no such key.
    """
    old = found(session, key_id)
    key, row = create(session, old.name, old.scopes.split())
    row.expires = old.expires
    ends = now() + timedelta(hours=grace_hours)
    old.expires = ends if old.expires is None else min(old.expires, ends)
    return key, row


def revoke(session: Session, key_id: str) -> ApiKey:
    """End a key at once.

    Raises
    ------
    ConfigurationError
        If there is no such key.
    """
    row = found(session, key_id)
    row.revoked = row.revoked or now()
    return row


def found(session: Session, key_id: str) -> ApiKey:
    """Give a key's row.

    Raises
    ------
    ConfigurationError
        If there is no such key.
    """
    row = session.get(ApiKey, key_id)
    if row is None:
        raise ConfigurationError(
            f"there is no key {key_id}", hint="`trustdrift keys list` shows all"
        )
    return row


def _digest(key: str) -> str:
    return hashlib.sha256(key.encode()).hexdigest()
