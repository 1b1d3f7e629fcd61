"""One invented telegram of each layout, and the whole account the parser gives of it."""

import os

import pytest
from parsing import ROOT, account, telegram

FOLDER = os.path.join(ROOT, "tests", "telegrams", "clean")
NAMES = sorted(name[:-4] for name in os.listdir(FOLDER) if name.endswith(".txt"))


def read(name):
    with open(os.path.join(FOLDER, name), encoding="utf-8", newline="") as file:
        return file.read()


@pytest.mark.parametrize("name", NAMES)
def test_the_account_of(name):
    assert read(f"{name}.account") == account(telegram(read(f"{name}.txt")))


@pytest.mark.parametrize("name", NAMES)
def test_line_ends_of_other_systems_change_nothing_in_the_account_of(name):
    expected = read(f"{name}.account")
    assert expected == account(telegram(read(f"{name}.txt").replace("\n", "\r\n")))
