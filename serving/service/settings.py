"""What an operator may set, each by an environment variable that begins with TRUSTDRIFT_."""

import os
from dataclasses import dataclass, fields
from pathlib import Path

from ...features.errors import ConfigurationError

PREFIX = "TRUSTDRIFT_"


@dataclass(frozen=True)
class Settings:
    """Every setting has a default that is safe on one machine."""

    data: Path = Path("trustdrift-data")
    """Folder of mined histories and of the database, unless others are named."""
    database: str = ""
    """SQLAlchemy URL; SQLite in the data folder if empty."""
    histories: str = ""
    """URL of an object store, as fsspec has it, for mined histories; the data folder if empty."""
    baseline: str = ""
    """Folder of a baseline or an MLflow URI such as models:/trustdrift@champion; else the shipped
    one."""
    poll_seconds: float = 60.0
    """How often a baseline that can change is looked at."""
    open: bool = False
    """Let everybody in, for a service that only this machine reaches."""
    mirror: str = ""
    """Folder whose repositories may be registered by path; none if empty."""
    hosts: str = "github.com,gitlab.com,codeberg.org"
    """Hosts whose repositories may be registered by URL, separated by commas."""
    webhook_secret: str = ""
    """With which forges sign their pushes; webhooks are refused if empty."""
    private_hooks: bool = False
    """Let leads be told to http URLs and addresses that are not public."""
    requests_per_minute: int = 600
    """Of one key, or of one address without a key."""
    body_megabytes: int = 32
    """Largest request."""
    items: int = 10_000
    """Most rows in a request."""
    mine_minutes: float = 30.0
    """Longest time that one repository may take."""
    mine_gigabytes: float = 2.0
    """Most memory that one repository may take."""
    waiting: int = 64
    """Requests at a time; more are told to come back."""
    retention_days: int = 365
    """After which what was asked, and leads no longer seen, are forgotten."""

    @property
    def database_url(self) -> str:
        """Where state is kept."""
        return self.database or f"sqlite:///{(self.data / 'trustdrift.db').resolve()}"

    @property
    def allowed_hosts(self) -> frozenset[str]:
        """Hosts that repositories may come from."""
        return frozenset(filter(None, (host.strip() for host in self.hosts.split(","))))


def from_environment() -> Settings:
    """Read the settings.

    Raises
    ------
    ConfigurationError
        Naming the variable that cannot be read.
    """
    given = {}
    for own in fields(Settings):
        text = os.environ.get(PREFIX + own.name.upper())
        if text is not None:
            given[own.name] = _value(own.name, text)
    return Settings(**given)


def _value(name: str, text: str) -> str | int | float | bool | Path:
    kind = type(getattr(Settings, name))
    if kind is bool:
        if text.lower() in ("1", "true", "yes", "0", "false", "no", ""):
            return text.lower() in ("1", "true", "yes")
        raise ConfigurationError(f"{PREFIX}{name.upper()} is {text!r}", hint="write true or false")
    if kind in (int, float):
        try:
            number = kind(text)
        except ValueError:
            number = -1
        if number <= 0:
            raise ConfigurationError(
                f"{PREFIX}{name.upper()} is {text!r}", hint="write a number above 0"
            )
        return number
    return Path(text) if issubclass(kind, Path) else text
