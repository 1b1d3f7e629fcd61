"""Test a real telegram, if there is one next to the checkout: every header field, six portions, nothing unreadable."""

import glob
import os

import pytest
from parsing import ROOT, short, telegram

FOUND = sorted(glob.glob(os.path.join(ROOT, "..", "shared", "seed", "*.txt")))


@pytest.mark.skipif(not FOUND, reason="no real telegram beside this checkout")
def test_a_real_telegram_is_read_whole():
    with open(FOUND[0], encoding="utf-8") as file:
        page = file.read()
    text = page[page.index("VZCZC") : page.index("\n\nWikileaks\n") + 1]
    found = telegram(text)
    header = (found.transmission, found.routing, found.station, found.security, found.dtg, found.sender)
    fields = (found.banner, found.eo, found.tags_line, found.subject, found.authority, found.signature)
    assert None not in (*header, *fields)
    assert (("acp127", "CABLE", True, ()), 1, 1) == (
        (found.layout, found.profile, found.whole, found.unread),
        len(found.to),
        len(found.info),
    )
    assert [("C", "start")] * 6 == [(short(item.level), item.where) for item in found.paragraphs]
    assert ("1.4", ("b", "d")) == (found.authority.reasons.section, found.authority.reasons.codes)
    assert ["PARMS"] == [tag.text for tag in found.tags if not tag.known]
    assert 3 == len(found.headings)
