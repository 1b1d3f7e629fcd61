"""Test captions, passing lines, TAGS, subject, and references."""

import pytest
from parsing import BANNER, FIELDS, HEADER, telegram

from checker.model import Unread

LEVEL = "C O N F I D E N T I A L STRELSAU 000123\n\n"


def read(captions="SIPDIS\n\n", fields=FIELDS):
    return telegram(f"{HEADER}{LEVEL}{captions}{fields}1. (C) Text.\n")


def test_captions_one_to_a_line_or_several():
    found = read("NODIS\nCHEROKEE\nONLY, STADIS\nSIPDIS NOFORN\nE X D I S\nROGER CHANNEL\n\n")
    assert ("NODIS", "CHEROKEE", "ONLY", "STADIS", "SIPDIS", "NOFORN", "EXDIS", "ROGER") == found.caption_codes


def test_a_caption_nobody_lists_is_kept_without_a_code():
    found = read("BAKER\nSIPDIS\n\n")
    assert [("BAKER", None), ("SIPDIS", "SIPDIS")] == [(c.text, c.code) for c in found.captions]


def test_passing_lines():
    lines = ["DEPT FOR EUR/CE", "STATE PASS USTR", "NSC FOR DOE", "FOR AMBASSADOR FROM SECRETARY"]
    assert lines == [word.text for word in read("\n".join(lines) + "\nSIPDIS\n\n").passing]


def test_a_corrected_copy_says_so_and_why():
    found = read("C O R R E C T E D  C O P Y (ADDING TAGS)\n(TEXT IN PARA 3)\n\nSIPDIS\n\n")
    assert ("CORRECTED-COPY", "SIPDIS") == found.caption_codes


TAGS = [
    ("TAGS: PREL PGOV LS", ["PREL", "PGOV", "LS"], []),
    ("TAGS: PREL, PGOV; LS", ["PREL", "PGOV", "LS"], []),
    ("TAGS PREL, PGOV,\n LS", ["PREL", "PGOV", "LS"], []),
    ("TAGS: OVIP (DOE, JANE), PREL", ["OVIP", "PREL"], ["DOE, JANE"]),
    ("TAGS: PREL, RASSENDYLL, RUDOLF, PGOV", ["PREL", "RASSENDYLL, RUDOLF", "PGOV"], ["RASSENDYLL, RUDOLF"]),
]


@pytest.mark.parametrize(("line", "tags", "persons"), TAGS)
def test_a_tags_line(line, tags, persons):
    found = read(fields=f"E.O. 12958: N/A\n{line}\nSUBJECT: X\n\n").tags
    assert tags == [tag.text for tag in found]
    assert persons == [tag.person for tag in found if tag.person]


@pytest.mark.parametrize(
    ("word", "suggestion"),
    [("PARMS", "PARM"), ("PERL", "PREL"), ("QQQQ", None), ("RU", "RS"), ("VZ", "VE"), ("CR", "CS")],
)
def test_an_unknown_tag_suggests_the_known_one_it_is_like(word, suggestion):
    found = read(fields=f"E.O. 12958: N/A\nTAGS: PREL, {word}\nSUBJECT: X\n\n").tags[1]
    assert (word, "unknown", False, suggestion) == (found.text, found.kind, found.known, found.suggestion)


@pytest.mark.parametrize("line", ["TAGS: PREL, ITPGOV", "TAGS: PREL ITPGOV", "TAGS: PREL, IT\nPGOV"])
def test_tags_joined_by_a_lost_line_break_are_divided(line):
    found = read(fields=f"E.O. 12958: N/A\n{line}\nSUBJECT: X\n\n").tags
    assert [("PREL", "subject"), ("IT", "geographic"), ("PGOV", "subject")] == [(tag.text, tag.kind) for tag in found]


@pytest.mark.parametrize("word", ["NSSP", "GTMO", "NIPP"])
def test_an_abbreviation_is_not_divided_into_two_countries(word):
    found = read(fields=f"E.O. 12958: N/A\nTAGS: PREL, EI, {word}\nSUBJECT: X\n\n").tags
    assert [("PREL", "subject"), ("EI", "geographic"), (word, "unknown")] == [(tag.text, tag.kind) for tag in found]


PAGE_HEAD = "                    CONFIDENTIAL       PAGE 02        STRELS  00123  141530Z"
BELOW_TAGS = [
    # what follows the TAGS, the subject
    (f"{PAGE_HEAD}\nSUBJECT: THE KING\n", "THE KING"),
    ("\nTHE KING LEAVES FOR THE BRIDGE AT ZENDA\n", "THE KING LEAVES FOR THE BRIDGE AT ZENDA"),
    ("\nTHE KING LEAVES FOR THE BRIDGE REF: ZENDA 12\n", "THE KING LEAVES FOR THE BRIDGE"),
    ("\nnote of the new bridge that would be open to the public\nin May, when the King returns to the castle.\n", None),
    ("\nid: 12345\ndate: 3/14/2008\n", None),
    ("\n(B) Zenda 215;\n(C) 05 Zenda 975\n", None),
]


@pytest.mark.parametrize(("rest", "subject"), BELOW_TAGS)
def test_tags_end_before_the_subject_or_the_text(rest, subject):
    found = read(fields=f"E.O. 12958: N/A\nTAGS: PREL, PGOV, LS{rest}\n")
    assert ["PREL", "PGOV", "LS"] == [tag.text for tag in found.tags]
    assert subject == (None if isinstance(found.subject, Unread) else found.subject.text)


def test_tags_go_on_with_names_and_backslashes():
    found = read(
        fields="E.O. 12958: N/A\nTAGS: PREL, OVIP (DOE, JANE), \\\nROE, RICHARD, PGOV, LS \\\nSUBJECT: X\n\n"
    ).tags
    assert ["PREL", "OVIP", "ROE", "RICHARD", "PGOV", "LS"] == [tag.text for tag in found]


@pytest.mark.parametrize(("second", "found"), [("PREL, LS", ["PREL", "LS"]), ("PGOV", ["PREL", "LS", "PGOV"])])
def test_a_second_tags_line_that_repeats_the_first_adds_nothing(second, found):
    fields = f"E.O. 12958: N/A\nTAGS: PREL, LS\nTAGS: {second}\nSUBJECT: X\n\n"
    assert found == [tag.text for tag in read(fields=fields).tags]


SUBJECTS = [
    ("SUBJECT: THE KING", None, "THE KING"),
    ("SUBJECT:THE KING", None, "THE KING"),
    ("SUBJ: THE KING\nAND I", None, "THE KING AND I"),
    ("SUBJECT: (C/NF) THE KING \n AND I", "(C/NF) start", "THE KING AND I"),
    ("SUBJECT: THE KING (U)", "(U) end", "THE KING"),
    ("SUBJECT:\nTHE KING", None, "THE KING"),
    ("SUBJT: THE KING (AND I)", None, "THE KING (AND I)"),
    ("SUBJECT:", None, ""),
    ("SUBJECT: THE KING\nSENSITIVE BUT UNCLASSIFIED - PLEASE PROTECT ACCORDINGLY", None, "THE KING"),
    ("SUBJECT: THE KING Sensitive but Unclassified. Please handle accordingly.", None, "THE KING"),
    ("SUBJECT: THE KING\nTHIS CABLE IS SENSITIVE BUT UNCLASSIFIED. PLEASE HANDLE IT SO.", None, "THE KING"),
    ("SUBJECT: THE KING\nSENSITIVE BUT UNCLASSIFIED.", None, "THE KING"),
    ("SUBJECT: HANDLING OF SENSITIVE BUT UNCLASSIFIED TELEGRAMS", None, "HANDLING OF SENSITIVE BUT UNCLASSIFIED TELEGRAMS"),
    ("SUBJECT: WHAT IS SENSITIVE BUT UNCLASSIFIED", None, "WHAT IS SENSITIVE BUT UNCLASSIFIED"),
    ("SUBJECT: BRIDGES CLOSED UNDER\nE.O. 13382", None, "BRIDGES CLOSED UNDER E.O. 13382"),
    ("SUBJECT: THE KING\nE.O. 12958: N/A", None, "THE KING"),
    ("SUBJECT: THE KING\n----------------", None, "THE KING"),
    ("SUBJECT: THE KING  Summary -------", None, "THE KING"),
]  # fmt: skip


@pytest.mark.parametrize(("line", "mark", "text"), SUBJECTS)
def test_a_subject(line, mark, text):
    found = read(fields=f"E.O. 12958: N/A\nTAGS: PREL\n{line}\n\n").subject
    assert (mark, text) == (f"{found.mark.text} {found.where}" if found.mark else found.where, found.text)


def test_a_page_line_can_cut_the_subject():
    text = "E.O. 12958: N/A\nTAGS: PREL\nSUBJECT: THE KING\n\nSTRELSAU 00000123  002 OF 002\n\nAND I\n\n"
    assert "THE KING AND I" == read(fields=text).subject.text


REFERENCES = [
    ("REF: STRELSAU 399", [(None, "telegram", None, "STRELSAU", 399)]),
    ("REF: 07 STRELSAU 399", [(None, "telegram", 2007, "STRELSAU", 399)]),
    (
        "REF: A. STATE 22222\n     B. 2007 DAR ES SALAAM 999 (NOTAL)",
        [("A", "telegram", None, "STATE", 22222), ("B", "telegram", 2007, "DAR ES SALAAM", 999)],
    ),
    (
        "REFS: A) STRELSAU 99; (B) 07 STATE 1111 AND PREVIOUS, C. DOE-ROE E-MAIL OF 3/4/2008",
        [
            ("A", "telegram", None, "STRELSAU", 99),
            ("B", "telegram", 2007, "STATE", 1111),
            ("C", "other", None, None, None),
        ],
    ),
    (
        "REF: A. A. ZENDA 12 B. B. STATE 5678 C. 07 SYLDAVIA 9",
        [
            ("A", "telegram", None, "ZENDA", 12),
            ("B", "telegram", None, "STATE", 5678),
            ("C", "telegram", 2007, "SYLDAVIA", 9),
        ],
    ),
    ("REF: A. A. ZENDA 12", [("A", "telegram", None, "ZENDA", 12)]),
    ("REF: ZENDA 33 (07)", [(None, "telegram", 2007, "ZENDA", 33)]),
    ("REFTEL: STATE 1 AND ZENDA 2", [(None, "telegram", None, "STATE", 1), (None, "telegram", None, "ZENDA", 2)]),
]
FORMS = [
    # one reference as written: year, post, serial
    ("2007ZENDA201", 2007, "ZENDA", 201),
    ("07ZENDA201", 2007, "ZENDA", 201),
    ("'07 ZENDA 201", 2007, "ZENDA", 201),
    ("07 ZENDA 201", 2007, "ZENDA", 201),
    ("07-ZENDA-201", 2007, "ZENDA", 201),
    ("ZENDA 07-12", 2007, "ZENDA", 12),
    ("ZENDA 201-07", 2007, "ZENDA", 201),
    ("ZENDA 12 (2007)", 2007, "ZENDA", 12),
    ("ZENDA (07) 201", 2007, "ZENDA", 201),
    ("PORT-OF-ZENDA 206", None, "PORT OF ZENDA", 206),
    ("PORT OF ZENDA 206", None, "PORT OF ZENDA", 206),
    ("SECSTATE 206", None, "STATE", 206),
    ("AMEMBASSY ZENDA 206", None, "ZENDA", 206),
    ("STATE 12345 (NOTAL)", None, "STATE", 12345),
]


@pytest.mark.parametrize(("text", "year", "post", "serial"), FORMS)
def test_forms_of_a_message_number(text, year, post, serial):
    found = read(fields=f"E.O. 12958: N/A\nTAGS: PREL\nSUBJECT: X\n\nREF: {text}\n\n").references
    assert [("telegram", year, post, serial)] == [(r.kind, r.year, r.post, r.serial) for r in found]


OTHERS = [
    "STRELSAU POINTS JULY 15",
    "RURITANIA REPORT 2008",
    "10 AUGUST 2006 NON PAPER ON BRIDGES",
    "IIR 6 803 0123 08",
    "DOE E-MAIL OF MARCH 12",
    "DOE-ROE PHONE CALL 12 MAR",
    "3 FAM 4170",
]


@pytest.mark.parametrize(
    ("text", "kind"), [*((text, "other") for text in OTHERS), ("MOD MSG DTG 301601Z SEP 08", "other")]
)
def test_what_is_no_telegram_is_an_other_reference(text, kind):
    found = read(fields=f"E.O. 12958: N/A\nTAGS: PREL\nSUBJECT: X\n\nREF: A. {text}\n     B. ZENDA 12\n\n").references
    assert [("A", kind, None), ("B", "telegram", 12)] == [(r.letter, r.kind, r.serial) for r in found]


LETTERED = [
    "REF: A.) ZENDA 12\n     B.) STATE 34",
    "REF: (A) ZENDA 12\n     (B) STATE 34",
    "REFS: A - ZENDA 12\n      B - STATE 34",
    "REF(S): A: ZENDA 12\n      B: STATE 34",
    "REFTEL: A. ZENDA 12 \xb6B. STATE 34",
    "REF: A. REF A: ZENDA 12\n     B. REF B: STATE 34",
    "REF: REFS: A. (A) ZENDA 12\n\xb6B. (B) STATE 34",
    "REF: A. REF: ZENDA 12\n     B. STATE 34",
    "REF: A. REF: A) ZENDA 12\n     B. STATE 34",
]


def test_the_letter_o_in_the_year_of_a_reference():
    found = read(
        fields="E.O. 12958: N/A\nTAGS: PREL\nSUBJECT: X\n\nREF: A. O7 ZENDA 12\n     B. OSLO 34\n\n"
    ).references
    assert [(2007, "ZENDA", 12), (None, "OSLO", 34)] == [(r.year, r.post, r.serial) for r in found]


@pytest.mark.parametrize("line", LETTERED)
def test_letters_of_references(line):
    found = read(fields=f"E.O. 12958: N/A\nTAGS: PREL\nSUBJECT: X\n\n{line}\n\n").references
    assert [("A", "ZENDA", 12), ("B", "STATE", 34)] == [(r.letter, r.post, r.serial) for r in found]


@pytest.mark.parametrize(
    "line", ["REF: ZENDA 202 AND 203", "REF: ZENDA 202/203", "REF: ZENDA 202, 203", "REF: ZENDA 202 & 203"]
)
def test_two_numbers_of_one_post(line):
    found = read(fields=f"E.O. 12958: N/A\nTAGS: PREL\nSUBJECT: X\n\n{line}\n\n").references
    assert [("ZENDA", 202), ("ZENDA", 203)] == [(r.post, r.serial) for r in found]


@pytest.mark.parametrize("label", ["REF", "REFS", "REFTEL", "REF(S)"])
def test_references_may_follow_the_subject_on_its_line(label):
    found = read(fields=f"E.O. 12958: N/A\nTAGS: PREL\nSUBJECT: THE KING {label}: (A) ZENDA 12, (B) STATE 34\n\n")
    assert "THE KING" == found.subject.text
    assert [("A", 12), ("B", 34)] == [(r.letter, r.serial) for r in found.references]


@pytest.mark.parametrize(("line", "expected"), REFERENCES)
def test_references(line, expected):
    found = read(fields=f"E.O. 12958: N/A\nTAGS: PREL\nSUBJECT: X\n\n{line}\n\n").references
    assert expected == [(r.letter, r.kind, r.year, r.post, r.serial) for r in found]
    assert 1 == len(read(fields=f"E.O. 12958: N/A\nTAGS: PREL\nSUBJECT: X\n\n{line}\n\n").paragraphs)


@pytest.mark.parametrize(
    "line", ["TO AMCONSUL ZENDA", "AMEMBASSY KLOW PRIORITY", "XXXXXXXXXXXX", "EB/RIV", "BT", "AND EB"]
)
def test_office_symbols_addresses_and_deletions_are_not_captions(line):
    found = read(f"SIPDIS\n\n{line}\n\n")
    assert ["SIPDIS"] == [caption.text for caption in found.captions]
    assert (found.subject is not None, 1) == (True, len(found.paragraphs))


@pytest.mark.parametrize(
    "lines",
    [
        "OFFICE OF THE BRIDGES OF THE KINGDOM FOR DIRECTOR JANE\nROE",
        "FOLLOWING STRELSAU 000122 SENT ACTION ZENDA AND KLOW IS BEING\nREPEATED FOR YOUR ACTION.",
        "DEPARTMENT FOR EUR/CE.",
        "TREASURY/OIA/J. ROE",
        "OSD / JANE ROE",
        "R 141530Z MAR 08",
    ],
)
def test_wrapped_lines_sentences_and_headers_are_not_captions(lines):
    assert ["SIPDIS"] == [caption.text for caption in read(f"SIPDIS\n\n{lines}\n\n").captions]


def test_an_unlisted_caption_may_follow_the_classification_line():
    level = "C O N F I D E N T I A L SECTION 01 OF 02 STRELSAU 000123\n"
    found = telegram(f"{HEADER}{level}BAKER\nSIPDIS\n\n{FIELDS}1. (C) Text.\n")
    assert ["BAKER", "SIPDIS"] == [caption.text for caption in found.captions]


def test_a_passing_instruction_may_go_on_on_the_next_line():
    found = read("SIPDIS\n\nDEPT FOR EUR/LS, JANE ROE AND RICHARD\nDOE\n\n")
    assert (["SIPDIS"], 1) == ([caption.text for caption in found.captions], len(found.passing))
    assert found.passing[0].text.endswith("DOE")


def test_a_long_list_of_addresses_above_the_fields():
    found = read(
        "SIPDIS\n\n" + "".join(f"AMEMBASSY KLOW{letter}\n" for letter in "ABCDEFGHIJKLMNOPQR") + "\nSIPDIS\n\n"
    )
    assert "THE KING" == found.subject.text
    assert ["1."] == [p.label for p in found.paragraphs]


def test_the_name_of_a_post_goes_on_after_a_page_break():
    references = "REF: A. FREEDONIA 201\n     B. NORTH\n\nZENDA 202\n     ( C) KLOW 310\n\n"
    found = telegram(
        f"{HEADER}{BANNER}{FIELDS}{references}Classified By: Jane Doe, Consul.\n\n1. (C) Text.\n"
    ).references
    assert [("A", "FREEDONIA", 201), ("B", "NORTH ZENDA", 202), ("C", "KLOW", 310)] == [
        (item.letter, item.post, item.serial) for item in found
    ]


def test_references_to_the_own_post_and_to_the_department():
    found = telegram(f"{HEADER}{BANNER}{FIELDS}REFTELS: EMBTEL 0099; DEPTEL 055778\n\n1. (C) Text.\n").references
    assert [("STRELSAU", 99), ("STATE", 55778)] == [(item.post, item.serial) for item in found]
