"""Test the audit tables of references between telegrams, of missing telegrams, and of fields that were not read."""

from __future__ import annotations

import csv
import io
from pathlib import Path
from xml.etree import ElementTree

import pytest

from checker import audit, cli
from checker.audit.coverage import Coverage
from checker.errors import InputError
from checker.parser import parse
from checker.rulebook import load
from checker.text import Source, View

HEAD = "R 141530Z MAR 75\nFM AMEMBASSY {post}\nTO SECSTATE WASHDC\n\nC O N F I D E N T I A L {post} {serial}\n\n"
TEXT = "E.O. 11652: GDS\nTAGS: PINT, LS\nSUBJECT: THE LAKE\n\n{ref}1. THE LAKE IS {serial} FEET DEEP.\nDOE\n"


def telegram(post: str, serial: int, ref: str = "") -> str:
    return (HEAD + TEXT).format(post=post, serial=serial, ref=f"REF: {ref}\n\n" if ref else "")


def run(folder: Path, *words: str) -> int:
    return cli.main(["audit", str(folder), "--isolated", "--quiet", "--jobs", "1", *words])


@pytest.fixture(scope="module")
def corpus(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("corpus")
    for number in range(1, 31):
        ref = f"ZENDA {number}; USCINCEUR 111345Z MAR 75; STRELSAU A-7" if number > 1 else ""
        (folder / f"{number}.txt").write_text(telegram("STRELSAU", number, ref))
    (folder / "zenda.txt").write_text(telegram("ZENDA", 2, "<A&B> LETTER"))
    return folder


@pytest.fixture(scope="module")
def finished(corpus: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("out") / "audit"
    run(corpus, "--out", str(out))
    return out


@pytest.mark.slow
def test_the_edges_as_csv_and_graphml(finished: Path, capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    assert 0 == cli.main(["references", str(finished)])
    rows = list(csv.DictReader(io.StringIO(capsys.readouterr().out)))
    assert len(rows) == 2 * 29
    held = {row["to_mrn"]: row["held"] for row in rows}
    assert (held["75ZENDA2"], held["75ZENDA3"], held["75STRELSAUA-7"]) == ("True", "False", "False")
    file = tmp_path / "edges.graphml"
    assert 0 == cli.main(["references", str(finished), "--format", "graphml", "--out", str(file)])
    graph = ElementTree.parse(file).getroot()
    space = "{http://graphml.graphdrawing.org/xmlns}"
    edges = {(one.get("source"), one.get("target")) for one in graph.iter(f"{space}edge")}
    assert edges == {(row["from_mrn"], row["to_mrn"]) for row in rows}
    assert {one.get("id") for one in graph.iter(f"{space}node")} == {name for edge in edges for name in edge}


@pytest.mark.slow
def test_the_gaps(finished: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert 0 == cli.main(["references", str(finished), "--gaps"])
    rows = list(csv.DictReader(io.StringIO(capsys.readouterr().out)))
    assert (rows[0]["to_mrn"], rows[0]["documents"]) == ("75STRELSAUA-7", "29")
    assert {row["to_mrn"] for row in rows} == {"75STRELSAUA-7", *(f"75ZENDA{number}" for number in range(3, 31))}


@pytest.mark.slow
def test_an_audit_that_is_not_finished_has_no_references(tmp_path: Path) -> None:
    assert 2 == cli.main(["references", str(tmp_path)])


@pytest.mark.slow
def test_a_redacted_audit_joins_references_and_shows_none(corpus: Path, tmp_path: Path) -> None:
    run(corpus, "--out", str(tmp_path / "audit"), "--redact")
    answer = audit.query(str(tmp_path / "audit"), 'select from_mrn, to_mrn, text, post, serial from "references"')
    assert all(not row[2] and row[3] is None and row[4] is None for row in answer.rows)
    assert "ZENDA" not in repr(answer.rows) and "STRELSAU" not in repr(answer.rows)
    joined = audit.query(str(tmp_path / "audit"), "select count(*) from edges where to_mrn in (select mrn from cables)")
    assert joined.rows == ((1,),)


@pytest.mark.slow
def test_a_field_that_is_read_less_often_is_a_difference(
    corpus: Path, finished: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    broken = tmp_path / "broken"
    broken.mkdir()
    for path in corpus.iterdir():
        (broken / path.name).write_text(path.read_text().replace("TAGS: PINT", "T A G S PINT"))
    run(broken, "--out", str(tmp_path / "after"))
    found = audit.diff(str(finished), str(tmp_path / "after"))
    assert ("1975", "acp127", "tags", 100.0, 0.0, 31) in found.coverage
    assert not found.same
    capsys.readouterr()
    assert 1 == cli.main(["audit", "diff", str(finished), str(tmp_path / "after")])
    sums = [sum(row[place] for row in found.rules) for place in range(1, 5)]
    assert "{} new, {} gone, {} moved, {} unchanged".format(*sums) == capsys.readouterr().out.splitlines()[-1]
    assert audit.diff(str(finished), str(finished)).coverage == ()
    with pytest.raises(InputError):
        audit.diff(str(finished), str(tmp_path / "none"))


def rows(text: str) -> dict[str, dict[str, object]]:
    coverage = Coverage()
    coverage.add(parse(View.whole(Source("telegram.txt", text)), load().vocabulary))
    return {str(row["field"]): row for row in coverage.rows()}


def state(row: dict[str, object]) -> list[str]:
    return [name for name in ("read", "missed", "lost", "absent") if row[name]]


def test_a_field_is_read_missed_lost_or_absent() -> None:
    found = rows(telegram("STRELSAU", 1))
    assert {name: state(found[name]) for name in ("dtg", "tags", "references", "authority")} == {
        "dtg": ["read"], "tags": ["read"], "references": ["absent"], "authority": ["absent"],
    }  # fmt: skip
    assert found["text"]["recognized"] == found["text"]["characters"] == len(telegram("STRELSAU", 1))
    missed = rows(telegram("STRELSAU", 1).replace("C O N F I D E N T I A L", "C O N F I D E N T A L"))
    assert ["missed"] == state(missed["level"])
    lost = rows("PARTIAL EXTRACT OF THE ORIGINAL CABLE\n")
    assert ["lost"] == state(lost["eo"])
