"""`cablecheck parse`: show telegrams as the rules see them."""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterable

from .. import run
from ..reporters import columns, comma, model
from ..reporters.escape import csv_cell, visible, whole
from ..trouble import ConfigTrouble
from . import printing, words


def main(given: list[str]) -> int:
    """Print every document's model, or one row for each."""
    options = words.parser("parse", "Show each telegram as the rules see it, every part with its place.")
    words.input_options(options)
    words.rule_options(options)
    formats = ("tree", "json", "csv")
    options.add_argument(
        "--format", choices=formats, help="tree (default) or json; with --fields csv (default) or json"
    )
    options.add_argument(
        "--fields", dest="rows", action="store_true", help="one row for each cable instead of the whole model"
    )
    words.out_option(options)
    args = options.parse_args(given)
    settings = words.settled(args)
    if settings.flag("redact"):
        raise ConfigTrouble("parse shows the documents' words; it cannot be redacted")
    if args.format == ("tree" if args.rows else "csv"):
        raise ConfigTrouble(f"--format {args.format} does not go {'with' if args.rows else 'without'} --fields")
    paths, data = words.paths_of(args)
    documents = list(run.parse(paths, settings, run.Wish(data=data, name=args.stdin_filename)))
    printing.put(list(_pieces(documents, args)), args.out)
    return printing.tell_unread(documents)


def _pieces(documents: list[run.Parsed], args: argparse.Namespace) -> Iterable[str]:
    read = [each for each in documents if each.telegram is not None]
    if args.rows:
        rows = [columns.row(each.path, each.cable, each.reader, each.telegram) for each in read if each.telegram]
        if args.format == "json":
            yield json.dumps([{key: whole(cell) for key, cell in row.items()} for row in rows], indent=1) + "\n"
        else:
            yield from comma.rows([columns.COLUMNS])
            yield from comma.rows([[csv_cell(cell) for cell in row.values()] for row in rows])
    elif args.format == "json":
        yield json.dumps([_object(each) for each in read], indent=1) + "\n"
    else:
        for each in read:
            if each.telegram is not None and each.source is not None:
                cable = f" {visible(each.cable)}" if each.cable else ""
                yield f"{visible(each.path)}{cable} ({each.reader})\n"
                yield from model.tree(each.telegram, each.source)


def _object(each: run.Parsed) -> dict[str, object]:
    head: dict[str, object] = {"path": whole(each.path), "cable": whole(each.cable), "reader": each.reader}
    if each.telegram is not None and each.source is not None:
        head |= model.as_object(each.telegram, each.source)
    return head
