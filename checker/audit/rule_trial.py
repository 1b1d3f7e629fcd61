"""Run draft rules over the corpus of a finished audit before they are adopted (`cablecheck rules try`)."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from .. import engine, readers
from .. import rulebook as rulebook_package
from ..config import Options
from ..document_linter import DocumentLinter
from ..errors import ConfigError, RuleError, count
from ..record import copied
from ..reporters.escaping import visible
from ..resources import VERSION
from ..rulebook import loader
from ..rulebook.diagnostics import Diagnostic
from ..rulebook.yaml_loader import is_below
from . import checkpoint, pipeline
from .database import Query, literal

EXAMPLES = 10  # of each rule
READ_AGAIN = 200  # documents that are read again to trace why a rule applied to none
_PACK = "pack.yaml"
_BESIDE = ("vocabulary", "telegrams")  # the folders beside a rule file that belong to it
_HEAD = f"""format: 1
name: trial
version: "0"
title: Rules on trial
model: 1
cablecheck: "=={VERSION}"
licence: none
"""


def try_rules(file: str, audited: str, corpus: Sequence[str], options: Options) -> Iterator[str]:
    """Yield the report on a rule file or pack: for each rule, the documents on which it fires, by era, with examples.

    `audited` is the folder of a finished audit, which records the path of its corpus; `corpus`, if not empty, is the
    current path of the corpus. `options` contains the sample size and the number of jobs. Raises `InputError` if the
    folder contains no audit, `RuleError` for errors in the file, and `ConfigError` if it contains no rule.
    """
    described = checkpoint.read_description(audited)
    paths = list(corpus) or [_from(described["folder"], path) for path in described["corpus"]]
    with _pack_of(file) as pack, tempfile.TemporaryDirectory() as scratch:
        ids = _ids(pack, file)
        out = os.path.join(scratch, "audit")
        known = {"reader": described["reader"], "fields": described["fields"]}
        trial = copied(options, rules=(pack,), selected=tuple(ids), corpus_rules=False, rule_cache=False, **known)
        pipeline.run(paths, out, trial)
        query = Query(out)
        try:
            yield from _report(query, ids, trial)
        finally:
            query.close()


def _from(folder: str, path: str) -> str:
    return path if os.path.isabs(path) or "://" in path else os.path.normpath(os.path.join(folder, path))


@contextmanager
def _pack_of(file: str) -> Iterator[str]:
    """Yield the folder of a pack: the given folder, or a temporary folder with copies of the given chapter and of the
    folders beside it that belong to it.

    Raises `ConfigError` if `file` is neither a pack nor a chapter, and `RuleError` for errors in it.
    """
    if os.path.isdir(file):
        yield file
        return
    if not os.path.isfile(file):
        raise ConfigError(f"{file}: is not a rule file or the folder of a pack")
    errors = loader.check_files([file])
    if errors:
        raise RuleError(list(errors))
    with tempfile.TemporaryDirectory() as folder:
        chapter = os.path.join(folder, "trial.yaml")
        shutil.copy(file, chapter)
        near = os.path.dirname(os.path.abspath(file))
        for name in _BESIDE:
            if os.path.isdir(os.path.join(near, name)) and is_below(os.path.join(near, name), near):
                shutil.copytree(os.path.join(near, name), os.path.join(folder, name), symlinks=True)
        with open(os.path.join(folder, _PACK), "w", encoding="utf-8") as head:
            head.write(_HEAD)
        try:
            yield folder
        except RuleError as error:  # errors that are found only when the copy is loaded as a pack
            raise RuleError([_of_file(one, chapter, file) for one in error.diagnostics]) from error


def _of_file(error: object, chapter: str, file: str) -> object:
    """Return an error whose position refers to `file` instead of to `chapter`, the temporary copy of `file`."""
    if not isinstance(error, Diagnostic) or error.place.file != chapter:
        return error
    return copied(error, place=copied(error.place, file=file))


def _ids(pack: str, file: str) -> list[str]:
    """Return the ids of the rules that a pack adds. Raises `ConfigError`, with the name of the user's file, if it adds
    none.
    """
    shipped = {rule.id for rule in rulebook_package.load(cache=False).rules}
    ids = [rule.id for rule in rulebook_package.load((pack,), cache=False).rules if rule.id not in shipped]
    if not ids:
        raise ConfigError(f"{file}: adds no rule")
    return ids


def _report(query: Query, ids: Sequence[str], trial: Options) -> Iterator[str]:
    ((checked,),) = query.run("select count(*) from cables").rows
    yield f"{count(int(str(checked)), 'document')} checked"
    linter: DocumentLinter | None = None
    for rule in ids:
        applied, failed, unknown = next(
            iter(query.run(f"select applied, failed, unknown from rules where rule = {literal(rule)}").rows), (0, 0, 0)
        )
        yield ""
        yield f"{rule}: applies to {applied:,}, fails on {failed:,}, undetermined on {unknown:,}"
        yield from _by_era(query, rule)
        yield from _examples(query, rule)
        if not (applied or unknown):
            linter = linter or DocumentLinter(trial, rulebook_package.load(trial.rules, cache=False))
            yield from _excluded(query, rule, trial, linter)


def _excluded(query: Query, rule: str, trial: Options, linter: DocumentLinter) -> Iterator[str]:
    """Yield the reasons why a rule applies to no document, each with its number of documents. Up to `READ_AGAIN`
    documents, spread evenly over the corpus, are reread to find the reasons.
    """
    sql = f"""select path, coalesce(member, ''), start, bytes, line, item from (select *, row_number() over (order by
        document) as nth, count(*) over () as size from cables) where size <= {READ_AGAIN} or
        nth % (size // {READ_AGAIN}) = 0 order by nth limit {READ_AGAIN}"""
    book = linter.rulebook
    tried = book.select([rule]).rules[0]
    several = tried.head.get("when", [""])[0] == "and"
    how = {"reader": trial.reader or None, "settings": trial.fields or None, "vocabulary": book.vocabulary}
    found: Counter[str] = Counter()
    for path, *place in query.run(sql).rows:
        where = dict(zip(("member", "start", "size", "line", "item"), place, strict=True))
        reading = readers.read_document(str(path), **how, **where)  # type: ignore[arg-type]
        if isinstance(reading, readers.Unreadable):
            found[reading.why] += 1
            continue
        telegram, why = linter.judgeable(reading)
        if telegram is not None:
            traced = engine.trace(telegram, reading.view.source, tried, book)
            why = _reason(traced, str(telegram.date), several)
        found[why] += 1
    yield f"  Why it applies to none of {count(found.total(), 'document')}:"
    width = len(f"{max(found.values(), default=0):,}")
    yield from (f"  {number:>{width + 2},}  {visible(why)}" for why, number in found.most_common())


def _reason(traced: engine.Trace, date: str, several: bool) -> str:
    """Return why a rule did not apply: the condition in its guard that is false, or that the profile or date does not
    match.

    `several` is whether the guard combines several conditions; if so, the first false one is named.
    """
    if not traced.parts or traced.parts[0][0] != "when" or traced.parts[0][1].answer is not False:
        return traced.why.replace(f"the date {date} ", "the date ")
    guard = traced.parts[0][1]
    wrong = next((step for step in guard.steps if several and step.answer is False), guard)
    return f"`when` is false: {wrong.words}"


def _by_era(query: Query, rule: str) -> Iterator[str]:
    sql = f"""select coalesce(cables.era, 'unknown'), count(distinct findings.document) from findings join cables
        using (document) where rule = {literal(rule)} group by 1 order by min(cables.date) nulls last, 1"""
    for era, number in query.run(sql).rows:
        yield f"  {era}: {count(int(str(number)), 'document')}"


def _examples(query: Query, rule: str) -> Iterator[str]:
    """Yield up to ten findings, spread evenly over the corpus so that they are not all from one post or year."""
    sql = f"""select file, line, col, message from (select findings.path || coalesce(':' || member, '') as file,
        findings.line as line, "column" as col, message,
        row_number() over (order by document, findings.line, "column") as nth, count(*) over () as size
        from findings join cables using (document) where rule = {literal(rule)})
        where size <= {EXAMPLES} or nth % (size // {EXAMPLES}) = 0 order by nth limit {EXAMPLES}"""
    for path, line, column, message in query.run(sql).rows:
        yield f"  {visible(str(path))}:{line}:{column}: {visible(str(message))}"
