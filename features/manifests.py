"""Which other packages a manifest declares, by name, in many ecosystems; and what builds probe.

Only files in which declarations are data are read; nothing is run. Names are prefixed by where
they come from, as in a package URL: `npm:lodash`, `pypi:attrs`, `action:actions/checkout`. Five
kinds of declarations are no packages: `uses:actions/checkout@v4` is the reference by which a
workflow takes an action, `direct:npm:lodash` says that a package comes from an address and not from
its registry, `hook:npm:postinstall@1a2b3c4d` is a step that runs by itself at installation or
build, by name and digest, `probe:HAVE_X@1a2b3c4d` likewise a program that the build tries to
compile, and `broken:HAVE_X` one that nothing can compile (see `probes`).
"""

import configparser
import json
import re
import tomllib
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

from .probes import digest, is_whole, probes

LARGEST = 1_000_000  # bytes of a manifest that is read
LONGEST_NAME = 200  # characters
LONGEST_LINE = 1_000  # characters of TOML: Python's parser takes quadratic time on dotted keys

USES, DIRECT, HOOK, PROBE, BROKEN = "uses:", "direct:", "hook:", "probe:", "broken:"
NO_PACKAGES = (USES, DIRECT, HOOK, PROBE, BROKEN)
"""How declarations that are no packages begin."""

_Reader = Callable[[str], Iterable[str]]

_REQUIREMENT = re.compile(r"\s*([A-Za-z0-9][A-Za-z0-9._-]*)\s*(?:\[[^\]]*\]\s*)?(?:[<>=!~;@,(#]|$)")
_SEPARATORS = re.compile(r"[-_.]+")
_ADDRESS = re.compile(
    r"[a-z+]{2,12}://|git@|(github|gitlab|bitbucket|gist|git):|[\w.-]+/[\w.-]+(#|$)"
)
_DIRECT_REQUIREMENT = re.compile(r"\s*[A-Za-z0-9][\w.-]*\s*(?:\[[^\]]*\]\s*)?@\s*[a-z+]{2,12}://")
_NPM_STEPS = re.compile(r"(pre|post)?(install|prepare)|prepublish")
_COMPOSER_STEPS = re.compile(r"(pre|post)-\w+(-\w+)*-(cmd|install|uninstall|update|dump)")
_PLUGIN, _PLUGIN_ENDS = "<plugin>", "</plugin>"
_STARTERS = re.compile(r"<artifactId>\s*((?:exec|maven-antrun|groovy|gmaven\w{0,9})-\w[\w-]*)\s*<")
_PLUGINS_OWN_VERSION = re.compile(r"<version>[^<]{0,200}</version>")
_GRADLE_STEPS = re.compile(
    r"""\b(?:commandLine|executable)\b[ \t]*[^\n]{1,300}|["'][^"'\n]{1,300}["']\.execute\("""
)
_MSBUILD_STEPS = re.compile(
    r"""<Exec\b[^<>]{0,500}?\bCommand=("[^"]{1,1000}|'[^']{1,1000})|<P(?:re|ost)BuildEvent>([^<]+)"""
)
_EXTENSIONS = re.compile(r"\.extensions[ \t]*(?:\+?=|<<)[ \t]*([^\n]{1,200})")
_ACTION = re.compile(
    r"""^[ \t-]*uses:[ \t]*['"]?([\w.-]+/[\w./-]+)@([\w./-]+)""", re.MULTILINE | re.ASCII
)


def declared(path: str, content: bytes) -> frozenset[str]:
    """List the packages that a file declares; none if it is no manifest or cannot be parsed.

    Parameters
    ----------
    path
        From the repository's root: the name tells the format.
    content
        Of the whole file.
    """
    form = form_of(path)
    if not form or len(content) > LARGEST:
        return frozenset()
    read = _FORMS[form][1]
    try:
        found = frozenset(read(content.decode("utf-8", "replace")))
    except (ValueError, TypeError, AttributeError, RecursionError, configparser.Error):
        return frozenset()
    return frozenset(name for name in found if _is_name(name))


def form_of(path: str) -> str:
    """Give the format of a manifest by its name; an empty string for any other file."""
    name = path.rpartition("/")[2].lower()
    if not name.endswith(_ENDINGS):
        return ""
    for form, (pattern, _) in _FORMS.items():
        if pattern.search(path.lower()):
            return form
    return ""


def _is_name(name: str) -> bool:
    return len(name) <= LONGEST_NAME and name.isprintable() and " " not in name


def _npm(text: str) -> Iterator[str]:
    document = json.loads(text)
    for kind in ("", "dev", "optional", "peer"):
        section = "Dependencies" if kind else "dependencies"
        for name, wanted in document.get(f"{kind}{section}", {}).items():
            yield f"npm:{name}"
            if isinstance(wanted, str) and _ADDRESS.match(wanted):
                yield f"{DIRECT}npm:{name}"
    yield from _steps("npm", document.get("scripts"), _NPM_STEPS)


def _composer(text: str) -> Iterator[str]:
    document = json.loads(text)
    for section in ("require", "require-dev"):
        for name in document.get(section, ()):
            if "/" in name:  # php itself and its extensions have none
                yield f"composer:{name.lower()}"
    yield from _steps("composer", document.get("scripts"), _COMPOSER_STEPS)


def _steps(registry: str, scripts: object, sought: re.Pattern[str]) -> Iterator[str]:
    """List the steps among scripts; what is no table has none, and hides no packages."""
    if isinstance(scripts, dict):
        for name, command in scripts.items():
            if sought.fullmatch(name):
                yield _hook(f"{registry}:{name}", str(command))


def _hook(name: str, runs: str) -> str:
    return f"{HOOK}{name}@{digest(runs)}"


def _cargo(text: str) -> Iterator[str]:
    document = _toml(text)
    yield from _crates(document)
    if isinstance(program := document.get("package", {}).get("build"), str):
        yield _hook("cargo:build", program)


def _toml(text: str) -> dict[str, Any]:
    if any(len(line) > LONGEST_LINE for line in text.splitlines()):
        raise ValueError("a line that nobody has written by hand")
    return tomllib.loads(text)


def _crates(table: Mapping[str, Any]) -> Iterator[str]:
    for section in ("dependencies", "dev-dependencies", "build-dependencies"):
        for name, wanted in table.get(section, {}).items():
            renamed = wanted.get("package", name) if isinstance(wanted, dict) else name
            yield f"cargo:{renamed}"
            if isinstance(wanted, dict) and "git" in wanted:
                yield f"{DIRECT}cargo:{renamed}"
    for inner in table.get("target", {}).values():
        yield from _crates(inner)
    if "workspace" in table:
        yield from _crates(table["workspace"])


def _pyproject(text: str) -> Iterator[str]:
    document = _toml(text)
    project, poetry = document.get("project", {}), document.get("tool", {}).get("poetry", {})
    build = document.get("build-system", {})
    if build.get("backend-path"):
        yield _hook("pypi:build-backend", f"{build.get('build-backend')}{build['backend-path']}")
    lists = [project.get("dependencies", ()), build.get("requires", ())]
    lists += project.get("optional-dependencies", {}).values()
    lists += document.get("dependency-groups", {}).values()
    yield from _distributions(line for lines in lists for line in lines if isinstance(line, str))
    tables = [poetry, *poetry.get("group", {}).values()]
    for table in tables:
        for section in ("dependencies", "dev-dependencies"):
            yield from _distributions(name for name in table.get(section, ()) if name != "python")


def _requirements(text: str) -> Iterator[str]:
    yield from _distributions(text.splitlines())


def _setup_cfg(text: str) -> Iterator[str]:
    parser = configparser.RawConfigParser(strict=False)
    parser.read_string(text)
    lists = [
        parser.get("options", f"{when}_requires", fallback="") for when in ("install", "setup")
    ]
    if parser.has_section("options.extras_require"):
        lists += [lines for _, lines in parser.items("options.extras_require")]
    yield from _distributions("\n".join(lists).splitlines())


def _distributions(lines: Iterable[str]) -> Iterator[str]:
    """Take names from requirements (PEP 508), in their usual form (PEP 503)."""
    for line in lines:
        if match := _REQUIREMENT.match(line):
            name = f"pypi:{_SEPARATORS.sub('-', match[1]).lower()}"
            yield name
            if _DIRECT_REQUIREMENT.match(line):
                yield f"{DIRECT}{name}"


def _actions(text: str) -> Iterator[str]:
    for action, reference in _ACTION.findall(text):
        yield f"action:{action}"
        yield f"{USES}{action}@{reference}"


def _probes(text: str) -> Iterator[str]:
    for name, program in probes(text):
        yield f"{PROBE}{name}@{digest(program)}"
        if not is_whole(program):
            yield f"{BROKEN}{name}"


def _by_pattern(registry: str, pattern: str) -> _Reader:
    """Make a reader of formats that are programs or XML, of which only the plain form is read."""
    compiled = re.compile(pattern, re.MULTILINE)

    def read(text: str) -> Iterator[str]:
        for match in compiled.finditer(text):
            yield f"{registry}:{':'.join(part for part in match.groups() if part)}"

    return read


_gems = _by_pattern(
    "gem", r"""^[^#\n]{0,80}?\b(?:gem|add\w{0,20}_dependency)[ (]+['"]([\w.-]+)['"]"""
)


def _gem(text: str) -> Iterator[str]:
    yield from _gems(text)
    for extensions in _EXTENSIONS.findall(text):
        yield _hook("gem:extensions", extensions)


_dependencies = _by_pattern(
    "maven",
    r"<dependency>\s*<groupId>([^<>\s]+)</groupId>\s*<artifactId>([^<>\s]+)</artifactId>",
)


def _maven(text: str) -> Iterator[str]:
    """List dependencies, and as steps what plugins that start programs are told, versions aside."""
    yield from _dependencies(text)
    for rest in text.split(_PLUGIN)[1:]:
        plugin = rest.partition(_PLUGIN_ENDS)[0]
        if starter := _STARTERS.search(plugin):
            told = _PLUGINS_OWN_VERSION.sub("", plugin, count=1)
            yield _hook(f"maven:{starter[1]}", " ".join(told.split()))


_libraries = _by_pattern(
    "maven",
    r"\b\w{0,30}(?:[iI]mplementation|[cC]ompile|[aA]pi|[cC]lasspath|Only)\w{0,30}"
    r"""[ (]+['"]([\w.-]+):([\w.-]+)[:'"]""",
)


def _gradle(text: str) -> Iterator[str]:
    yield from _libraries(text)
    for step in _GRADLE_STEPS.findall(text):
        yield _hook("gradle:exec", step.strip())


_references = _by_pattern("nuget", r"""<Package(?:Reference|Version)\s+Include="([\w.-]+)\"""")


def _msbuild(text: str) -> Iterator[str]:
    yield from _references(text)
    for command, event in _MSBUILD_STEPS.findall(text):
        yield _hook("nuget:exec", " ".join((command[1:] or event).split()))


_FORMS: dict[str, tuple[re.Pattern[str], _Reader]] = {
    form: (re.compile(pattern), read)
    for form, pattern, read in (
        ("npm", r"(^|/)package\.json$", _npm),
        ("composer", r"(^|/)composer\.json$", _composer),
        ("cargo", r"(^|/)cargo\.toml$", _cargo),
        ("pyproject", r"(^|/)pyproject\.toml$", _pyproject),
        ("requirements", r"(^|/)(requirements[^/]*|requirements/[^/]*)\.(txt|in)$", _requirements),
        ("setup.cfg", r"(^|/)setup\.cfg$", _setup_cfg),
        ("go", r"(^|/)go\.mod$", _by_pattern(
            "go", r"^(?:require)?[ \t]{1,9}([a-z0-9][\w~-]{0,60}\.[\w.~/-]{1,200}) v\d[^\s/]*"
            r"[ \t]*$")),
        ("gem", r"(^|/)(gemfile|[^/]*\.gemspec)$", _gem),
        ("maven", r"(^|/)pom\.xml$", _maven),
        ("gradle", r"\.gradle(\.kts)?$", _gradle),
        ("nuget", r"\.([cf]s|vb)proj$|\.targets$|(^|/)directory\.(packages|build)\.props$",
         _msbuild),
        ("hex", r"(^|/)mix\.exs$", _by_pattern("hex", r"\{:(\w+), *['\"~\[]")),
        ("action", r"^\.github/workflows/[^/]+\.ya?ml$|(^|/)action\.ya?ml$", _actions),
        ("probes", r"(^|/)(configure\.(ac|in)|cmakelists\.txt|meson\.build)$|\.(m4|cmake)$",
         _probes),
    )
}  # fmt: skip
"""By the format's name: what the path, in lower case, looks like, and how its text is read."""

_ENDINGS = (".json", ".toml", ".txt", ".in", ".cfg", ".mod", "gemfile", ".gemspec", ".xml",
            ".gradle", ".kts", ".csproj", ".fsproj", ".vbproj", ".targets", ".props", ".exs",
            ".yml", ".yaml", ".ac", "meson.build", ".m4", ".cmake")  # fmt: skip
