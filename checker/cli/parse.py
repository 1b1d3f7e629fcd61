"""`cablecheck parse`: show telegrams as the rules see them."""

from __future__ import annotations

import argparse
from collections.abc import Iterable

from .. import linter
from ..errors import ConfigError
from ..reporters import csv, model_dump
from ..reporters.escaping import csv_cell, dumps, json_text, visible
from . import options as cli_options
from . import output


def arguments() -> argparse.ArgumentParser:
    """Return the command's argument parser."""
    parser = cli_options.parser(
        "parse",
        "Show each telegram as the rules see it, with the location of every part.",
        "parse examples/09STRELSAU123.txt",
        "parse --format json telegram.txt",
    )
    cli_options.input_options(
        parser, "files, folders, globs, and locations such as corpus.jsonl:5; - is standard input"
    )
    cli_options.rule_options(parser, can_redact=False)
    formats = ("tree", "json", "csv")
    parser.add_argument(
        "--format", choices=formats, help="tree (the default) or json; with --fields, csv (the default) or json"
    )
    parser.add_argument(
        "--fields", dest="rows", action="store_true", help="one row for each cable instead of the whole model"
    )
    cli_options.out_option(parser)
    return parser


def main(given: list[str]) -> int:
    """Print the parsed model of each document or, with `--fields`, one row per document; return the exit code."""
    args = arguments().parse_args(given)
    options = cli_options.read(args)
    cli_options.refuse_redaction(options, "parse")
    if args.format == ("tree" if args.rows else "csv"):
        raise ConfigError(f"--format {args.format} is not available {'with' if args.rows else 'without'} --fields")
    paths = cli_options.read_paths(args, options)
    documents = list(linter.parse(paths, options))
    unread = [(each.path, each.why) for each in documents if each.telegram is None]
    output.put(list(_output(documents, args)), args.out, for_people=args.format in (None, "tree") and not args.rows)
    return output.print_unread(unread, len(unread) == len(documents) and not options.listed)


def _output(documents: list[linter.Parsed], args: argparse.Namespace) -> Iterable[str]:
    read = [each for each in documents if each.telegram is not None]
    if args.rows:
        rows = [csv.row(each.path, each.cable, each.reader, each.telegram) for each in read if each.telegram]
        if args.format == "json":
            yield dumps([{key: json_text(cell) for key, cell in row.items()} for row in rows], indent=1) + "\n"
        else:
            yield from csv.rows([csv.CABLE_COLUMNS])
            yield from csv.rows([[csv_cell(cell) for cell in row.values()] for row in rows])
    elif args.format == "json":
        yield dumps([_object(each) for each in read], indent=1) + "\n"
    else:
        for each in read:
            if each.telegram is not None and each.source is not None:
                cable = f" {visible(each.cable)}" if each.cable else ""
                yield f"{visible(each.path)}{cable} ({each.reader})\n"
                yield from model_dump.tree(each.telegram, each.source)


def _object(each: linter.Parsed) -> dict[str, object]:
    head: dict[str, object] = {"path": json_text(each.path), "cable": json_text(each.cable), "reader": each.reader}
    if each.telegram is not None and each.source is not None:
        head |= model_dump.as_object(each.telegram, each.source)
    return head
