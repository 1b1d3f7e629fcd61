"""Run one lint: connect options, rulebook, files, workers, baseline, and totals. No other module connects them."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator, Sequence

from . import document_linter, readers, resources
from . import rulebook as rulebook_package
from .config import Options, check_rule_names
from .document_linter import DocumentLinter
from .errors import ConfigError, InputError, count, did_you_mean
from .model import Telegram
from .parser.layouts.detect import NOT_A_TELEGRAM, is_unrecognized
from .record import Lazy, Record, copied
from .resources import VERSION
from .results import (
    DECIDED,
    EXCLUDED,
    FAILED,
    SEVERITIES,
    CheckResult,
    DocumentResult,
    Filtered,
    Finding,
    Outcome,
    Restriction,
    RuleNote,
    Suppressed,
    summarize,
)
from .rulebook import Rule, Rulebook
from .rulebook.rule import EVERYTHING, match_rules
from .text import Source

STDIN = "-"
_EXCLUDED = "excluded by the configuration"
DOCUMENT_SECONDS = 60  # for one document in a worker process, if no time limit is set
WORKER_MEMORY = 1 << 30  # bytes, as in an audit
AHEAD = 4  # files queued for each worker, so that it never waits

Progress = Callable[[int, int], None]  # called with (files done, files in all)
Keep = Callable[[Finding, bool], bool]  # `ChangedLines.keep`


def lint(paths: Sequence[str], options: Options, progress: Progress | None = None) -> Outcome:
    """Check the documents at the paths, and return the outcome. Raises `CablecheckError` if the paths contain no file,
    or if a setting, a rule, or a file that hides findings is invalid.
    """
    ignored_cache = resources.reason_to_ignore_cache(resources.cache_dir(), paths)
    if ignored_cache:
        options = copied(options, rule_cache=False, cache=False)
    keep = _changes_since(options.diff_base)
    rulebook = load(options)
    options = resolve(options, rulebook)
    files, entries = files_of(paths, options)
    if not files and not entries and not options.listed:
        raise InputError("no file to check: the paths contain none")
    fixes = _fix(files, options, rulebook) if options.fix else ((), ())
    if options.with_diff:
        options.accepted = _accepted(options)
    results = list(entries)
    for number, batch in enumerate(_lint_files(files, options, rulebook), start=1):
        results += batch
        if progress is not None:
            progress(number, len(files))
    results.sort(key=lambda item: (item.path, item.state))
    final = _exclude_others(results, {*paths, options.stdin_name}, options.listed)
    errors = _nothing_checked(final, set(paths), options)
    notices = fixes[0] + ((ignored_cache,) if ignored_cache else ())
    return _outcome(final, options, rulebook, fixes[1] + errors, notices, keep)


def _fix(files: Sequence[str], options: Options, rulebook: Rulebook) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Apply suggestions to the files. Return report lines (changes made and files that could not be fixed), and
    errors.
    """
    from . import fixer  # only for --fix

    linter = DocumentLinter(options, rulebook.select(options.selected))
    accepted = _accepted(options)
    log, errors = [], []
    for path in files:
        try:
            fixes, refusal = fixer.fix(path, linter, options.fix == "all", accepted)
        except InputError as error:
            errors.append(str(error))
        else:
            log += [*map(str, fixes), *([refusal] if refusal else [])]
    return tuple(log), tuple(errors)


def _accepted(options: Options) -> frozenset[str]:
    """Return the fingerprints of hidden findings, which must not be fixed."""
    from . import baseline  # 3 ms with the decisions log, as below

    return baseline.HidingFiles(*_hiding_files(options)).entries().fingerprints()


def _nothing_checked(results: Sequence[DocumentResult], named: set[str], options: Options) -> tuple[str, ...]:
    """Return an error message, as a tuple of one, if no document was checked or if every rule was turned off for every
    file, otherwise an empty tuple.

    It is not an error if the paths come from a list and none of the listed files is a telegram. Failed documents are
    reported elsewhere.
    """
    checked = [each for each in results if each.state == "checked"]
    if not checked:
        failed = sum(each.state == "failed" for each in results)
        if failed > options.allow_failed:
            return ()  # reported as failed documents
        if options.listed and not failed and all(each.path in named for each in results):
            return ()
        return ("no document was checked" if failed else "every file is excluded",)
    selected = frozenset(options.selected)
    if options.ignored and all(selected <= document_linter.ignored_rules(options, each.path) for each in checked):
        return ("per-file-ignores turns off every rule for every file",)
    return ()


def load(options: Options) -> Rulebook:
    """Return the shipped rules and the rules in the configured packs. Raises `RuleError` with every error in them."""
    return rulebook_package.load(options.pack_folders(), checks=options.checks, cache=options.rule_cache)


def resolve(options: Options, rulebook: Rulebook) -> Options:
    """Return the options with all rule names resolved to ids. Raises `ConfigError` for an unknown name, and if the
    selection leaves no rule to run.
    """
    check_rule_names(options, rulebook.rules)
    mandatory = tuple(sorted(match_rules(rulebook.rules, options.mandatory, inactive=True)))
    severities = _severities(options, rulebook, mandatory)
    ignore = (*options.ignore, *(rule for rule, level in severities.items() if level == "off"))
    chosen = match_rules(rulebook.rules, options.select or (EVERYTHING,))
    chosen |= match_rules(rulebook.rules, options.extend_select)
    chosen -= match_rules(rulebook.rules, ignore, inactive=True)
    selected = tuple(sorted(chosen.union(mandatory)))
    if not selected:
        raise ConfigError("the selection leaves no rule to run")
    ignored = tuple(
        (_pattern(options, glob), tuple(sorted(match_rules(rulebook.rules, names, inactive=True))))
        for glob, names in options.per_file_ignores.items()
    )
    if options.profile:
        _check_profile(options.profile, rulebook)
    resolved = copied(
        options,
        selected=selected,
        severities=tuple(sorted((rule, level) for rule, level in severities.items() if level != "off")),
        ignored=ignored,
        mandatory_ids=mandatory,
    )
    if options.cache and rulebook.digest and not options.with_text and not options.with_diff:
        from . import result_cache  # opt-in

        resolved.cache_key = result_cache.key_of(VERSION, rulebook.digest, resolved.result_key())
    return resolved


def _check_profile(profile: str, rulebook: Rulebook) -> None:
    known = rulebook.vocabulary["profiles"].codes()
    if profile not in known:
        raise ConfigError(f"unknown profile {profile!r}; expected one of {', '.join(known)}")


def _severities(options: Options, rulebook: Rulebook, mandatory: tuple[str, ...]) -> dict[str, str]:
    found: dict[str, str] = {}
    for name, level in options.severity.items():
        for rule in sorted(match_rules(rulebook.rules, [name], inactive=True)):
            if rule not in mandatory:
                found[rule] = level
    return found


def _pattern(options: Options, glob: str) -> str:
    """Convert a glob from the configuration file to one that is relative to the working folder, and return it. A glob
    that begins with `*` remains unchanged.
    """
    base = os.path.relpath(options.folder) if options.config_file else "."
    return glob if base == "." or glob.startswith("*") else os.path.normpath(os.path.join(base, glob))


def files_of(paths: Sequence[str], options: Options) -> tuple[list[str], list[DocumentResult]]:
    """Return the files to check, sorted and without duplicates, and results for paths that are excluded or
    unreadable.
    """
    patterns = [_pattern(options, glob) for glob in options.exclude]
    own = {options.config_file, options.baseline, options.suppressions, options.decisions, *options.rules} - {""}
    own = {os.path.normpath(path) for path in own}
    files: dict[str, str] = {}
    entries = []
    for found in readers.find(sorted(set(paths))):
        plain = os.path.normpath(found.path) if found.path != STDIN else STDIN
        if found.status == "failed":
            entries.append(document_linter.failed(found.path, found.why))
        elif found.status == "excluded":
            entries.append(document_linter.excluded(found.path, found.why))
        elif plain in own or any(plain.startswith(pack + os.sep) for pack in own):
            entries.append(document_linter.excluded(found.path, "this run's own configuration file"))
        elif patterns and _matches(plain, patterns):
            entries.append(document_linter.excluded(found.path, _EXCLUDED))
        else:
            files.setdefault(plain, found.path)
    return sorted(files.values()), entries


def _matches(path: str, patterns: list[str]) -> bool:
    """Return whether one of the globs matches a path or one of its parent folders. Globs are compared with full paths
    and with names.
    """
    parents = [path]
    while os.path.dirname(parents[-1]) not in ("", parents[-1]):
        parents.append(os.path.dirname(parents[-1]))
    return any(document_linter.matches_glob(each, pattern) for each in parents for pattern in patterns)


NO_TELEGRAM = (
    NOT_A_TELEGRAM, "contains no", "holds no", "is XML of", "is a web page without", "is empty", "is not text",
    "no text",
)  # fmt: skip
"""Beginnings of the reasons for which a file failed because it is not a telegram, rather than because it is damaged."""


def _exclude_others(results: list[DocumentResult], named: set[str], listed: bool) -> tuple[DocumentResult, ...]:
    """Return the results, with files that are not telegrams marked as excluded.

    A file that was named explicitly remains failed unless its name comes from a list, because a commit hook passes
    every changed file. A row of a corpus also remains failed, unless its file is on the list and none of its rows is a
    telegram.
    """
    others = _other_files(results) & named if listed else frozenset()
    return tuple(
        document_linter.excluded(one.path, one.why)
        if one.path in others
        or (one.why == NOT_A_TELEGRAM and document_linter.state_of_other(one.cable, one.path in named) == EXCLUDED)
        else one
        for one in results
    )


def _other_files(results: list[DocumentResult]) -> frozenset[str]:
    """Return the paths of the files whose results all say that they are not telegrams."""
    rest = {one.path for one in results if one.state != "failed" or not one.why.startswith(NO_TELEGRAM)}
    return frozenset(one.path for one in results) - rest


def _lint_files(files: list[str], options: Options, rulebook: Rulebook) -> Iterator[list[DocumentResult]]:
    """Yield the results for each file; with worker processes, in the order in which they finish."""
    here = [path for path in files if path == STDIN]
    pooled = [path for path in files if path != STDIN]
    jobs = options.jobs or _automatic_jobs(pooled)
    if (min(jobs, len(pooled)) <= 1 and not options.timeout) or not pooled:
        here, pooled = files, []
    if here:
        linter = DocumentLinter(options, rulebook.select(options.selected))
        for path in here:
            yield linter.lint(options.stdin_name or path, options.stdin) if path == STDIN else linter.lint(path)
    if pooled:
        from . import process_pool  # 25 ms with multiprocessing

        limits = process_pool.Limits(options.timeout or DOCUMENT_SECONDS, WORKER_MEMORY)
        work = document_linter.prepare, (copied(options, stdin=None),)
        for index, result in process_pool.spread(pooled, *work, jobs, limits, AHEAD):
            if isinstance(result, process_pool.TaskFailure):
                yield [document_linter.failed(pooled[index], result.why)]
            else:
                yield result


BYTES_PER_JOB = 1_000_000  # starting a process takes 0.2 s, as long as checking half a megabyte of telegrams


def _automatic_jobs(paths: Sequence[str]) -> int:
    """Return the number of processors that this process may use, but no more than the files can keep busy."""
    size = sum(os.path.getsize(path) for path in paths if os.path.exists(path)) if len(paths) > 1 else 0
    processors = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    return max(1, min(processors, size // BYTES_PER_JOB))


def _outcome(
    results: tuple[DocumentResult, ...],
    options: Options,
    rulebook: Rulebook,
    errors: tuple[str, ...],
    notices: tuple[str, ...],
    keep: Keep | None,
) -> Outcome:
    findings = tuple(sorted((one for each in results for one in each.findings), key=Finding.order))
    found = _hide(findings, results, options)
    findings, hidden, errors = found.shown, found.hidden, errors + found.errors
    restrictions = list(_restrictions(options, rulebook, results, hidden))
    if keep is not None:
        kept = _changed(findings, keep, rulebook)
        unchanged = len(findings) - len(kept)
        effect = f"{count(unchanged, 'finding')} on unchanged lines not shown"
        restrictions.append(Restriction("diff-base", unchanged, effect))
        findings = kept
    notices += _changes(options, rulebook) + found.notices
    if "safe" in (options.fix, options.with_diff):
        notices += _needs_consent(findings)
    if findings and (options.fix or options.with_diff) and all(one.suggestion is None for one in findings):
        nothing = "nothing else to fix" if any(note.startswith("fixed ") for note in notices) else "nothing to fix"
        which = "the finding has no" if len(findings) == 1 else f"none of the {len(findings):,} findings has a"
        notices += (f"{nothing}: {which} suggestion",)
    rules = len(options.selected)
    return Outcome(
        results=results,
        findings=findings,
        hidden=hidden,
        rules=Lazy(lambda outcome: _notes(options, rulebook)),
        summary=summarize(results, findings, hidden, rules, options.fail_level, options.allow_failed, errors),
        version=VERSION,
        notices=notices + tuple(f"{each.path}: {note}" for each in results for note in each.notes),
        errors=errors,
        fail_level=options.fail_level,
        statistics=options.statistics,
        compared=bool(options.baseline) and options.use_baseline,
        redacted=options.redact,
        config_file=options.config_file,
        rule_url=options.rule_url,
        restrictions=tuple(restrictions),
    )


def _needs_consent(findings: Sequence[Finding]) -> tuple[str, ...]:
    """Return a notice, as a tuple of one, that `--fix` does not apply some suggestions because they are not safe, or an
    empty tuple.
    """
    number = sum(one.suggestion is not None and not one.suggestion.safe for one in findings)
    return (f"{count(number, 'more suggestion')} with --unsafe-fixes",) if number else ()


def _changes_since(revision: str) -> Keep | None:
    if not revision:
        return None
    from .changed_lines import changed_lines  # 0.5 ms, for --diff-base

    return changed_lines(revision).keep


def _changed(findings: Sequence[Finding], keep: Keep, rulebook: Rulebook) -> tuple[Finding, ...]:
    """Return the findings on changed lines, and those about a missing part of a file that has changes."""
    rules = {one.rule for one in findings}
    missing = {rule.id for rule in rulebook.rules if rule.id in rules and rule.asks_for_a_part}
    stdin = STDIN  # has no revision to compare with
    return tuple(one for one in findings if one.path == stdin or keep(one, one.rule in missing or not one.at))


def _hiding_files(options: Options) -> tuple[str, str, str]:
    """Return the paths of the suppressions, the decisions log, and the baseline, each of them "" if it is not used."""
    return (
        options.suppressions if options.use_suppressions else "",
        options.decisions if options.use_decisions else "",
        options.baseline if options.use_baseline else "",
    )


def _hide(findings: tuple[Finding, ...], results: tuple[DocumentResult, ...], options: Options) -> Filtered:
    """Return the findings to show, and those that a suppression, a review decision, or the baseline hides."""
    files = _hiding_files(options)
    if not any(files):
        return Filtered(findings, ())
    from . import baseline

    entries = baseline.HidingFiles(*files).entries()
    return entries.hide(findings, checked_paths(results), frozenset(options.mandatory_ids), baseline.today())


def _restrictions(
    options: Options, rulebook: Rulebook, results: Sequence[DocumentResult], hidden: Sequence[Suppressed]
) -> Iterator[Restriction]:
    """Yield the settings that excluded rules, then those that excluded documents, then those that excluded findings."""
    yield from _rule_restrictions(options, rulebook)
    paths = sorted({each.path for each in results if each.state == "checked"})
    ignored = [rules for path in paths if (rules := document_linter.ignored_rules(options, path))]
    if ignored:
        number = len(frozenset().union(*ignored) & frozenset(options.selected))
        effect = f"{count(number, 'rule')} skipped in {count(len(ignored), 'file')}"
        yield Restriction("per-file-ignores", number, effect)
    states = [each.state for each in results]
    counts = (
        ("exclude", sum(each.why == _EXCLUDED for each in results), "path", "excluded"),
        ("allow-failed", min(states.count("failed"), options.allow_failed), "failed document", "tolerated"),
        ("baseline", sum(each.by == "baseline" for each in hidden), "finding", f"hidden by {options.baseline}"),
        (
            "suppressions",
            sum(each.by == "suppression" for each in hidden),
            "finding",
            f"hidden by {options.suppressions}",
        ),
        ("decisions", sum(each.by in DECIDED for each in hidden), "finding", f"hidden by {options.decisions}"),
    )
    for name, number, what, effect in counts:
        if number:
            yield Restriction(name, number, f"{count(number, what)} {effect}")


def _rule_restrictions(options: Options, rulebook: Rulebook) -> Iterator[Restriction]:
    running = frozenset(options.selected)
    if options.profile:
        yield Restriction("profile", 0, f"every document checked as {options.profile}")
    if options.select:
        yield Restriction("select", len(running), f"{count(len(running), 'rule')} selected")
    skipped = match_rules(rulebook.rules, options.ignore, inactive=True) - running
    if skipped:
        yield Restriction("ignore", len(skipped), f"{count(len(skipped), 'rule')} skipped")
    levels = _severities(options, rulebook, options.mandatory_ids)
    off = sum(level == "off" and rule not in running for rule, level in levels.items())
    changed = sum(1 for _ in _changed_severities(options, rulebook))
    if off or changed:
        yield Restriction("severity", off + changed, f"{count(off, 'rule')} off, {changed:,} changed")


def checked_paths(results: Iterable[DocumentResult]) -> frozenset[str]:
    """Return the plain paths of files whose documents were all checked."""
    from .baseline import plain_path

    broken = {plain_path(each.path) for each in results if each.state == "failed"}
    return frozenset(plain_path(each.path) for each in results if each.state == "checked") - broken


def _changes(options: Options, rulebook: Rulebook) -> tuple[str, ...]:
    """Return the changes that options and packs made to rules, for the report."""
    selected = frozenset(options.selected)
    packs = tuple(f"{rule.id}: {rule.changed}" for rule in rulebook.rules if rule.changed)
    packs += tuple(
        f"{rule.id} is deprecated; replaced by {rule.replaced_by or 'no rule'}"
        for rule in rulebook.rules
        if rule.status == "deprecated" and rule.id in selected
    )
    return packs + tuple(
        f"severity of {rule}: {level} instead of {shipped}"
        for rule, shipped, level in _changed_severities(options, rulebook)
    )


def _changed_severities(options: Options, rulebook: Rulebook) -> Iterator[tuple[str, str, str]]:
    """Yield the id, the severity in the rule file, and the severity in the options of each selected rule for which the
    two differ.
    """
    levels = {rule: level for rule, level in options.severities if rule in options.selected}
    for rule in rulebook.rules if levels else ():
        shipped = rule.severity_text
        if levels.get(rule.id, shipped) != shipped:
            yield rule.id, shipped, levels[rule.id]


def _notes(options: Options, rulebook: Rulebook) -> dict[str, RuleNote]:
    severities = dict(options.severities)
    selected = frozenset(options.selected)
    return {
        rule.id: note_of(rule, severities.get(rule.id, ""), options.with_details)
        for rule in rulebook.rules
        if rule.id in selected
    }


def note_of(rule: Rule, severity: str = "", details: bool = True) -> RuleNote:
    """Return the rule data that reports show.

    `severity` is the rule's severity according to the settings, or "". Without `details`, the summary, citations, and
    help stay empty, which saves 2 ms.
    """
    changed = severity if severity in SEVERITIES and severity != rule.severity_text else ""
    return RuleNote(
        rule.id,
        rule.name,
        changed or rule.severity,
        rule.status,
        rule.summary if details else "",
        rule.cite if details else (),
        rule.help if details else "",
        tuple(rule.tags),
        rule.severity if changed else "",
    )


# ---- Single documents, for `parse`, `explain` and the Python interface -----------------------------------------------


class Parsed(Record):
    """A parsed document. `telegram` is `None` if it could not be parsed, and `why` is the reason."""

    path: str
    cable: str
    source: Source | None = None
    telegram: Telegram | None = None
    reader: str = ""
    why: str = ""


def parse(paths: Sequence[str], options: Options) -> Iterator[Parsed]:
    """Yield the documents at the paths as the rules see them. Raises `InputError` if there is no document.

    A path may also be a location as reports show it: `file:line`, `archive:member`, or `archive:member:line`, with or
    without a column after the line. It may also be `file:name`, with the name of a document.
    """
    linter = DocumentLinter(options, load(options))
    places = {path: _file_in(path) for path in paths}
    files, entries = files_of([path for path in paths if places[path] == path], options)
    if not files and not entries and all(places[path] == path for path in paths):
        raise InputError("no file to parse: the paths contain none")
    for entry in entries:
        yield Parsed(entry.path, "", why=f"{entry.state}: {entry.why}")
    for path in files:
        source = (options.stdin_name or path, options.stdin) if path == STDIN else (path, None)
        for item in linter.documents(*source):
            yield _parsed(linter, item)
    for path, file in places.items():
        if file != path:
            yield from _at(linter, file, path[len(file) + 1 :])


def parse_telegrams(paths: Sequence[str], options: Options) -> Iterator[Parsed]:
    """Yield the documents as `parse` does, but without the telegram if a text has no sign of one. The reason begins
    with "failed: " if the file was named, otherwise (as with a list of files) with "excluded: ".
    """
    named = set() if options.listed else {*map(_file_in, paths), options.stdin_name}
    for each in parse(paths, options):
        if each.telegram is not None and is_unrecognized(each.telegram):
            state = document_linter.state_of_other(each.cable, each.path in named)
            yield Parsed(each.path, each.cable, why=f"{state}: {NOT_A_TELEGRAM}")
        else:
            yield each


def _parsed(linter: DocumentLinter, item: readers.Reading | readers.Unreadable) -> Parsed:
    if isinstance(item, readers.Unreadable):
        return Parsed(item.path, item.cable, why=f"{EXCLUDED if item.excluded else FAILED}: {item.why}")
    telegram, crash = linter.telegram(item)
    why = f"failed: internal error {crash}" if crash else ""
    return Parsed(item.path, item.cable, item.view.source, telegram, item.reader, why)


def _file_in(path: str) -> str:
    """Return the file part of `file:line` or `archive:member`, or the whole path if it is not such a location."""
    file = path
    while ":" in file and not os.path.lexists(file):
        file = file.rpartition(":")[0]
    return file if os.path.isfile(file) else path


def _at(linter: DocumentLinter, file: str, wanted: str) -> Iterator[Parsed]:
    names = []
    matched = False
    for item in linter.documents(file):
        if _is_at(item, wanted):
            matched = True
            yield _parsed(linter, item)
        names.append(item.cable)
    if not matched:
        what = f"on line {wanted}" if wanted.isdigit() else repr(wanted)
        known = did_you_mean(wanted, names) or f"; it has {count(len(names), 'document')}"
        raise InputError(f"{file} has no document {what}{known}")


def _is_at(item: readers.Reading | readers.Unreadable, wanted: str) -> bool:
    """Return whether a document has the name `wanted`, is in the archive member with this name, or includes the line
    with this number.
    """
    if wanted in (item.cable, item.member):
        return True
    before = f"{item.member}:" if item.member else ""
    number = wanted.removeprefix(before).partition(":")[0] if wanted.startswith(before) else ""
    if isinstance(item, readers.Unreadable) or not (number.isascii() and number.isdigit()):
        return False
    source, spans = item.view.source, list(item.view.source_spans())
    first = source.position(min((span.start for span in spans), default=0)).line
    last = source.position(max((span.end for span in spans), default=0)).line
    return str(first) == number or first < int(number[:9]) <= last


def check_text(text: str, name: str, options: Options) -> CheckResult:
    """Return the result for a text, without applying a baseline or suppressions. Raises `InputError` if it cannot be
    checked.
    """
    rulebook = load(options)
    options = resolve(options, rulebook)
    linter = DocumentLinter(options, rulebook.select(options.selected))
    results = linter.lint(name, text.encode("utf-8", "surrogatepass"))
    for each in results:
        if each.why:
            raise InputError(f"{each.path}: {each.why}")
    findings = tuple(one for each in results for one in each.findings)
    return CheckResult(findings, tuple(one for each in results for one in each.undetermined))


def parse_text(text: str, name: str, options: Options) -> list[Telegram]:
    """Return the telegrams in a text. Raises `InputError` if one of its documents cannot be read or
    is not a telegram.
    """
    linter = DocumentLinter(options, load(options))
    found = []
    for item in linter.documents(name, text.encode("utf-8", "surrogatepass")):
        if isinstance(item, readers.Unreadable):
            raise InputError(f"{item.path}: {item.why}")
        telegram, why = linter.judgeable(item)
        if telegram is None:
            raise InputError(f"{item.path}: {why}")
        found.append(telegram)
    return found


def rule_notes(options: Options) -> list[RuleNote]:
    """Return the rules that the options select, as reports show them, sorted by id."""
    rulebook = load(options)
    return sorted(
        _notes(resolve(copied(options, with_details=True), rulebook), rulebook).values(), key=lambda one: one.id
    )
