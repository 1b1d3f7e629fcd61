"""The only place that wires a run together: settings, rules, files, workers, baseline, account."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator, Sequence

from . import document_linter, engine, readers, rule_selection, rulebook
from .config import Settings
from .document_linter import DocumentLinter, Order
from .errors import ConfigError, InputError, did_you_mean
from .model import Telegram
from .parser.layouts.detect import NOTHING
from .record import Record
from .resources import VERSION, data_dir
from .results import SEVERITIES, DocumentResult, Finding, Outcome, RuleNote, Suppressed, summarize
from .rulebook import Rule, Rulebook
from .text import Source

STDIN = "-"
AHEAD = 4  # files a worker is handed before it has answered: it never waits for us


class Wish(Record):
    """What a command wants of a run besides the settings.

    `data` are the bytes of standard input, shown under `name`; `text` asks for the documents' text, `details` for what
    only the rule files say, `diff` for the suggestions as a diff; `accepted` and `known` tell whether suppressions and
    the baseline hold. `tell` is called with (done, all) as files finish.
    """

    data: bytes | None = None
    name: str = ""
    text: bool = False
    details: bool = False
    diff: bool = False
    accepted: bool = True
    known: bool = True
    tell: Callable[[int, int], None] | None = None


def lint(paths: Sequence[str], settings: Settings, wish: Wish | None = None) -> Outcome:
    """Check the documents of the paths. Raises `CablecheckError` where nothing can be checked at all."""
    wish = wish or Wish()
    book = load(settings)
    order = order_of(settings, book, wish)
    files, entries = files_of(paths, settings)
    if not files and not entries:
        raise InputError("no file to check: the paths hold none")
    judged = _set_aside(_judged(files, entries, order, settings, book, wish), {*paths, wish.name})
    troubles = () if any(each.state != "excluded" for each in judged) else ("every file is excluded",)
    return _outcome(judged, settings, book, order, wish, troubles)


def load(settings: Settings) -> Rulebook:
    """The shipped rules and the packs the settings name. Raises `RuleError` with everything that is wrong."""
    return rulebook.load(_folders(settings) or None, checks=settings.texts("checks"))


def _folders(settings: Settings) -> tuple[str, ...]:
    packs = settings.texts("rules")
    return (data_dir("rules"), *packs) if packs else ()


def order_of(settings: Settings, book: Rulebook, wish: Wish) -> Order:
    """What the desks need to know. Raises `ConfigError` for words that mean no rule."""
    mandatory = tuple(sorted(rule_selection.meant(book.rules, settings.texts("mandatory"), resting=True)))
    severities = _severities(settings, book, mandatory)
    ignore = (*settings.texts("ignore"), *(rule for rule, level in severities.items() if level == "off"))
    rules = rule_selection.choose(
        book.rules, settings.texts("select"), settings.texts("extend-select"), ignore, mandatory
    )
    if not rules:
        raise ConfigError("no rule is left to run: the selection leaves none")
    ignored = tuple(
        (_pattern(settings, glob), tuple(sorted(rule_selection.meant(book.rules, _texts(words), resting=True))))
        for glob, words in settings.table("per-file-ignores").items()
    )
    profile = settings.text("profile")
    if profile:
        _check_profile(profile)
    order = Order(
        folders=_folders(settings),
        checks=settings.texts("checks"),
        rules=rules,
        severities=tuple(sorted((rule, level) for rule, level in severities.items() if level != "off")),
        ignored=ignored,
        mandatory=mandatory,
        as_of=settings.text("as-of"),
        profile=profile,
        reader=settings.text("reader"),
        fields=settings.table("fields"),
        redact=settings.flag("redact"),
        text=wish.text,
        diff=wish.diff,
        tally=settings.flag("statistics"),
    )
    return _with_cache(order, settings, book)


def _check_profile(profile: str) -> None:
    from .rulebook.schema import PROFILES  # the shapes of rule files are needed only here

    known = [name for name in PROFILES if name != rule_selection.EVERYTHING]
    if profile not in known:
        raise ConfigError(f"unknown profile {profile!r}; there is {', '.join(known)}")


def _with_cache(order: Order, settings: Settings, book: Rulebook) -> Order:
    if not settings.flag("cache") or not book.digest or order.text or order.diff:
        return order
    from . import result_cache  # opt-in

    fields = {name: getattr(order, name) for name in order.__fields__}
    return Order(**(fields | {"cache": result_cache.key_of(VERSION, book.digest, repr(sorted(fields.items())))}))


def _severities(settings: Settings, book: Rulebook, mandatory: tuple[str, ...]) -> dict[str, str]:
    found: dict[str, str] = {}
    for word, level in settings.table("severity").items():
        for rule in sorted(rule_selection.meant(book.rules, [word], resting=True)):
            if rule not in mandatory:
                found[rule] = str(level)
    return found


def _texts(value: object) -> tuple[str, ...]:
    return tuple(str(item) for item in value) if isinstance(value, (list, tuple)) else ()


def _pattern(settings: Settings, glob: str) -> str:
    """A glob of the configuration file, as seen from the working folder."""
    base = os.path.relpath(settings.folder) if settings.file else "."
    return glob if base == "." or glob.startswith("*") else os.path.normpath(os.path.join(base, glob))


def files_of(paths: Sequence[str], settings: Settings) -> tuple[list[str], list[DocumentResult]]:
    """The files to check, sorted by name, each once; and the entries of paths that are excluded or cannot be read."""
    patterns = [_pattern(settings, glob) for glob in settings.texts("exclude")]
    own = {settings.file, settings.text("baseline"), settings.text("suppressions"), *settings.texts("rules")} - {""}
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
            entries.append(document_linter.excluded(found.path, "belongs to the settings of this run"))
        elif patterns and _matches(plain, patterns):
            entries.append(document_linter.excluded(found.path, "excluded by the settings"))
        else:
            files.setdefault(plain, found.path)
    return sorted(files.values()), entries


def _matches(path: str, patterns: list[str]) -> bool:
    import fnmatch  # 1 ms, and only where a setting asks for it

    parents = [path]
    while os.path.dirname(parents[-1]) not in ("", parents[-1]):
        parents.append(os.path.dirname(parents[-1]))
    return any(
        fnmatch.fnmatchcase(each, pattern) or fnmatch.fnmatchcase(os.path.basename(each), pattern)
        for each in parents
        for pattern in patterns
    )


def _judged(
    files: list[str], entries: list[DocumentResult], order: Order, settings: Settings, book: Rulebook, wish: Wish
) -> tuple[DocumentResult, ...]:
    found = list(entries)
    for number, batch in enumerate(_batches(files, order, settings, book, wish), start=1):
        found += batch
        if wish.tell is not None:
            wish.tell(number, len(files))
    return tuple(sorted(found, key=lambda item: (item.path, item.state)))


def _set_aside(judged: tuple[DocumentResult, ...], named: set[str]) -> tuple[DocumentResult, ...]:
    """What is no telegram at all has failed where it was named or a row of a corpus, and is left out where it merely
    lies in a folder that was."""
    return tuple(
        document_linter.excluded(one.path, one.why)
        if one.why == NOTHING and not one.cable and one.path not in named
        else one
        for one in judged
    )


def _batches(
    files: list[str], order: Order, settings: Settings, book: Rulebook, wish: Wish
) -> Iterator[list[DocumentResult]]:
    """The documents of each file, file by file; with workers in the order in which they finish."""
    jobs = settings.number("jobs") or os.cpu_count() or 1
    limit = settings.number("timeout")
    ours = [path for path in files if path == STDIN]
    theirs = [path for path in files if path != STDIN]
    if (min(jobs, len(theirs)) <= 1 and not limit) or not theirs:
        ours, theirs = files, []
    if ours:
        desk = DocumentLinter(order, book.select(order.rules))
        for path in ours:
            yield desk.judge(wish.name or path, wish.data) if path == STDIN else desk.judge(path)
    if theirs:
        from . import process_pool  # 25 ms with multiprocessing

        for index, result in process_pool.spread(
            theirs, document_linter.prepare, (order,), jobs, process_pool.Limits(limit), AHEAD
        ):
            yield (
                [document_linter.failed(theirs[index], result.why)]
                if isinstance(result, process_pool.TaskFailure)
                else result
            )


def _outcome(
    judged: tuple[DocumentResult, ...],
    settings: Settings,
    book: Rulebook,
    order: Order,
    wish: Wish,
    troubles: tuple[str, ...],
) -> Outcome:
    findings = tuple(sorted((one for each in judged for one in each.findings), key=Finding.order))
    hidden: tuple[Suppressed, ...] = ()
    notices = _changes(order, book)
    if settings.text("suppressions") and wish.accepted:
        from . import baseline  # only where there are records

        accepted = baseline.load_suppressions(settings.text("suppressions"))
        mandatory = frozenset(order.mandatory)
        parted = baseline.hide_accepted(findings, accepted, checked_paths(judged), mandatory, _today())
        findings, hidden = parted.shown, parted.hidden
        notices, troubles = notices + parted.notices, troubles + parted.troubles
    if settings.text("baseline") and wish.known:
        from . import baseline

        known = baseline.load(settings.text("baseline"))
        parted = baseline.hide_known(findings, known, checked_paths(judged), frozenset(order.mandatory))
        findings, hidden = parted.shown, hidden + parted.hidden
        notices += parted.notices
    level = settings.text("fail-level")
    allowed = settings.number("allow-failed")
    return Outcome(
        judged=judged,
        findings=findings,
        hidden=hidden,
        rules=_notes(order, book, wish.details),
        summary=summarize(judged, findings, hidden, len(order.rules), level, allowed, troubles),
        version=VERSION,
        notices=notices + _told(judged),
        troubles=troubles,
        fail_level=level,
        statistics=settings.flag("statistics"),
        compared=bool(settings.text("baseline")) and wish.known,
        redacted=order.redact,
    )


def checked_paths(judged: Iterable[DocumentResult]) -> frozenset[str]:
    """The plain paths of the files whose documents were all checked."""
    from . import baseline

    broken = {baseline.plain_path(each.path) for each in judged if each.state == "failed"}
    return frozenset(baseline.plain_path(each.path) for each in judged if each.state == "checked") - broken


def _today() -> str:
    """The day by which suppressions expire, in UTC; `SOURCE_DATE_EPOCH` stands for it where set."""
    from datetime import UTC, datetime

    moment = os.environ.get("SOURCE_DATE_EPOCH", "")
    return (datetime.fromtimestamp(int(moment), UTC) if moment.isdigit() else datetime.now(UTC)).date().isoformat()


def _changes(order: Order, book: Rulebook) -> tuple[str, ...]:
    """What settings and packs changed about the rules, for the report."""
    shipped = {rule.id: rule.severity for rule in book.rules}
    chosen = frozenset(order.rules)
    packs = tuple(f"{rule.id}: {rule.changed}" for rule in book.rules if rule.changed)
    packs += tuple(
        f"{rule.id} is deprecated; {rule.replaced_by or 'nothing'} takes its place"
        for rule in book.rules
        if rule.status == "deprecated" and rule.id in chosen
    )
    return packs + tuple(
        f"severity of {rule}: {level} instead of {shipped[rule]}"
        for rule, level in order.severities
        if rule in order.rules and shipped[rule] != level
    )


def _told(judged: Iterable[DocumentResult]) -> tuple[str, ...]:
    """What readers had to do to read a document."""
    return tuple(f"{each.path}: {note}" for each in judged for note in each.notes)


def _notes(order: Order, book: Rulebook, details: bool) -> dict[str, RuleNote]:
    severities = dict(order.severities)
    chosen = frozenset(order.rules)
    return {rule.id: note_of(rule, severities.get(rule.id, ""), details) for rule in book.rules if rule.id in chosen}


def note_of(rule: Rule, severity: str = "", details: bool = True) -> RuleNote:
    """What reports tell about a rule; `severity` where a setting changed it. `details` costs reading all of
    the rule, or 2 ms for the shipped ones."""
    changed = severity if severity in SEVERITIES and severity != rule.severity else ""
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


# ---- single documents, for `parse`, `explain` and the Python interface -------------------------------------------


class Parsed(Record):
    """A document as the parser sees it; `telegram` is `None` where `why` says why not."""

    path: str
    cable: str
    source: Source | None = None
    telegram: Telegram | None = None
    reader: str = ""
    why: str = ""


def parse(paths: Sequence[str], settings: Settings, wish: Wish | None = None) -> Iterator[Parsed]:
    """The documents of the paths as the rules see them."""
    wish = wish or Wish()
    book = load(settings)
    desk = DocumentLinter(_reading_order(settings), book)
    files, entries = files_of(paths, settings)
    if not files and not entries:
        raise InputError("no file to parse: the paths hold none")
    for entry in entries:
        yield Parsed(entry.path, "", why=f"{entry.state}: {entry.why}")
    for path in files:
        given = (wish.name or path, wish.data) if path == STDIN else (path, None)
        for item in desk.documents(*given):
            if isinstance(item, readers.Unreadable):
                yield Parsed(item.path, item.cable, why=f"failed: {item.why}")
                continue
            telegram, crash = desk.telegram(item)
            why = f"failed: internal error {crash}" if crash else ""
            yield Parsed(item.path, item.cable, item.view.source, telegram, item.reader, why)


def _reading_order(settings: Settings) -> Order:
    """An order that reads and parses, and judges nothing."""
    return Order(
        as_of=settings.text("as-of"),
        profile=settings.text("profile"),
        reader=settings.text("reader"),
        fields=settings.table("fields"),
    )


def check_text(text: str, name: str, settings: Settings) -> list[Finding]:
    """The findings of a text, without baseline and suppressions. Raises `InputError` where it cannot be checked."""
    book = load(settings)
    order = order_of(settings, book, Wish())
    judged = DocumentLinter(order, book.select(order.rules)).judge(name, text.encode("utf-8", "surrogatepass"))
    for each in judged:
        if each.why:
            raise InputError(f"{each.path}: {each.why}")
    return [one for each in judged for one in each.findings]


# ---- rules, for `rules` and `explain` --------------------------------------------------------------------------------


def meanings(settings: Settings, table: str) -> dict[str, str]:
    """What each code of a vocabulary table says: code to title."""
    return {entry.code: entry.title for entry in load(settings).vocabulary[table]}


def list_rules(settings: Settings, form: str) -> Iterator[str]:
    """The rules as text, Markdown or JSON: all of them, or those the settings select."""
    from .reporters import rule_catalogue  # only for this command

    book = load(settings)
    words = settings.texts("select")
    chosen = rule_selection.meant(book.rules, words, resting=True) if words else {rule.id for rule in book.rules}
    return rule_catalogue.listed([rule for rule in book.rules if rule.id in chosen], form)


def explain(word: str, settings: Settings) -> str:
    """A rule as its file has it, with citation and examples; or what an error code means. Raises `ConfigError`."""
    from .rulebook import authoring  # only for commands about rules

    told = authoring.explain_code(word)
    return told if told is not None else rulebook.explain(_rule(load(settings), word))


def _rule(book: Rulebook, word: str) -> Rule:
    rule = book.find(word)
    if rule is None:
        known = [name for each in book.rules for name in (each.id, each.name)]
        raise ConfigError(f"unknown rule {word!r}{did_you_mean(word, known)}")
    return rule


def trace(word: str, paths: Sequence[str], settings: Settings, wish: Wish) -> Iterator[tuple[str, list[str], bool]]:
    """(document, lines of the reckoning, whether it could be judged) for each document of the paths."""
    from .reporters import rule_catalogue  # only for this command
    from .rulebook.explain import Step

    book = load(settings)
    rule = _rule(book, word)
    for each in parse(paths, settings, wish):
        title = f"{each.path} {each.cable}".strip()
        if each.telegram is None or each.source is None:
            yield title, [each.why], False
        else:
            found = engine.trace(each.telegram, each.source, rule, book)
            verdict = f"{found.rule}: {found.verdict}"
            parts = [(name, step) for name, step in found.parts if isinstance(step, Step)]
            yield title, list(rule_catalogue.reckoning(verdict, found.why, parts, found.findings)), True


def check_rules(files: Sequence[str]) -> list[str]:
    """Every trouble of rule and vocabulary files, each with its place."""
    return [str(item) for item in rulebook.check_files(files)]


def test_rules(files: Sequence[str], mutate: bool) -> tuple[list[str], bool]:
    """The lines that tell how the examples of rule files came out, and whether all held."""
    from .rulebook import authoring  # only for commands about rules

    report = authoring.test_files(files, mutants=mutate)
    return list(report.lines), report.ok


def new_rule(code: str) -> str:
    """The beginning of a chapter."""
    from .rulebook import authoring  # only for commands about rules

    return authoring.new_chapter(code)


def schema_text(kind: str) -> str:
    """A published schema."""
    with open(os.path.join(data_dir("schemas"), f"{kind}.schema.json"), encoding="utf-8") as file:
        return file.read()
