"""Whether people who came lately let one another's work in."""

import numpy as np
import pandas as pd

from ..feature import contributor_feature
from ..support import Support
from ..window_facts import YEAR, WindowFacts
from ..windows import members

LATELY = 2 * YEAR
TOGETHER = 182  # days between two people's first acts


def _among_newcomers(facts: WindowFacts) -> Support:
    """Give the support between people who came lately, after the first year, and together."""
    support = facts.support
    first = [facts.first_act[people] for people in (support.by, support.of)]
    new = [(day > facts.begin + YEAR) & (support.time - day < LATELY) for day in first]
    return support.where(new[0] & new[1] & (np.abs(first[0] - first[1]) <= TOGETHER))


@contributor_feature(
    unit="people",
    concerning="high",
    compared_with="all projects",
    says="let in the work of {value:,.0f} people who came when they did, and had theirs let in by "
    "them",
    learned=False,
)
def mutual_support(facts: WindowFacts) -> np.ndarray:
    """Newcomers of the same half year with whom there was support both ways over the year.

    Support is a commit made for another person, or a merge of another's request. Newcomers came
    within the last two years, and after the project's first.
    """
    support = _among_newcomers(facts)
    event, window = members(support.time, facts.ends, YEAR)
    pairs = pd.DataFrame({"window": window, "by": support.by[event], "of": support.of[event]})
    pairs = pairs.drop_duplicates()
    both = pairs.merge(pairs.rename(columns={"by": "of", "of": "by"}))
    rows = facts.rows_of(both["window"].to_numpy(), both["by"].to_numpy())
    people = np.bincount(rows, minlength=len(facts.rows) + 1)[:-1]
    return np.where(facts.young, np.nan, people)
