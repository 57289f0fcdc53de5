"""Programs that build files try to compile, and those that nothing can compile."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from trustdrift.features.manifests import declared
from trustdrift.features.mining import mine
from trustdrift.features.probes import digest, is_whole, probes
from trustdrift.features.signals import SIGNALS
from trustdrift.features.signs import columns_of
from trustdrift.features.vectors import describe_commits

from ..conftest import KEY
from ..repositories import DAY, FOUNDER, NEWCOMER, START, Repository

PROGRAM = """
  #include <stdio.h>
  #if defined(A) && \\
      (B > 1) /* not a ) */
  int main(void) { char c = ')'; return puts(\\"(\\"); } // {
  #endif
"""
CMAKE = f'check_c_source_compiles("{PROGRAM}" HAVE_PUTS)\n'
CMAKE_BRACKETS = "check_cxx_source_runs([==[int main() { return 0; }]==] HAVE_IT)"
AUTOCONF = """
AC_MSG_CHECKING([if puts is there])
AC_LINK_IFELSE([AC_LANG_PROGRAM([[#include <stdio.h>
]], [[
#ifdef A
puts("(");
int a[2] = {1, 2};
#endif]])], [AC_MSG_RESULT([yes])], [AC_MSG_RESULT([no])])
"""
MESON = "cc.compiles('''int main(void) { return 0; }''', name: 'plain')"


@pytest.mark.parametrize(
    ("text", "name"),
    [
        (CMAKE, "HAVE_PUTS"),
        (CMAKE_BRACKETS, "HAVE_IT"),
        (AUTOCONF, "if_puts_is_there"),
        (MESON, "plain"),
    ],
)
def test_every_build_tool_tells_its_probes(text: str, name: str) -> None:
    (found,) = probes(text)
    assert found[0] == name
    assert is_whole(found[1])


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("  #include <stdio.h>\n", "  #include <stdio.h>\n.\n"),
        ("int main(void) {", "int main(void {"),
        ("  #endif\n", ""),
        ("return puts", "return }; puts"),
    ],
)
def test_a_program_with_one_flaw_is_told(before: str, after: str) -> None:
    flawed = CMAKE.replace(before, after)
    assert flawed != CMAKE
    assert "broken:HAVE_PUTS" in declared("CMakeLists.txt", flawed.encode())
    assert "broken:HAVE_PUTS" not in declared("CMakeLists.txt", CMAKE.encode())


def test_what_cannot_be_followed_is_passed_over() -> None:
    assert not list(probes("check_c_source_compiles(${SOURCE} HAVE_IT)"))
    assert not list(probes("AC_TRY_COMPILE(#include <a.h>, foo(), yes)"))
    assert not list(probes("cc.compiles(files('a.c'))"))
    assert not list(probes('check_c_source_compiles("never closed'))


@given(
    st.text(alphabet="[]()'\"{}\\#\n.ifAC_TRY_RUN(x.compiles('check_c_source_runs(", max_size=300)
)
def test_no_text_is_an_error(text: str) -> None:
    for name, program in probes(text):
        assert name
        assert len(digest(program)) == 8
        is_whole(program)


def test_changed_and_broken_checks_are_counted(tmp_path: Path) -> None:
    repository = Repository(tmp_path / "one")
    texts = [
        CMAKE,
        CMAKE + "# more\n",
        CMAKE.replace("puts(", "fputs("),
        CMAKE,
        CMAKE.replace("  #if", ".\n  #if"),
    ]
    for day, text in enumerate(texts):
        author = NEWCOMER if day == 4 else FOUNDER
        repository.commit({"CMakeLists.txt": text.encode()}, author=author, time=START + day * DAY)
    values = describe_commits(mine(repository.write(), key=KEY)).values
    assert values["edited_probes"].tolist() == [0, 0, 1, 0, 1]
    assert values["broken_probes"].tolist() == [0, 0, 0, 0, 1]
    sign = next(s for s in SIGNALS if s.name == "check_that_cannot_succeed")
    assert sign.shown_by(columns_of(values)).tolist() == [False] * 4 + [True]
