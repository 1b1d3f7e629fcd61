"""`cablecheck explain`: a rule, an error code, or a rule's verdict on a telegram."""

from __future__ import annotations

import argparse
import sys

from .. import linter
from ..reporters.escaping import visible
from . import options as cli_options
from . import output


def arguments() -> argparse.ArgumentParser:
    """Return the parser of the command."""
    parser = cli_options.parser("explain", "Explain a rule, an error code, or a rule's verdict on a telegram.")
    parser.add_argument("what", metavar="RULE", help="an id, name or alias of a rule, or an error code such as R012")
    cli_options.input_options(parser)
    cli_options.rule_options(parser)
    return parser


def main(given: list[str]) -> int:
    """Print a rule with its citation and examples, or how it judged each telegram of a file, step by step."""
    args = arguments().parse_args(given)
    options = cli_options.read(args)
    if not args.paths and not args.files_from:
        print("\n".join(visible(line) for line in linter.explain(args.what, options).split("\n")))
        return output.OK
    cli_options.refuse_redaction(options, "explain")
    paths = cli_options.read_paths(args, options)
    code = output.OK
    for title, lines, ok in linter.trace(args.what, paths, options):
        sys.stdout.write(visible(title) + "\n" + "".join(f"  {visible(line)}\n" for line in lines))
        code = code if ok else output.INCOMPLETE
    return code
