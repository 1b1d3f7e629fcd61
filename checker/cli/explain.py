"""`cablecheck explain`: a rule, an error code, or a rule's verdict on a telegram."""

from __future__ import annotations

import sys

from .. import linter
from ..errors import ConfigError
from ..reporters.escaping import visible
from . import options, output


def main(given: list[str]) -> int:
    """Print a rule with its citation and examples, or how it judged each telegram of a file, step by step."""
    arguments = options.parser("explain", "Explain a rule, an error code, or a rule's verdict on a telegram.")
    arguments.add_argument("what", metavar="RULE", help="an id, name or alias of a rule, or an error code such as R012")
    options.input_options(arguments)
    options.rule_options(arguments)
    args = arguments.parse_args(given)
    settings = options.settled(args)
    if not args.paths and not args.files_from:
        print("\n".join(visible(line) for line in linter.explain(args.what, settings).split("\n")))
        return output.OK
    if settings.flag("redact"):
        raise ConfigError("explain shows the words of a document; it cannot be redacted")
    paths, data = options.paths_of(args)
    code = output.OK
    for title, lines, ok in linter.trace(args.what, paths, settings, linter.Wish(data=data, name=args.stdin_filename)):
        sys.stdout.write(visible(title) + "\n" + "".join(f"  {visible(line)}\n" for line in lines))
        code = code if ok else output.UNTRUSTED
    return code
