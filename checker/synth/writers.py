"""Write synthetic telegrams as JSON Lines, CSV, a zip archive, or a folder, with a truth file next to it."""

from __future__ import annotations

import json
import os
import zipfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from ..errors import ConfigError, InputError
from ..record import Record
from .generator import Made, make

Put = Callable[[Made], None]


class Written(Record):
    """The result of `write`: the numbers of documents and planted defects, and the paths of the corpus and the truth
    file.
    """

    documents: int
    planted: int
    path: str
    truth: str


def write(count: int, seed: int, defects: float, out: str, folder: str | None = None) -> Written:
    """Write at least `count` telegrams to `out`, and a list of the planted defects to `<out>.truth.jsonl`.

    The extension of `out` selects the format: `.jsonl`, `.csv`, or `.zip`; without one of these, `out` is a folder of
    text files. Memory use does not grow with `count`. Raises `ConfigError` if `count` or `defects` is out of range, and
    `InputError` if a file cannot be written.
    """
    if count < 0:
        raise ConfigError(f"--count: expected 0 or a positive number, not {count}")
    if not 0 <= defects <= 1:
        raise ConfigError(f"--defects: expected a number from 0 to 1, not {defects:g}")
    wrapper = WRITERS.get(os.path.splitext(out)[1].lower(), _folder)
    truth = f"{out.rstrip('/')}.truth.jsonl"
    telegrams = make(count, seed, defects, folder)  # an error in the templates must not leave empty files
    documents = planted = 0
    try:
        with wrapper(out) as put, open(truth, "w", encoding="utf-8", newline="\n") as facts:
            for made in telegrams:
                put(made)
                documents += 1
                for defect in made.planted:
                    facts.write(json.dumps(_truth(made, defect), ensure_ascii=False) + "\n")
                    planted += 1
    except OSError as error:
        raise InputError(f"cannot write {error.filename or out}: {error.strerror}") from error
    return Written(documents, planted, out, truth)


def _truth(made: Made, defect: Any) -> dict[str, Any]:
    return {
        "document": defect.document,
        "cable": defect.cable,
        "rule": defect.rule,
        "defect": defect.defect,
        "words": defect.words,
        "offset": defect.offset,
        "template": made.template,
    }


def _row(made: Made) -> list[str]:
    """Return a telegram as the eight cells of a row in the format of `cables.csv`."""
    sent = f"{made.sent.month}/{made.sent.day}/{made.sent.year} {int(made.time[:2])}:{made.time[2:]}"
    return [
        str(made.number),
        sent,
        made.cable,
        made.origin,
        made.source_record,
        "|".join(made.references),
        made.header,
        made.body,
    ]


@contextmanager
def _csv(out: str) -> Iterator[Put]:
    with open(out, "w", encoding="utf-8", newline="") as file:

        def put(made: Made) -> None:
            cells = [cell.replace("\\", "\\\\").replace('"', '\\"') for cell in _row(made)]
            file.write('"' + '","'.join(cells) + '"\n')

        yield put


@contextmanager
def _jsonl(out: str) -> Iterator[Put]:
    encode = json.JSONEncoder(ensure_ascii=False).encode
    with open(out, "w", encoding="utf-8", newline="\n") as file:

        def put(made: Made) -> None:
            record = {
                "_id": made.cable,
                "date_time": f"{made.sent.isoformat()} {made.time[:2]}:{made.time[2:]}",
                "origin": made.origin,
                "classification": made.source_record,
                "body": made.text,
            }
            file.write(encode(record) + "\n")

        yield put


@contextmanager
def _zip(out: str) -> Iterator[Put]:
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:

        def put(made: Made) -> None:
            entry = zipfile.ZipInfo(_member(made), (1980, 1, 1, 0, 0, 0))  # fixed, so that equal runs give equal bytes
            entry.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(entry, made.text)

        yield put


@contextmanager
def _folder(out: str) -> Iterator[Put]:
    os.makedirs(out, exist_ok=True)

    def put(made: Made) -> None:
        path = os.path.join(out, _member(made))
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, "w", encoding="utf-8", newline="\n") as file:
            file.write(made.text)

    yield put


def _member(made: Made) -> str:
    return f"{made.sent.year}/{made.number:07d}-{made.cable}.txt"


WRITERS: dict[str, Callable[[str], Any]] = {".csv": _csv, ".jsonl": _jsonl, ".zip": _zip}
