"""Whether people who came lately let one another's work in, and nobody older does."""

import numpy as np
import pandas as pd

from ..feature import contributor_feature
from ..window_facts import WindowFacts, ratio


def _people(facts: WindowFacts, pairs: pd.DataFrame) -> np.ndarray:
    """Count the people with whom each row's person stands in a pair, whichever way round."""
    turned = pairs.rename(columns={"by": "of", "of": "by"})
    both = pd.concat([pairs, turned])[["window", "by", "of"]].drop_duplicates()
    rows = facts.rows_of(both["window"].to_numpy(), both["by"].to_numpy())
    return _known(facts, np.bincount(rows, minlength=len(facts.rows) + 1)[:-1])


def _known(facts: WindowFacts, of_rows: np.ndarray) -> np.ndarray:
    return np.where(facts.young, np.nan, of_rows)


@contributor_feature(
    unit="share",
    concerning="high",
    compared_with="all projects",
    says="had {value:.0%} of what others let in for them over a year let in by people as new here",
)
def let_in_by_newcomers(facts: WindowFacts) -> np.ndarray:
    """Share of the year's support for a newcomer that came from newcomers.

    Support is a commit that another person committed, or a request that somebody merged.
    Newcomers came within the last two years, and after the project's first. Nothing is known of
    whom nobody supported.
    """
    year = facts.support_among_newcomers
    rows = facts.rows_of(year["window"].to_numpy(), year["of"].to_numpy())
    among = np.bincount(rows, year["among"].to_numpy(float), len(facts.rows) + 1)
    every = np.bincount(rows, minlength=len(facts.rows) + 1)
    return _known(facts, ratio(among, every)[:-1])


@contributor_feature(
    unit="people",
    concerning="high",
    compared_with="all projects",
    says="exchanged work that nobody here for longer let in with {value:,.0f} people who came when "
    "they did",
)
def closed_circle(facts: WindowFacts) -> np.ndarray:
    """Newcomers of the same half year between whom there was support, and no other than theirs.

    That is, whoever was supported had no support over the year from anybody who has been here
    for longer than two years.
    """
    year = facts.support_among_newcomers
    old = year.groupby(["window", "of"])["old"].transform("any").to_numpy(bool)
    return _people(facts, year[year["among"] & year["together"] & ~old])


@contributor_feature(
    unit="people",
    concerning="high",
    compared_with="all projects",
    says="let in the work of {value:,.0f} people who came when they did, and had theirs let in by "
    "them",
)
def mutual_support(facts: WindowFacts) -> np.ndarray:
    """Newcomers of the same half year with whom there was support both ways over the year."""
    year = facts.support_among_newcomers
    pairs = year.loc[year["among"] & year["together"], ["window", "by", "of"]].drop_duplicates()
    turned = pairs.rename(columns={"by": "of", "of": "by"})
    return _people(facts, pairs.merge(turned))
