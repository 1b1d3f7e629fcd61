"""`cablecheck explain`: explain a rule, an error code, a marking, a field, or a rule's verdict on a telegram."""

from __future__ import annotations

import argparse
from collections.abc import Iterator, Sequence

from .. import engine, linter
from ..config import Options
from ..errors import ConfigError, did_you_mean
from ..reporters import rule_catalogue
from ..reporters.escaping import visible
from ..rulebook import Rule, Rulebook, authoring, field_reference
from ..rulebook.diagnostics import explain_code
from ..rulebook.field_types import all_paths
from . import options as cli_options
from . import output


def arguments() -> argparse.ArgumentParser:
    """Return the command's argument parser."""
    parser = cli_options.parser(
        "explain",
        "Explain a rule, an error code, a marking, a field, or a rule's verdict on a telegram.",
        "explain CLS-004",
        "explain CLS-004 telegram.txt",
        "explain NODIS",
        "explain authority.name",
    )
    parser.add_argument(
        "what",
        metavar="NAME",
        help="a rule (id, name, or alias), an error code such as R012, a marking such as NODIS, a field such as"
        " authority.name, an operator, a key of rule files, a base telegram such as confidential-2007, or `model` for"
        " all fields",
    )
    cli_options.input_options(
        parser,
        "telegrams on which to evaluate the rule: files, folders, globs, or locations such as corpus.jsonl:5; - is"
        " standard input",
    )
    cli_options.rule_options(parser, "rules", "profile", "as-of", "reader", "redact", can_redact=False)
    return parser


def main(given: list[str]) -> int:
    """Print what a name means or, if paths are given, how the named rule evaluates each telegram, step by step. Return
    the exit code.
    """
    args = arguments().parse_args(given)
    options = cli_options.read(args)
    if not args.paths and not args.files_from:
        text = explain_code(args.what)
        if text is None:
            text = _explained(linter.load(options), args.what, options.rule_url)
        output.say("\n".join(visible(line) for line in text.split("\n")))
        return output.OK
    cli_options.refuse_redaction(options, "explain")
    paths = cli_options.read_paths(args, options)
    code = output.OK
    for title, lines, ok in traces(args.what, paths, options):
        output.say("\n".join([visible(title), *(f"  {visible(line)}" for line in lines)]))
        code = code if ok else output.INCOMPLETE
    return code


def _explained(rulebook: Rulebook, name: str, url: str) -> str:
    """Return the explanation of a rule, a field, a word of the rule language, or a marking. Raises `ConfigError` for an
    unknown name.
    """
    if rulebook.find(name) is not None:
        return authoring.explain(_rule(rulebook, name), url, rulebook.vocabulary["sources"])
    corpus_rule = _corpus_rule(rulebook, name)
    if corpus_rule:
        return corpus_rule
    if name == "model":
        return "\n".join(field_reference.model_lines()) + "\n"
    words = rulebook.vocabulary
    entries = words.find(name.upper()) or words.find(name.lower())
    entries = [(table, entry) for table, entry in entries if table.name in words["places"]] or entries
    parts = (field_reference.field_lines(name), field_reference.word_lines(name))
    texts = [*("".join(f"{line}\n" for line in lines) for lines in parts), authoring.explain_key(name, rulebook)]
    language = "\n".join(filter(None, texts))
    if language and entries:
        tables = ", ".join(dict.fromkeys(table.name for table, _ in entries))
        return f"{language}\nThe word is also in the vocabulary, in {tables}.\n"
    meaning = (
        authoring.explain_entries(words, entries, ranks=True) if entries else authoring.explain_marking(words, name)
    )
    return language or meaning or authoring.explain(_rule(rulebook, name, "nothing is called"))


def _corpus_rule(rulebook: Rulebook, name: str) -> str:
    """Return the explanation of a rule that compares the documents of an audit, or "" if no such rule has this id or
    name.
    """
    if "-" not in name:
        return ""
    from ..audit import corpus_rules  # with the rest of the audit

    for rule in corpus_rules.shipped(rulebook.vocabulary):
        if name.upper() == rule.id or name == rule.name:
            cited = [cite.partition(", ") for cite in rule.cite]
            sources = [line for code, _, clause in cited for line in authoring.source_lines(
                (code, clause), rulebook.vocabulary["sources"]
            )]  # fmt: skip
            return "\n".join((
                f"{rule.id}  {rule.name}", "", rule.summary, "", f"Why: {rule.because}", "",
                f"Severity: {rule.severity}   Status: {rule.status}", "Runs in: `cablecheck audit`", "",
                "Sources:", *(f"  {line}" for line in sources), "", f"Message: {rule.message}", "",
                f"What to do: {rule.help}", "",
                f"Defined in {rule.place.file}, line {rule.place.line}, with its query and its examples", "",
            ))  # fmt: skip
    return ""


def _rule(rulebook: Rulebook, name: str, failure: str = "unknown rule") -> Rule:
    """Return a rule by its id, name, or alias. Raises `ConfigError` with a message that begins with `failure` if there
    is no such rule.
    """
    rule = rulebook.find(name)
    if rule is None:
        known = [name for each in rulebook.rules for name in (each.id, each.name)]
        known += [path for path, _ in all_paths(2)] + [*field_reference.words()]
        marks = authoring.marking_codes(rulebook.vocabulary)
        near = did_you_mean(name, known, 0.75) or did_you_mean(name.upper(), marks, 0.75)
        more = "" if near else "; expected a rule, an error code, a marking, a field, or a word of the rule language"
        raise ConfigError(f"{failure} {name!r}{near or more}")
    return rule


def traces(name: str, paths: Sequence[str], options: Options) -> Iterator[tuple[str, list[str], bool]]:
    """Yield (path and name, lines of the trace, whether it could be checked) for each document in the paths. For a
    document that could not be checked, the lines give the reason.
    """
    rulebook = linter.load(options)
    rule = _rule(rulebook, name)
    for each in linter.parse(paths, options):
        title = f"{each.path} {each.cable}".strip()
        if each.telegram is None or each.source is None:
            yield title, [each.why], False
        else:
            found = engine.trace(each.telegram, each.source, rule, rulebook)
            verdict = f"{found.rule}: {found.verdict}"
            yield title, list(rule_catalogue.trace_lines(verdict, found.why, found.parts, found.findings)), True
