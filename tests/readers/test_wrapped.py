"""Test the same telegram in every wrapper: its words are read, and the position of each word in the file quotes that
word.
"""

from __future__ import annotations

import gzip
import html
import json
import os
import quopri
import re
import zipfile

import pytest

from checker import parser, readers, rulebook

FOLDER = os.path.join(os.path.dirname(__file__), "..", "telegrams", "wrapped")
PLAIN = os.path.join(FOLDER, "plain.txt")
TAGS = re.compile(r"<note.*?</note>|<[^<>]*>", re.DOTALL)


def as_markup(quote: str) -> str:
    return html.unescape(TAGS.sub("", quote))


def as_json(quote: str) -> str:
    return json.loads(f'"{quote}"', strict=False)


def as_csv(quote: str) -> str:
    return quote.replace('\\"', '"').replace("\\\\", "\\")


def as_columns(quote: str) -> str:
    return quote.replace('""', '"')


def as_mail(quote: str) -> str:
    return quopri.decodestring(quote.encode()).decode()


def as_text(quote: str) -> str:
    return quote


CASES = [
    ("archive.txt", "", "plusd", as_text),
    ("archive-web-copy.txt", "", "plusd", as_text),
    ("blog-page.html", "", "html+pasted", as_markup),
    ("cable-page-2010-11.html", "", "html", as_markup),
    ("cable-page-2010-12.html", "", "html", as_markup),
    ("cablegate.jsonl", "08STRELSAU123", "jsonl", as_json),
    ("cables.csv", "08STRELSAU123", "csv", as_csv),
    ("columns.csv", "08STRELSAU123", "csv-head", as_columns),
    ("history-lab.json", "2008STRELS00123", "json", as_json),
    ("labelled-in-page.html", "", "html+labelled", as_markup),
    ("labelled.txt", "", "labelled", as_text),
    ("letter.eml", "", "mail", as_mail),
    ("mailbox.mbox", "message 1", "mail", as_text),
    ("mailbox.mbox", "message 2", "mail", as_text),
    ("pasted-one-line.txt", "", "pasted", as_text),
    ("pasted-tabs.txt", "", "pasted", as_text),
    ("pasted-word-a-line.txt", "", "pasted", as_text),
    ("plain.txt", "", "plain", as_text),
    ("release.txt", "", "foia", as_text),
    ("several.txt", "1", "plain", as_text),
    ("volume.xml", "d7", "frus", as_markup),
]
IDS = [f"{name} {cable}".strip() for name, cable, _, _ in CASES]


def plain_text() -> str:
    with open(PLAIN, encoding="utf-8") as file:
        return file.read()


def one(path: str, cable: str = "") -> readers.Reading:
    found = [item for item in readers.read(path) if item.cable == cable]
    assert len(found) == 1
    assert isinstance(found[0], readers.Reading)
    return found[0]


@pytest.mark.parametrize(("name", "cable", "codes", "decoded"), CASES, ids=IDS)
def test_every_word_is_where_the_view_says(name, cable, codes, decoded):
    reading = one(os.path.join(FOLDER, name), cable)
    assert reading.reader == codes
    view = reading.view
    for word in re.finditer(r"\S+", view.text):
        assert decoded(view.source.quote(view.span(*word.span()))).strip() == word[0]


@pytest.mark.parametrize(("name", "cable", "codes", "decoded"), CASES, ids=IDS)
def test_the_telegram_comes_out_whole(name, cable, codes, decoded):
    text = plain_text()
    if codes == "frus":  # edited text: paragraphs without header and heading
        expected = [" ".join(part.split()) for part in re.split(r"\n \n|\nSAPT", text) if re.match(r"\d\.", part)]
        got = one(os.path.join(FOLDER, name), cable).view.text
        assert expected == [part for part in got.split("\n\n") if re.match(r"\d\.", part)]
        return
    got = one(os.path.join(FOLDER, name), cable).view.text
    strip = str.strip if codes == "html+pasted" else str.rstrip  # a browser shows no indentation either
    lines = [strip(line) for line in got.replace("¶", "").splitlines() if line.strip()]
    wanted = [strip(line) for line in text.splitlines() if line.strip()]
    ends = {"archive.txt": ["<< END OF DOCUMENT >>"], "several.txt": ["NNNN"]}
    assert wanted + ends.get(name, []) == lines


@pytest.mark.parametrize(("name", "cable", "codes", "decoded"), CASES, ids=IDS)
def test_every_fact_is_where_it_says(name, cable, codes, decoded):
    reading = one(os.path.join(FOLDER, name), cable)
    for fact in reading.facts:
        quote = " ".join(decoded(reading.view.source.quote(fact.span)).split())
        if reading.notes:  # a decoded part: the head of the message is in another text
            assert len(fact.span) == 0
        elif fact.name == "date" and codes == "frus":
            assert quote == "March 14, 2008, 3:30 p.m." or quote == ""
        else:
            assert fact.text in quote


STATED = {
    "cable-page-2010-11.html": ("08STRELSAU123", "2008-03-14 15:03", None, "CONFIDENTIAL", "Embassy Strelsau"),
    "cable-page-2010-12.html": (
        "08STRELSAU123",
        "2008-03-14 15:03",
        "2011-08-30 01:01",
        "CONFIDENTIAL",
        "Embassy Strelsau",
    ),
    "blog-page.html": ("08STRELSAU123", "2008-03-14 15:30", "2011-08-30 01:44", "CONFIDENTIAL", "Embassy Strelsau"),
    "labelled.txt": ("08STRELSAU123", "3/14/2008 15:30", None, "CONFIDENTIAL", "Embassy Strelsau"),
    "pasted-one-line.txt": (
        "08STRELSAU123",
        "2008-03-14 15:30",
        "2011-08-30 01:44",
        "CONFIDENTIAL",
        "Embassy Strelsau",
    ),
    "pasted-tabs.txt": ("08STRELSAU123", "2008-03-14 15:30", "2011-08-30 01:44", "CONFIDENTIAL", "Embassy Strelsau"),
    "pasted-word-a-line.txt": (
        "08STRELSAU123",
        "2008-03-14 15:30",
        "2011-08-30 01:44",
        "CONFIDENTIAL",
        "Embassy Strelsau",
    ),
}


@pytest.mark.parametrize("name", sorted(STATED))
def test_the_table_row_becomes_facts(name):
    facts = {fact.name: fact.text for fact in one(os.path.join(FOLDER, name)).facts}
    names = ("reference_id", "created", "released", "classification", "origin")
    assert STATED[name] == tuple(facts.get(each) for each in names)


def test_rows_know_their_line_in_the_file():
    csv = one(os.path.join(FOLDER, "cables.csv"), "08STRELSAU123")
    with open(os.path.join(FOLDER, "cables.csv"), encoding="utf-8") as file:
        lines = file.read().split("\n")
    at = csv.view.text.index("2.  (S)")
    place = csv.view.source.position(csv.view.span(at, at + 7).start)
    assert lines[place.line - 1][place.column - 1 :].startswith("2.  (S) Court")
    json_row = one(os.path.join(FOLDER, "cablegate.jsonl"), "08STRELSAU123")
    place = json_row.view.source.position(json_row.view.span(0, 5).start)
    with open(os.path.join(FOLDER, "cablegate.jsonl"), encoding="utf-8") as file:
        line = file.read().split("\n")[place.line - 1]
    assert place.line == 2
    assert line[place.column - 1 :].startswith("VZCZCXYZ0123")


def names(items):
    return [
        (item.cable, item.reader) if isinstance(item, readers.Reading) else (item.cable, item.why) for item in items
    ]


def test_packed_files_are_read_through(tmp_path):
    with open(os.path.join(FOLDER, "cables.csv"), "rb") as file:
        rows = file.read()
    with open(os.path.join(FOLDER, "cable-page-2010-12.html"), "rb") as file:
        page = file.read()
    (tmp_path / "rows.csv.gz").write_bytes(gzip.compress(rows[:700]) + gzip.compress(rows[700:]))
    assert names(readers.read(str(tmp_path / "rows.csv.gz"))) == [
        ("08STRELSAU122", "gzip+csv"),
        ("08STRELSAU123", "gzip+csv"),
    ]
    with zipfile.ZipFile(tmp_path / "all.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("pages/", b"")
        archive.writestr("pages/one.html", page)
        archive.writestr("pages/.hidden", b"x")
        archive.writestr("rows.csv.gz", (tmp_path / "rows.csv.gz").read_bytes())
        archive.writestr("empty.txt", b"")
    assert names(readers.read(str(tmp_path / "all.zip"))) == [
        ("pages/one.html", "zip+html"),
        ("pages/.hidden", "hidden"),
        ("rows.csv.gz:08STRELSAU122", "zip+gzip+csv"),
        ("rows.csv.gz:08STRELSAU123", "zip+gzip+csv"),
        ("empty.txt", "is empty"),
    ]


def test_zstandard_is_read_where_its_package_is_there(tmp_path):
    zstd = pytest.importorskip("backports.zstd")
    with open(PLAIN, "rb") as file:
        data = file.read()
    (tmp_path / "a.zst").write_bytes(zstd.compress(data) + zstd.compress(b"2.\n"))
    (reading,) = readers.read(str(tmp_path / "a.zst"))
    assert (reading.reader, reading.view.text) == ("zstd", data.decode() + "2.\n")
    (tmp_path / "cut.zst").write_bytes(zstd.compress(data)[:-9])
    (bad,) = readers.read(str(tmp_path / "cut.zst"))
    assert bad.why == "is a damaged Zstandard file: it is truncated"


def test_the_seed_telegram_comes_out_of_its_web_page():
    seed = os.path.join(FOLDER, "..", "..", "..", "..", "shared", "seed", "07MOSCOW4433.txt")
    if not os.path.exists(seed):
        pytest.skip("the seed is not in this checkout")
    (reading,) = readers.read(seed)
    assert reading.view.text.startswith("VZCZC")
    assert reading.view.text.endswith("\nrelationship. \nBurns")
    assert reading.reader == "pasted"
    assert [fact.text for fact in reading.facts][3:] == ["CONFIDENTIAL", "Embassy Moscow"]


def normal(quote: str) -> str:
    return " ".join(quote.replace("¶", "").split())


def test_the_same_findings_at_the_same_words_in_every_wrapper():
    """Test that a wrapper neither adds nor hides a finding, with a telegram that violates four rules."""
    from checker import engine, rulebook
    from checker.parser import parse

    book = rulebook.load()

    def findings(name, cable, decoded):
        (reading,) = (
            item for item in readers.read(os.path.join(FOLDER, name), vocabulary=book.vocabulary) if item.cable == cable
        )
        telegram = parse(reading.view, book.vocabulary, reading.facts)
        source = reading.view.source
        found = engine.judge(telegram, source, book, name, cable).findings
        # rules that compare the telegram with its wrapper's own statements depend on the wrapper
        return [
            (one.rule, normal(decoded(one.quote)), normal(decoded(source.quote(one.span))))
            for one in sorted(found, key=lambda one: one.order())
            if not one.rule.startswith("XRF")
        ]

    expected = findings("plain.txt", "", as_text)
    assert {"DCL-008", "RSN-002", "CLS-004", "POR-001"} <= {rule for rule, _, _ in expected}
    for name, cable, codes, decoded in CASES:
        found = findings(name, cable, decoded)
        if codes == "frus":  # no header, no classifier: only the paragraphs can be judged
            continue
        assert expected == found, (name, cable)


@pytest.mark.parametrize(
    ("stamp", "codes"),
    [
        ("RELEASE IN PART B1,\n1.4(B)(D), B5", ["B1", "1.4(B)", "B5"]),
        ("RELEASE IN PART B1,\nTo: Doe, Jane               1.4(B),1.4(D)", ["B1", "1.4(B)", "1.4(D)"]),
        ("RELEASE IN PART B1,B3 CIA\nPERS/ORG,1.4(C),B6", ["B1", "B3", "CIA PERS/ORG", "1.4(C)", "B6"]),
        ("RELEASE IN PART B61", ["B6"]),
        ("RELEASE IN PART B11", ["B11"]),
        ("RELEASE IN PART\nB6", ["B6"]),
    ],
)
def test_the_codes_of_a_release_stamp(tmp_path, stamp, codes):
    head = "UNCLASSIFIED U.S. Department of State Case No. F-2012-12345 Doc No. C05123456 Date: 01/02/2013\n\n"
    path = tmp_path / "mail.txt"
    path.write_text(f"{head}{stamp}\nFrom: Roe, Richard\nSubject: Locks\n\nThe locks are closed.\n")
    vocabulary = rulebook.load().vocabulary
    (reading,) = readers.read(str(path), vocabulary=vocabulary)
    telegram = parser.parse(reading.view, vocabulary, reading.facts)
    assert codes == [code for stamp in telegram.stamps for code in stamp.codes]


@pytest.mark.parametrize(
    ("line", "codes"), [("IRAN", []), ("B3 IRAN", ["B3", "IRAN"]), ("IRAN B3", ["IRAN", "B3"]), ("NR", ["NR"])]
)
def test_the_code_of_a_statute_needs_its_exemption(tmp_path, line, codes):
    head = "UNCLASSIFIED U.S. Department of State Case No. F-2012-12345 Doc No. C05123456 Date: 01/02/2013\n\n"
    path = tmp_path / "mail.txt"
    path.write_text(
        f"{head}RELEASE IN FULL\nFrom: Roe, Richard\nSubject: Locks\n\nThe locks are closed.\n\n{line}\n\nShut.\n"
    )
    (reading,) = readers.read(str(path), vocabulary=rulebook.load().vocabulary)
    assert codes == [
        code for fact in reading.facts if fact.name == "foia_deletion" for code in re.split(r"[ ,]+", fact.text)
    ]
