"""Named warning signs: transparent rules that stand beside the learned scores."""

import numpy as np

from .signs import Columns, Sign, sign

SIGNALS: list[Sign] = []


@sign(
    SIGNALS,
    "commit",
    "{binary_fixtures:.0f} binary test files, from somebody whose first commit here was "
    "{tenure:,.0f} days before",
)
def binary_fixture_from_newer_author(values: Columns) -> np.ndarray:
    """Binary test files brought by somebody who came less than three years ago.

    Nobody reads binary fixtures in review; the xz payload of 2024 lay in two.
    """
    return (values["binary_fixtures"] > 0) & (values["tenure"] < 3 * 365)


@sign(SIGNALS, "commit", "binary files and {build_files:.0f} build files change together")
def binary_with_build(values: Columns) -> np.ndarray:
    """Binary files and build files in one commit: what is opaque, and what could unpack it."""
    return (values["binary_files"] > 0) & (values["build_files"] > 0)


@sign(
    SIGNALS, "commit", "its author's first change of workflows, after {past_commits:,.0f} commits"
)
def first_workflow_change(values: Columns) -> np.ndarray:
    """A known author changes what runs with the project's secrets for the first time."""
    return values["first_ci_change"] > 0


@sign(
    SIGNALS,
    "commit",
    "a clock setting this author has hardly ever used ({offset_surprise:.1f} bits of surprise)",
)
def unhabitual_clock(values: Columns) -> np.ndarray:
    """The UTC offset departs from the author's own habit, daylight saving aside.

    Travel does that too. At 7 bits, fewer than one in a hundred of the person's commits had it.
    """
    return values["offset_surprise"] >= 7


@sign(
    SIGNALS,
    "commit",
    "from somebody whose first commit here was {tenure:,.0f} days before, and passed on by "
    "somebody who first appeared {committers_tenure:,.0f} days before",
)
def newcomers_among_themselves(values: Columns) -> np.ndarray:
    """Two people who came within the last half year: one writes, the other lets it in.

    Unknown people who speak for one another were a sign of the attempts of 2024. Where a team
    takes a project over by agreement it looks the same.
    """
    return (values["tenure"] < 182) & (values["committers_tenure"] < 182)


@sign(SIGNALS, "commit", "existing files become executable ({made_executable:.0f})")
def becomes_executable(values: Columns) -> np.ndarray:
    """A file that could not be run before can be run now."""
    return values["made_executable"] > 0


@sign(SIGNALS, "commit", "{autorun_files:.0f} files that tools run unasked")
def runs_unasked(values: Columns) -> np.ndarray:
    """Hooks, editor or agent settings and install scripts: code that nobody calls."""
    return values["autorun_files"] > 0


@sign(SIGNALS, "commit", "{hidden_characters:.0f} invisible or direction-changing characters")
def hidden_text(values: Columns) -> np.ndarray:
    """Code gains characters that an editor does not show, or that turn the order of what it shows.

    Text in some languages needs them, too; in identifiers and conditions nobody does.
    """
    return values["hidden_characters"] > 0


@sign(SIGNALS, "commit", "{lookalikes:,.0f} words whose letters of two scripts look alike")
def letters_of_two_scripts(values: Columns) -> np.ndarray:
    """Code gains words that look Latin and are not: two names that seem one are two.

    A slip on a keyboard with two layouts does that, too.
    """
    return values["lookalikes"] > 0


@sign(
    SIGNALS,
    "commit",
    "what runs by itself names {steering_hosts:,.0f} hosts of which neither this project nor two "
    "others of the corpus had spoken",
)
def unknown_host_in_steering(values: Columns) -> np.ndarray:
    """Workflows, builds or manifests come to name a machine that hardly anybody knows.

    Secrets were sent to such in 2025. Most are a project's own new home or a small service.
    """
    return values["steering_hosts"] > 0


@sign(SIGNALS, "commit", "the end of a line of code stands behind {blank_run:,.0f} blanks")
def out_of_sight(values: Columns) -> np.ndarray:
    """Code stands so far to the right that nobody sees it without scrolling.

    Generated tables and copied terminal output look like this, too.
    """
    return values["blank_run"] > 0


@sign(
    SIGNALS,
    "commit",
    "text in {disguised_files:,.0f} files under the names of pictures, fonts or archives",
)
def text_named_as_binary(values: Columns) -> np.ndarray:
    """Files whose names promise what no reviewer opens gain text, and text can be a program."""
    return values["disguised_files"] > 0


@sign(
    SIGNALS,
    "commit",
    "written {rewritten_after:,.0f} days before somebody committed it by hand",
)
def old_date_kept(values: Columns) -> np.ndarray:
    """A commit of half a year ago or more was made anew, and kept its old date.

    Patches that waited long and branches that are rebased show this, too.
    """
    return values["rewritten_after"] > 182


@sign(
    SIGNALS,
    "commit",
    "one file gains lines that read secrets or the environment, and lines that reach the network",
)
def secrets_and_network(values: Columns) -> np.ndarray:
    """What would be needed to send secrets away stands in one file, tests aside."""
    return values["secrets_with_network"] > 0


@sign(SIGNALS, "commit", "one file gains lines that decode something, and lines that run something")
def decodes_and_runs(values: Columns) -> np.ndarray:
    """What would be needed to unpack and run hidden code stands in one file, tests aside."""
    return values["decoding_with_running"] > 0


@sign(
    SIGNALS,
    "commit",
    "its code does {capabilities_new_to_project:.0f} kinds of things that the project never did",
)
def new_to_the_project(values: Columns) -> np.ndarray:
    """Code reaches for the network, programs, secrets or the like for the first time here."""
    return values["capabilities_new_to_project"] > 0


@sign(
    SIGNALS,
    "commit",
    "manifests change, and steps run by themselves at installation or build "
    "({installing_steps:,.0f} new to the project, {hooks:,.0f} named in code)",
)
def step_that_runs_itself(values: Columns) -> np.ndarray:
    """A manifest lets something new run at installation or build, or changes beside such steps."""
    beside = (values["hooks"] > 0) & (values["manifest_files"] > 0)
    return (values["installing_steps"] > 0) | beside


@sign(
    SIGNALS,
    "commit",
    "its code gains what nobody can read ({encoded_runs:,.0f} long encoded runs, "
    "{minified_code:,.0f} minified files)",
)
def hard_to_read(values: Columns) -> np.ndarray:
    """Code gains what no reviewer can read: encoded data, or text without line breaks.

    Certificates, pictures in source files and bundles checked in look the same.
    """
    return (values["encoded_runs"] > 0) | (values["minified_code"] > 0)


@sign(
    SIGNALS,
    "commit",
    "lines that switch checks, warnings or protections off ({disabling:,.0f}), from somebody whose "
    "first commit here was {tenure:,.0f} days before",
)
def switches_off_checks(values: Columns) -> np.ndarray:
    """Somebody here for less than three years adds what switches a check or protection off.

    A comment for a linter does that, too; one function in the place of a safer one does not.
    """
    return (values["disabling"] > 0) & (values["tenure"] < 3 * 365)


@sign(
    SIGNALS,
    "commit",
    "declares a package that fewer than two other projects of the corpus had declared, from "
    "somebody whose first commit here was {tenure:,.0f} days before",
)
def unknown_package_from_newcomer(values: Columns) -> np.ndarray:
    """Somebody here for less than half a year adds a dependency that hardly anybody has.

    So came the package that robbed wallets in 2018. Most such packages are merely small.
    """
    return (values["package_spread"] < 2) & (values["tenure"] < 182)


@sign(
    SIGNALS,
    "commit",
    "tries a program that nothing can compile in {broken_probes:,.0f} checks of the build",
)
def check_that_cannot_succeed(values: Columns) -> np.ndarray:
    """A check finds that something is missing, whatever is there, and what needs it is left out.

    A typing error does that, too. So a sandbox was switched off in 2024.
    """
    return values["broken_probes"] > 0


@sign(SIGNALS, "commit", "takes {unpinned_actions:,.0f} actions of workflows from a branch")
def floating_action(values: Columns) -> np.ndarray:
    """What a workflow runs can change at any time, by whoever can push to that branch elsewhere."""
    return values["unpinned_actions"] > 0


@sign(
    SIGNALS,
    "commit",
    "lines read secrets or the environment, {unpinned_actions:,.0f} actions of workflows come from "
    "a branch, and one thing that is used had been declared by fewer than two other projects of "
    "the corpus",
)
def secrets_beside_unknown_action(values: Columns) -> np.ndarray:
    """A workflow that reads secrets takes steps from a branch elsewhere that hardly anybody uses.

    Whoever takes a step from a stranger hands over what the step is given, whatever it will be.
    Most such steps are merely young, or of the same people.
    """
    unknown = values["package_spread"] < 2
    return (values["secrets"] > 0) & (values["unpinned_actions"] > 0) & unknown


@sign(SIGNALS, "commit", "takes {direct_packages:,.0f} packages from an address, not a registry")
def package_from_address(values: Columns) -> np.ndarray:
    """A dependency that no registry holds: nobody else sees which version of it is used."""
    return values["direct_packages"] > 0


@sign(SIGNALS, "commit", "a merge brings {merge_new_files:.0f} files of which no parent knows")
def merge_with_files_of_its_own(values: Columns) -> np.ndarray:
    """A merge has files that no branch had: most tools never show what a merge itself changes."""
    return values["merge_new_files"] > 0


@sign(
    SIGNALS,
    "contributor",
    "their share rose by {share_growth_year:.0%} of all commits while that of the person who "
    "carried the project fell by {incumbents_loss:.0%}",
)
def displaces_incumbent(values: Columns) -> np.ndarray:
    """Share moves to this person as the one who carried the project fades.

    Honest hand-overs look the same: this is where to ask, not what to conclude.
    """
    return (values["displacement"] >= 0.2) & (values["incumbents_loss"] >= 0.2)


@sign(SIGNALS, "contributor", "first release made {tag_age:.0f} days before")
def first_release(values: Columns) -> np.ndarray:
    """Somebody who was not here from the start made a release for the first time."""
    return values["tag_age"] < 90


@sign(
    SIGNALS,
    "contributor",
    "first use of the right to push {push_age:.0f} days before, {time_to_push:,.0f} days after "
    "the first commit",
)
def new_right_to_push(values: Columns) -> np.ndarray:
    """Somebody committed others' work, merged a request or tagged for the first time."""
    return (values["push_age"] < 90) & ~np.isnan(values["time_to_push"])


@sign(SIGNALS, "contributor", "became main author of {taken_over_files:.0f} files of others")
def takes_over_files(values: Columns) -> np.ndarray:
    """Files that others held become mostly this person's, five or more in a window."""
    return values["taken_over_files"] >= 5


@sign(
    SIGNALS,
    "contributor",
    "they and {mutual_support:.0f} people who came when they did let in one another's work",
)
def newcomers_for_one_another(values: Columns) -> np.ndarray:
    """Two people who came within the same half year pass on what the other writes.

    Unknown people who spoke for one another were a sign of the attempts of 2024. A team that a
    company sets up, or that takes a project over by agreement, looks the same.
    """
    return values["mutual_support"] > 0


@sign(SIGNALS, "project", "people here for less than a year made {newcomers_share:.0%} of commits")
def carried_by_newcomers(values: Columns) -> np.ndarray:
    """Newcomers make most of the commits, in a project that is older than two years."""
    return (values["newcomers_share"] >= 0.5) & (values["commits"] >= 10)


@sign(
    SIGNALS,
    "project",
    "people here for less than a year committed {newcomers_gatekeeping:.0%} of the work of others",
)
def newcomers_vouch(values: Columns) -> np.ndarray:
    """Newcomers pass on half of what others wrote: who vouches is unknown here, too."""
    return (values["newcomers_gatekeeping"] >= 0.5) & (values["commits"] >= 10)


@sign(
    SIGNALS,
    "project",
    "the person who carried it has been silent for {incumbents_silence:.0f} days "
    "while work went on",
)
def silent_incumbent(values: Columns) -> np.ndarray:
    """Work goes on without the person who led the year before: a hand-over, of whatever kind."""
    return (values["incumbents_silence"] >= 90) & (values["commits"] >= 5)
