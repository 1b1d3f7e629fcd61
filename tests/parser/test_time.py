"""Test that the time to parse a text grows only with its length, whatever the text repeats."""

import time

import pytest
from parsing import BANNER, FIELDS, HEADER, telegram

UNITS = [
    " ", "\n", " \n", "(", "(C) ", ")", "1. (C) x\n", "1.\n", "-", "------\nA\n", "Heading\n-----\n\n", "-- a\n", "A. (C) x\n",
    "STRELSAU 00000123  002 OF 004\n", "a STRELSAU 00000123  002 OF 004 b ", "CONFIDENTIAL\n\nPAGE 02 STRELS 00123 141545Z\n",
    "Declassified/Released US Department of State EO Systematic Review 30 JUN 2005\n", "Classified By: ", "REASON ",
    "E.O. 12958: DECL: ", "TAGS: ", "PREL, ", "SUBJECT: X\n", "A. STRELSAU 1, ", "A", "A ", "1", "1/", "12 JAN ",
    "C O N F I D E N T I A L STRELSAU 000123\n", "CONFIDENTIAL\n", "RUEHC/SECSTATE WASHDC\n", "R 141530Z MAR 08\n", "EUR-12 ",
    "MRN: 12 X 1\n", "1. CONFIDENTIAL - ENTIRE TEXT.\n\n", " AND ", ";", "\0", "\r", "¶", "X",
]  # fmt: skip


@pytest.mark.parametrize("unit", UNITS, ids=repr)
def test_no_repetition_costs_more_than_its_length(unit):
    def cost(size):
        best = 9.0
        for _ in range(2):
            began = time.process_time()
            telegram(f"{HEADER}{BANNER}{FIELDS}{unit * (size // len(unit))}")
            best = min(best, time.process_time() - began)
        return best

    small, large = cost(8_000), cost(64_000)
    assert large < 24 * small + 0.1, "eight times the text may cost eight times the time, and the noise of the machine"
