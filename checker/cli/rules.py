"""The pages of `reports/` that are made from the rule book: telegram rules and corpus rules together."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator

from .. import linter
from ..audit import corpus_rules
from ..config import Settings
from ..reporters import rule_catalogue
from ..reporters.escaping import visible
from ..resources import data_dir
from ..rulebook.vocabulary_loader import load_vocabulary
from . import options, output


def of_book(settings: Settings) -> dict[str, Iterator[str]]:
    """File name to the pieces of its text. Raises `RuleError` for a rule book that does not load."""
    book = linter.load(settings)
    listed = [rule_catalogue.of_rule(rule) for rule in book.rules] + [
        _corpus_rule(rule) for rule in corpus_rules.load()
    ]
    listed.sort(key=lambda rule: rule.id)
    uncovered = load_vocabulary(os.path.join(data_dir("rules"), "coverage"))["uncovered"]
    return {
        "rules.md": rule_catalogue.catalogue(listed),
        "coverage.md": rule_catalogue.coverage(listed, book.vocabulary["sources"], uncovered),
        "tripwires.md": rule_catalogue.tripwires(book.rules),
    }


def _corpus_rule(rule: corpus_rules.CorpusRule) -> rule_catalogue.Listed:
    return rule_catalogue.Listed(
        rule.id, rule.name, rule.severity, rule.status, ("ALL",), "", rule.summary, rule.cite, "Across a corpus"
    )


# ---- `cablecheck rules`: list, check, test and begin rules.
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
        return output.OK if asked else output.UNTRUSTED
    actions = {"list": _list, "check": _check, "test": _test, "new": _new, "pages": _pages, "schema": _schema}
    return actions[given[0]](given[1:])


def _list(given: list[str]) -> int:
    arguments = options.parser("rules list", ACTIONS["list"])
    options.rule_options(arguments)
    arguments.add_argument(
        "--format", choices=("text", "markdown", "json"), default="text", help="the form of the list"
    )
    options.out_option(arguments)
    args = arguments.parse_args(given)
    output.put(linter.list_rules(options.settled(args), args.format), args.out)
    return output.OK


def _check(given: list[str]) -> int:
    arguments = options.parser("rules check", ACTIONS["check"])
    arguments.add_argument("files", nargs="+", metavar="FILE", help="rule files, vocabulary files, or folders of them")
    files, corpus, synth = _parted(arguments.parse_args(given).files)
    troubles = linter.check_rules(files) if files else []
    if corpus:
        from ..audit import corpus_rule_tests  # the data base costs 160 ms, and only rules over a corpus need it

        troubles += [str(item) for item in corpus_rule_tests.check(corpus)]
    if synth:
        from ..synth import templates  # only for its files

        troubles += [str(item) for item in templates.check(synth)]
    for trouble in troubles:
        print("\n".join(visible(line) for line in trouble.split("\n")))
    print(f"{len(troubles)} troubles" if len(troubles) != 1 else "1 trouble")
    return output.UNTRUSTED if troubles else output.OK


def _test(given: list[str]) -> int:
    arguments = options.parser("rules test", ACTIONS["test"])
    arguments.add_argument(
        "files", nargs="*", metavar="FILE", help="rule files or folders (default: the shipped rules)"
    )
    arguments.add_argument(
        "--mutate", action="store_true", help="change each rule in every small way; each must be noticed"
    )
    args = arguments.parse_args(given)
    files, corpus, _ = _parted(args.files)
    lines, held = linter.test_rules(files, args.mutate) if files or not args.files else ([], True)
    if corpus:
        from ..audit import corpus_rule_tests  # as above

        more, well = corpus_rule_tests.test(corpus, args.mutate)
        lines, held = [*lines, *more], held and well
    for line in lines:
        print(visible(line))
    return output.OK if held else output.FINDINGS


def _parted(files: list[str]) -> tuple[list[str], list[str], list[str]]:
    """Files of rules, those of rules over a whole corpus, and those of the generator, by the name of their folder."""
    parted: dict[str, list[str]] = {"corpus": [], "synth": []}
    rest: list[str] = []
    for path in files:
        full = os.path.abspath(path)
        parted.get(os.path.basename(full if os.path.isdir(full) else os.path.dirname(full)), rest).append(path)
    return rest, parted["corpus"], parted["synth"]


def _new(given: list[str]) -> int:
    arguments = options.parser("rules new", ACTIONS["new"])
    arguments.add_argument("id", help="the id of the first rule, such as LOC-001")
    options.out_option(arguments)
    args = arguments.parse_args(given)
    output.put([linter.new_rule(args.id)], args.out)
    return output.OK


def _pages(given: list[str]) -> int:
    arguments = options.parser("rules pages", ACTIONS["pages"])
    options.rule_options(arguments)
    arguments.add_argument("--out", default="reports", metavar="DIR", help="the folder to write to (default: reports)")
    args = arguments.parse_args(given)
    for name, pieces in of_book(options.settled(args)).items():
        output.write_file(f"{args.out}/{name}", pieces)
        print(f"{args.out}/{name}")
    return output.OK


def _schema(given: list[str]) -> int:
    arguments = options.parser("rules schema", ACTIONS["schema"])
    kinds = ("rules", "vocabulary", "corpus", "synth", "report", "report-line", "config")
    arguments.add_argument("kind", nargs="?", choices=kinds, default="rules", help="what the schema is for")
    sys.stdout.write(linter.schema_text(arguments.parse_args(given).kind))
    return output.OK
