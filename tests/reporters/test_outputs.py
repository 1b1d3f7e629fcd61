"""Test every output with one hostile outcome; a strict parser for the format reads it back."""

from __future__ import annotations

import csv
import html
import html.parser
import io
import json
import re
import time
from pathlib import Path
from xml.etree import ElementTree

import jsonschema
import pytest

from checker import config, linter
from checker.cli import main
from checker.errors import ConfigError
from checker.reporters import REPORTERS, Display, needs, render
from checker.reporters.escaping import csv_cell, github_property, markdown_cell, uri, visible
from checker.results import (
    CHECKED,
    EXCLUDED,
    FAILED,
    DocumentResult,
    Excerpt,
    Finding,
    Outcome,
    RuleNote,
    Suggestion,
    Suppressed,
    Undetermined,
    summarize,
)
from checker.text import Position, Source, Span

SCHEMAS = Path(__file__).parent / "schemas"
ROOT = Path(__file__).parents[2]

HOSTILE = (
    '=HYPERLINK("http://x")\x1b[31m\x00</script><script>alert(1)</script>]]>&amp;\r\n::error file=x::pwned\n%0A%0D'
    "|`*_[a](b)\u202e\u2066\u200b\ufeff@someone #1 \u2028\x85\x9b31m\ud800"
)
PATH = "dir,with:odd\n::warning::name\udcff%.txt"


def finding(text: str, words: str, severity: str = "error", **more: object) -> Finding:
    source = Source("x", text)
    start = text.index(words)
    span = Span(start, start + len(words))
    fields: dict[str, object] = {
        "path": PATH, "cable": f"07STRELSAU1{HOSTILE}", "rule": "POR-001", "name": "unmarked-paragraph",
        "severity": severity, "message": f"paragraph {HOSTILE} has no mark", "span": span,
        "start": source.position(span.start), "end": source.position(span.end), "quote": words, "at": "paragraphs[0]",
        "cite": ("ORDER-1 sec. 1.6(c)",), "help": "Give it one.", "lines": tuple(source.lines(span)),
        "fingerprint": "0123456789abcdef",
    }  # fmt: skip
    return Finding(**(fields | more))


def doubt(text: str, words: str = "BRAVO", **more: object) -> Undetermined:
    start = text.index(words)
    fields: dict[str, object] = {
        "path": PATH, "cable": f"07STRELSAU1{HOSTILE}", "rule": "POR-001", "name": "unmarked-paragraph", "kind": "unreadable",
        "why": f"cannot be read as {HOSTILE}", "span": Span(start, start + len(words)),
        "start": Source("x", text).position(start), "at": "paragraphs[1].mark", "quote": HOSTILE,
    }  # fmt: skip
    return Undetermined(**(fields | more))


def outcome(**more: object) -> Outcome:
    text = f"1. ALPHA {HOSTILE}\nBRAVO\n"
    change = Suggestion(Span(0, 2), f"1. ({HOSTILE})", HOSTILE, False, Position(1, 1), Position(1, 3))
    findings = (
        finding(text, "ALPHA"),
        finding(text, HOSTILE, "warning", suggestion=change),
        finding(text, "BRAVO", "info"),
    )
    results = (
        DocumentResult(PATH, findings[0].cable, CHECKED, findings=findings, excerpt=Excerpt(text, 0, 1, HOSTILE, ((3, 8, f"{HOSTILE}\n{HOSTILE}\n\n{HOSTILE}"),)), tally=(("POR-001", (1, 2, 3)),), undetermined=(doubt(text),)),
        DocumentResult("broken\x1b]0;x\x07", "", FAILED, HOSTILE),
        DocumentResult("hidden", "", EXCLUDED, HOSTILE),
    )  # fmt: skip
    hidden = (Suppressed(finding(text, "1."), "suppression", HOSTILE), Suppressed(finding(text, "1."), "baseline"))
    rules = {
        "POR-001": RuleNote("POR-001", "unmarked-paragraph", "error", "stable", "Summary.", ("ORDER-1 sec. 1.6(c)",), "Help.", ("t",), "warning")
    }  # fmt: skip
    fields: dict[str, object] = {
        "results": results, "findings": findings, "hidden": hidden, "rules": rules, "version": "0.1.0", "compared": True,
        "summary": summarize(results, findings, hidden, 1, "error", 0, ()), "notices": (HOSTILE,), "errors": (HOSTILE,),
        "statistics": True,
    }  # fmt: skip
    return Outcome(**(fields | more))


def text_of(name: str, display: Display | None = None, **more: object) -> str:
    found = "".join(render(name, outcome(**more), display))
    assert found.encode("utf-8"), "no lone surrogate is left"
    return found


PLAIN = ("table", "concise", "full", "github", "markdown", "csv")


@pytest.mark.parametrize("name", PLAIN)
@pytest.mark.parametrize("width", [0, 40, 120])
def test_no_control_or_reordering_character_reaches_a_terminal(name: str, width: int) -> None:
    found = text_of(name, Display(width))
    allowed = {"\n"} | ({"\r"} if name == "csv" else set())
    bad = {letter for letter in found if visible(letter) != letter} - allowed
    assert set() == bad


@pytest.mark.parametrize("name", ["table", "concise", "full", "markdown"])
def test_no_line_is_a_workflow_command(name: str) -> None:
    assert [] == [line for line in text_of(name).split("\n") if line.lstrip().startswith(("::", "##["))]


def test_colour_is_the_only_escape_and_only_when_asked_for() -> None:
    painted = text_of("full", Display(100, True))
    plain = re.sub("\x1b\\[[0-9]+m", "", painted)
    assert "\x1b" not in plain
    assert "\x1b" not in text_of("full", Display(100, False))


def test_github_commands_are_ours_alone() -> None:
    lines = text_of("github").rstrip("\n").split("\n")
    command = re.compile(r"::(error|warning|notice) (?:(?:file|line|col|endLine|endColumn|title)=[^,:]*,?)+::[^\n]*")
    assert [] == [line for line in lines if not command.fullmatch(line)]
    assert len(lines) == 6


def test_github_says_how_many_more_there_are() -> None:
    many = tuple(finding("ALPHA", "ALPHA", message=str(number)) for number in range(25))
    found = text_of("github", findings=many)
    assert found.count("::error file=dir") == 10
    assert "15 more not shown" in found


def test_json_is_one_object_that_fits_its_schema() -> None:
    report = json.loads(text_of("json"))
    schema = json.loads((ROOT / "schemas" / "report.schema.json").read_text(encoding="utf-8"))
    jsonschema.Draft202012Validator(schema).validate(report)
    assert report["findings"][0]["message"] == f"paragraph {HOSTILE[:-1]}\\ud800 has no mark"
    assert [1, 4, 1, 9] == [report["findings"][0][key] for key in ("line", "column", "end_line", "end_column")]
    summary = report["summary"]
    assert summary["checked"] + summary["excluded"] + summary["failed"] == summary["handed_in"] == 3


def test_json_lines_are_objects_with_the_summary_last() -> None:
    rows = [json.loads(line) for line in text_of("jsonl").rstrip("\n").split("\n")]
    schema = json.loads((ROOT / "schemas" / "report-line.schema.json").read_text(encoding="utf-8"))
    for row in rows:
        jsonschema.Draft202012Validator(schema).validate(row)
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.Draft202012Validator(schema).validate(rows[0] | {"more": 1})
    assert ["finding"] * 3 + ["undetermined", "failed", "excluded", "summary"] == [row["type"] for row in rows]


def test_sarif_is_valid_against_the_official_schema() -> None:
    log = json.loads(text_of("sarif"))
    schema = json.loads((SCHEMAS / "sarif-2.1.0.json").read_text(encoding="utf-8"))
    jsonschema.Draft4Validator(schema).validate(log)
    run = log["runs"][0]
    assert run["columnKind"] == "unicodeCodePoints"
    assert run["invocations"][0]["executionSuccessful"] is False
    assert len(run["results"]) == 6
    *failed, undetermined = run["results"]
    assert {"unchanged", "new"} == {result["baselineState"] for result in failed}
    assert ("open", "none", "POR-001") == (undetermined["kind"], undetermined["level"], undetermined["ruleId"])
    assert 4 == undetermined["locations"][0]["physicalLocation"]["region"]["startLine"]
    assert run["results"][0]["partialFingerprints"]["cablecheck/v1"] == "0123456789abcdef"
    assert run["results"][0]["locations"][0]["physicalLocation"]["artifactLocation"]["uri"] == (
        "dir%2Cwith%3Aodd%0A%3A%3Awarning%3A%3Aname%FF%25.txt"
    )


def test_sarif_has_what_code_scanning_shows() -> None:
    run = json.loads(text_of("sarif", rule_url="https://example.com/rules/{rule}/"))["runs"][0]
    assert run["automationDetails"] == {"id": "cablecheck/lint/"}
    (rule,) = run["tool"]["driver"]["rules"]
    assert rule["helpUri"] == "https://example.com/rules/POR-001/"
    assert rule["fullDescription"]["text"] == "Summary. Source: ORDER-1 sec. 1.6(c)."
    assert rule["help"]["markdown"].split("\n\n") == [
        "**Requirement:** Summary.",
        "**What to do:** Help.",
        "**Sources:**",
        "- ORDER-1 sec. 1.6(c)",
        "[POR-001 unmarked-paragraph](https://example.com/rules/POR-001/)",
    ]
    assert rule["properties"]["tags"] == ["markings", "t"]
    assert rule["properties"]["problem.severity"] == "error"
    hidden = [result["suppressions"] for result in run["results"] if "suppressions" in result]
    assert [each["status"] for (each,) in hidden] == ["accepted", "accepted"]
    assert "recorded in the baseline" in [each["justification"] for (each,) in hidden]
    assert any(result.get("fixes") for result in run["results"])


def test_a_suggestion_elsewhere_names_its_position() -> None:
    options = config.settle({}, isolated=True)
    outcome = linter.lint([str(ROOT / "examples" / "09STRELSAU123.txt")], options)
    for form in ("full", "html"):
        shown = "".join(render(form, outcome)).replace("<code>", "")
        assert "suggestion: line 10, column 1: S E C R E T" in shown and "suggestion: 1.4" in shown


def test_sarif_of_a_telegram_has_each_property(tmp_path: Path) -> None:
    """Lint one telegram with every kind of result: related positions, suggestions, suppressions, and undetermined
    verdicts.
    """
    path = tmp_path / "09STRELSAU123.txt"
    text = (ROOT / "examples" / "09STRELSAU123.txt").read_text(encoding="utf-8")
    path.write_text(text.replace("TAGS: PREL", "TAGS: PR\ufffdEL"), encoding="utf-8")
    known = tmp_path / "known.toml"
    url = "https://example.com/rules/{rule}/"
    options = config.settle({"suppressions": str(known), "rule-url": url}, isolated=True)
    options.use_suppressions = False
    mark = next(one.fingerprint for one in linter.lint([str(path)], options).findings if one.rule == "POR-001")
    entry = f'rule = "POR-001"\nfingerprint = "{mark}"\npath = "{path}"\nreason = "cleared by the post"\n'
    known.write_text(f"[[suppress]]\n{entry}", encoding="utf-8")
    options.use_suppressions = True
    options.with_details = True
    log = json.loads("".join(render("sarif", linter.lint([str(path)], options))))
    jsonschema.Draft4Validator(json.loads((SCHEMAS / "sarif-2.1.0.json").read_text(encoding="utf-8"))).validate(log)
    (run,) = log["runs"]
    assert {"id": "cablecheck/lint/"} == run["automationDetails"]
    rules = {rule["id"]: rule for rule in run["tool"]["driver"]["rules"]}
    for rule in rules.values():
        assert rule["helpUri"] == url.replace("{rule}", rule["id"])
        assert rule["fullDescription"]["text"] and "**Requirement:**" in rule["help"]["markdown"]
        assert "markings" in rule["properties"]["tags"]
    results = {result["ruleId"]: result for result in run["results"]}
    assert all(
        rules[name]["id"] == run["tool"]["driver"]["rules"][each["ruleIndex"]]["id"] for name, each in results.items()
    )
    (banner,) = results["CLS-004"]["relatedLocations"]
    assert (10, 'banner: "C O N F I D E N T I A L SECTION 01 OF 02 STRELSAU 000123"') == (
        banner["physicalLocation"]["region"]["startLine"], banner["message"]["text"],
    )  # fmt: skip
    (portion,) = results["XRF-003"]["relatedLocations"]
    assert 22 == portion["physicalLocation"]["region"]["startLine"]
    assert "relatedLocations" not in results["POR-001"]
    assert [{"kind": "external", "status": "accepted", "justification": "cleared by the post"}] == results["POR-001"][
        "suppressions"
    ]
    (fix,) = results["RSN-101"]["fixes"]
    assert "1.4" == fix["artifactChanges"][0]["replacements"][0]["insertedContent"]["text"]
    opened = [result for result in run["results"] if result.get("kind") == "open"]
    assert opened and {"none"} == {result["level"] for result in opened}
    failed = [result for result in run["results"] if result not in opened]
    assert all(
        re.fullmatch("[0-9a-f]{16}:1", each["partialFingerprints"]["primaryLocationLineHash"]) for each in failed
    )


def test_html_links_to_the_page_of_a_rule() -> None:
    link = '<a href="https://example.com/rules/POR-001/" rel="noreferrer">POR-001</a>'
    assert link in text_of("html", rule_url="https://example.com/rules/{rule}/")
    assert link not in text_of("html")


def test_line_hashes_follow_the_line() -> None:
    def hashes(text: str, *words: str) -> list[str]:
        found = tuple(finding(text, each, path="a.txt") for each in words)
        results = json.loads(text_of("sarif", findings=found, hidden=()))["runs"][0]["results"]
        return [result["partialFingerprints"]["primaryLocationLineHash"] for result in results[: len(found)]]

    first = hashes("1. ALPHA BRAVO\n", "ALPHA", "BRAVO")
    assert first[0] == first[1]
    assert first[0].endswith(":1")
    assert first == hashes("0.\n\n1.  ALPHA  BRAVO\n", "ALPHA", "BRAVO")
    assert first[0] != hashes("1. ALPHA CHARLIE\n", "ALPHA")[0]


def test_sarif_keeps_to_the_limits_and_says_so() -> None:
    many = tuple(finding("ALPHA", "ALPHA", "info" if number else "error", message="m") for number in range(25_100))
    log = json.loads(text_of("sarif", findings=many, hidden=()))
    run = log["runs"][0]
    assert len(run["results"]) == 25_000
    assert run["results"][0]["level"] == "error"
    assert "101 less serious results" in run["invocations"][0]["toolExecutionNotifications"][0]["message"]["text"]


def test_junit_is_xml_and_counts() -> None:
    suite = ElementTree.fromstring(text_of("junit")).find("testsuite")
    assert suite is not None
    assert ["3", "1", "1", "1"] == [suite.get(name) for name in ("tests", "failures", "errors", "skipped")]


def test_gitlab_is_a_list_with_unique_fingerprints() -> None:
    issues = json.loads(text_of("gitlab"))
    assert 5 == len({issue["fingerprint"] for issue in issues})
    assert {"critical", "major", "info", "blocker"} == {issue["severity"] for issue in issues}


def test_csv_has_no_formula_and_every_row_all_columns() -> None:
    rows = list(csv.reader(io.StringIO(text_of("csv"), newline=""), strict=True))
    assert {12} == {len(row) for row in rows}
    assert [] == [cell for row in rows[1:] for cell in row if cell[:1] in "=+-@\t\r" and cell]


@pytest.mark.parametrize("cell", ["=1+1", "+1", "-1", "@x", " =1", "\t=1", "|x", "%x", "\uff1d1", '"=1'])
def test_a_formula_becomes_text(cell: str) -> None:
    assert csv_cell(cell)[0] in "'\\"


def test_markdown_tables_have_five_cells_a_row() -> None:
    rows = [
        line for line in text_of("markdown").partition("## Undetermined")[0].split("\n") if line.startswith("| dir")
    ]
    assert 3 == len(rows)
    assert {6} == {row.count("|") for row in rows}
    assert "<script" not in text_of("markdown")


def test_markdown_has_no_mention_and_no_link() -> None:
    assert "&#64;a &#91;b&#93;(c) http&#58;//x" == markdown_cell("@a [b](c) http://x")


class Page(html.parser.HTMLParser):
    """The tags, attributes, and text of a page."""

    def __init__(self) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.text = ""
        self.open: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        if tag not in {"meta", "input", "br"}:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.text += data


def read_page(text: str) -> Page:
    page = Page()
    page.feed(text)
    page.close()
    assert [] == page.open, "every tag is closed in order"
    return page


def test_the_page_is_self_contained_and_has_no_tag_of_a_document() -> None:
    page = read_page(text_of("html"))
    assert 1 == sum(tag == "script" for tag, _ in page.tags)
    attributes = {name for _, attrs in page.tags for name in attrs}
    assert set() == attributes & {"src", "srcset", "action", "style"} | {
        name for name in attributes if name.startswith("on")
    }
    assert [] == [
        attrs["href"]
        for tag, attrs in page.tags
        if tag == "a" and "href" in attrs and not (attrs["href"] or "").startswith("#")
    ]
    assert "default-src 'none'" in str([attrs for tag, attrs in page.tags if tag == "meta"])


def test_the_page_draws_each_finding_at_its_words() -> None:
    page = read_page(text_of("html"))
    assert 3 == sum(tag == "li" and "finding" in (attrs.get("class") or "") for tag, attrs in page.tags)
    anchors = {attrs.get("id") for tag, attrs in page.tags if tag == "a"}
    assert {"d1f1t", "d1f2t", "d1f3t"} <= anchors
    assert "BRAVO" in page.text


def test_full_shows_the_line_and_underlines_the_place() -> None:
    text = "0. (U) X\n1. ALPHA BRAVO\n"
    one = finding(text, "ALPHA", message="no mark", path="a.txt")
    found = text_of("full", findings=(one,), statistics=False).split("\n")
    assert [
        "a.txt:2:4: error POR-001 unmarked-paragraph",
        "  no mark",
        "  2 | 1. ALPHA BRAVO",
        "    |    ^^^^^",
        "  source: ORDER-1 sec. 1.6(c)",
        "  help: Give it one.",
    ] == found[:6]


VERDICTS = {
    "POR-001": (2, "cannot be read as a mark", "P~RT"),
    "AUT-006": (1, "this copy is a partial extract", ""),
    "FMT-111": (3, "is present as a label, but its value could not be read", "TO"),
    "DCL-002": (1, "the document date is too imprecise to determine which rules apply", ""),
}
TEXT = "FIRST LINE\nSECOND LINE\nTHIRD LINE\n"


def undetermined(path: str = "a.txt", cable: str = "") -> tuple[Undetermined, ...]:
    words = ("FIRST", "SECOND", "THIRD")
    return tuple(
        doubt(TEXT, words[line - 1], path=path, cable=cable, rule=rule, why=why, quote=quote)
        for rule, (line, why, quote) in VERDICTS.items()
    )


@pytest.mark.parametrize("name", list(REPORTERS))
def test_every_format_shows_every_undetermined_verdict_with_rule_place_and_reason(name: str) -> None:
    """Test that each verdict appears exactly once for each document, in a run without findings."""
    results = tuple(
        DocumentResult(path, "", CHECKED, excerpt=Excerpt(TEXT, 0, 1), undetermined=undetermined(path))
        for path in ("a.txt", "b.txt")
    )
    shown = text_of(name, results=results, findings=(), hidden=(), notices=(), errors=(), statistics=False)
    for path in ("a.txt", "b.txt"):
        for rule, (line, why, quote) in VERDICTS.items():
            assert [True] == [
                rule in words and why in words and quote in words
                for words in verdicts_at(name, shown, path, line)
                if rule in words
            ], (path, rule)


def verdicts_at(name: str, text: str, path: str, line: int) -> list[str]:
    """Return what a report shows about undetermined verdicts at a line of a file, read by the rules of its format."""
    if name == "json":
        rows = json.loads(text)["undetermined"]
        return [str(row) for row in rows if (row["path"], row["line"]) == (path, line)]
    if name == "jsonl":
        rows = [json.loads(each) for each in text.splitlines()]
        return [
            str(row) for row in rows if row["type"] == "undetermined" and (row["path"], row["line"]) == (path, line)
        ]
    if name == "csv":
        rows = list(csv.DictReader(io.StringIO(text, newline="")))
        return [
            str(row)
            for row in rows
            if (row["path"], row["line"]) == (path, str(line)) and row["severity"] == "undetermined"
        ]
    if name == "gitlab":
        rows = [row for row in json.loads(text) if row["check_name"] == "undetermined"]
        places = [(row, row["location"]) for row in rows]
        return [str(row) for row, at in places if (at["path"], at["lines"]["begin"]) == (path, line)]
    if name == "sarif":
        found = []
        for row in json.loads(text)["runs"][0]["results"]:
            place = row["locations"][0]["physicalLocation"]
            if row["kind"] == "open" and (place["artifactLocation"]["uri"], place["region"]["startLine"]) == (
                path,
                line,
            ):
                found.append(str(row))
        return found
    if name == "html":
        return [row for row in read_page(text).text.split("\n") if row.startswith(f"{path}:{line}:")]
    if name == "junit":
        suite = ElementTree.fromstring(text)
        rows = "\n".join(case.findtext("system-out") or "" for case in suite.iter("testcase")).split("\n")
        return [row for row in rows if row.startswith(f"{path}:{line}:") and "undetermined" in row]
    starts = {"github": f"::notice file={path},line={line},", "markdown": f"| {path} | {line}:"}
    rows = html.unescape(text).split("\n")
    return [row.replace("\\", "") for row in rows if row.startswith(starts.get(name, f"{path}:{line}:"))]


@pytest.mark.parametrize("name", ["table", "concise", "full", "markdown", "html"])
def test_the_last_line_names_the_undetermined_rules(name: str) -> None:
    results = (DocumentResult("a.txt", "", CHECKED, undetermined=undetermined()),)
    summary = summarize(results, (), (), 4, "error", 0, ())
    shown = text_of(name, results=results, findings=(), hidden=(), summary=summary, statistics=False)
    assert (4, 1) == (summary.unknown, 1)
    shown = re.sub("<[^>]*>", "", shown)
    assert "4 undetermined verdicts, from AUT-006, DCL-002, FMT-111, POR-001" in shown


def test_labels_that_were_not_read_are_counted_as_gaps_of_the_parser() -> None:
    made = (doubt(TEXT, "FIRST", kind="label"), doubt(TEXT, "THIRD", kind="label"), doubt(TEXT, "SECOND", kind="copy"))
    summary = summarize((DocumentResult("a.txt", "", CHECKED, undetermined=made),), (), (), 1, "error", 0, ())
    assert (1, 2) == (summary.unknown, summary.parser_gaps)
    report = json.loads(text_of("json", summary=summary))
    assert 2 == report["summary"]["parser_gaps"]


def test_sarif_says_how_many_results_are_left_out_and_no_more() -> None:
    run = json.loads(text_of("sarif", hidden=()))["runs"][0]
    assert [] == [
        each
        for each in run["invocations"][0]["toolExecutionNotifications"]
        if "less serious" in each["message"]["text"]
    ]


def test_an_identifier_is_not_read_as_a_number() -> None:
    one = finding("ALPHA", "ALPHA", message="1e5", path="05E1234")
    found = text_of("table", findings=(one,))
    assert "05E1234" in found
    assert "1e5" in found


def test_every_format_is_listed_and_every_module_used() -> None:
    modules = {module for module, *_ in REPORTERS.values()}
    files = {path.stem for path in (ROOT / "checker" / "reporters").glob("*.py")}
    assert modules <= files
    assert list(REPORTERS) == sorted(REPORTERS)
    assert needs(["table", "html"], "text")
    assert not needs(["table", "json"], "text")


def test_an_unknown_format_is_told_with_the_nearest() -> None:
    with pytest.raises(ConfigError, match="did you mean 'sarif'"):
        list(render("sarf", outcome()))


def test_properties_and_uris_hold_no_separator() -> None:
    assert "a%2Cb%3Ac%25" == github_property("a,b:c%")
    assert "file:///a%20b" == uri("/a b")
    assert "a/b" == uri("./a/b")


@pytest.mark.parametrize("name", list(REPORTERS))
def test_time_grows_with_the_findings_and_not_with_their_square(name: str) -> None:
    text = "".join(f"{number}.  ALPHA\n" for number in range(4_000))
    source = Source("x", text)
    found = []
    for number in range(4_000):
        place = text.index(f"{number}.  ALPHA", max(0, number * 6))
        span = Span(place, place + 2)
        found.append(finding("ALPHA", "ALPHA", span=span, start=source.position(place), end=source.position(place + 2)))
    results = (DocumentResult(PATH, found[0].cable, CHECKED, findings=tuple(found), excerpt=Excerpt(text, 0, 1)),)
    began = time.process_time()
    text_of(name, findings=tuple(found), results=results, hidden=())
    assert time.process_time() - began < 6, "4,000 findings take well under a second; a square would take minutes"


def test_html_explains_each_marking_once_and_links_to_it_from_the_text(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    base = (ROOT / "rules" / "telegrams" / "confidential-2007.txt").read_text(encoding="utf-8")
    path = tmp_path / "telegram.txt"
    path.write_text(base.replace("SIPDIS", "NODIS").replace("2. (C)", "2. (S/NF)"), encoding="utf-8")
    assert main(["lint", "--isolated", "--exit-zero", "--format", "html", str(path)]) == 0
    page = capsys.readouterr().out
    links = re.findall(r'<a class="word" href="#(\w+)" aria-describedby="(\w+)" title="([^"]*)">([^<]*)</a>', page)
    assert [marking for *_, marking in links][:2] == ["C O N F I D E N T I A L", "NODIS"]
    assert {marking: title for _, _, title, marking in links}["(S/NF)"].startswith("S: SECRET; NOFORN: ")
    assert all(
        target == described and page.count(f'<dd id="{target}" tabindex="-1">') == 1 for target, described, *_ in links
    )
    assert main(["lint", "--isolated", "--exit-zero", "--redact", "--format", "html", str(path)]) == 0
    assert 'class="word' not in capsys.readouterr().out
