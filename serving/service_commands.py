"""`trustdrift serve`, `keys` and `person`: run the service, let people in, forget people."""

import os
import sys
from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated

import typer

from ..features.errors import ConfigurationError

if TYPE_CHECKING:
    from collections.abc import Callable

    from .service.database import Database
    from .service.histories import Histories
    from .service.people import Kept
    from .service.settings import Settings

keys_app = typer.Typer(help="Make and end the service's API keys.", no_args_is_help=True)
person_app = typer.Typer(help="See or forget what the service keeps of a person.",
                         no_args_is_help=True)  # fmt: skip

_LOOPBACK = ("127.0.0.1", "::1", "localhost")
KeyId = Annotated[str, typer.Argument(help="As `keys list` shows it.")]
Person = Annotated[str, typer.Argument(help="An address of theirs, or a pseudonym.")]


def serve(
    host: Annotated[str, typer.Option(help="Address to listen on.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(min=1, max=65_535, help="Port to listen on.")] = 3000,
    workers: Annotated[int, typer.Option(min=1, help="Processes that answer.")] = 1,
) -> None:
    """Run the scoring service. Needs `serve`; settings are TRUSTDRIFT_… variables."""
    opened, _ = _opened()
    if opened.open and host not in _LOOPBACK:
        raise ConfigurationError(
            f"TRUSTDRIFT_OPEN lets everybody in, and {host} can be reached from elsewhere",
            hint="make keys with `trustdrift keys create`, or listen on 127.0.0.1",
        )
    os.environ.setdefault("BENTOML_DO_NOT_TRACK", "True")
    words = [
        sys.executable, "-m", "bentoml", "serve", "trustdrift.serving.service.bento:Trustdrift",
        "--host", host, "--port", str(port), "--api-workers", str(workers),
    ]  # fmt: skip
    os.execv(sys.executable, words)


@keys_app.command("create", epilog="Example: trustdrift keys create ci --scope score --days 90")
def create_key(
    name: Annotated[str, typer.Argument(help="Whose key it is; stands in the log.")],
    scope: Annotated[list[str], typer.Option(help="score, read, write or admin; may be repeated.")],
    days: Annotated[int | None, typer.Option(min=1, help="Until it expires.")] = None,
) -> None:
    """Make a key and show it, this once."""
    from .service.keys import create

    _, database = _opened()
    with database.session() as session:
        key, row = create(session, name, scope, days=days)
        typer.echo(f"key {row.id} of {name}: keep it, it cannot be shown again", err=True)
    typer.echo(key)


@keys_app.command("list")
def list_keys() -> None:
    """Show all keys, without what would let anybody in."""
    from sqlalchemy import select

    from .service.database import ApiKey, now
    from .service.keys import is_valid

    _, database = _opened()
    with database.session() as session:
        for row in session.scalars(select(ApiKey).order_by(ApiKey.created)):
            ends = f"until {row.expires:%Y-%m-%d}" if row.expires else "without end"
            state = ends if is_valid(row, now()) else "ended"
            typer.echo(f"{row.id}  {row.name}  {row.scopes}  {state}")


@keys_app.command("revoke")
def revoke_key(key_id: KeyId) -> None:
    """End a key at once."""
    from .service.keys import revoke

    _, database = _opened()
    with database.session() as session:
        revoke(session, key_id)


@keys_app.command("rotate")
def rotate_key(
    key_id: KeyId,
    grace_hours: Annotated[int, typer.Option(min=0, help="How long the old one goes on.")] = 24,
) -> None:
    """Make a successor of a key and show it, this once."""
    from .service.keys import rotate

    _, database = _opened()
    with database.session() as session:
        key, _ = rotate(session, key_id, grace_hours=grace_hours)
    typer.echo(key)


@person_app.command("export")
def export_person(person: Person) -> None:
    """Give all that is kept of a person, as JSON."""
    from .service.people import export

    _about(person, export)


@person_app.command("erase")
def erase_person(person: Person) -> None:
    """Forget a person in every store; what was kept is told once more."""
    from .service.people import erase

    _about(person, erase)


def _about(person: str, act: "Callable[[Database, Histories, set[str]], Kept]") -> None:
    import json

    from ..features.pseudonym_key import load_key
    from .service.histories import open_histories
    from .service.people import pseudonyms_of

    settings, database = _opened()
    histories = open_histories(settings)
    people = pseudonyms_of(database, histories, load_key(), person)
    typer.echo(json.dumps(asdict(act(database, histories, people)), indent=2))


def _opened() -> "tuple[Settings, Database]":
    """Read the settings and open the database they name.

    Raises
    ------
    ConfigurationError
        If a setting is wrong, the database cannot be reached, or the extra is not installed.
    """
    try:
        from sqlalchemy.exc import ArgumentError, OperationalError

        from .service.database import Database
    except ImportError as error:
        raise ConfigurationError(
            f"{error.name} is not installed",
            hint="install the extra: pip install 'trustdrift[serve]'",
        ) from error
    from ..features.files import writable_folder
    from .service.settings import from_environment

    settings = from_environment()
    writable_folder(settings.data)
    try:
        database = Database(settings.database_url)
        database.upgrade()
    except (ArgumentError, OperationalError, ModuleNotFoundError) as error:
        reason = str(error).strip().splitlines()[0]
        raise ConfigurationError(
            f"the database cannot be used: {reason}", hint="see TRUSTDRIFT_DATABASE"
        ) from error
    return settings, database
