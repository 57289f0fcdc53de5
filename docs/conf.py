"""How the documentation is built: `sphinx-build -W -c docs . site`, from the repository's root."""

from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import typer
from typer.cli import get_docs_for_click

from trustdrift import __version__
from trustdrift.features.endorsements import ENDORSEMENTS
from trustdrift.features.signals import SIGNALS
from trustdrift.serving.cli import app
from trustdrift.serving.service.app import make_app
from trustdrift.serving.service.settings import Settings


def commands() -> str:
    """Give every command with its options."""
    command = typer.main.get_command(app)
    context = typer.Context(command)
    return get_docs_for_click(obj=command, ctx=context, name="trustdrift", title="Commands")


def paths() -> str:
    """Give every path of the service with what it is for."""
    heading = ["# Paths of the service", "", "| path | method | what it does |", "|---|---|---|"]
    with TemporaryDirectory() as folder:
        document = make_app(Settings(data=Path(folder))).openapi()
    return "\n".join([*heading, *_rows(document["paths"])]) + "\n"


def _rows(every: dict) -> Iterator[str]:
    for path, methods in every.items():
        for method, told in methods.items():
            said = str(told.get("description") or told.get("summary", "")).split("\n")[0]
            yield f"| `{path}` | {method.upper()} | {said.replace('|', '/')} |"


def signs() -> str:
    """Give every named sign, and every endorsement, with its rule in words."""
    lines = ["# Named signs", "", "Rules beside the learned score, each a few lines of "
             "`features/signals.py` or `features/endorsements.py`.", ""]  # fmt: skip
    for title, every in (("What deserves a look", SIGNALS), ("What speaks for it", ENDORSEMENTS)):
        lines += [
            f"## {title}",
            "",
            "| sign | of | says when it shows | means |",
            "|---|---|---|---|",
        ]
        lines += [f"| `{s.name}` | {s.level} | {s.says} | {s.description} |" for s in every]
        lines.append("")
    return "\n".join(lines)


_GENERATED = Path(__file__).parent / "reference" / "generated"
_GENERATED.mkdir(exist_ok=True)
(_GENERATED / "commands.md").write_text(commands(), encoding="utf-8")
(_GENERATED / "signs.md").write_text(signs(), encoding="utf-8")
(_GENERATED / "paths.md").write_text(paths(), encoding="utf-8")

project = "trustdrift"
release = version = __version__
extensions = ["myst_parser", "sphinx.ext.autodoc", "sphinx.ext.napoleon"]
root_doc = "docs/index"
include_patterns = [
    "docs/**.md", "experiments/**/README.md", "README.md", "CONTRIBUTING.md", "CHANGELOG.md"
]  # fmt: skip
html_theme = "furo"
html_title = f"trustdrift {__version__}"
myst_heading_anchors = 3
autodoc_typehints = "description"
