"""`cablecheck rules`: list, check, test, format, and write rules, manage rule packs, and write the pages generated from
the rules.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
from collections.abc import Iterator, Sequence

from .. import linter
from ..config import Options
from ..errors import ConfigError, count, did_you_mean
from ..reporters.escaping import visible
from ..resources import data_dir
from ..rulebook import pack_store
from ..rulebook.diagnostics import Diagnostic, merged, relative
from ..rulebook.rule import match_rules
from . import options as cli_options
from . import output

ACTIONS = {
    "list": "list the rules with their requirements",
    "check": "validate rule files, and report each error with its location",
    "test": "run the examples of rule files and, with --mutate, check that they detect changes to the rules",
    "try": "run draft rules over the corpus of a finished audit, and show the documents on which they fire",
    "packs": "list the available rule packs, with version and digest",
    "add": "install a rule pack from a folder or a wheel",
    "remove": "remove an installed rule pack",
    "format": "rewrite rule files in block style, with lines of at most 120 characters; comments and meaning are kept",
    "new": "write a new rule with an example of each kind",
    "pages": "write four Markdown pages: all rules, coverage of the sources, order watch, and tripwires",
    "schema": "print a JSON Schema for editors and validators",
}
EXAMPLES = {
    "list": ("rules list --select POR", "rules list --format json"),
    "check": ("rules check", "rules check rules/ours.yaml"),
    "test": ("rules test rules/ours.yaml --mutate",),
    "try": ("rules try rules/ours.yaml --corpus audit",),
    "packs": ("rules packs",),
    "add": ("rules add packs/ours",),
    "remove": ("rules remove ours",),
    "format": ("rules format rules/ours.yaml", "rules format --check rules"),
    "new": ("rules new", "rules new LOC-001 --out rules/ours.yaml --yes"),
    "pages": ("rules pages --out reports",),
    "schema": ("rules schema rules", "rules schema report"),
}
UNREADABLE = "R001"  # the code for a file that cannot be read
_QUESTIONS = (
    ("id", "ID", "id of the rule"),
    ("name", "NAME", "name, in words joined by hyphens"),
    ("summary", "TEXT", "requirement, in one sentence"),
    ("source", "CODE", "source of the requirement, a code of vocabulary/sources.yaml"),
    ("clause", "TEXT", "section or page of the source"),
    ("severity", "LEVEL", "severity: error, warning, or info"),
    ("base", "BASE", "telegram for the examples (`cablecheck explain base` lists them)"),
)
SCHEMAS = ("rules", "vocabulary", "corpus", "synth", "report", "report-line", "config")


def arguments(action: str) -> argparse.ArgumentParser:
    """Return the argument parser for one `rules` action."""
    what = ACTIONS[action][0].upper() + ACTIONS[action][1:] + "."
    parser = cli_options.parser(f"rules {action}", what, *EXAMPLES[action])
    if action in ("check", "test", "format"):
        _file_arguments(parser, action)
    elif action == "try":
        parser.add_argument("file", metavar="FILE", help="a rule file, or the folder of a pack")
        parser.add_argument("--corpus", required=True, metavar="DIR", help="the folder of a finished audit")
        parser.add_argument(
            "--paths", nargs="+", default=[], metavar="PATH", help="the current location of the audited files"
        )
        parser.add_argument("--sample", type=int, default=5000, metavar="N", help="documents to draw (default: 5000)")
        parser.add_argument(
            "--jobs",
            type=int,
            default=0,
            metavar="N",
            help="number of worker processes; 0 (the default) means one for each processor",
        )
    elif action == "new":
        parser.add_argument("id", nargs="?", metavar="ID", help="the id of the rule, for example LOC-001")
        for name, metavar, what in _QUESTIONS[1:]:
            parser.add_argument(f"--{name}", metavar=metavar, help=what)
        parser.add_argument(
            "--out", metavar="FILE", help="write to this file; if it is an existing chapter, add the rule to it"
        )
        parser.add_argument("-y", "--yes", action="store_true", help="do not prompt; use defaults for missing values")
    elif action == "add":
        parser.add_argument("pack", metavar="PACK", help="a folder with a pack.yaml, or a wheel (.whl)")
    elif action == "remove":
        parser.add_argument("name", metavar="NAME", help="the name of an installed pack")
    elif action == "schema":
        parser.add_argument(
            "kind",
            nargs="?",
            metavar="KIND",
            choices=SCHEMAS,
            default="rules",
            help=f"the kind of file that the schema describes: one of {', '.join(SCHEMAS)}",
        )
    else:
        _listing_arguments(parser, action)
    return parser


_SHIPPED = ", otherwise the rules that come with cablecheck"


def _file_arguments(parser: argparse.ArgumentParser, action: str) -> None:
    what = (
        "rule files, or folders of them" if action == "format" else "rule files, vocabulary files, or folders of them"
    )
    parser.add_argument(
        "files",
        nargs="*",
        metavar="FILE",
        help=f"{what} (default: the configured packs{'' if action == 'format' else _SHIPPED})",
    )
    if action == "test":
        parser.add_argument(
            "--mutate",
            action="store_true",
            help="change each rule in one place at a time, and require an example to detect each change",
        )
    if action == "format":
        parser.add_argument("--check", action="store_true", help="write nothing; exit with 1 if a file would change")
        parser.add_argument("--diff", action="store_true", help="write nothing; print the changes")
    cli_options.configuration_options(parser)


def _listing_arguments(parser: argparse.ArgumentParser, action: str) -> None:
    if action == "pages":
        cli_options.rule_options(parser, "rules")
        parser.add_argument("--out", default="reports", metavar="DIR", help="folder to write to (default: reports)")
        return
    formats: tuple[str, ...] = ("text", "json")
    if action == "list":
        cli_options.rule_options(parser, "select", "rules")
        formats = ("text", "markdown", "json")
    parser.add_argument("--format", choices=formats, default="text", help="output format")
    cli_options.out_option(parser)


def main(given: list[str]) -> int:
    """Run one `rules` action and return the exit code."""
    actions = {
        "list": _list,
        "check": _check,
        "test": _test,
        "try": _try,
        "packs": _packs,
        "add": _add,
        "remove": _remove,
        "format": _format,
        "new": _new,
        "pages": _pages,
        "schema": _schema,
    }
    asked = given[:1] in (["-h"], ["--help"])
    if given and given[0] not in ACTIONS and not asked:
        near = did_you_mean(given[0], ACTIONS)
        raise ConfigError(f"unknown action {given[0]!r}{near}\ncablecheck rules --help lists the actions")
    if asked or not given:
        lines = ["usage: cablecheck rules ACTION ...", "", "actions:", *cli_options.described(ACTIONS, 8)]
        lines.append(cli_options.examples_text(EXAMPLES[name][0] for name in ("list", "check", "try")))
        lines.append("cablecheck rules ACTION --help shows the options of an action.")
        output.say("\n".join(lines), to_stderr=not asked)
        return output.OK if asked else output.INCOMPLETE
    return actions[given[0]](arguments(given[0]).parse_args(given[1:]))


def _list(args: argparse.Namespace) -> int:
    from ..reporters import rule_catalogue  # it imports the tracing of conditions

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

    files, corpus, synth = _by_kind(args.files or _configured(args))
    notes: list[str] = []
    errors = list(check_files(files, notes=notes) if files else [])
    if corpus:
        from ..audit import corpus_rule_tests  # the database costs 160 ms, and only corpus rules need it

        errors += corpus_rule_tests.check(corpus)
    if synth:
        from ..synth import templates  # only for its files

        errors += templates.check(synth)
    for note in notes:
        output.say(visible(note))
    return _report(errors)


def _report(errors: Sequence[Diagnostic]) -> int:
    """Print the errors in rule files. Return the exit code: 0 if there are none, 2 if a file could not be read,
    otherwise 1.
    """
    errors = merged(errors)
    for error in errors:
        output.say("\n".join(visible(line) for line in str(error).split("\n")))
    print(count(len(errors), "error"))
    if any(error.code == UNREADABLE for error in errors):
        return output.INCOMPLETE
    return output.FINDINGS if errors else output.OK


def _configured(args: argparse.Namespace) -> list[str]:
    """Print where the rules are. Return the folders of the configured packs, or of all shipped rules if no pack is
    configured.
    """
    packs = (cli_options.read(args).pack_folders() or ())[1:]
    home = data_dir("rules")
    for folder in packs or (home,):
        output.say(visible(f"rules in {relative(folder)}"))
    return list(packs) or [home, os.path.join(home, "corpus"), os.path.join(home, "synth")]


def _test(args: argparse.Namespace) -> int:
    files, corpus, _ = _by_kind(args.files or _configured(args))
    lines: list[str] = []
    passed = True
    if files:
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
    """Return three lists of files: telegram rules, corpus rules (in a folder named `corpus`), and the generator's files
    (in a folder named `synth`).
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


def _write_formatted(args: argparse.Namespace, path: str, text: str, diff: Iterator[str]) -> None:
    """Write a file's formatted text or, with `--diff`, show the change; with `--check`, only print the path."""
    if args.diff:
        sys.stdout.writelines(visible(line) + "\n" for line in diff)
    elif args.check:
        output.say(visible(f"would reformat: {path}"))
    else:
        output.write_file(path, [text])
        output.say(visible(f"reformatted: {path}"))


def _format(args: argparse.Namespace) -> int:
    from ..rulebook import formatter  # reads YAML

    paths = args.files or list((cli_options.read(args).pack_folders() or ())[1:])
    if not paths:
        raise ConfigError("no rule file was given, and no rule pack is configured")
    found = list(formatter.format_files(paths))
    changed = [file for file in found if file.changed]
    for file in changed:
        _write_formatted(args, file.path, file.new or "", file.diff())
    errors = [error for file in found for error in file.errors]
    for error in errors:
        output.say("\n".join(visible(line) for line in str(error).split("\n")))
    unchanged = len(found) - len(changed) - sum(bool(file.errors) for file in found)
    word = "to reformat" if args.check or args.diff else "reformatted"
    print(f"{count(len(changed), 'file')} {word}, {unchanged} unchanged", file=sys.stderr if args.diff else sys.stdout)
    if errors:
        return output.INCOMPLETE
    return output.FINDINGS if changed and (args.check or args.diff) else output.OK


def _new(args: argparse.Namespace) -> int:
    from ..rulebook import authoring  # reads YAML
    from ..rulebook.loader import check_files

    given = {name: value for name, _, _ in _QUESTIONS if (value := getattr(args, name)) is not None}
    missing = [name for name, _, _ in _QUESTIONS if name not in given]
    if not args.yes and sys.stdin.isatty() and sys.stdout.isatty():
        given, args.out = _ask(given, args.out)
        missing = []
    draft = authoring.Draft(**given)
    try:
        text = authoring.with_new_rule(draft, args.out or "")
    except ValueError as error:
        raise ConfigError(str(error)) from None
    path = args.out or f"{draft.id.lower()}.yaml"
    errors = check_files([path], {path: text.encode()})
    if errors:
        _report(errors)
        return output.INCOMPLETE
    if folder := os.path.dirname(args.out or ""):
        os.makedirs(folder, exist_ok=True)
    output.put([text], args.out or "")
    if missing and not args.yes:
        names = ", ".join(name if name == "id" else f"--{name}" for name in missing)
        output.say(f"not a terminal, so nothing was asked; used defaults for {names}", to_stderr=True)
    if args.out:
        output.say(visible(f"{args.out}: rule {draft.id}; check it with: cablecheck rules test --mutate {args.out}"))
    else:
        output.say(visible(f"rule {draft.id} written to standard output; --out FILE writes a file"), to_stderr=True)
    return output.OK


def _ask(given: dict[str, str], out: str | None) -> tuple[dict[str, str], str | None]:
    """Prompt on the terminal for the values that are missing from the command line. Return all values by name, and the
    file to write.
    """
    from ..rulebook.authoring import Draft, refusal  # as above

    print("Press Enter to use the value in brackets.")
    for name, _, question in _QUESTIONS:
        draft = Draft(**given)
        default = getattr(draft, name) or f"{draft.id.lower()}-placeholder-subject"
        while name not in given:
            answer = input(f"{question[0].upper()}{question[1:]} [{default}]: ").strip() or default
            why = refusal(name, answer)
            if why:
                output.say(visible(why))
            else:
                given[name] = answer
    if out is None:
        default = f"{given['id'].lower()}.yaml"
        out = input(f"File to write to [{default}]: ").strip() or default
    return given, out


def _pages(args: argparse.Namespace) -> int:
    for name, parts in pages(cli_options.read(args)).items():
        output.write_file(f"{args.out}/{name}", parts)
        print(f"{args.out}/{name}")
    return output.OK


def pages(options: Options) -> dict[str, Iterator[str]]:
    """Return the parts of each generated page, by file name. Raises `RuleError` if the rules cannot be loaded."""
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
