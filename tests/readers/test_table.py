"""Test that the list of readers agrees with the modules in the folder."""

from __future__ import annotations

import os

import checker.readers
from checker.readers import READERS
from checker.readers.registry import PACKED, ROWS, TEXT

FOLDER = os.path.dirname(checker.readers.__file__)
INSIDE = [
    "__init__",
    "escaped",
    "metadata",
    "object_storage",
    "opener",
    "partitions",
    "paths",
    "registry",
    "rows",
    "streams",
]


def test_every_reader_is_listed_once_and_every_module_is_used():
    codes = [reader.code for reader in READERS]
    assert codes == sorted(set(codes))
    files = {name.removesuffix(".py") for name in os.listdir(FOLDER) if name.endswith(".py")}
    assert files - set(INSIDE) == {reader.module for reader in READERS}


def test_every_module_offers_what_its_stage_asks():
    names = {PACKED: ["members"], ROWS: ["recognizes", "rows"], TEXT: ["recognizes", "unwrap"]}
    for reader in READERS:
        for name in names[reader.stage]:
            assert callable(getattr(reader.load(), name)), (reader.code, name)


def test_every_reader_has_its_page_line():
    with open(os.path.join(FOLDER, "..", "..", "docs", "readers.md"), encoding="utf-8") as file:
        page = file.read()
    for reader in READERS:
        assert f"| `{reader.code}` |" in page


def test_reading_a_plain_telegram_imports_no_other_reader():
    import subprocess
    import sys

    program = (
        "import sys; from checker import readers\n"
        "list(readers.read('x', data=b'R 141530Z MAR 08\\nFM AMEMBASSY STRELSAU\\n\\n1. TEXT.\\n'))\n"
        "print(*sorted(name for name in sys.modules if name.startswith('checker.readers.')))"
    )
    out = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True).stdout.split()
    loaded = {name.rpartition(".")[2] for name in out}
    assert loaded - {"readers"} | {"__init__"} == {"__init__", "opener", "paths", "registry", "streams"}
