"""`cablecheck parse`: show telegrams as the rules see them."""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterable

from .. import linter
from ..errors import ConfigError
from ..reporters import csv, model_dump
from ..reporters.escaping import csv_cell, visible, whole
from . import options, output


def main(given: list[str]) -> int:
    """Print every document's model, or one row for each."""
    arguments = options.parser("parse", "Show each telegram as the rules see it, every part with its place.")
    options.input_options(arguments)
    options.rule_options(arguments)
    formats = ("tree", "json", "csv")
    arguments.add_argument(
        "--format", choices=formats, help="tree (default) or json; with --fields csv (default) or json"
    )
    arguments.add_argument(
        "--fields", dest="rows", action="store_true", help="one row for each cable instead of the whole model"
    )
    options.out_option(arguments)
    args = arguments.parse_args(given)
    settings = options.settled(args)
    if settings.flag("redact"):
        raise ConfigError("parse shows the documents' words; it cannot be redacted")
    if args.format == ("tree" if args.rows else "csv"):
        raise ConfigError(f"--format {args.format} does not go {'with' if args.rows else 'without'} --fields")
    paths, data = options.paths_of(args)
    documents = list(linter.parse(paths, settings, linter.Wish(data=data, name=args.stdin_filename)))
    output.put(list(_pieces(documents, args)), args.out)
    return output.tell_unread(documents)


def _pieces(documents: list[linter.Parsed], args: argparse.Namespace) -> Iterable[str]:
    read = [each for each in documents if each.telegram is not None]
    if args.rows:
        rows = [csv.row(each.path, each.cable, each.reader, each.telegram) for each in read if each.telegram]
        if args.format == "json":
            yield json.dumps([{key: whole(cell) for key, cell in row.items()} for row in rows], indent=1) + "\n"
        else:
            yield from csv.rows([csv.CABLE_COLUMNS])
            yield from csv.rows([[csv_cell(cell) for cell in row.values()] for row in rows])
    elif args.format == "json":
        yield json.dumps([_object(each) for each in read], indent=1) + "\n"
    else:
        for each in read:
            if each.telegram is not None and each.source is not None:
                cable = f" {visible(each.cable)}" if each.cable else ""
                yield f"{visible(each.path)}{cable} ({each.reader})\n"
                yield from model_dump.tree(each.telegram, each.source)


def _object(each: linter.Parsed) -> dict[str, object]:
    head: dict[str, object] = {"path": whole(each.path), "cable": whole(each.cable), "reader": each.reader}
    if each.telegram is not None and each.source is not None:
        head |= model_dump.as_object(each.telegram, each.source)
    return head
