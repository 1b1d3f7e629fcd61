"""`cablecheck rules`: list, validate, test and scaffold rules, and write the pages made from them."""

from __future__ import annotations

import argparse
import json
import os
import sys
from collections.abc import Iterator

from .. import linter
from ..config import Options
from ..reporters.escaping import visible
from ..reporters.terminal import count
from ..resources import data_dir
from ..rulebook import pack_store
from ..rulebook.rule import match_rules
from . import options as cli_options
from . import output

ACTIONS = {
    "list": "list the rules with their requirement and source",
    "check": "validate rule files, reporting each error with its location",
    "test": "run the examples of rule files (--mutate: and require the examples to kill every mutant)",
    "try": "run draft rules over the corpus of a finished audit: how many documents they hit, with examples",
    "packs": "list the rule packs that can be named, with version and digest",
    "add": "install a rule pack from a folder or a wheel",
    "remove": "remove an installed rule pack",
    "new": "write a new rule file with an example of each kind",
    "pages": "write the catalogue, the coverage of the sources and the order watch as Markdown pages",
    "schema": "print a JSON Schema for editors and validators",
}
EXAMPLES = {
    "list": ("rules list --select POR", "rules list --format json"),
    "check": ("rules check rules/ours.yaml",),
    "test": ("rules test rules/ours.yaml --mutate",),
    "try": ("rules try rules/ours.yaml --corpus audit",),
    "packs": ("rules packs",),
    "add": ("rules add packs/ours",),
    "remove": ("rules remove ours",),
    "new": ("rules new LOC-001 --out rules/ours.yaml",),
    "pages": ("rules pages --out reports",),
    "schema": ("rules schema rules", "rules schema report"),
}
SCHEMAS = ("rules", "vocabulary", "corpus", "synth", "report", "report-line", "config")


def arguments(action: str) -> argparse.ArgumentParser:
    """Return the parser of one action."""
    what = ACTIONS[action][0].upper() + ACTIONS[action][1:] + "."
    parser = cli_options.parser(f"rules {action}", what, *EXAMPLES[action])
    if action == "list":
        cli_options.rule_options(parser)
        parser.add_argument("--format", choices=("text", "markdown", "json"), default="text", help="output format")
        cli_options.out_option(parser)
    elif action == "check":
        parser.add_argument("files", nargs="+", metavar="FILE", help="rule files, vocabulary files, or folders of them")
    elif action == "test":
        parser.add_argument("files", nargs="*", metavar="FILE", help="rule files or folders (default: shipped rules)")
        parser.add_argument("--mutate", action="store_true", help="require the examples to kill every mutant")
    elif action == "try":
        parser.add_argument("file", metavar="FILE", help="a rule file, or the folder of a pack")
        parser.add_argument("--corpus", required=True, metavar="DIR", help="the folder of a finished audit")
        parser.add_argument("--paths", nargs="+", default=[], metavar="PATH", help="where the audited files are now")
        parser.add_argument("--sample", type=int, default=5000, metavar="N", help="documents to draw (default: 5000)")
        parser.add_argument("--jobs", type=int, default=0, metavar="N", help="processes; 0 is one for each processor")
    elif action == "new":
        parser.add_argument("id", help="the id of the first rule, for example LOC-001")
        cli_options.out_option(parser)
    elif action == "packs":
        parser.add_argument("--format", choices=("text", "json"), default="text", help="output format")
        cli_options.out_option(parser)
    elif action == "add":
        parser.add_argument("pack", metavar="PACK", help="a folder with a pack.yaml, or a wheel (.whl)")
    elif action == "remove":
        parser.add_argument("name", metavar="NAME", help="the name of an installed pack")
    elif action == "pages":
        cli_options.rule_options(parser)
        parser.add_argument("--out", default="reports", metavar="DIR", help="folder to write to (default: reports)")
    else:
        parser.add_argument("kind", nargs="?", choices=SCHEMAS, default="rules", help="what the schema describes")
    return parser


def main(given: list[str]) -> int:
    """Run one of the actions; return the exit code."""
    actions = {
        "list": _list,
        "check": _check,
        "test": _test,
        "try": _try,
        "packs": _packs,
        "add": _add,
        "remove": _remove,
        "new": _new,
        "pages": _pages,
        "schema": _schema,
    }
    if not given or given[0] not in ACTIONS:
        asked = bool(given) and given[0] in ("-h", "--help")
        lines = ["usage: cablecheck rules ACTION ...", "", "actions:", *cli_options.described(ACTIONS, 8)]
        lines.append(cli_options.examples_text(EXAMPLES[name][0] for name in ("list", "check", "try")))
        lines.append("cablecheck rules ACTION --help shows the options of an action.")
        output.say("\n".join(lines), to_stderr=not asked)
        return output.OK if asked else output.INCOMPLETE
    return actions[given[0]](arguments(given[0]).parse_args(given[1:]))


def _list(args: argparse.Namespace) -> int:
    from ..reporters import rule_catalogue  # with what traces conditions

    options = cli_options.read(args)
    rules = linter.load(options).rules
    if options.select:
        chosen = match_rules(rules, options.select, inactive=True)
        rules = tuple(rule for rule in rules if rule.id in chosen)
    width = 0 if args.out else cli_options.display_width(sys.stdout)
    output.put(rule_catalogue.listed(rules, args.format, width), args.out)
    return output.OK


def _check(args: argparse.Namespace) -> int:
    from ..rulebook.loader import check_files  # reads YAML, which costs 30 ms

    files, corpus, synth = _by_kind(args.files)
    errors = list(map(str, check_files(files) if files else []))
    if corpus:
        from ..audit import corpus_rule_tests  # the database costs 160 ms, and only corpus rules need it

        errors += [str(item) for item in corpus_rule_tests.check(corpus)]
    if synth:
        from ..synth import templates  # only for its files

        errors += [str(item) for item in templates.check(synth)]
    for error in errors:
        output.say("\n".join(visible(line) for line in error.split("\n")))
    print(count(len(errors), "error"))
    return output.INCOMPLETE if errors else output.OK


def _test(args: argparse.Namespace) -> int:
    files, corpus, _ = _by_kind(args.files)
    lines: list[str] = []
    passed = True
    if files or not args.files:
        from ..rulebook import authoring  # reads YAML

        report = authoring.test_files(files, mutants=args.mutate)
        lines, passed = report.lines, report.ok
    if corpus:
        from ..audit import corpus_rule_tests  # as above

        more, corpus_passed = corpus_rule_tests.test(corpus, args.mutate)
        lines, passed = [*lines, *more], passed and corpus_passed
    for line in lines:
        output.say(visible(line))
    return output.OK if passed else output.FINDINGS


def _by_kind(files: list[str]) -> tuple[list[str], list[str], list[str]]:
    """Return the files of telegram rules, of corpus rules, and of generator templates, distinguished by the name of
    their folder.
    """
    special: dict[str, list[str]] = {"corpus": [], "synth": []}
    rest: list[str] = []
    for path in files:
        full = os.path.abspath(path)
        special.get(os.path.basename(full if os.path.isdir(full) else os.path.dirname(full)), rest).append(path)
    return rest, special["corpus"], special["synth"]


def _try(args: argparse.Namespace) -> int:
    from ..audit import rule_trial  # the database, as above

    options = Options(sample=args.sample, jobs=args.jobs or os.cpu_count() or 1)
    for line in rule_trial.try_rules(args.file, args.corpus, args.paths, options):
        output.say(line)
    return output.OK


def _packs(args: argparse.Namespace) -> int:
    packs = pack_store.listed()
    if args.format == "json":
        rows = [{name: getattr(each, name) for name in each.__fields__} for each in packs]
        output.put([json.dumps({"packs": rows}, indent=1) + "\n"], args.out)
        return output.OK
    lines = [f"{each.name} {each.version}  sha256 {each.digest[:12]}  {each.origin}\n  {each.title}" for each in packs]
    output.put([visible(line) + "\n" for text in lines for line in text.split("\n")], args.out, for_people=True)
    return output.OK


def _add(args: argparse.Namespace) -> int:
    from ..rulebook import pack_installer  # YAML and jsonschema cost 150 ms

    packs, skipped = pack_installer.add(args.pack)
    for name in skipped:
        output.say(f"not copied: {visible(name)} (a pack has rules, vocabulary and telegrams only)")
    for pack in packs:
        output.say(visible(f"installed {pack.name} {pack.version} (sha256 {pack.digest[:12]}) in {pack.folder}"))
        output.say(visible(f'use it with --rules {pack.name}, or rules = ["{pack.name}"] in cablecheck.toml'))
    return output.OK


def _remove(args: argparse.Namespace) -> int:
    from ..rulebook import pack_installer  # as above

    pack_installer.remove(args.name)
    output.say(visible(f"removed {args.name}"))
    return output.OK


def _new(args: argparse.Namespace) -> int:
    from ..rulebook import authoring  # reads YAML

    output.put([authoring.new_chapter(args.id)], args.out)
    return output.OK


def _pages(args: argparse.Namespace) -> int:
    for name, parts in pages(cli_options.read(args)).items():
        output.write_file(f"{args.out}/{name}", parts)
        print(f"{args.out}/{name}")
    return output.OK


def pages(options: Options) -> dict[str, Iterator[str]]:
    """Return the generated pages by file name. Raises `RuleError` if the rules do not load."""
    from ..audit import corpus_rules  # as above
    from ..reporters import rule_catalogue  # only for these pages
    from ..rulebook.vocabulary_loader import load_vocabulary

    rulebook = linter.load(options)
    listed = [rule_catalogue.catalogue_entry(rule) for rule in rulebook.rules]
    listed += [
        rule_catalogue.CatalogueEntry(
            rule.id,
            rule.name,
            rule.severity,
            rule.status,
            ("ALL",),
            "",
            rule.summary,
            rule.cite,
            "Across a corpus",
            rule.severity,
        )
        for rule in corpus_rules.load()
    ]
    listed.sort(key=lambda rule: rule.id)
    notes = load_vocabulary(os.path.join(data_dir("rules"), "coverage"))
    return {
        "rules.md": rule_catalogue.catalogue(listed),
        "coverage.md": rule_catalogue.coverage(listed, rulebook.vocabulary["sources"], notes["uncovered"]),
        "order-watch.md": rule_catalogue.order_watch(rulebook.vocabulary["eras"], notes["order_watch"]),
        "tripwires.md": rule_catalogue.tripwires(rulebook.rules),
    }


def _schema(args: argparse.Namespace) -> int:
    with open(os.path.join(data_dir("schemas"), f"{args.kind}.schema.json"), encoding="utf-8") as file:
        sys.stdout.write(file.read())
    return output.OK
