"""Test the labeled form used since 2010, as released and as scanned."""

from parsing import telegram

FORM = """UNCLASSIFIED   U.S. Department of State   Case No. F-2012-12345   Doc No. C05123456   Date: 01/02/2013
RELEASE IN PART
                                UNCLASSIFIED
                                     SBU

MRN:                10 STRELSAU 123
Date!DTG:           Dec 22, 2010 / 221710Z DEC 10
From:               AMEMBASSY STRELSAU
Action:             WASHDC, SECSTATE ROUTINE; ZENDA, AMCONSUL
                    PRIORITY
E.O.:               13526
TAGS:               PREL, PGOV
Captions:           SENSITIVE, SI PDIS
Subject:            The King

1. (SBU) Summary. The King will travel
UNCLASSIFIED   U.S. Department of State   Case No. F-2012-12345   Doc No. C05123456   Date: 01/02/2013
by coach.

Signature:          DOE
                                UNCLASSIFIED
                                     SBU
"""


def test_a_scanned_form():
    found = telegram(FORM)
    assert ("smart", "2010-12-22", "10STRELSAU123") == (found.layout, str(found.date), found.mrn)
    assert [("U", ("SBU",))] * 2 == [(banner.level.code, banner.controls) for banner in found.banners]
    assert [("SECSTATE", "STATE"), ("ZENDA", "ZENDA")] == [
        (p.name.split(", ")[1 - i], p.post) for i, p in enumerate(found.to)
    ]
    assert ("SENSITIVE", "SIPDIS") == found.caption_codes
    assert "Summary. The King will travel\nby coach." == found.paragraphs[0].text
    assert "DOE" == found.signature.text


def test_the_stamps_of_the_release_are_no_markings():
    found = telegram(FORM)
    assert ["foia-page", "foia-page", "release-in-part"] == sorted(stamp.kind for stamp in found.stamps)
    assert (None, "STRELSAU") == (found.banner.post, found.post)


def test_a_classified_form_has_its_authority_in_fields():
    fields = "Classified by:      Jane Q. Doe, Consul\nReason:             1.4(b), (d)\nDeclassify on:      03/14/2023\n\n1. (C)"
    found = telegram(FORM.replace("1. (SBU)", fields)).authority
    assert ("Jane Q. Doe", "Consul", "bd", "lines") == (
        found.name,
        found.title,
        "".join(found.reasons.codes),
        found.form,
    )
    assert "2023-03-14" == str(found.declassify.date)
