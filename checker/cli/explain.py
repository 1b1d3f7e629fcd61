"""`cablecheck explain`: a rule, an error code, or a rule's verdict on a telegram."""

from __future__ import annotations

import sys

from .. import run
from ..reporters.escape import visible
from ..trouble import ConfigTrouble
from . import exits, words


def main(given: list[str]) -> int:
    """Print a rule with its citation and examples, or how it judged each telegram of a file, step by step."""
    options = words.parser("explain", "Explain a rule, an error code, or a rule's verdict on a telegram.")
    options.add_argument("what", metavar="RULE", help="an id, name or alias of a rule, or an error code such as R012")
    words.input_options(options)
    words.rule_options(options)
    args = options.parse_args(given)
    settings = words.settled(args)
    if not args.paths and not args.files_from:
        print("\n".join(visible(line) for line in run.explain(args.what, settings).split("\n")))
        return exits.OK
    if settings.flag("redact"):
        raise ConfigTrouble("explain shows the words of a document; it cannot be redacted")
    paths, data = words.paths_of(args)
    code = exits.OK
    for title, lines, ok in run.trace(args.what, paths, settings, run.Wish(data=data, name=args.stdin_filename)):
        sys.stdout.write(visible(title) + "\n" + "".join(f"  {visible(line)}\n" for line in lines))
        code = code if ok else exits.UNTRUSTED
    return code
