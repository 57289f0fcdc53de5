"""The service's tables, and how to open them."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from sqlalchemy import (
    JSON,
    DateTime,
    Engine,
    Float,
    ForeignKey,
    Index,
    String,
    Text,
    UniqueConstraint,
    create_engine,
    event,
)
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column, sessionmaker
from sqlalchemy.types import TypeDecorator

MIGRATIONS = Path(__file__).parent / "migrations"


class Moment(TypeDecorator[datetime]):
    """A time with its zone; SQLite keeps none, so all are UTC."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_result_value(self, value: datetime | None, dialect: Any) -> datetime | None:
        """Give a stored time its zone back."""
        if value is None or value.tzinfo is not None:
            return value
        return value.replace(tzinfo=UTC)


class Table(DeclarativeBase):
    """Base of all tables."""


class ApiKey(Table):
    """Who may call. The key itself is not kept, only its hash."""

    __tablename__ = "api_key"
    id: Mapped[str] = mapped_column(String(16), primary_key=True)
    name: Mapped[str] = mapped_column(String(200))
    digest: Mapped[str] = mapped_column(String(64), unique=True)
    scopes: Mapped[str] = mapped_column(String(100))
    created: Mapped[datetime] = mapped_column(Moment)
    expires: Mapped[datetime | None] = mapped_column(Moment)
    revoked: Mapped[datetime | None] = mapped_column(Moment)


class Project(Table):
    """A repository that the service watches."""

    __tablename__ = "project"
    id: Mapped[str] = mapped_column(String(16), primary_key=True)
    name: Mapped[str] = mapped_column(String(300), unique=True)
    source: Mapped[str] = mapped_column(Text)
    state: Mapped[str] = mapped_column(String(20))
    detail: Mapped[str] = mapped_column(Text, default="")
    registered: Mapped[datetime] = mapped_column(Moment)
    refreshed: Mapped[datetime | None] = mapped_column(Moment)
    commits: Mapped[int] = mapped_column(default=0)
    baseline: Mapped[str] = mapped_column(String(16), default="")
    stewardship: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)


class Lead(Table):
    """Something worth a look; what it says is the JSON contract's."""

    __tablename__ = "lead"
    id: Mapped[str] = mapped_column(String(16), primary_key=True)
    project_id: Mapped[str] = mapped_column(ForeignKey("project.id", ondelete="CASCADE"))
    level: Mapped[str] = mapped_column(String(20))
    person: Mapped[str] = mapped_column(String(16), default="", index=True)
    p_value: Mapped[float] = mapped_column(Float)
    standing: Mapped[float] = mapped_column(Float)
    document: Mapped[dict[str, Any]] = mapped_column(JSON)
    weights: Mapped[dict[str, float]] = mapped_column(JSON)
    baseline: Mapped[str] = mapped_column(String(16))
    first_seen: Mapped[datetime] = mapped_column(Moment)
    last_seen: Mapped[datetime] = mapped_column(Moment)
    current: Mapped[bool] = mapped_column(default=True)
    __table_args__ = (Index("lead_order", "level", "standing"), Index("lead_project", "project_id"))


class Label(Table):
    """What somebody who looked made of a lead."""

    __tablename__ = "label"
    id: Mapped[int] = mapped_column(primary_key=True)
    lead_id: Mapped[str] = mapped_column(ForeignKey("lead.id", ondelete="CASCADE"), index=True)
    label: Mapped[str] = mapped_column(String(30))
    why: Mapped[str] = mapped_column(Text)
    who: Mapped[str] = mapped_column(String(200))
    at: Mapped[datetime] = mapped_column(Moment)


class Reply(Table):
    """What the maintainer says to a lead; it stands beside it wherever the lead is shown."""

    __tablename__ = "reply"
    id: Mapped[int] = mapped_column(primary_key=True)
    lead_id: Mapped[str] = mapped_column(ForeignKey("lead.id", ondelete="CASCADE"), index=True)
    text: Mapped[str] = mapped_column(Text)
    who: Mapped[str] = mapped_column(String(200))
    at: Mapped[datetime] = mapped_column(Moment)


class Task(Table):
    """Work in the background, and how far it is."""

    __tablename__ = "task"
    id: Mapped[str] = mapped_column(String(16), primary_key=True)
    kind: Mapped[str] = mapped_column(String(20))
    project_id: Mapped[str | None] = mapped_column(ForeignKey("project.id", ondelete="CASCADE"))
    asked: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    result: Mapped[dict[str, Any] | None] = mapped_column(JSON)
    state: Mapped[str] = mapped_column(String(20))
    stage: Mapped[str] = mapped_column(String(40), default="")
    progress: Mapped[float] = mapped_column(Float, default=0.0)
    detail: Mapped[str] = mapped_column(Text, default="")
    created: Mapped[datetime] = mapped_column(Moment)
    seen_alive: Mapped[datetime] = mapped_column(Moment)
    __table_args__ = (Index("task_state", "state", "created"),)


class Audit(Table):
    """Who asked what about whom, with which baseline, and what was answered."""

    __tablename__ = "audit"
    id: Mapped[int] = mapped_column(primary_key=True)
    at: Mapped[datetime] = mapped_column(Moment, index=True)
    request_id: Mapped[str] = mapped_column(String(16))
    who: Mapped[str] = mapped_column(String(200))
    action: Mapped[str] = mapped_column(String(60))
    about: Mapped[str] = mapped_column(Text)
    baseline: Mapped[str] = mapped_column(String(16), default="")
    answer: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)


class Hook(Table):
    """Who is told of new leads. The secret signs what is sent, so it is kept as it is."""

    __tablename__ = "hook"
    id: Mapped[str] = mapped_column(String(16), primary_key=True)
    url: Mapped[str] = mapped_column(Text)
    secret: Mapped[str] = mapped_column(String(100))
    at_most: Mapped[float] = mapped_column(Float)
    created: Mapped[datetime] = mapped_column(Moment)
    who: Mapped[str] = mapped_column(String(200))


class Outgoing(Table):
    """That a lead has to be told to a hook, or was."""

    __tablename__ = "outgoing"
    id: Mapped[str] = mapped_column(String(16), primary_key=True)
    hook_id: Mapped[str] = mapped_column(ForeignKey("hook.id", ondelete="CASCADE"))
    lead_id: Mapped[str] = mapped_column(ForeignKey("lead.id", ondelete="CASCADE"))
    state: Mapped[str] = mapped_column(String(20))
    attempts: Mapped[int]
    due: Mapped[datetime] = mapped_column(Moment)
    detail: Mapped[str] = mapped_column(Text)
    __table_args__ = (
        UniqueConstraint("hook_id", "lead_id"),
        Index("outgoing_due", "state", "due"),
    )


class Erased(Table):
    """Somebody who asked to be forgotten: what is mined later is kept without them."""

    __tablename__ = "erased"
    person: Mapped[str] = mapped_column(String(16), primary_key=True)
    at: Mapped[datetime] = mapped_column(Moment)


class Delivery(Table):
    """A webhook that was taken: the same one is not taken twice."""

    __tablename__ = "delivery"
    id: Mapped[str] = mapped_column(String(100), primary_key=True)
    at: Mapped[datetime] = mapped_column(Moment, index=True)


class Database:
    """An opened database."""

    def __init__(self, url: str) -> None:
        self.engine = create_engine(url, pool_pre_ping=True)
        if self.engine.dialect.name == "sqlite":
            event.listen(self.engine, "connect", _as_a_server_would)
        self._session = sessionmaker(self.engine, expire_on_commit=False)

    @contextmanager
    def session(self) -> Iterator[Session]:
        """Open a transaction, which holds if the block ends well."""
        with self._session.begin() as session:
            yield session

    def upgrade(self) -> None:
        """Bring the tables to what this program needs; data stay."""
        from alembic import command

        command.upgrade(alembic_config(self.engine), "head")


def alembic_config(engine: Engine) -> Any:
    """Give Alembic what it needs to find the migrations that come with the package."""
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    config.attributes["engine"] = engine
    return config


def _as_a_server_would(connection: Any, record: Any) -> None:
    """Let several processes use a SQLite file, and hold to foreign keys."""
    cursor = connection.cursor()
    pragmas = (
        "journal_mode = WAL", "synchronous = NORMAL", "foreign_keys = ON", "busy_timeout = 10000",
    )  # fmt: skip
    for pragma in pragmas:
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def now() -> datetime:
    """Give the time, to the microsecond."""
    return datetime.now(UTC)
