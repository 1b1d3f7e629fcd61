"""Cache the results for unchanged files (the `cache` setting), keyed by everything that affects these results.

A record contains findings, including quoted text unless the run is redacted, but never a whole document. Records are in
the user's cache folder, readable only by the user; a record that cannot be read is ignored.
"""

from __future__ import annotations

import os
from collections.abc import Callable

from . import resources
from .results import DocumentResult, Finding, RelatedPlace, Suggestion, Undetermined
from .text import Position, Span

MAX_RECORDS = 400  # in each of the 256 buckets


def key_of(*parts: str) -> str:
    """Return one key for several strings. Different lists of strings have different keys."""
    from hashlib import sha256

    return sha256("\0".join(f"{len(part)}:{part}" for part in parts).encode("utf-8", "surrogatepass")).hexdigest()


def through(
    options: str, path: str, data: bytes | None, judge: Callable[[bytes | None], list[DocumentResult]]
) -> list[DocumentResult]:
    """Return the stored results for a file's content. `options` is a key from `key_of`.

    If no results are stored, call `judge` and store its results. `data` is the content, or `None` to read it from
    `path`.
    """
    from hashlib import sha256

    content = data if data is not None else _content(path)
    if content is None:
        return judge(data)
    key = key_of(options, path, sha256(content).hexdigest())
    folder = resources.cache_dir()
    if not resources.is_cache_usable(folder):
        return judge(content)
    place = os.path.join(folder, "results", key[:2], key[2:] + ".json")
    found = _load(place)
    if found is None:
        found = judge(content)
        if all(item.state == "checked" and item.excerpt is None and not item.diff for item in found):
            _store(place, found)
    return found


def _content(path: str) -> bytes | None:
    try:
        with open(path, "rb") as file:
            return file.read()
    except OSError:
        return None


def _load(place: str) -> list[DocumentResult] | None:
    import json

    try:
        return [_result(row) for row in json.loads(resources.read_cache(place))]
    except (OSError, ValueError, TypeError, KeyError, IndexError, RecursionError):
        return None


def _store(place: str, found: list[DocumentResult]) -> None:
    import json

    try:
        resources.write_cache(place, json.dumps([_row(item) for item in found]).encode())
        _thin_out(os.path.dirname(place))
    except OSError:
        return  # the run does not depend on the cache


def _thin_out(bucket: str) -> None:
    """Remove the older half of a full bucket."""
    paths = [os.path.join(bucket, name) for name in os.listdir(bucket)]
    if len(paths) > MAX_RECORDS:
        for path in sorted(paths, key=os.path.getmtime)[: MAX_RECORDS // 2]:
            os.unlink(path)


def _row(item: DocumentResult) -> list[object]:
    return [
        item.path,
        item.cable,
        item.state,
        item.why,
        [_finding_row(one) for one in item.findings],
        item.tally,
        item.notes,
        [_undetermined_row(one) for one in item.undetermined],
    ]


def _result(row: list[object]) -> DocumentResult:
    path, cable, state, why, findings, tally, notes, unknown = row
    counts = tuple((rule, tuple(numbers)) for rule, numbers in tally)  # type: ignore[attr-defined]
    made = tuple(_finding(one) for one in findings)  # type: ignore[attr-defined]
    verdicts = tuple(_undetermined(one) for one in unknown)  # type: ignore[attr-defined]
    texts: tuple[str, ...] = tuple(notes)  # type: ignore[arg-type]
    return DocumentResult(str(path), str(cable), str(state), str(why), made, counts, notes=texts, undetermined=verdicts)


def _undetermined_row(one: Undetermined) -> dict[str, object]:
    row = {name: getattr(one, name) for name in one.__fields__}
    row["span"] = [one.span.start, one.span.end]
    row["start"] = [one.start.line, one.start.column]
    return row


def _undetermined(row: dict[str, object]) -> Undetermined:
    made = row | {"span": Span(*row["span"]), "start": Position(*row["start"])}  # type: ignore[misc]
    return Undetermined(**made)  # type: ignore[arg-type]


def _finding_row(one: Finding) -> dict[str, object]:
    row = {name: getattr(one, name) for name in one.__fields__}
    row["span"] = [one.span.start, one.span.end]
    row["start"] = [one.start.line, one.start.column]
    row["end"] = [one.end.line, one.end.column]
    if one.suggestion is not None:
        change = one.suggestion
        places = [[each.line, each.column] if each else None for each in (change.start, change.end)]
        row["suggestion"] = [change.span.start, change.span.end, change.text, change.why, change.safe, *places]
    row["related"] = [
        [*(getattr(each, name) for name in ("at", "quote")), each.span.start, each.span.end,
         each.start.line, each.start.column, each.end.line, each.end.column]
        for each in one.related
    ]  # fmt: skip
    return row


def _finding(row: dict[str, object]) -> Finding:
    made = dict(row)
    made["span"] = Span(*row["span"])  # type: ignore[misc]
    made["start"] = Position(*row["start"])  # type: ignore[misc]
    made["end"] = Position(*row["end"])  # type: ignore[misc]
    made["cite"] = tuple(row["cite"])  # type: ignore[arg-type]
    made["lines"] = tuple((number, text) for number, text in row["lines"])  # type: ignore[attr-defined]
    made["related"] = tuple(
        RelatedPlace(Span(*spans[:2]), Position(*spans[2:4]), Position(*spans[4:]), at, quote)
        for at, quote, *spans in row["related"]  # type: ignore[attr-defined]
    )
    change = row["suggestion"]
    if isinstance(change, list):
        start, end = (Position(*each) if each else None for each in change[5:])
        low, high, text, why, safe = change[:5]
        made["suggestion"] = Suggestion(Span(low, high), text, why, safe, start, end)
    return Finding(**made)  # type: ignore[arg-type]
