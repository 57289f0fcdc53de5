"""Every error a user can meet, each with what to do next.

::

    TrustdriftError                 exit code 2
    ├── SourceError                 the repository cannot be read
    │   ├── SourceMissing           no such path, or not readable
    │   ├── NotARepository          a path that git does not recognise
    │   ├── EmptyRepository         no commit under the reference asked for
    │   ├── ShallowRepository       the history was cut off when it was cloned
    │   ├── UnsupportedRepository   SHA-256 object names, reference tables, or an unknown extension
    │   ├── IncompleteRepository    commits, or most trees, are absent or damaged
    │   ├── LimitExceeded           it needs more time, memory or rows than allowed
    │   └── ReferenceMissing        no such branch, tag or commit
    ├── ConfigurationError          a setting, an option or a file of ours is wrong
    ├── NotEnoughHistory            nothing is left to describe or to learn from
    └── BaselineError               no usable baseline
        ├── BaselineMissing         no such folder
        ├── BaselineDamaged         a file is absent or does not match its checksum
        └── CatalogMismatch         learned with another list of features

Errors are raised where the cause is known and turned into text in the command line and the
service only. A caller's own bug is a ValueError or TypeError instead.
"""


class TrustdriftError(Exception):
    """Base of all errors that are the input's fault rather than the program's.

    Parameters
    ----------
    message
        What is wrong, with which input.
    hint
        What to do next; empty if nothing can be advised.
    """

    exit_code = 2

    def __init__(self, message: str, *, hint: str = "") -> None:
        super().__init__(message)
        self.hint = hint

    def __str__(self) -> str:
        message = super().__str__()
        return f"{message} ({self.hint})" if self.hint else message


class SourceError(TrustdriftError):
    """The repository cannot be read."""


class SourceMissing(SourceError):
    """The path does not exist or may not be read."""


class NotARepository(SourceError):
    """The path exists, but git finds no repository exactly there."""


class EmptyRepository(SourceError):
    """The repository has no commit under the reference that was asked for."""


class ShallowRepository(SourceError):
    """The clone is shallow: the past that we compare with is absent."""


class UnsupportedRepository(SourceError):
    """The repository is kept in a form that the git library does not read."""


class LimitExceeded(SourceError):
    """The repository needs more time, memory or rows than one may have."""


class IncompleteRepository(SourceError):
    """Commits, or most trees, are absent or damaged; single blobs may be."""


class ReferenceMissing(SourceError):
    """No branch, tag or commit has that name."""


class ConfigurationError(TrustdriftError):
    """A setting, an option's value or a file of the user's is wrong."""


class NotEnoughHistory(TrustdriftError):
    """Too little is left to describe or to learn from."""


class BaselineError(TrustdriftError):
    """No usable baseline."""


class BaselineMissing(BaselineError):
    """There is no baseline where one was named."""


class BaselineDamaged(BaselineError):
    """A file of the baseline is absent, unreadable or altered."""


class CatalogMismatch(BaselineError):
    """The baseline was learned with another list of features than this program computes."""
