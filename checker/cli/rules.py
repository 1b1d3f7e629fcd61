"""`cablecheck rules`: list, check, test and begin rules."""

from __future__ import annotations

import os
import sys

from .. import pages, run
from ..reporters.escape import visible
from . import exits, printing, words

ACTIONS = {
    "list": "the rules, with what holds and by which source",
    "check": "whether rule files hold, with every trouble at its place",
    "test": "run the examples of rule files (--mutate: and demand that they notice every change of the rule)",
    "new": "the beginning of a rule file, with an example of each kind",
    "pages": "write the catalogue, the coverage of the sources and the tripwires as Markdown pages",
    "schema": "a schema that an editor completes and checks rule files with",
}


def main(given: list[str]) -> int:
    """One of the actions."""
    if not given or given[0] in ("-h", "--help") or given[0] not in ACTIONS:
        lines = "\n".join(f"  {name:<8} {what}" for name, what in ACTIONS.items())
        text = f"usage: cablecheck rules ACTION ...\n\nactions:\n{lines}\n"
        asked = bool(given) and given[0] in ("-h", "--help")
        (sys.stdout if asked else sys.stderr).write(text)
        return exits.OK if asked else exits.UNTRUSTED
    actions = {"list": _list, "check": _check, "test": _test, "new": _new, "pages": _pages, "schema": _schema}
    return actions[given[0]](given[1:])


def _list(given: list[str]) -> int:
    options = words.parser("rules list", ACTIONS["list"])
    words.rule_options(options)
    options.add_argument("--format", choices=("text", "markdown", "json"), default="text", help="the form of the list")
    words.out_option(options)
    args = options.parse_args(given)
    printing.put(run.list_rules(words.settled(args), args.format), args.out)
    return exits.OK


def _check(given: list[str]) -> int:
    options = words.parser("rules check", ACTIONS["check"])
    options.add_argument("files", nargs="+", metavar="FILE", help="rule files, vocabulary files, or folders of them")
    files, corpus, synth = _parted(options.parse_args(given).files)
    troubles = run.check_rules(files) if files else []
    if corpus:
        from ..audit import trying  # the data base costs 160 ms, and only rules over a corpus need it

        troubles += [str(item) for item in trying.check(corpus)]
    if synth:
        from ..synth import data  # only for its files

        troubles += [str(item) for item in data.check(synth)]
    for trouble in troubles:
        print("\n".join(visible(line) for line in trouble.split("\n")))
    print(f"{len(troubles)} troubles" if len(troubles) != 1 else "1 trouble")
    return exits.UNTRUSTED if troubles else exits.OK


def _test(given: list[str]) -> int:
    options = words.parser("rules test", ACTIONS["test"])
    options.add_argument("files", nargs="*", metavar="FILE", help="rule files or folders (default: the shipped rules)")
    options.add_argument(
        "--mutate", action="store_true", help="change each rule in every small way; each must be noticed"
    )
    args = options.parse_args(given)
    files, corpus, _ = _parted(args.files)
    lines, held = run.test_rules(files, args.mutate) if files or not args.files else ([], True)
    if corpus:
        from ..audit import trying  # as above

        more, well = trying.test(corpus, args.mutate)
        lines, held = [*lines, *more], held and well
    for line in lines:
        print(visible(line))
    return exits.OK if held else exits.FINDINGS


def _parted(files: list[str]) -> tuple[list[str], list[str], list[str]]:
    """Files of rules, those of rules over a whole corpus, and those of the generator, by the name of their folder."""
    parted: dict[str, list[str]] = {"corpus": [], "synth": []}
    rest: list[str] = []
    for path in files:
        full = os.path.abspath(path)
        parted.get(os.path.basename(full if os.path.isdir(full) else os.path.dirname(full)), rest).append(path)
    return rest, parted["corpus"], parted["synth"]


def _new(given: list[str]) -> int:
    options = words.parser("rules new", ACTIONS["new"])
    options.add_argument("id", help="the id of the first rule, such as LOC-001")
    words.out_option(options)
    args = options.parse_args(given)
    printing.put([run.new_rule(args.id)], args.out)
    return exits.OK


def _pages(given: list[str]) -> int:
    options = words.parser("rules pages", ACTIONS["pages"])
    words.rule_options(options)
    options.add_argument("--out", default="reports", metavar="DIR", help="the folder to write to (default: reports)")
    args = options.parse_args(given)
    for name, pieces in pages.of_book(words.settled(args)).items():
        printing.write_file(f"{args.out}/{name}", pieces)
        print(f"{args.out}/{name}")
    return exits.OK


def _schema(given: list[str]) -> int:
    options = words.parser("rules schema", ACTIONS["schema"])
    kinds = ("rules", "vocabulary", "corpus", "synth", "report", "report-line", "config")
    options.add_argument("kind", nargs="?", choices=kinds, default="rules", help="what the schema is for")
    sys.stdout.write(run.schema_text(options.parse_args(given).kind))
    return exits.OK
