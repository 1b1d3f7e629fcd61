"""Test the text pane: positions from every reader, which files may be opened, redaction, and a hostile corpus."""

from __future__ import annotations

import html
import os
import re
import shutil

import pytest

from checker import audit, synth

from .conftest import plain, run_audit

LEGEND = re.compile(r'<div class="line" data-n="(\d+)">(.*?)</div>', re.S)


def lines_of(page):
    return [(int(number), plain(words)) for number, words in LEGEND.findall(page)]


def marked(page, kind="current"):
    return [plain(words) for words in re.findall(rf'<mark class="[^"]*{kind}[^"]*"[^>]*>(.*?)</mark>', page, re.S)]


# ---- places ----------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def corpora(tmp_path_factory):
    """Return a folder with the same telegrams as rows, as CSV, in an archive, as files, and as saved pages."""
    folder = tmp_path_factory.mktemp("readers")
    for name in ("rows.jsonl", "rows.csv", "packed.zip", "files"):
        synth.write(40, 3, 0.9, str(folder / name))
    pages = folder / "pages"
    pages.mkdir()
    for path in sorted(path for path in (folder / "files").rglob("*") if path.is_file()):
        text = path.read_text()
        body = html.escape(text).replace("\n", "&#x000A;")
        (pages / f"{path.stem}.html").write_text(f"<html><body><h1>Saved</h1><pre>{body}</pre></body></html>")
    return folder


@pytest.fixture(scope="module")
def pages(corpora):
    """Return the folder of the audit of the saved pages."""
    return run_audit([str(corpora / "pages")], corpora / "pages-out")


@pytest.fixture(scope="module")
def rows(corpora):
    """Return the folder of the audit of the rows."""
    return run_audit([str(corpora / "rows.jsonl")], corpora / "rows-out")


@pytest.mark.parametrize("name", ["rows.jsonl", "rows.csv", "packed.zip", "files", "pages"])
def test_the_quote_of_a_finding_is_outlined_in_the_telegram(name, corpora, pages, rows, tmp_path, view):
    out = {"pages": pages, "rows.jsonl": rows}.get(name) or run_audit([str(corpora / name)], tmp_path / "out")
    reader = view(out)
    found = reader.json("/findings.json?sort=place")["findings"]
    quoted = [row for row in found if row["quote"].strip() and "\n" not in row["quote"] and "\\" not in row["quote"]]
    assert len(quoted) > 10
    for row in quoted[:25]:
        page = reader.get(f"/findings/{row['fingerprint']}")
        assert "has changed" not in page
        words = "".join(marked(page)).split()
        assert row["quote"].split() == words, (row["rule"], row["quote"])
        numbers = [number for number, _ in lines_of(page)]
        assert list(range(1, len(numbers) + 1)) == numbers  # own line numbers from 1


def test_an_undetermined_verdict_is_outlined_and_never_taken_for_a_change(pages, tmp_path, view):
    reader = view(shutil.copytree(pages, tmp_path / "out"))
    rows = reader.json("/findings.json?undetermined=copy&undetermined=unreadable&undetermined=label")["findings"]
    assert rows
    for row in rows[:20]:
        page = reader.get(f"/documents/{row['document']}")
        assert "has changed" not in page
    forge(tmp_path / "out", "undetermined", "update t set quote = 'C O N F', line = 1, \"column\" = 1")
    assert "has changed" not in view(tmp_path / "out").get(f"/documents/{rows[0]['document']}")


def test_the_text_is_the_telegram_and_not_its_file(pages, view):
    reader = view(pages)
    page = reader.get("/documents/1")
    text = "\n".join(words for _, words in lines_of(page))
    assert "<pre>" not in text and "&#x" not in text and len(text) > 200


# ---- which files may be opened ---------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def alone(tmp_path_factory):
    """Return a folder with one telegram and its audit, next to a file that nobody may read through the workbench."""
    folder = tmp_path_factory.mktemp("alone")
    synth.write(1, 5, 1.0, str(folder / "cables"))
    (folder / "private.txt").write_text("PRIVATE WORDS\n" * 50)
    run_audit([str(folder / "cables")], folder / "out")
    return folder


@pytest.fixture
def one(alone, tmp_path):
    """Return a copy of the folder `alone` that a test may change. The copied audit refers to the copied files."""
    shutil.copytree(alone, tmp_path, dirs_exist_ok=True)
    for name in ("cables", "files", "ledger", "findings", "undetermined"):
        forge(tmp_path / "out", name, f"update t set path = replace(path, '{alone}', '{tmp_path}')")
    path = tmp_path / "out" / "audit.json"
    path.write_text(path.read_text().replace(str(alone), str(tmp_path)))
    return tmp_path


def telegram_file(folder):
    return next(path for path in (folder / "cables").rglob("*") if path.is_file())


def test_a_telegram_is_shown_while_its_file_is_the_same(one, view):
    page = view(one / "out").get("/documents/1")
    assert len(lines_of(page)) > 5 and "Text not available" not in page


def test_a_file_that_changed_is_shown_without_places(one, view):
    path = telegram_file(one)
    path.write_text(path.read_text().replace("1. ", "1.  ", 1))
    page = view(one / "out").get("/documents/1")
    assert "This file has changed since the audit. Positions may be wrong." in plain(page)
    assert "<mark" not in page and len(lines_of(page)) > 5


def test_a_file_of_the_same_size_that_changed_is_noticed(one, view):
    path = telegram_file(one)
    text = path.read_text()
    path.write_text(text.replace(text[-20], "x" if text[-20] != "x" else "y"))
    assert path.stat().st_size == len(text.encode())
    assert "has changed since the audit" in plain(view(one / "out").get("/documents/1"))


def test_a_file_that_grew_is_noticed(one, view):
    with telegram_file(one).open("a") as file:
        file.write("ADDED WORDS\n")
    assert "has changed since the audit" in plain(view(one / "out").get("/documents/1"))


def test_a_file_that_is_gone_says_how_to_find_it(one, view):
    shutil.move(str(one / "cables"), str(one / "moved"))
    assert "Text not available. Start with --corpus PATH." in plain(view(one / "out").get("/documents/1"))
    page = view(one / "out", corpus=str(one / "moved")).get("/documents/1")
    assert len(lines_of(page)) > 5


@pytest.mark.parametrize("kind", ["file", "folder"])
def test_a_link_out_of_the_audited_folder_is_not_followed(kind, one, view):
    path = telegram_file(one)
    if kind == "file":
        path.unlink()
        path.symlink_to(one / "private.txt")
    else:
        path.write_text("PRIVATE WORDS")
        (one / "cables").rename(one / "other")
        (one / "cables").symlink_to(one / "other")
    page = view(one / "out").get("/documents/1")
    if kind == "file":
        assert "leads outside the audited folders" in plain(page) and "PRIVATE" not in page
    else:  # a root that has become a link is allowed, but the file is a different one
        assert "has changed" in plain(page)


def test_a_file_that_is_a_pipe_now_is_not_opened(one, view):
    path = telegram_file(one)
    path.unlink()
    os.mkfifo(path)
    assert "Text not available" in plain(view(one / "out").get("/documents/1"))


def forge(out, table, statement):
    con = audit.database.connect()
    con.execute(f"create table t as select * from read_parquet('{out}/{table}.parquet')")
    con.execute(statement)
    con.execute(f"copy t to '{out}/{table}.parquet' (format parquet)")
    con.close()


@pytest.mark.parametrize(
    "path", ["{private}", "cables/../private.txt", "/etc/passwd", "https://example.com/x.txt", "a\0b"]
)
def test_a_path_in_forged_tables_leads_nowhere(path, one, view):
    given = path.format(private=one / "private.txt")
    for table in ("cables", "files", "ledger"):
        forge(one / "out", table, "update t set path = '" + given.replace("\0", "' || chr(0) || '") + "'")
    page = view(one / "out").get("/documents/1")
    assert "Text not available" in plain(page)
    assert "PRIVATE" not in page and "root:" not in page
    assert ("opens no network connections" in page) == path.startswith("https:")


def test_documents_are_named_by_number_never_by_path(shared, view):
    reader = view(shared / "out")
    for path in (
        "/documents/..%2F..%2Fetc%2Fpasswd",
        "/documents/%2Fetc%2Fpasswd",
        "/static/../workbench.py",
        "/static/%2e%2e/guard.py",
    ):
        assert reader.client.get(path).status_code == 404


def test_a_range_in_forged_tables_reads_no_more_than_the_file(shared, folder, view):
    forge(folder / "out", "cables", "update t set start = 999999999, bytes = 999999999")
    assert "Text not available" in plain(view(folder / "out").get("/documents/1"))


# ---- redaction -------------------------------------------------------------------------------------------------------

PAGES = (
    "/", "/findings?sort=place", "/documents", "/documents/1", "/rules", "/due", "/references/1", "/values/rule",
    "/findings.json?sort=place", "/findings.csv?sort=place", "/documents.json", "/documents.csv", "/due.csv", "/due.ics",
    "/compare?kind=same", "/references/1.csv", "/inspection", "/inspection.md", "/inspection.csv", "/samples", "/coverage",
    "/compare.json?kind=same", "/compare.csv?kind=same", "/references/1.json", "/values/post.csv", "/due.json?year=2003", "/decisions",
)  # fmt: skip


@pytest.mark.parametrize("redacted", ["view", "audit"])
def test_nothing_of_a_redacted_view_shows_text(redacted, corpora, rows, tmp_path, view):
    out = rows
    if redacted == "audit":
        out = run_audit([str(corpora / "rows.jsonl")], tmp_path / "out", redact=True)
    full = view(rows)
    reader = view(out, redact=redacted == "view", compare=str(out))
    subjects = {row["subject"] for row in full.json("/documents.json")["documents"] if row["subject"]}
    numbers = {row["mrn"] for row in full.json("/documents.json")["documents"] if row["mrn"]}
    quotes = {row["quote"] for row in full.json("/findings.json?sort=place")["findings"] if len(row["quote"]) > 12}
    assert subjects and numbers and quotes
    for path in PAGES:
        page = html.unescape(reader.get(path))
        for words in (*subjects, *numbers, *quotes):
            assert words not in page, (path, words)
    page = plain(reader.get("/findings?sort=place"))
    assert "this view is redacted" in page and "Redacted" in page
    assert 0 == reader.json(f"/findings.json?q={next(iter(subjects))}")["total"]
    if redacted == "view":
        answer = reader.client.get("/query", params={"sql": "select subject from cables"})
        assert 400 == answer.status_code and "Queries are disabled" in answer.text
        assert 400 == reader.client.get("/query.csv", params={"sql": "select subject from cables"}).status_code


# ---- hostile text ----------------------------------------------------------------------------------------------------

HEAD = """P 011158Z JUL 73
FM AMEMBASSY ZENDA
TO SECSTATE WASHDC

C O N F I D E N T I A L ZENDA 0001

E.O. 11652: XGDS-7
TAGS: ELAB, JO
SUBJ: <script>alert(1)</script> \u202ereversed\u202c " ' & {{ 7*7 }}

"""


def hostile_audit(tmp_path, body, name="cables"):
    corpus = tmp_path / name
    corpus.mkdir()
    (corpus / "one.txt").write_text(HEAD + body, encoding="utf-8")
    return run_audit([str(corpus)], tmp_path / f"{name}-out")


def test_tags_and_control_characters_are_shown_and_never_obeyed(tmp_path, view):
    body = "1. (C) <img src=x onerror=alert(1)> \x1b[31m \x00 \u2066bidi\u2069 \u200bzero\n2. (S) </div></pre><b>bold\n"
    reader = view(hostile_audit(tmp_path, body))
    for path in ("/findings?sort=place", "/documents", "/documents/1", "/findings.csv?sort=place", "/documents.csv"):
        page = reader.get(path)
        for raw in ("<script>alert", "<img", "<b>bold", "\x1b", "\x00", "\u202e", "\u2066", "\u200b"):
            assert raw not in page or (path.endswith(("csv?sort=place", ".csv")) and raw.startswith("<")), (path, raw)
    text = plain(reader.get("/documents/1"))
    assert "<script>alert(1)</script>" in text and "\\u202e" in text and "\\x1b[31m" in text and "{{ 7*7 }}" in text


@pytest.fixture(scope="module")
def hostile(tmp_path_factory):
    return hostile_audit(tmp_path_factory.mktemp("hostile"), "1. (C) TEXT\n")


def test_a_csv_cell_is_never_a_formula(hostile, tmp_path, view):
    shutil.copytree(hostile, tmp_path / "cables-out")
    forge(tmp_path / "cables-out", "cables", "update t set subject = '=cmd|'' /C calc''!A0', mrn = '@SUM(1)'")
    reader = view(tmp_path / "cables-out")
    page = reader.get("/documents.csv")
    assert "'=cmd" in page and "'@SUM" in page and not re.search(r"(^|,)\"?[=@+-][^\"]", page, re.M)


def test_a_long_line_is_cut_for_drawing(tmp_path, view):
    reader = view(hostile_audit(tmp_path, "1. (C) " + "WORD " * 600_000 + "\n"))
    page = reader.get("/documents/1")
    assert len(page) < 400_000
    assert re.search(r"Characters 1 to 120,000 of [\d,]+ are shown", plain(page))


def test_many_findings_in_one_telegram_are_drawn_up_to_a_bound(hostile, tmp_path, view):
    out = shutil.copytree(hostile, tmp_path / "out")
    forge(
        out, "findings", "insert into t select t.* replace (fingerprint || i as fingerprint) from t, range(2500) s(i)"
    )
    reader = view(out)
    page = reader.get("/documents/1")
    assert re.search(r"[\d,]+ findings; the first 2,000 are marked", plain(page))
    assert len(page) < 2_000_000


def test_the_places_that_a_finding_compares_are_drawn(rows, tmp_path, view):
    reader = view(shutil.copytree(rows, tmp_path / "out"))
    sql = "select fingerprint, rule, related from findings where len(related) > 0 order by document, line"
    found = [
        dict(zip(("fingerprint", "rule", "related"), row, strict=True)) for row in audit.query(str(rows), sql).rows
    ]
    assert found
    for row in found[:5]:
        page = reader.get(f"/findings/{row['fingerprint']}")
        titles = re.findall(r'<mark class="[^"]*related"[^>]* title="([^"]*)"', page)
        assert any(f"compared by {row['rule']} · line {row['related'][0]}" in title for title in titles), row
    forge(tmp_path / "out", "findings", "alter table t drop related")  # an audit of an earlier version
    page = view(tmp_path / "out").get(f"/findings/{found[0]['fingerprint']}")
    assert "current" in page and ' related"' not in page
    assert "related" not in re.findall(r'<mark class="([^"]*)"', reader.get("/documents/1"))
