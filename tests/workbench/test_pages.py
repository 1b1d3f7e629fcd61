"""Test the pages for a small audit: lists and facets against simple counts, exports, and missing pages."""

from __future__ import annotations

import csv
import html
import io
import re
from collections import Counter

import pytest

from checker import audit
from checker.workbench.criteria import FACETS, parse
from checker.workbench.finding_pages import DEFAULT
from checker.workbench.queries import AuditTables

from .conftest import plain


@pytest.fixture(scope="module")
def tables(shared):
    found = AuditTables(str(shared / "out"))
    yield found
    found.close()


@pytest.fixture(scope="module")
def everything(tables):
    rows = tables.rows("select * from item where undetermined = ''")
    tags = {}
    for row in tables.rows("select * from tagged"):
        tags.setdefault(row["document"], set()).add(row["tag"])
    for row in rows:
        row["year"] = "" if row["year"] is None else str(row["year"])
        row["tag"] = tags.get(row["document"], set())
    return rows


def meets(row, name, values):
    if name == "tag":
        return bool(row["tag"] & set(values))
    if name == "year" and any(".." in value for value in values):
        low, high = values[0].split("..")
        return row["year"] != "" and int(low) <= int(row["year"]) <= int(high)
    return row[name] in values


CASES = [
    "",
    DEFAULT,
    "rule=FMT-002",
    "rule=!FMT-002&severity=error",
    "post=&severity=warning",
    "year=1980..1999",
    "year=1975&year=1976",
    "tag=FR&level=C&level=S",
    "level=!C&era=EO12356",
    "severity=error&severity=warning&decision=none&post=ZENDA",
]


@pytest.mark.parametrize("query", CASES)
def test_facets_count_what_a_naive_count_finds(query, tables, everything):
    criteria = parse([tuple(pair.split("=", 1)) for pair in query.split("&") if pair])
    found = tables.facets(criteria)

    def chosen(row, without=""):
        return all(
            (not choice.wanted or meets(row, name, choice.wanted))
            and not (choice.excluded and meets(row, name, choice.excluded))
            for name, choice in criteria.choices.items()
            if name != without
        )

    assert sum(map(chosen, everything)) == tables.count(criteria)
    for name in FACETS:
        if name in ("undetermined", "sample", "reviewer"):
            continue
        naive: Counter[str] = Counter()
        for row in everything:
            if chosen(row, name):
                naive.update(row[name] if name == "tag" else [row[name]])
        counts = {one.value: one.count for one in found[name] if one.count}
        assert dict(naive) == counts, name


def test_the_list_and_its_json_and_csv_are_one(shared, view):
    reader = view(shared / "out")
    query = "severity=error&sort=rule"
    as_json = reader.json(f"/findings.json?{query}")
    as_csv = list(csv.DictReader(io.StringIO(reader.get(f"/findings.csv?{query}"))))
    assert as_json["total"] == len(as_csv) > 50  # all of them, not one page
    assert [row["fingerprint"] for row in as_json["findings"]] == [row["fingerprint"] for row in as_csv[:50]]
    page = reader.get(f"/findings?{query}")
    assert [row["fingerprint"] for row in as_csv[:50]] == re.findall(r'<li class="row.*?data-fingerprint="(\w+)"', page)
    assert f"{len(as_csv)} findings" in plain(page)
    second = reader.get(f"/findings?{query}&page=2")
    assert as_csv[50]["fingerprint"] in second and as_csv[0]["fingerprint"] not in second


def test_the_list_opens_with_errors_and_warnings_that_are_not_reviewed(shared, view):
    answer = view(shared / "out").client.get("/findings")
    assert (303, f"/findings?{DEFAULT}") == (answer.status_code, answer.headers["location"])


def test_unknown_filters_and_values_are_reported_on_the_page(shared, view):
    reader = view(shared / "out")
    page = plain(reader.get("/findings?pst=ZENDA&level=Q&item=99999999"))
    assert "There is no filter “pst”; did you mean 'post'?" in page
    assert "Nothing in this audit has Level “Q”." in page and "no finding number “99999999”" in page
    assert 3 == len(reader.json("/findings.json?pst=ZENDA&level=Q&year=x")["notices"])


def test_the_search_looks_in_number_subject_message_and_quote(shared, view):
    reader = view(shared / "out")
    first = reader.json("/findings.json?severity=error")["findings"][0]
    for words in (first["mrn"], first["message"][:12].lower(), first["quote"] or first["cable"]):
        found = reader.json(f"/findings.json?q={words}")
        assert first["fingerprint"] in [row["fingerprint"] for row in found["findings"]], words
    assert 0 == reader.json("/findings.json?q=%25")["total"] or "%" in str(reader.json("/findings.json?q=%25"))


def test_undetermined_verdicts_are_listed_when_they_are_asked_for(shared, view):
    reader = view(shared / "out")
    number = audit.query(str(shared / "out"), "select count(*) from undetermined where kind = 'copy'").rows[0][0]
    assert number == reader.json("/findings.json?undetermined=copy")["total"] > 0
    page = plain(reader.get("/findings?undetermined=copy"))
    assert f"{number:,} undetermined verdicts" in page and " reviewed" not in page.partition("Sort")[0]


def test_a_telegram_lists_its_findings_apart_from_its_undetermined_verdicts(shared, view):
    reader = view(shared / "out")
    sql = (
        "select document, (select count(*) from undetermined u where u.document = f.document) as n, "
        "(select min(fingerprint) from open_findings o where o.document = f.document) as first from findings f "
        "group by 1 having n > 1 order by 1"
    )
    document, number, fingerprint = audit.query(str(shared / "out"), sql).rows[0]
    page = reader.get(f"/documents/{document}")
    assert f"<summary>{number} undetermined verdicts</summary>" in page
    assert page.index('<td class="whole">') < page.index("undetermined verdicts")
    assert f"{number} undetermined verdicts in this telegram" in reader.get(f"/findings/{fingerprint}")


def test_every_page_answers(shared, view):
    reader = view(shared / "out", compare=str(shared / "out"))
    pages = [
        "/", "/findings?sort=place", "/documents", "/documents?rule=FMT-002&year=1970..1999", "/documents/1", "/rules",
        "/rules?all=1", "/rules/FMT-002", "/due", "/due?as-of=2010-01-01&year=2010", "/references/1", "/references/1?steps=2",
        "/inspection", "/inspection?size=20&seed=4", "/compare", "/compare?kind=same", "/query", "/query?sql=select+1", "/values/post?find=zen&by=name",
        "/inspection.csv", "/coverage", "/coverage?field=date", "/coverage?year=1987&layout=nix",
    ]  # fmt: skip
    for path in pages:
        page = reader.get(path)
        if "html" in page[:20]:
            assert 1 == len(re.findall("<h1", page)) and "Highest marking in this audit" in page, path
    assert "BEGIN:VCALENDAR" in reader.get("/due.ics")


def test_every_list_is_there_as_json_and_as_csv_with_the_same_rows(shared, view):
    reader = view(shared / "out", compare=str(shared / "out"))
    for path, query, name in (
        ("/findings", "?severity=error", "findings"), ("/values/post", "", "values"), ("/documents", "?level=C", "documents"),
        ("/references/1", "", "references"), ("/rules", "", "rules"), ("/coverage", "?field=date", "coverage"), ("/due", "", "documents"),
        ("/compare", "?kind=same&rule=FMT-002", "findings"), ("/compare", "", "rules"), ("/query", "?sql=select+7+as+seven", "rows"),
        ("/samples", "", "samples"), ("/decisions", "", "decisions"),
    ):  # fmt: skip
        listed = reader.json(f"{path}.json{query}")
        answer = reader.client.get(f"{path}.csv{query}")
        rows = list(csv.DictReader(io.StringIO(answer.text)))
        assert 200 == answer.status_code and "attachment" in answer.headers["content-disposition"]
        assert len(listed[name]) == min(len(rows), 50) or len(rows) == listed.get("total", len(listed[name])), path
        if rows and isinstance(listed[name][0], dict):
            assert list(rows[0]) == list(listed[name][0])
    for path in (
        "/findings",
        "/documents",
        "/rules",
        "/coverage",
        "/due",
        "/compare",
        "/query?sql=select+1",
        "/decisions",
    ):
        links = re.findall(
            r'href="([^"]*\.(?:csv|json)[^"]*)"', reader.get(path if "?" in path else f"{path}?sort=place")
        )
        assert {"csv", "json"} <= {re.search(r"\.(\w+)", link)[1] for link in links}, path


def test_field_coverage_adds_up(shared, view):
    reader = view(shared / "out")
    sql = (
        "select layout, sum(documents), sum(read), sum(absent) from coverage where field = 'dtg' group by 1 order by 1"
    )
    for layout, documents, read, absent in audit.query(str(shared / "out"), sql).rows:
        rows = reader.json(f"/coverage.json?field=dtg&layout={layout}")["coverage"]
        for name, sum_of in (("documents", documents), ("read", read), ("absent", absent)):
            assert sum_of == sum(row[name] for row in rows), name
        page = reader.get(f"/coverage?field=dtg&layout={layout}")
        assert f'<th scope="row">dtg</th><td class="n">{read:,}</td>' in page
    assert "Nothing in this audit has year “1700”" in plain(reader.get("/coverage?year=1700"))
    assert "There is no filter “yaer”" in plain(reader.get("/coverage?yaer=1"))


@pytest.mark.parametrize(
    "path", ["/nothing", "/findings/0123456789abcdef0123", "/documents/99999", "/rules/NIX-001", "/references/99999", "/values/nix", "/cables/99X1"]
)  # fmt: skip
def test_what_is_not_in_the_audit_is_one_clear_page(path, shared, view):
    page = view(shared / "out").get(path, 404)
    assert "Not found" in plain(page) and "<nav" in page


def test_a_permalink_shows_the_finding(shared, view):
    reader = view(shared / "out")
    row = reader.json("/findings.json?severity=error")["findings"][0]
    page = plain(reader.get(f"/findings/{row['fingerprint']}"))
    assert row["message"] in page and row["rule"] in page


def test_a_number_leads_to_its_telegram(shared, view):
    reader = view(shared / "out")
    row = next(row for row in reader.json("/documents.json")["documents"] if row["mrn"])
    answer = reader.client.get(f"/cables/{row['mrn']}")
    assert 303 == answer.status_code and answer.headers["location"] in (
        f"/documents/{row['document']}",
        f"/documents?q={row['mrn']}&sort=place",
    )


def test_a_comparison_counts_what_changed(shared, folder, view):
    con = audit.database.connect()
    path = folder / "out" / "findings.parquet"
    con.execute(f"create table f as select * from read_parquet('{path}')")
    con.execute("delete from f where rule = 'FMT-002'")
    con.execute(f"copy f to '{path}' (format parquet)")
    con.close()
    number = audit.query(str(shared / "out"), "select count(*) from findings where rule = 'FMT-002'").rows[0][0]
    reader = view(shared / "out", compare=str(folder / "out"))
    page = reader.get("/compare")
    assert f'kind=new&amp;rule=FMT-002">{number}<' in page
    assert number == reader.get("/compare?kind=new&rule=FMT-002").count('<a class="rule" href="/findings/')


def test_the_self_inspection_report_counts_confirmed_findings(folder, view):
    reader = view(folder / "out")
    link = "/inspection?size=300&seed=2"
    before = plain(reader.get(link))
    assert "confirmed by a reviewer: 0 of" in before and "For the inspector" in before
    rows = reader.json("/findings.json?severity=error&level=!U&rule=DCL-028")["findings"]
    reader.post(
        "/decisions", {"findings": [rows[0]["fingerprint"]], "decision": "confirmed", "by": "A", "confirmed": 1}
    )
    assert "confirmed by a reviewer: 1 of" in plain(reader.get(link))
    assert "# Self-inspection of classification actions" in reader.get("/inspection.md?size=300&seed=2")
    assert "Request refused" in plain(reader.get("/inspection?size=0", 400))


# ---- the query page --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "sql",
    [
        "drop table cables", "select 1; select 2", "copy cables to 'x.csv'", "select * from read_csv('/etc/passwd')",
        "select * from 'https://example.com/x.parquet'", "install httpfs", "set memory_limit = '8GB'", "attach 'x.db'",
        "select * from item", "insert into cables values (1)", "pragma version", "select",
    ],
)  # fmt: skip
def test_the_query_page_runs_one_select_on_the_tables_alone(sql, shared, view):
    reader = view(shared / "out")
    answer = reader.client.get("/query", params={"sql": sql})
    assert 400 == answer.status_code and 'role="alert"' in answer.text
    assert 400 == reader.client.get("/query.json", params={"sql": sql}).status_code


def test_the_query_page_keeps_the_lines_of_its_example_and_of_a_query(shared, view):
    reader = view(shared / "out")
    field = re.compile(r"<textarea[^>]*>(.*?)</textarea>", re.DOTALL)
    example = html.unescape(field.search(reader.get("/query"))[1])
    assert 4 == len(example.splitlines())
    sent = {"sql": example.replace("\n", "\r\n")}  # as a browser sends it
    assert example == html.unescape(field.search(reader.client.get("/query", params=sent).text)[1])
    wrong = reader.client.get("/query", params={"sql": "select nix\r\nfrom cables"}).text
    assert "\nLINE 1: select nix\n" in html.unescape(wrong) and "x0a" not in wrong


def test_a_query_that_runs_too_long_is_stopped(shared, view, monkeypatch):
    from checker.workbench import tool_pages

    monkeypatch.setattr(tool_pages, "SECONDS", 0.2)
    sql = "select count(*) from range(100000) a, range(100000) b, range(100000) c where a.range + b.range = c.range"
    reader = view(shared / "out")
    assert "timed out" in reader.client.get("/query", params={"sql": sql}).text
    limits = reader.client.get("/query.json", params={"sql": "select current_setting('memory_limit')"}).json()["rows"]
    assert [["488.2 MiB"]] == limits  # 512 MB


def test_a_query_gives_the_same_rows_everywhere(shared, view):
    reader = view(shared / "out")
    sql = {"sql": "select rule, '=1+1' as x, count(*) as x from findings group by rule order by rule"}
    as_json = reader.client.get("/query.json", params=sql).json()
    as_csv = list(csv.reader(io.StringIO(reader.client.get("/query.csv", params=sql).text)))
    assert ["rule", "x", "x_1"] == as_json["columns"] or ["rule", "x", "x"] == as_json["columns"]
    assert [row[0] for row in as_json["rows"]] == [row[0] for row in as_csv[1:]]
    assert {"'=1+1"} == {row[1] for row in as_csv[1:]}  # no cell is a formula
