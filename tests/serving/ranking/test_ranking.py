"""Measures against plain definitions, resolution against cases told by hand."""

import gzip
import json
import lzma
from pathlib import Path

import lz4.frame
import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from trustdrift.features.errors import ConfigurationError
from trustdrift.features.files import parquet_frame
from trustdrift.serving.ranking import reach
from trustdrift.serving.ranking.aggregate import aggregated
from trustdrift.serving.ranking.debian import dependencies, packages
from trustdrift.serving.ranking.edges import edges as edges_of_tables
from trustdrift.serving.ranking.edges import weights
from trustdrift.serving.ranking.graph import Graph
from trustdrift.serving.ranking.sbom import edges as edges_of_sboms

from ..test_cli import trustdrift


def closure(graph: Graph) -> list[set[int]]:
    """Give for each package what it needs, however indirectly, by the plain definition."""
    direct: list[set[int]] = [set() for _ in graph.names]
    for one, other in graph.needs.tolist():
        direct[one].add(other)
    found = []
    for start in range(len(graph)):
        seen: set[int] = set()
        waiting = list(direct[start])
        while waiting:
            here = waiting.pop()
            if here not in seen:
                seen.add(here)
                waiting += direct[here]
        found.append(seen - {start})
    return found


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 14), st.integers(0, 14)), max_size=60))
def test_counts_and_cones_are_those_of_the_definition(pairs: list[tuple[int, int]]) -> None:
    graph = Graph.of(((str(a), str(b)) for a, b in pairs), map(str, range(15)))
    measures = graph.measures()
    needed = closure(graph)
    for package in range(len(graph)):
        users = [u for u in range(len(graph)) if package in needed[u]]
        row = measures.iloc[package]
        assert row["all_dependents"] == len(users)
        assert row["cone_mass"] == pytest.approx(sum(1 / len(needed[u]) for u in users), abs=1e-9)
        assert row["dependents"] == len({a for a, b in graph.needs.tolist() if b == package})
    assert measures["pagerank"].sum() == pytest.approx(len(graph))


def test_blocks_change_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    rng = np.random.default_rng(3)
    pairs = rng.integers(0, 300, (900, 2))
    graph = Graph.of((str(a), str(b)) for a, b in pairs.tolist())
    whole = graph.measures()
    monkeypatch.setattr(reach, "BLOCK", 64)
    pd.testing.assert_frame_equal(Graph(graph.names, graph.needs).measures(), whole)


def test_estimates_come_near_what_they_stand_for(monkeypatch: pytest.MonkeyPatch) -> None:
    rng = np.random.default_rng(4)
    one, other = rng.integers(0, 3_000, (2, 12_000))
    kept = one > other
    graph = Graph.of(zip(map(str, one[kept]), map(str, other[kept]), strict=True))
    exact = graph.measures()
    monkeypatch.setattr(reach, "MOST_EXACT", 10)
    near = Graph(graph.names, graph.needs).measures()
    for measure in ("all_dependents", "cone_mass"):
        many = exact[measure] >= 5  # to which a package's own weight, which is taken off, is small
        assert many.sum() > 25
        error = (near[measure] / exact[measure])[many] - 1
        assert abs(error.mean()) < 0.05
        assert error.abs().quantile(0.95) < 0.25


def test_a_long_chain_is_no_trouble() -> None:
    graph = Graph.of((str(i), str(i + 1)) for i in range(3_000))
    assert graph.measures()["all_dependents"].loc["3000"] == 3_000


def test_the_order_joins_all_measures_and_says_how_steady_it_is() -> None:
    measures = pd.DataFrame(
        {"one": [9.0, 8, 7, 1], "two": [9.0, 1, 7, 8], "three": [9.0, 8, 2, 1]},
        index=pd.Index(["all", "some", "mixed", "few"], name="name"),
    )
    ranking = aggregated(measures)
    assert ranking.index[0] == "all"
    assert (ranking.loc["all", "rank_low"], ranking.loc["all", "rank_high"]) == (1, 1)
    assert (ranking["rank_high"] > ranking["rank_low"]).loc["some"]
    assert (ranking["rank_low"] <= ranking["rank"]).all()
    pd.testing.assert_frame_equal(ranking, aggregated(measures))


INDEX = """\
Package: app
Version: 1
Depends: libone (>= 2), mail-server | other, missing | fallback, python3:any
Pre-Depends: base

Package: libone
Source: one-source (1.9)
Version: 1.9

Package: libone-compat
Version: 3
Provides: libone (= 2.5)

Package: small-mail
Version: 1
Provides: mail-server

Package: big-mail
Version: 1
Provides: mail-server

Package: friend
Version: 1
Depends: big-mail

Package: other
Version: 1

Package: fallback
Version: 1

Package: base
Version: 1:0~rc1

Package: needs-base
Version: 1
Depends: base (>> 1:0), unversioned (= 1), base (<< 1:1)

Package: unversioned-offer
Version: 1
Provides: unversioned

Package: python3
Version: 3.11
"""


def resolved(text: str, folder: Path) -> dict[str, set[str]]:
    path = folder / "Packages"
    path.write_text(text)
    found: dict[str, set[str]] = {}
    for package, needed in dependencies(packages([path])):
        found.setdefault(package.name, set()).add(needed.name)
    return found


def test_dependencies_are_resolved_as_apt_would(tmp_path: Path) -> None:
    found = resolved(INDEX, tmp_path)
    # libone is too old, so its versioned provider; of two mail servers the one that others name;
    # an alternative that is there for one that is not; a name with its architecture.
    assert found["app"] == {"libone-compat", "big-mail", "fallback", "python3", "base"}
    # A release candidate comes before 0, and a provider without a version satisfies none.
    assert found["needs-base"] == {"base"}


@pytest.mark.parametrize("suffix", ["", ".gz", ".xz", ".lz4"])
def test_indices_are_read_in_every_form(tmp_path: Path, suffix: str) -> None:
    pack = {"": bytes, ".gz": gzip.compress, ".xz": lzma.compress, ".lz4": lz4.frame.compress}
    path = tmp_path / f"Packages{suffix}"
    path.write_bytes(pack[suffix](INDEX.encode()))
    assert len(packages([path])) == INDEX.count("Package:")


def test_the_newest_version_counts(tmp_path: Path) -> None:
    old, new = "Package: a\nVersion: 1\nDepends: x\n", "Package: a\nVersion: 1.10\n"
    paths = [tmp_path / name for name in ("one", "two")]
    for path, text in zip(paths, (new, old), strict=True):
        path.write_text(text)
    assert [package.version for package in packages(paths)] == ["1.10"]


@pytest.mark.parametrize("content", [b"", b"\0\xff\n", b"no: package\n"])
def test_what_is_no_index_is_named(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "Packages"
    path.write_bytes(content)
    with pytest.raises(ConfigurationError, match="holds no packages"):
        packages([path])
    broken = tmp_path / "Packages.xz"
    broken.write_bytes(content or b"x")
    with pytest.raises(ConfigurationError, match="cannot be read"):
        packages([broken])


CYCLONEDX = {
    "bomFormat": "CycloneDX", "specVersion": "1.5", "version": 1,
    "metadata": {"component": {"type": "application", "name": "product", "bom-ref": "root"}},
    "components": [
        {"type": "library", "name": "left", "version": "1", "bom-ref": "a",
         "purl": "pkg:npm/left@1.0.0?x=y"},
        {"type": "library", "name": "right", "version": "2", "bom-ref": "b"},
    ],
    "dependencies": [{"ref": "root", "dependsOn": ["a", "b"]}, {"ref": "a", "dependsOn": ["b"]}],
}  # fmt: skip

SPDX = {
    "spdxVersion": "SPDX-2.3", "dataLicense": "CC0-1.0", "SPDXID": "SPDXRef-DOCUMENT", "name": "x",
    "documentNamespace": "https://example.org/x",
    "creationInfo": {"created": "2024-01-01T00:00:00Z", "creators": ["Tool: t"]},
    "packages": [
        {"name": "product", "SPDXID": "SPDXRef-product", "downloadLocation": "NOASSERTION"},
        {"name": "left", "SPDXID": "SPDXRef-left", "downloadLocation": "NOASSERTION",
         "externalRefs": [{"referenceCategory": "PACKAGE-MANAGER", "referenceType": "purl",
                           "referenceLocator": "pkg:npm/left@1.0.0"}]},
    ],
    "relationships": [
        {"spdxElementId": "SPDXRef-left", "relationshipType": "DEPENDENCY_OF",
         "relatedSpdxElement": "SPDXRef-product"},
    ],
}  # fmt: skip


def test_bills_of_materials_are_read_by_package_not_by_version(tmp_path: Path) -> None:
    one, other = tmp_path / "a.json", tmp_path / "b.spdx.json"
    one.write_text(json.dumps(CYCLONEDX))
    other.write_text(json.dumps(SPDX))
    assert set(edges_of_sboms([one, other])) == {
        ("product", "pkg:npm/left"), ("product", "right"), ("pkg:npm/left", "right"),
    }  # fmt: skip


@pytest.mark.parametrize(
    ("name", "content"),
    [("a.json", "{"), ("a.json", "[]"), ("a.txt", "x"),
     ("a.json", '{"bomFormat": "CycloneDX", "components": 3}')],
)  # fmt: skip
def test_what_is_no_bill_of_materials_is_named(tmp_path: Path, name: str, content: str) -> None:
    path = tmp_path / name
    path.write_text(content)
    with pytest.raises(ConfigurationError, match=name):
        list(edges_of_sboms([path]))


def test_tables_of_pairs_are_read_by_their_columns(tmp_path: Path) -> None:
    csv, parquet = tmp_path / "a.csv", tmp_path / "b.parquet"
    csv.write_text("kind,Dependent,dependency\nx,a,b\nx,a,\n")
    pd.DataFrame({"from": ["c"], "to": ["d"]}).to_parquet(parquet)
    assert list(edges_of_tables([csv, parquet])) == [("a", "b"), ("c", "d")]
    csv.write_text("one,two\na,b\n")
    with pytest.raises(ConfigurationError, match="has the columns one, two"):
        list(edges_of_tables([csv]))


@pytest.fixture
def pairs(tmp_path: Path) -> Path:
    path = tmp_path / "pairs.csv"
    path.write_text("dependent,dependency\na,base\nb,base\nc,b\n")
    return path


def test_every_form_of_output_says_the_same(pairs: Path, tmp_path: Path) -> None:
    (tmp_path / "own.csv").write_text("name,weight\nbase,5\nc,1\n")
    for suffix in (".json", ".csv", ".parquet", ".html"):
        out = tmp_path / f"ranking{suffix}"
        trustdrift("rank", "edges", pairs, "--weights", tmp_path / "own.csv", "-o", out)
    ranking = json.loads((tmp_path / "ranking.json").read_text())["ranking"]
    assert set(ranking[0]) == {"rank", "name", "rank_range", "measures"}
    assert (ranking[0]["name"], ranking[0]["measures"]["weight"]) == ("base", 5)
    names = [row["name"] for row in ranking]
    assert pd.read_csv(tmp_path / "ranking.csv")["name"].tolist() == names
    assert parquet_frame(tmp_path / "ranking.parquet")["name"].tolist() == names
    assert "<td>base</td>" in (tmp_path / "ranking.html").read_text()
    assert trustdrift("rank", "edges", pairs).splitlines()[1].endswith("base")


def test_mistakes_end_in_one_line(pairs: Path, tmp_path: Path) -> None:
    assert "no suffix" in trustdrift("rank", "edges", pairs, "-o", tmp_path / "x.doc", code=2)
    (tmp_path / "own.csv").write_text("name,weight\nbase,much\n")
    told = trustdrift("rank", "edges", pairs, "--weights", tmp_path / "own.csv", code=2)
    assert "weight 'much' is no number" in told
    (tmp_path / "none.csv").write_text("from,to\n")
    assert "name no dependencies" in trustdrift("rank", "edges", tmp_path / "none.csv", code=2)
    assert "cannot be read" in trustdrift("rank", "debian", tmp_path / "absent", code=2)


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("a.csv", "Project Name,Dependency Name\napp,lib\n"),
        ("a.jsonl", '{"package_name": "app", "dependency_name": "lib"}\n'),
        ("a.json", '[{"From": {"System": "NPM", "Name": "app", "Version": "1"}, '
                   '"To": {"System": "NPM", "Name": "lib", "Version": "2"}}]'),
    ],
)  # fmt: skip
def test_registries_exports_are_read(tmp_path: Path, name: str, text: str) -> None:
    (tmp_path / name).write_text(text)
    assert list(edges_of_tables([tmp_path / name])) == [("app", "lib")]


def test_popularity_is_a_weight(tmp_path: Path) -> None:
    path = tmp_path / "by_inst"
    path.write_text(
        "#Format\n#rank name inst vote old recent no-files (maintainer)\n"
        "1     libc6     200 190 1 2 7 (A B)\n2     xz-utils  150 120 0 1 29 (C)\n"
        "-----\n3     Total 350 310 1 3 36\n"
    )
    found = weights(path)
    assert found["libc6"] == 200
    assert found["xz-utils"] == 150


def test_building_needs_what_the_sources_say(tmp_path: Path) -> None:
    (tmp_path / "Packages").write_text(
        "Package: libx\nSource: x\nVersion: 1\n\nPackage: cc\nVersion: 1\n\n"
        "Package: doc\nVersion: 1\n\nPackage: arm\nVersion: 1\n"
    )
    (tmp_path / "Sources").write_text(
        "Package: app\nBinary: app\nDirectory: pool/a\nVersion: 2\nBuild-Depends: cc, libx (>= 1), "
        "doc <!nodoc>, arm [arm64], cc <stage1>\n\n"
        "Package: x\nBinary: libx\nDirectory: pool/x\nVersion: 1\nBuild-Depends-Indep: doc\n"
    )
    found = packages([tmp_path / "Packages", tmp_path / "Sources"])
    pairs = {(one.name, other.name) for one, other in dependencies(found)}
    assert pairs == {
        ("src:app", "cc"), ("src:app", "libx"), ("src:app", "doc"), ("src:x", "doc"),
    }  # fmt: skip
    assert {p.name: p.source for p in found}["src:app"] == "app"
