"""Test paragraphs: what begins a paragraph and what begins only a line, and where marks are found."""

import pytest
from parsing import BANNER, FIELDS, HEADER, short, telegram


def read(text):
    return telegram(f"{HEADER}{BANNER}{FIELDS}{text}")


def said(found):
    return [(p.label, short(p.mark), p.where, p.depth, short(p.level)) for p in found.paragraphs]


def test_numbers_at_the_start_of_a_line_that_open_nothing():
    found = read(
        "1. (C) It happened on July\n24.  The King left, see paragraph\n3. of it.  He paid\n3.5 crowns.\n\n2. (C) Then\n1.4 (b) of them.\n"
    )
    assert [("1.", "(C)", "start", 1, "C"), ("2.", "(C)", "start", 1, "C")] == said(found)


def test_a_list_inside_a_paragraph_does_not_take_the_numbers_of_the_telegram():
    found = read("1. (C) Points:\n\n1. Aa.\n2. Bb.\n\n2. (C) Next.\n\n3. (C) Last.\n")
    assert [("1.", 1), ("1.", 2), ("2.", 2), ("2.", 1), ("3.", 1)] == [(p.label, p.depth) for p in found.paragraphs]


def test_a_gap_and_a_repeat_are_kept_when_marked():
    found = read("1. (C) A.\n\n2. (C) B.\n\n4. (C) C.\n\n4. (C) D.\n")
    assert [1, 2, 4, 4] == [p.number for p in found.paragraphs]


def test_forms_of_numbers_and_marks():
    found = read("1.(C)A.\n\n2) (S/NF) B.\n\n3 (C) C.\n\n4. C) D.\n\n5.  ( C ) E.\n\n6.\n(U) F.\n\n¶7. (SBU) G.\n")
    assert [
        ("1.", "(C)", "start", 1, "C"),
        ("2)", "(S/NF)", "start", 1, "S"),
        ("3", "(C)", "start", 1, "C"),
        ("4.", "C)", "start", 1, "C"),
        ("5.", "( C )", "start", 1, "C"),
        ("6.", "(U)", "line-above", 1, "U"),
        ("7.", "(SBU)", "start", 1, "U"),
    ] == said(found)


def test_what_hangs_under_a_paragraph_takes_its_level():
    found = read("1. (C) Points:\n\n-- one;\n\n-- (SBU) two;\n\nA. (U) three.\n\n1.B. (U) four.\n")
    assert [
        ("1.", "(C)", "start", 1, "C"),
        ("--", None, None, 2, "C"),
        ("--", "(SBU)", "start", 2, "U"),
        ("A.", "(U)", "start", 2, "U"),
        ("1.B.", "(U)", "start", 2, "U"),
    ] == said(found)


def test_marks_in_less_usual_places():
    found = read(
        "1. Summary: (C) Text.\n\n2. The duke spoke at length of it.  (S)\n\n3. (b) is no mark.\n\n4. (SE) is none either.\n"
    )
    assert [
        ("1.", "(C)", "after-heading", 1, "C"),
        ("2.", "(S)", "end", 1, "S"),
        ("3.", None, None, 1, None),
        ("4.", "unread: '(SE)' (looks like (S))", "start", 1, None),
    ] == said(found)


def test_one_mark_for_the_entire_text():
    found = read("1. (C - ENTIRE TEXT).\n\n2. TEXT.\n\n3. MORE.\n")
    assert [
        ("1.", "(C - ENTIRE TEXT)", "start", 1, "C"),
        ("2.", None, None, 1, "C"),
        ("3.", None, None, 1, "C"),
    ] == said(found)
    assert found.entire_text is found.paragraphs[0]


def test_a_deletion_where_the_mark_would_stand():
    found = read("1. XXXXXXXXXXXX said so.\n\n2. (C) Text.\n")
    assert [True, False] == [p.cut for p in found.paragraphs]


def test_headings_and_their_marks():
    found = read(
        "Summary\n-------\n1. (C) A.\n\n(U) The Bridge\nat Zenda\n--------\n\n2. (C) B.\n\nCOL A  COL B\n1      2\nX----- -----\n"
    )
    assert [(None, "Summary"), ("(U)", "(U) The Bridge at Zenda")] == [(short(h.mark), h.text) for h in found.headings]
    assert ["1.", "2."] == [p.label for p in found.paragraphs]


def test_paragraphs_without_numbers():
    found = read("(C) The King left.\nHe comes back.\n\n(SBU) The Duke stays.\n\nNo mark here.\n\nDOE\n")
    assert ["The King left.\nHe comes back.", "The Duke stays.", "No mark here."] == [p.text for p in found.paragraphs]
    assert ["C", "U", None] == [short(p.level) for p in found.paragraphs]


def test_a_page_line_inside_a_paragraph_is_no_part_of_its_words():
    found = read(
        "1. (C) The King and\n\nSTRELSAU 00000123  002 OF 002\n\n\nthe Duke. STRELSAU 00000123  002.2 OF 002 They left.\n"
    )
    assert ["The King and\nthe Duke.  They left."] == [p.text for p in found.paragraphs]
    assert 2 == len(found.page_lines)


def test_the_signature_and_what_follows_it():
    found = read("1. (C) Text.\nVAN DER DOE\n\nBT\n#0123\n\nNNNN\n")
    assert "VAN DER DOE" == found.signature.text
    assert ["paragraph", "signature", "end_mark"] == list(dict.fromkeys(p.kind for p in found.parts))[-3:]


def test_a_last_line_of_text_is_no_signature():
    assert read("1. (C) Text that goes\non and on.\n").signature is None


def test_a_table_inside_a_paragraph_is_no_heading():
    found = read("1. (C) Table:\n\nName     Number\n----     ------\nA        1\n\nB        2\n\n2. (C) Text.\n")
    assert ([], ["1.", "2."]) == (list(found.headings), [p.label for p in found.paragraphs])


def test_dense_capitals_without_marks_or_empty_lines():
    found = read(
        "1. C - ENTIRE TEXT.\n2. THE KING LEFT ON JULY\n24. HE RETURNED.\n3. BEGIN TEXT:\nQTE\nA. FIRST.\nB. SECOND.\nUNQTE\n4. GOOD.\nDOE\n"
    )
    assert ["1.", "2.", "3.", "A.", "B.", "4."] == [p.label for p in found.paragraphs]


SIGNED = {
    "at the end of the last line": ("1. (C) It is so. End comment. DOE\n", "DOE"),
    "in small letters": ("1. (C) It is so (ref A). Doe\n", "Doe"),
    "after a rule of dashes": ("1. (C) It is so --------- DOE\n", "DOE"),
    "after a deletion": ("1. (C) See XXXXXXXXXXXX DOE\n", "DOE"),
    "with particles": ("1. (C) It is so. VAN DER DOE\n", "VAN DER DOE"),
    "with a lower-case particle": ("1. (C) It is so.\n\nvan Doe\n", "van Doe"),
    "with number signs": ("1. (C) It is so.\n\nDOE##\n", "DOE"),
    "with a quotation mark": ('1. (C) It is so.\n\nDOE "\n', "DOE"),
    "with periods": ("1. (C) It is so.\nDoe..\n", "Doe"),
    "above a level and a caption": ("1. (C) It is so.\n\nDOE\n\n\nCONFIDENTIAL\n\nSIPDIS\n", "DOE"),
    "after the words on traffic": ("1. (C) It is so. MINIMIZE CONSIDERED DOE\n", "DOE"),
    "after the words on traffic, on its own line": ("1. (C) It is so.\n\nMINIMIZE CONSIDERED DOE\n", "DOE"),
    "after the end of a quotation": ("1. (C) It is so.\nEnd text. DOE\n", "DOE"),
    "above a note": ("1. (C) It is so.\n\nDOE\n\nNOTE: NOT PASSED TO ABOVE ADDRESSEE(S)\n\nCONFIDENTIAL\n", "DOE"),
    "above a record line": ("1. (C) It is so.\nDOE\nNNNN\n 2008STRELS00123 - Classification: CONFIDENTIAL\n", "DOE"),
    "below a footer": (
        "1. (C) It is so.\n\nVisit our Classified Website:\nhttp://www.example.gov/zenda/\nDOE\n",
        "DOE",
    ),
    "below the rule under a footer": ("1. (C) It is so.\n\nVisit our Classified Website.\n------\nDoe\n", "Doe"),
    "on the last line of a footer": (
        "1. (C) It is so.\n\nVisit our Website: http://www.example.gov/index. cfm Doe\n",
        "Doe",
    ),
    "after a website": ("1. (C) It is so. See http://www.example.gov/Wild_River ROE\n", "ROE"),
    "in small letters below a rule": ("1. (C) It is so.\n\nVisit our Classified Website.\n******\ndoe\n", "doe"),
    "after a period without a blank": ("1. (C) It is about the bridge.DOE\n", "DOE"),
    "before the end of an archive's row": ("1. (C) It is so. DOE 0 03/14/2008\n", "DOE"),
    "before a row's date": ("1. (C) It is so.\nDOE 2008-03-14\n", "DOE"),
    "above a lone quotation mark": ('1. (C) It is so.\nDOE\n\n===CABLE ENDS===\n\n"\n', "DOE"),
}
UNSIGNED = {
    "a name after a title": "1. (C) It was said by Mr. Doe\n",
    "a name after an initial": "1. (C) It was said by J. Doe\n",
    "an abbreviation": "1. (C) It was said in the U.S. EMBASSY\n",
    "a caption": "1. (C) It was said. SIPDIS\n",
    "a sentence": "1. (C) It is so. They said so. Yes, they did.\n",
    "the end of a comment": "1. (C) It is so.\n\nEND ROAD COMMENT\n",
    "a downgrading group": "1. (C) It is so. GP-4.\n",
    "a last word with a period": "1. (C) It is so. End.\n",
    "a word of the text": "1. (C) It is so. COMMENT\n",
    "a last word in small letters": "1. (C) They closed the bridge and the\nroad\n",
    "a name of letters": "1. (C) It was said in the U.S.EMBASSY\n",
    "a word of a footer": "1. (C) It is so.\n\nVisit Embassy Strelsau's Classified\nWebsite\n",
}


@pytest.mark.parametrize("text, name", SIGNED.values(), ids=SIGNED)
def test_the_signature_is_found(text, name):
    found = read(text)
    assert name == found.signature.text
    assert name not in found.paragraphs[-1].text


@pytest.mark.parametrize("text", UNSIGNED.values(), ids=UNSIGNED)
def test_the_last_words_are_not_a_signature(text):
    assert read(text).signature is None


def test_a_list_with_brackets_after_its_numbers_is_not_the_main_sequence():
    found = read("1. (C) A.\n\n2. (C) He asked for:\n   1) one;\n   2) two; \n   3) three.\n\n3. (U) B.\n")
    assert [("1.", 1), ("2.", 1), ("1)", 2), ("2)", 2), ("3)", 2), ("3.", 1)] == [
        (p.label, p.depth) for p in found.paragraphs
    ]


def test_a_list_whose_first_item_is_within_a_line_is_not_the_main_sequence():
    found = read("1. (C) They may: 1) go;\n\n2) stay; or,\n\n3) return.\n\n2. (C) B.\n")
    assert [("1.", 1), ("2)", 2), ("3)", 2), ("2.", 1)] == [(p.label, p.depth) for p in found.paragraphs]


def test_letters_of_a_list_in_brackets_are_not_marks():
    found = read("1. Good.\n(A) Aa;\n(B) Bb;\n(C) Cc;\n(D) Dd.\n\n2. Fine.\n")
    assert [("1.", None), ("2.", None)] == [(p.label, short(p.mark)) for p in found.paragraphs]


def test_marks_without_a_list_before_them_remain_marks():
    found = read("(U) A.\n\n(C) B.\n\n(S) C.\n")
    assert ["(U)", "(C)", "(S)"] == [short(p.mark) for p in found.paragraphs]


def test_a_footer_that_names_a_website_is_not_a_portion():
    found = read("(C) A.\n\nVisit Strelsau's Classified Website: \nhttp://www.example.gov/p/strelsau/index. cfm\nDOE\n")
    assert ["A."] == [p.text for p in found.paragraphs]


def test_a_signature_may_precede_a_footer():
    found = read('1. (C) A.\n\nDoe\n\n"Visit Strelsau\'s Web Site at http://www.example.g\nov/wiki/Strelsau"\n')
    assert ("Doe", ["A."]) == (found.signature.text, [p.text for p in found.paragraphs])


def test_an_invitation_is_a_portion():
    found = read("(C) A.\n\nVisits to the king's website have doubled since the last report.\n\n(U) B.\n")
    assert 3 == len(found.paragraphs)


def test_a_rule_of_dashes_is_not_a_portion():
    found = read("(C) A.\n\n(U) Roads\n\n-----\n\n(C) B.\n")
    assert ["A.", "Roads", "B."] == [p.text for p in found.paragraphs]


def test_a_mark_above_an_empty_line_marks_the_text_below():
    found = read("(S)\n\nThe King left.\n\n(C) B.\n")
    assert [("(S)", "The King left."), ("(C)", "B.")] == [(short(p.mark), p.text) for p in found.paragraphs]


LEAD_INS = {
    "points on lines": ("1. KEY POINTS\n-- (C) One.\n-- (U) Two.\n\n2. (C) B.\n", "C"),
    "points as paragraphs": ("1. Other Issues:\n\n(U) One.\n\n(S) Two.\n\n2. (C) B.\n", "S"),
    "points on the same line": ("1. Key Points: -- (C) One. -- (U) Two.\n\n2. (C) B.\n", "C"),
    "a point without a mark": ("1. KEY POINTS\n-- (C) One.\n-- Two.\n\n2. (C) B.\n", None),
    "no points": ("1. KEY POINTS\n\n2. (C) B.\n", None),
    "a sentence": ("1. The King left.\n-- (C) One.\n\n2. (C) B.\n", None),
}


@pytest.mark.parametrize("text, level", LEAD_INS.values(), ids=LEAD_INS)
def test_a_lead_in_has_the_highest_level_of_its_points(text, level):
    assert level == short(read(text).paragraphs[0].level)


def test_a_numbered_authority_needs_no_mark():
    found = read("1. Classified by Acting A/S Jane Q. Doe. Reason: 1.4 (d)\n\n2. (C) B.\n\n3. C.\n")
    assert ["2.", "3."] == [p.label for p in found.markable]


def test_numbers_with_two_periods_and_marks_without_a_bracket_before_a_word():
    found = read("1. C)Summary. The King left.\n\n2.. (C) He returns.\n\n3. (C) He rests.\n")
    assert [(1, "C"), (2, "C"), (3, "C")] == [(p.number, short(p.mark.level)) for p in found.paragraphs]


def test_a_numbered_note_on_handling_is_not_a_portion():
    found = read("1. (C) The King left.\n\n2. MINIMIZE CONSIDERED.\nDOE\n")
    assert [1] == [p.number for p in found.paragraphs]


@pytest.mark.parametrize(
    "text",
    [
        "1. (U) The bridges are:\n\n(A) the old one;\n\n(B) the new one;\n\n(C) the one of wood.\n",
        "1. (U) The bridges are: (A) the old one; (B) the new one;\n(C) the one of wood.\n",
        "1. (U) The bridges are: (A) the old one.\n\n(B) The new one.\n\n(C) The one of wood.\n",
        "1. (U) The bridges are (a) the old one; (b) the new one; and,\n\n(C) the one of wood.\n",
        "1. (U) The bridges are:\n\n-- (A) the old one;\n\n-- (B) the new one;\n\n-- (C) the one of wood.\n",
        "1. (a) The old bridge.\n\n2. The toll.\n\n3. (b) The new bridge.\n\n4. (c) The bridge of wood.\n",
        "1. (A) The old bridge.\n\n2. (B) The new bridge.\n\n3. (C) The bridge of wood.\n",
        "A. (A) ZENDA 01713\n\nB. (B) ZENDA 01636\n\nC. (C) ZENDA 01455\n\n1. (U) The bridges.\n",
        "1. (U) The bridges are:\n\nIN THE NORTH:\n(C) Strong enough for a cart.\n\nIN THE SOUTH:\n(D) Closed to carts.\n",
        "1. (U) The north:\n\n(B) Strong.\n\n2. (U) The south:\n\n(C) Strong enough for a cart.\n",
        "Bridges of the kingdom.\n\n(A) The old one.\n\n(B) The new one.\n\n(C) The one of wood.\n",
    ],
)
def test_a_letter_of_a_list_is_no_mark(text):
    assert {short(p.mark) for p in read(text).paragraphs} <= {None, "(U)"}


@pytest.mark.parametrize(
    "text",
    [
        "1. (U) They may (A) sell the bridge or (B) mend it.\n\n(C) The Chancellor would sell it.\n",
        "1. (U) Classified for reasons 1.4 (A) and (B) by the Chancellor;\n\n(C) The bridge is old.\n",
        "1. (U) The bridges are:\n\n(A) the old one;\n\n(B) the new one;\n\n2. (C) The King likes neither.\n",
        "1. (U) The bridges are:\n\n(A) the old one.\n\n(C) The King likes it.\n",
        "1. (a) The old bridge.\n\n2. (C) The King likes it.\n",
        "A. (C) The old bridge.\n\nB. (C) The new bridge.\n\nC. (C) The bridge of wood.\n",
        "1. (U) The bridges.\n\n(C) The King.\n\n(V) The Queen.\n",
    ],
)
def test_a_mark_near_letters_of_a_list_stays_a_mark(text):
    assert "(C)" in [short(p.mark) for p in read(text).paragraphs]


def test_a_mark_before_the_number():
    found = read(
        "(C) 1. The bridge.\n\nThe King gave three reasons:\n\n-- one;\n\n(S) 2. The toll.\n\n(C) 9 carts passed.\n"
    )
    assert [
        ("1.", "(C)", "start", 1, "C"),
        ("--", None, None, 2, "C"),
        ("2.", "(S)", "start", 1, "S"),
        ("", "(C)", "start", 1, "C"),
    ] == said(found)
    assert found.paragraphs[0].text.startswith("The bridge.")


def test_a_salutation_is_no_paragraph():
    found = read("Your Majesty,\n(C) The bridge is old.\n\n(U) The toll is low.\n")
    assert ["(C)", "(U)"] == [short(p.mark) for p in found.paragraphs]
    assert ["Your Majesty,"] == [heading.text for heading in found.headings]


@pytest.mark.parametrize("dash", ["-", "--", "\u2013", "\u2014"])
def test_a_dash_may_stand_between_a_heading_and_its_mark(dash):
    found = read(f"1. KEY POINTS {dash} (C) The bridge is old.\n-- (C) The toll is low.\n\n2. (U) B.\n")
    assert ["(C)", "(C)", "(U)"] == [short(p.mark) for p in found.paragraphs]


LINE = (
    "The Chancellor asked for two more carriages, and the King promised them to him before the festival of the bridge."
)


@pytest.mark.parametrize(
    ("below", "headings", "last"),
    [
        ("\nThe Festival\n------------\n\xb62. (C) He left.", ["The Festival"], "bridge."),
        ("\nWhy not?\n--------\n\n2. (C) He left.", ["Why not?"], "bridge."),
        (
            "\n\nThe Festival of the Lake\n-------------------- ---\n2. (C) He left.",
            ["The Festival of the Lake"],
            "bridge.",
        ),
        ("\n\n------------\nThe Festival\n------------\n2. (C) He left.", ["The Festival"], "bridge."),
        ("\n------------\nThe Festival\n------------\n2. (C) He left.", ["The Festival"], "bridge."),
        ("\nHe left.\n--------\n2. (C) He left.", [], "He left."),
        ("\nTown    Coaches\n-----   -------\nZenda   12\n\n2. (C) He left.", [], "12"),
        ("\nThe coaches by town\n-------------------\nZenda   12\n\n2. (C) He left.", [], "12"),
    ],
)
def test_a_heading_below_a_paragraph_without_an_empty_line(below: str, headings: list[str], last: str) -> None:
    found = telegram(f"{HEADER}{BANNER}{FIELDS}1. (C) {LINE}{below}\nDOE\n")
    assert headings == [heading.text for heading in found.headings]
    assert [1, 2] == [paragraph.number for paragraph in found.paragraphs]
    assert found.paragraphs[0].text.endswith(last)


@pytest.mark.parametrize("number", ["2 .", "2 ,", "2,", "2  "])
def test_a_number_and_its_mark_around_a_misprinted_period(number: str) -> None:
    found = telegram(
        f"{HEADER}{BANNER}{FIELDS}1. (C) {LINE}\n\n{number} (U) He left.\n\n{number[1:]} (C) It rains.\nDOE\n"
    )
    assert [(1, "(C)"), (2, "(U)")] == [(p.number, short(p.mark)) for p in found.paragraphs if p.number]
    first = telegram(f"{HEADER}{BANNER}{FIELDS}{number.replace('2', '1')} (C) {LINE}\nDOE\n")
    assert [(1, "(C)")] == [(p.number, short(p.mark)) for p in first.paragraphs]


def test_a_signature_printed_twice_on_its_line():
    found = read(f"1. (C) {LINE}\n\nDOE  DOE\n")
    assert ("DOE", 1) == (found.signature.text, len(found.paragraphs))
