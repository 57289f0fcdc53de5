"""Roles of paths."""

import pandas as pd
import pytest

from trustdrift.features.paths import ROLES, directories, has_role, kinds

CASES = {
    "configure.ac": {"build"},
    "m4/ax_check.m4": {"build"},
    "src/CMakeLists.txt": {"build", "documentation"},
    "tests/files/bad-3-corrupt.xz": {"test"},
    "src/lib.c": {"source"},
    "src/lib_test.go": {"source", "test"},
    ".github/workflows/ci.yml": {"ci"},
    "package.json": {"manifest"},
    "setup.py": {"build", "manifest", "source"},
    "Cargo.lock": {"lock"},
    "vendor/x/y.go": {"generated", "source"},
    ".husky/pre-commit": {"autorun"},
    "SECURITY.md": {"security", "documentation"},
    "debian/rules": {"release"},
    "README.md": {"documentation"},
    "src/attestation.c": {"source"},
    "latest/data": set(),
    "tools/setup.PS1": {"program"},
    "src/App.svelte": {"program"},
}


@pytest.mark.parametrize(("path", "expected"), CASES.items())
def test_a_path_has_its_roles_and_no_other(path: str, expected: set[str]) -> None:
    assert {role for role in ROLES if has_role(pd.Series([path]), role)[0]} == expected


def test_folders_and_kinds() -> None:
    paths = pd.Series(["a/b/c.TAR.gz", "Makefile", ".gitignore", "d/x.C"])
    assert directories(paths).tolist() == ["a/b", "", "", "d"]
    assert kinds(paths).tolist() == ["gz", "makefile", "gitignore", "c"]
