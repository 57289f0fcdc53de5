"""Takes people out of a history whose facts otherwise stay."""

import pandas as pd

from ...features.history import History

ERASED = "0" * 16
"""In the place of a person who is forgotten: their commits stay, as nobody's."""

_TOKENS = ("pair", "person", "address", "full_name", "alias")


def without_people(history: History, people: set[str]) -> History:
    """Give the same facts, these people's as nobody's."""
    gone = history.identities["person"].isin(people)

    def without(frame: pd.DataFrame, *columns: str) -> pd.DataFrame:
        return frame.assign(**{c: frame[c].mask(frame[c].isin(people), ERASED) for c in columns})

    return History(
        history.project,
        without(history.commits, "author", "committer"),
        history.changes,
        history.merge_changes,
        without(history.tags, "tagger"),
        identities=history.identities.assign(
            **{c: history.identities[c].mask(gone, "") for c in _TOKENS}
        ),
        head=history.head,
    )


def has_people(history: History, people: set[str]) -> bool:
    """Tell whether any of these people is in a history."""
    named = (history.commits["author"], history.commits["committer"], history.tags["tagger"])
    return any(column.isin(people).any() for column in named)
