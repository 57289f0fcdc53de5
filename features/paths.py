"""What a path is for, told from its name alone, in any language."""

import re

import numpy as np
import pandas as pd

_PATTERNS = {
    "build": r"""(^|/)(configure(\.ac|\.in)?|autogen\.sh|bootstrap(\.sh)?|(gnu)?makefile[^/]*
        |cmakelists\.txt
        |meson\.build|meson_options\.txt|build\.(rs|gradle|xml|sbt|zig|sh|py|ninja)|sconstruct
        |wscript
        |setup\.(py|cfg)|gemfile|rakefile|gulpfile[^/]*|gruntfile[^/]*|webpack[^/]*|rollup[^/]*
        |[^/]*\.config\.[cm]?[jt]s|justfile|build\.bazel|workspace|extconf\.rb|binding\.gyp|dockerfile[^/]*)$
        |\.(m4|cmake|mk|am|gyp|gypi|gradle|kts|bzl|vcxproj|sln|pro|spec)$|(^|/)(m4|cmake
        |build-aux|scripts?)/""",
    "ci": r"""^\.github/(workflows|actions)/|^\.circleci/|^\.gitlab-ci|^\.travis|^appveyor
        |^\.appveyor
        |^azure-pipelines|^jenkinsfile|^\.cirrus|^\.drone|^\.buildkite/|^bitbucket-pipelines
        |^action\.ya?ml$""",
    "test": r"""(^|/)(tests?|spec|specs|testing|testdata|test_data|fixtures?|__tests__
        |testsuite|fuzz|corpus|e2e)(/|$)
        |(^|/)(test_[^/]*|[^/]*[_.-](test|spec|tests))\.[a-z0-9]+$|(^|/)[^/]*tests?\.(java|kt
        |cs|php)$""",
    "documentation": r"""(^|/)(docs?|documentation|man|examples?|website)/|\.(md|rst|txt|adoc
        |pod|texi|[1-8])$
        |(^|/)(readme|changelog|changes|news|authors|contributors|license|copying|thanks|todo
        |history)[^/]*$""",
    "source": r"""\.(c|h|cc|cpp|cxx|hh|hpp|hxx|inc|s|asm|rs|go|py|pyx|pyi|rb|java|kt|scala|php
        |js|mjs|cjs|jsx|ts
        |tsx|mts|cts|vue|swift|m|mm|cs|fs|ml|mli|hs|erl|ex|exs|lua|pl|pm|sh|bash|zig|d|nim|jl|r
        |sql|proto|y|l)$""",
    "manifest": r"""(^|/)(package\.json|pyproject\.toml|setup\.(py|cfg)|requirements[^/]*\.txt
        |pipfile|cargo\.toml
        |go\.mod|gemfile|[^/]*\.gemspec|composer\.json|pom\.xml|build\.gradle(\.kts)?
        |[^/]*\.podspec|bower\.json
        |conanfile[^/]*|vcpkg\.json|action\.ya?ml|\.gitmodules)$""",
    "lock": r"""(^|/)(package-lock\.json|npm-shrinkwrap\.json|yarn\.lock|pnpm-lock\.yaml
        |cargo\.lock|go\.sum
        |gemfile\.lock|composer\.lock|poetry\.lock|pipfile\.lock|uv\.lock|bun\.lockb?)$""",
    "generated": r"""(^|/)(dist|vendor|vendored|third[_-]?party|node_modules|generated|build
        |bundled|deps)/
        |[.-]min\.(js|css)$|\.(map|po|pot|pb\.go|g\.dart)$|(^|/)aclocal\.m4$|(^
        |/)config\.(guess|sub)$""",
    "autorun": r"""(^|/)(\.husky|\.vscode|\.idea|\.cursor|\.claude|\.devcontainer|\.githooks
        |hooks)/|\.pth$
        |(^|/)(conftest\.py|sitecustomize\.py|usercustomize\.py|\.envrc|\.npmrc
        |\.pre-commit-config\.yaml
        |(pre|post)install[^/]*|[^/]*\.(preinst|postinst|prerm|postrm))$""",
    "security": r"""(^|/)(security(\.md|\.txt|\.rst)?|security_contacts|\.well-known/.*|codeowners
        |[^/]*\.(asc|gpg|sig|pem|crt|key|pub)|keys?|keyring|maintainers[^/]*)$
        |^\.github/dependabot""",
    "release": r"""(^|/)(debian|rpm|packaging|release|dist-scripts|snap|flatpak)/|(^
        |/)(version[^/]*|\.goreleaser[^/]*
        |release[^/]*|\.npmignore|manifest\.in|publish[^/]*)$""",
    "program": r"""\.(ps1|psm1|psd1|bat|cmd|vbs|wsf|hta|fish|zsh|ksh|csh|tcsh|awk|applescript
        |coffee|svelte|astro|ejs|dart|groovy|clj|cljs|cljc|vb|sol|tf|nix)$""",
}

_NO_TEXT = re.compile(
    r"""\.(?:woff2?|ttf|otf|eot|png|jpe?g|gif|ico|bmp|webp|tiff?|pdf|zip|gz|xz|bz2|zst|7z|rar|jar|war
    |exe|dll|dylib|class|pyc|wasm|mp[34]|wav|ogg|avi|mov|sqlite3?)$""",
    re.IGNORECASE | re.VERBOSE,
)
_LAST_PART = re.compile(r"(?:^|/)[^/]*\Z")
_UP_TO_ENDING = re.compile(r"\A(?:.*/)?(?:[^/]*\.)?", re.DOTALL)

ROLES = tuple(_PATTERNS)
STEERING = ("build", "ci", "manifest", "autorun")
"""Roles of what runs at build, at installation or on a server."""
_COMPILED = {role: re.compile(p, re.IGNORECASE | re.VERBOSE) for role, p in _PATTERNS.items()}


def has_role(paths: pd.Series, role: str) -> np.ndarray:
    """Tell which paths have the role; a path may have several.

    Parameters
    ----------
    paths
        Any number of paths, n.
    role
        One of `ROLES`.

    Returns
    -------
    Booleans, n.
    """
    search = _COMPILED[role].search
    codes, distinct = pd.factorize(paths)
    return np.fromiter((search(p) is not None for p in distinct), bool, len(distinct))[codes]


def steering(paths: pd.Series) -> np.ndarray:
    """Tell which of n paths have one of the roles of `STEERING`."""
    return np.logical_or.reduce([has_role(paths, role) for role in STEERING])


def named_as_binary(paths: pd.Series) -> np.ndarray:
    """Tell which of n paths have the ending of pictures, fonts, archives or programs."""
    return paths.str.contains(_NO_TEXT).to_numpy(dtype=bool)


def directories(paths: pd.Series) -> pd.Series:
    """Give the folder of each path, empty for the root."""
    return paths.str.replace(_LAST_PART, "", regex=True)


def kinds(paths: pd.Series) -> pd.Series:
    """Give the file name's ending in lower case, or the whole name where there is none."""
    return paths.str.replace(_UP_TO_ENDING, "", regex=True).str.lower()
