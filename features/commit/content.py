"""What the added lines look like, whatever they say."""

import numpy as np

from ..commit_facts import HABIT, CommitFacts
from ..feature import commit_feature

ENOUGH_TEXT = 200  # bytes below which entropy tells more about length than about content


@commit_feature(
    unit="bytes",
    concerning="both",
    compared_with="all projects",
    says="adds {value:,.0f} bytes of text",
)
def added_bytes(facts: CommitFacts) -> np.ndarray:
    """Bytes of all new lines."""
    return facts.total(facts.content("added_bytes"))


@commit_feature(
    unit="bytes",
    concerning="high",
    compared_with="all projects",
    says="adds a line of {value:,.0f} bytes to code",
)
def longest_line(facts: CommitFacts) -> np.ndarray:
    """Length of the longest line added to source, build, workflow or manifest files."""
    return facts.highest(facts.code_of_change * facts.content("longest_line"))


@commit_feature(
    unit="bytes",
    concerning="high",
    compared_with="all projects",
    says="hides the end of a line of code behind {value:,.0f} blanks",
)
def blank_run(facts: CommitFacts) -> np.ndarray:
    """Longest run of blanks, 100 or more, that something follows in an added line of a program.

    Tests and examples count. What stands behind it is out of sight unless somebody scrolls
    sideways.
    """
    return facts.highest(facts.program_of_change * facts.content("blank_run"))


@commit_feature(
    unit="files",
    concerning="high",
    compared_with="all projects",
    says="adds text to {value:,.0f} files under the names of pictures, fonts or archives",
)
def disguised_files(facts: CommitFacts) -> np.ndarray:
    """Files named as pictures, fonts, archives or programs that gain a kilobyte of text."""
    return facts.total(facts.disguised)


def _entropy(facts: CommitFacts) -> np.ndarray:
    """Highest entropy among the texts added to code; NaN where none is long enough."""
    told = facts.code_of_change & (facts.content("added_bytes") >= ENOUGH_TEXT)
    return facts.largest(np.where(told, facts.content("entropy"), np.nan))


@commit_feature(
    unit="bits per byte",
    concerning="high",
    compared_with="all projects",
    says="its added code has an entropy of {value:.1f} bits per byte",
)
def text_entropy(facts: CommitFacts) -> np.ndarray:
    """Shannon entropy of the bytes added to a code file, the highest of the commit.

    No value where no code file gains 200 bytes. Encoded or compressed text comes near 6.
    """
    return _entropy(facts)


@commit_feature(
    unit="standard deviations",
    concerning="high",
    compared_with="this project",
    says="its added code is {value:+.1f} standard deviations from the project's usual entropy",
)
def entropy_against_project(facts: CommitFacts) -> np.ndarray:
    """Entropy of the added code against that of the project's past commits."""
    return facts.deviation(_entropy(facts), facts.project)


@commit_feature(
    unit="bytes",
    concerning="both",
    compared_with="all projects",
    says="its added lines of code have {value:,.0f} bytes on average",
)
def mean_line(facts: CommitFacts) -> np.ndarray:
    """Bytes per new line of code; no value where none is."""
    return _bytes_per_line(facts, facts.code_of_change)


def _bytes_per_line(facts: CommitFacts, among: np.ndarray) -> np.ndarray:
    """Give the mean length of the new lines of the marked changes; NaN where there is none."""
    lines = np.where(among, facts.content("new_lines"), 0)
    text = np.where(among, facts.content("added_bytes"), 0)
    with np.errstate(divide="ignore", invalid="ignore"):
        return facts.total(text) / facts.total(lines)


@commit_feature(
    unit="characters",
    concerning="high",
    compared_with="all projects",
    says="adds {value:,.0f} invisible or direction-changing characters to code",
)
def hidden_characters(facts: CommitFacts) -> np.ndarray:
    """Invisible and direction-changing characters in code (Boucher and Anderson 2021)."""
    return facts.total(facts.code_of_change * facts.content("hidden"))


@commit_feature(
    unit="words",
    concerning="high",
    compared_with="all projects",
    says="adds {value:,.0f} words to code in which letters of two scripts look alike",
)
def lookalikes(facts: CommitFacts) -> np.ndarray:
    """Words in code of Latin letters and Cyrillic or Greek ones like them (Unicode TS 39)."""
    return facts.total(facts.code_of_change * facts.content("lookalikes"))


@commit_feature(
    unit="runs",
    concerning="high",
    compared_with="all projects",
    says="adds {value:,.0f} long encoded runs to code",
)
def encoded_runs(facts: CommitFacts) -> np.ndarray:
    """Long runs added to code of base64, of bytes in hexadecimal or of characters as numbers."""
    kinds = ("base64_runs", "hex_runs", "spelled_runs")
    return facts.total(facts.code_of_change * sum(map(facts.content, kinds)))


@commit_feature(
    unit="addresses",
    concerning="high",
    compared_with="all projects",
    says="adds {value:,.0f} URLs to code",
)
def urls(facts: CommitFacts) -> np.ndarray:
    """URLs added to code."""
    return facts.total(facts.code_of_change * facts.content("urls"))


@commit_feature(
    unit="addresses",
    concerning="high",
    compared_with="all projects",
    says="adds {value:,.0f} numeric network addresses to code",
)
def ip_literals(facts: CommitFacts) -> np.ndarray:
    """IPv4 addresses added to code."""
    return facts.total(facts.code_of_change * facts.content("ip_literals"))


@commit_feature(
    unit="files",
    concerning="high",
    compared_with="all projects",
    says="adds or changes {value:,.0f} archives or executables",
)
def opaque_files(facts: CommitFacts) -> np.ndarray:
    """Archives and executables added or changed: they can hold anything."""
    return facts.total(facts.changes["form"].isin(["archive", "executable"]).to_numpy())


@commit_feature(
    unit="files",
    concerning="high",
    compared_with="all projects",
    says="adds text that looks minified to {value:,.0f} files",
)
def minified_code(facts: CommitFacts) -> np.ndarray:
    """Code files that gain minified text, vendored and generated ones aside."""
    looks = facts.changes["minified"].to_numpy(dtype=bool)
    return facts.total(looks & facts.code_of_change & ~facts.role("generated"))


@commit_feature(
    unit="bytes",
    concerning="low",
    compared_with="own past",
    says="changes build or workflow files by {value:,.0f} bytes per new line",
)
def steering_bytes(facts: CommitFacts) -> np.ndarray:
    """Bytes per new line of build, workflow and manifest files; no value where none is.

    A line that says next to nothing can switch off a check.
    """
    per_line = _bytes_per_line(facts, facts.steering_of_change)
    return np.where(facts.past_commits >= HABIT, per_line, np.nan)
