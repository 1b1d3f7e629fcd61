"""Test the audit reports: text, plots, and tables show the same numbers, and no page runs a script or loads a file."""

from __future__ import annotations

import json
import os
import shutil
from html.parser import HTMLParser
from pathlib import Path

import pytest

from checker import audit
from checker.audit import database, report_page, samples, statistics
from checker.audit.tables import documented
from checker.cli import main
from checker.config import Options
from checker.decisions import DecisionLog, ReviewDecision

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))


class Page(HTMLParser):
    """A page as parsed: its tags, the values of attributes that could load or run something, and the text of each block
    with an id.
    """

    def __init__(self):
        super().__init__()
        self.tags, self.reaching, self.open, self.text = set(), [], [], {}

    def handle_starttag(self, tag, attrs):
        self.tags.add(tag)
        self.open.append((tag, dict(attrs).get("id")))
        self.reaching += [value for name, value in attrs if name in ("src", "href") or name.startswith("on")]

    def handle_endtag(self, tag):
        while self.open and self.open.pop()[0] != tag:
            pass

    def handle_data(self, data):
        for _, name in self.open:
            if name:
                self.text[name] = self.text.get(name, "") + data


@pytest.fixture(scope="module")
def page(finished):
    made = Page()
    made.feed((finished / "report.html").read_text(encoding="utf-8"))
    return made


@pytest.fixture(scope="module")
def found(finished):
    query = database.Query(str(finished))
    yield statistics.figures(query)
    query.close()


def test_the_page_is_whole_by_itself(page, finished):
    assert [] == page.reaching
    assert not {"link", "img", "iframe", "object"} & page.tags
    text = (finished / "report.html").read_text(encoding="utf-8")
    assert 1 == text.count("<script>") and "default-src 'none'" in text and "http" not in text.split("<body>")[1]


def test_the_page_has_no_control_characters(finished):
    whole = (finished / "report.html").read_text(encoding="utf-8")
    assert [] == [sign for sign in whole if sign < " " and sign != "\n"]


def test_each_rule_with_findings_says_its_numbers_and_shows_its_samples(page, found):
    fired = [row for row in found["rules"] if row[7]]
    assert len(fired) > 5
    for row in fired:
        text = page.text[str(row[0])]
        assert f"{row[5]:,} of {row[4]:,} documents" in text and str(row[9]) in text, row[0]
        assert f"{row[0]}-1" in page.text


def test_errors_come_first_and_information_is_folded(finished, found):
    text = (finished / "report.html").read_text(encoding="utf-8")
    order = [text.index(f">{name} <span") for name in ("Errors", "Warnings", "Information")]
    assert order == sorted(order)
    assert '<details class="fold"><summary><h2>Information' in text


def test_findings_count_by_their_own_severity_which_may_depend_on_the_date(tmp_path):
    reason = (Path(ROOT) / "rules" / "telegrams" / "confidential-2007.txt").read_text()
    assert "1.4 (b)" in reason and "101156Z SEP 07" in reason
    for name, date in (("early", "101200Z NOV 04"), ("late", "101200Z NOV 06")):
        text = reason.replace("1.4 (b)", "1.5 (b)").replace("101156Z SEP 07", date)
        (tmp_path / f"{name}.txt").write_text(text)
    out = tmp_path / "out"
    audit.run([str(tmp_path / "early.txt"), str(tmp_path / "late.txt")], str(out), Options(select=("RSN-101",), jobs=1))
    summary = json.loads((out / "summary.json").read_text())
    assert (summary["severities"]["error"], summary["severities"]["warning"]) == (1, 1)
    assert summary["rules"]["RSN-101"]["severities"] == {"error": 1, "warning": 1}
    for name, sign in (("report.txt", None), ("report.md", "|")):
        table = (out / name).read_text().split("Findings by rule")[1]
        row = next(line for line in table.splitlines() if "RSN-101" in line)
        assert [cell.strip() for cell in row.split(sign) if cell.strip()][-3:] == ["1", "1", "0"]
    text = (out / "report.html").read_text()
    errors, warnings = text.index("<h2>Errors"), text.index("<h2>Warnings")
    assert errors < text.index('<details class="rule error" id="RSN-101"') < warnings
    assert warnings < text.index('<details class="rule warning" id="RSN-101-warning"')
    assert text.count("1 finding of 1 rule") == 2 and text.count('id="RSN-101-1"') == text.count('id="RSN-101-2"') == 1


def test_the_charts_say_what_the_tables_say(finished, found):
    text = (finished / "report.html").read_text(encoding="utf-8")
    for year, telegrams, errors, warnings in found["by_year"]:
        share = f"{errors + warnings:,} of {telegrams:,} ({100 * (errors + warnings) / telegrams:.1f}%)"
        assert f'<span>{year}</span><span class="bar">' in text and share in text
    assert "SECRET" in text and "E.O. 12958 as amended by E.O. 13292" in text  # words, not codes
    for row in found["flow"]:
        assert f'<td class="n">{row[4]:,}</td>' in text


def test_the_page_names_title_corpus_and_highest_marking(finished, tmp_path, capsys):
    out = tmp_path / "out"
    shutil.copytree(finished, out)
    assert main(["audit", "report", str(out), "--title", "Embassy <Strelsau>", "--isolated"]) in (0, 1)
    text = (out / "report.html").read_text(encoding="utf-8")
    assert "<h1>Embassy &lt;Strelsau&gt;</h1>" in text and "<title>Embassy &lt;Strelsau&gt;</title>" in text
    assert "Highest marking in this audit: SECRET" in text and "cables.jsonl" in text
    assert "Embassy &lt;Strelsau" not in (out / "report.txt").read_text()


def test_a_report_needs_a_finished_audit_of_this_version(finished, tmp_path, capsys):
    assert 2 == main(["audit", "report", str(tmp_path), "--isolated"])
    assert "contains no audit; to make one" in capsys.readouterr().err
    shutil.copy(finished / "audit.json", tmp_path)
    assert 2 == main(["audit", "report", str(tmp_path), "--isolated"])
    assert "findings" in capsys.readouterr().err


def test_every_report_tells_the_same_account(finished, found):
    summary = json.loads((finished / "summary.json").read_text())
    account = summary["account"]
    line = f"{account['checked']:,} documents: {account['checked']:,} checked, 0 excluded, 0 failed"
    for name in ("report.txt", "report.md", "report.html"):
        assert line in (finished / name).read_text(), name
    assert summary["never_applied"] == [row[0] for row in found["idle"]]
    for rule, _ in found["idle"]:
        assert rule in (finished / "report.txt").read_text()


def test_only_missed_fields_are_listed(finished, found):
    text = (finished / "report.txt").read_text().partition("\nField coverage\n")[2].partition("\nReferences\n")[0]
    *_, table = text.strip().split("\n\n")
    missed = [row for row in found["coverage"] if row[2] != "text" and row[5]]
    assert " characters belong to a recognized part. " in text
    assert len(missed) == (0 if table == "none" else len(table.splitlines()) - 2)


def test_words_of_documents_are_not_markup(finished):
    query = database.Query(str(finished))
    found = statistics.figures(query)
    query.close()
    hostile = "<script>alert(1)</script>\n "
    quotes = [(row[0], row[2], hostile, hostile, 1, 1, hostile, hostile) for row in found["rules"] if row[7]]
    found["whys"], found["posts"] = [(hostile, 3)], [(hostile, 5000, 5000, 5000)]
    content = report_page.ReportContent(found, quotes, hostile, (hostile,), "x", False, "", {"S": hostile}, {})
    text = "".join(report_page.page(content))
    assert "alert(1)" in text and hostile.strip() not in text
    assert '<q class="words">&lt;script&gt;alert(1)&lt;/script&gt;</q>' in text  # a quotation is one line
    assert '<th class="n">documents</th>' in text and '<td class="n">3</td>' in text


def test_the_documented_tables_are_the_tables():
    with open(os.path.join(ROOT, "docs", "audit.md"), encoding="utf-8") as file:
        assert documented() in file.read(), "put checker.audit.tables.documented() between the marks of docs/audit.md"


def test_precision_from_samples_is_in_the_report(finished, tmp_path):
    out = tmp_path / "out"
    shutil.copytree(finished, out)
    found = audit.query(str(out), "select rule, fingerprint from findings order by fingerprint").rows
    rule = max({row[0] for row in found}, key=[row[0] for row in found].count)
    sample = samples.new("spring", samples.FINDINGS, [row for row in found if row[0] == rule], 1000, 1, "x")
    samples.save(str(out), sample)
    log = DecisionLog(str(out / "decisions.jsonl"))
    log.append(*(ReviewDecision(key, rule, "confirmed", "J", how=sample.how) for _, key in sample.members[1:]))
    log.append(ReviewDecision(sample.members[0][1], rule, "accepted", "J", how=sample.how, reason="record-copy"))
    main(["audit", "report", str(out), "--isolated"])
    number = len(sample.members)
    assert f"precision 100%, {number} of {number}; all reviewed" in (out / "report.html").read_text(encoding="utf-8")
