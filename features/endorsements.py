"""What speaks for the person or the project: the other half of every lead."""

import numpy as np

from .signals import newcomers_among_themselves, newcomers_for_one_another
from .signs import Columns, Sign, sign

ENDORSEMENTS: list[Sign] = []


@sign(
    ENDORSEMENTS,
    "commit",
    "its author had made {past_commits:,.0f} commits here over {tenure:,.0f} days",
)
def seasoned_author(values: Columns) -> np.ndarray:
    """At least 50 commits over a year or more."""
    return (values["past_commits"] >= 50) & (values["tenure"] >= 365)


@sign(ENDORSEMENTS, "commit", "another person committed it")
def second_person(values: Columns) -> np.ndarray:
    """Author and committer are two people, not both of them new: somebody else looked at it."""
    return (values["committed_by_another"] > 0) & ~newcomers_among_themselves(values)


@sign(ENDORSEMENTS, "commit", "it came through the forge's own pages, where requests are reviewed")
def through_forge(values: Columns) -> np.ndarray:
    """The forge is the committer, as for merged requests and edits on its pages."""
    return (values["committed_by_forge"] > 0) & (values["automatic_author"] == 0)


@sign(ENDORSEMENTS, "commit", "it names {review_trailers:.0f} reviewers or testers")
def names_reviewers(values: Columns) -> np.ndarray:
    """Review trailers are present."""
    return values["review_trailers"] > 0


@sign(ENDORSEMENTS, "commit", "it points to {references:.0f} public issues")
def points_to_discussion(values: Columns) -> np.ndarray:
    """The message mentions an issue or a pull request."""
    return values["references"] > 0


@sign(ENDORSEMENTS, "commit", "its message explains it in {body_lines:.0f} lines")
def explains_itself(values: Columns) -> np.ndarray:
    """Three or more lines below the subject."""
    return values["body_lines"] >= 3


@sign(
    ENDORSEMENTS,
    "commit",
    "hour and clock setting fit its author's habits",
)
def usual_hours(values: Columns) -> np.ndarray:
    """Neither hour nor offset departs from the author's own past."""
    return (values["hour_surprise"] < 4) & (values["offset_surprise"] < 3)


@sign(
    ENDORSEMENTS,
    "contributor",
    "{commits_before:,.0f} earlier commits here over {tenure:,.0f} days",
)
def seasoned_contributor(values: Columns) -> np.ndarray:
    """At least 50 earlier commits, two years or more after the first."""
    return (values["commits_before"] >= 50) & (values["tenure"] >= 730)


@sign(ENDORSEMENTS, "contributor", "{commits_before:,.0f} earlier commits, from the first year on")
def founding_member(values: Columns) -> np.ndarray:
    """Somebody who was here in the project's first year."""
    return (values["commits_before"] >= 50) & np.isnan(values["tenure"])


@sign(
    ENDORSEMENTS,
    "contributor",
    "the person who carried the project before is still there, with {incumbents_share:.0%} of the "
    "commits",
)
def incumbent_present(values: Columns) -> np.ndarray:
    """A hand-over under the eyes of the one who hands over."""
    return values["incumbents_share"] >= 0.1


@sign(ENDORSEMENTS, "contributor", "{others_active:.0f} other people were active and could see it")
def others_present(values: Columns) -> np.ndarray:
    """Three or more other people in the window."""
    return values["others_active"] >= 3


@sign(
    ENDORSEMENTS, "contributor", "another person committed {committed_by_another:.0%} of the work"
)
def work_reviewed(values: Columns) -> np.ndarray:
    """A second person stands behind a quarter of the work or more, in return for nothing."""
    return (values["committed_by_another"] >= 0.25) & ~newcomers_for_one_another(values)


@sign(ENDORSEMENTS, "contributor", "{signed_share:.0%} of the commits carry a signature")
def signs_work(values: Columns) -> np.ndarray:
    """Most commits are signed (present, not verified)."""
    return values["signed_share"] >= 0.9


@sign(
    ENDORSEMENTS,
    "contributor",
    "the right to push came slowly, {time_to_push:,.0f} days after the first commit",
)
def slow_trust(values: Columns) -> np.ndarray:
    """A year or more between first commit and right to push."""
    return values["time_to_push"] >= 365


@sign(ENDORSEMENTS, "contributor", "hours and clock settings fit the person's own habits")
def steady_habits(values: Columns) -> np.ndarray:
    """No departure from the person's own hours and offsets."""
    return (values["hour_surprise"] < 3.5) & (values["offset_surprise"] < 1.5)


@sign(ENDORSEMENTS, "project", "{truck_factor:.0f} people make half of the commits")
def several_carry(values: Columns) -> np.ndarray:
    """Half of the year's work rests on three people or more."""
    return values["truck_factor"] >= 3


@sign(ENDORSEMENTS, "project", "{active_maintainers:.0f} people used the right to push")
def several_maintain(values: Columns) -> np.ndarray:
    """Two or more people committed for others, merged or released."""
    return values["active_maintainers"] >= 2


@sign(ENDORSEMENTS, "project", "{arrivals:.0f} people made a first commit")
def people_arrive(values: Columns) -> np.ndarray:
    """Two or more newcomers in the window."""
    return values["arrivals"] >= 2


@sign(ENDORSEMENTS, "project", "the person who carried it before is still active")
def incumbent_active(values: Columns) -> np.ndarray:
    """The year's former leader committed within the last 30 days."""
    return values["incumbents_silence"] < 30
