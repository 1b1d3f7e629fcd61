"""Define the options for a run: settings with their types and defaults, configuration files, and how they are merged.

Precedence, lowest first: default, the file named by `extend`, the configuration file, the command line. The
configuration file is `cablecheck.toml`, or `pyproject.toml` with a `[tool.cablecheck]` table, in the working folder or
the nearest folder above it. A configuration file among the documents has no effect, because documents are evidence.
"""

from __future__ import annotations

import os
import re
from collections.abc import Mapping, Sequence

from .errors import CablecheckError, ConfigError, SettingsError, did_you_mean
from .record import Record
from .resources import VERSION, data_dir, read_regular_file
from .results import SEVERITIES
from .rulebook.rule import Rule, unknown_rule
from .text import Pattern

# name -> (kind, default, description). Kinds: text, texts, flag, number, choice:…, map (name -> text),
# lists (name -> texts), table (name -> anything), path, paths (relative to the file that names them).
SETTINGS: dict[str, tuple[str, object, str]] = {
    "allow-failed": ("number", 0, "Number of failed documents to tolerate before the exit code becomes 2."),
    "as-of": ("text", "", "Date (YYYY-MM-DD) for rules that check whether a date has passed."),
    "baseline": ("path", "", "Baseline file; findings recorded in it are not reported."),
    "cache": (
        "flag",
        False,
        "Cache the results of unchanged files; cached results quote the documents unless `redact` is set.",
    ),
    "checks": ("texts", (), "Checks of installed packages that rules may use (entry points `cablecheck.checks`)."),
    "decisions": ("path", "", "Decisions log of a review; false positives and accepted findings are not reported."),
    "exclude": ("texts", (), "Globs of paths to exclude; excluded files are counted and listed."),
    "exit-zero": ("flag", False, "Exit with 0 even if there are findings; exit codes 2 and 3 are never changed."),
    "extend": ("path", "", "Another configuration file, in this file's folder or below it, that this one extends."),
    "extend-select": ("texts", (), "Rules to add to the selection."),
    "fail-level": ("choice:error,warning,info,none", "error", "Lowest severity that makes the exit code 1."),
    "fields": ("table", {}, "Names of the fields of JSON and CSV documents (see docs/readers.md)."),
    "ignore": ("texts", (), "Rules to skip."),
    "include": ("paths", (), "Paths to check if the command line names none; empty means the working folder."),
    "jobs": ("number", 0, "Number of worker processes; 0 means one for each processor if there is enough to do."),
    "mandatory": ("texts", (), "Rules that cannot be ignored, suppressed, turned off, or hidden by a baseline."),
    "per-file-ignores": ("lists", {}, "Rules to skip for files that match a glob."),
    "profile": ("text", "", "Apply this profile to every document, regardless of its markings."),
    "reader": ("text", "", "Read every file with this reader instead of detecting the format."),
    "redact": ("flag", False, "Keep the text of the documents out of every output."),
    "required-version": ("text", "", "Versions that this configuration is written for, such as `>=0.1,<1`."),
    "rule-url": ("text", "", "URL of the page about a rule, with {rule} for its id; reports link to it."),
    "rules": ("packs", (), "Additional rule packs: folders, or names that `cablecheck rules packs` lists."),
    "select": (
        "texts",
        (),
        "Rules to run: ids, id prefixes, names, tags, or ALL; empty means all except drafts and deprecated rules.",
    ),
    "severity": ("map", {}, "Severity of a rule: error, warning, info, or off."),
    "statistics": ("flag", False, "For each rule, count the documents that passed, failed, or were undetermined."),
    "suppressions": ("path", "", "File of accepted findings, each with its reason."),
    "timeout": (
        "number",
        0,
        "Time limit for one document in seconds; 0 means 60 in worker processes, and no limit without them.",
    ),
}


class Options(Record):
    """All options for one run, merged once from the defaults, the configuration file, and the command line.

    The first group contains the settings in `SETTINGS`, spelled with underscores. `config_file` is the file they came
    from, `folder` its folder or the working folder (globs are relative to it), and `origin` the source of each setting.
    The next groups are for certain commands. `linter.resolve` fills in the last group with data from a rulebook. All
    values are plain data, so that options can be sent to worker processes.
    """

    allow_failed: int = 0
    as_of: str = ""
    baseline: str = ""
    cache: bool = False
    rule_cache: bool = True
    checks: tuple[str, ...] = ()
    decisions: str = ""
    exclude: tuple[str, ...] = ()
    exit_zero: bool = False
    extend: str = ""
    extend_select: tuple[str, ...] = ()
    fail_level: str = "error"
    fields: Mapping[str, object] = {}
    ignore: tuple[str, ...] = ()
    include: tuple[str, ...] = ()
    jobs: int = 0
    mandatory: tuple[str, ...] = ()
    per_file_ignores: Mapping[str, Sequence[str]] = {}
    profile: str = ""
    reader: str = ""
    redact: bool = False
    required_version: str = ""
    rule_url: str = ""
    rules: tuple[str, ...] = ()
    select: tuple[str, ...] = ()
    severity: Mapping[str, str] = {}
    statistics: bool = False
    suppressions: str = ""
    timeout: int = 0

    config_file: str = ""
    folder: str = ""
    origin: Mapping[str, str] = {}

    # lint and the commands that show documents
    stdin: bytes | None = None
    stdin_name: str = ""
    listed: bool = False  # the paths come from a list: files that are not telegrams are excluded
    with_text: bool = False
    with_details: bool = False
    with_diff: str = ""  # the suggestions to show as a diff: "safe", "all" or none
    diff_base: str = ""  # only findings on lines changed since this git revision are shown
    fix: str = ""  # the suggestions to apply to the files: "safe", "all" or none
    accepted: frozenset[str] = frozenset()  # fingerprints of findings whose suggestions are not shown as a diff
    use_suppressions: bool = True
    use_baseline: bool = True
    use_decisions: bool = True

    # audit; sizes in bytes, times in seconds for one document
    batch_size: int = 4 << 20
    document_seconds: float = 60.0
    worker_memory: int = 0
    sample: int = 0
    seed: int = 1
    where: tuple[object, ...] = ()
    shard: int = 1
    shards: int = 1
    resume: bool = False
    keep_parts: bool = False
    corpus_rules: bool = True
    quotes: int = 5
    title: str = ""
    inspected: int = 0  # documents drawn for the self-inspection report; 0 for none
    scheduler: str = ""

    # resolved against a rulebook: ids to run, changed severities, ids to skip for each glob of paths, mandatory ids
    selected: tuple[str, ...] = ()
    severities: tuple[tuple[str, str], ...] = ()
    ignored: tuple[tuple[str, tuple[str, ...]], ...] = ()
    mandatory_ids: tuple[str, ...] = ()
    cache_key: str = ""

    def result_key(self) -> str:
        """Return a key for the settings that affect a document's results, apart from the contents of the rules. Equal
        keys mean equal results.
        """
        return repr([(name, getattr(self, name)) for name in _RESULT_FIELDS])

    def pack_folders(self) -> tuple[str, ...] | None:
        """Return the folders of all rule packs, shipped rules first, or None if only the shipped rules are used.

        Raises `ConfigError` for the name of a pack that does not exist.
        """
        if not self.rules:
            return None
        from .rulebook import pack_store  # 1 ms: few runs use other packs

        found = (pack_store.find(item) if pack_store.is_name(item) else item for item in self.rules)
        return (data_dir("rules"), *found)


_RESULT_FIELDS = (
    "rules", "checks", "selected", "severities", "ignored", "mandatory_ids", "as_of", "profile", "reader", "fields",
    "redact",
)  # fmt: skip


def fits(kind: str, value: object) -> bool:
    """Return whether a value has the type that a setting of this kind expects."""
    if kind in ("text", "path"):
        return isinstance(value, str)
    if kind == "flag":
        return isinstance(value, bool)
    if kind == "number":
        return isinstance(value, int) and not isinstance(value, bool) and value >= 0
    if kind in ("texts", "paths", "packs"):
        return isinstance(value, (list, tuple)) and all(isinstance(item, str) for item in value)
    if kind.startswith("choice:"):
        return isinstance(value, str) and value in kind.partition(":")[2].split(",")
    if kind == "map":
        return isinstance(value, dict) and all(isinstance(item, str) for item in value.values())
    if kind == "lists":
        return isinstance(value, dict) and all(fits("texts", item) for item in value.values())
    return isinstance(value, dict)


def expected(kind: str) -> str:
    """Return a description of the values that a setting of this kind accepts, for use in messages."""
    words = {
        "text": "expected a string",
        "path": "expected a path in quotes",
        "flag": "expected true or false",
        "number": "expected a whole number, 0 or more",
        "texts": "expected a list of strings",
        "paths": "expected a list of paths",
        "packs": "expected a list of folders and names of packs",
        "map": "expected a table of strings",
        "lists": "expected a table of lists",
        "table": "expected a table",
    }
    if kind.startswith("choice:"):
        return "expected one of " + ", ".join(kind.partition(":")[2].split(","))
    return words[kind]


def show(options: Options) -> list[str]:
    """Return the settings with their origins, one per line, in alphabetical order."""
    lines = [f"configuration: {options.config_file or '(none)'}"]
    for name in sorted(SETTINGS):
        value = getattr(options, attribute(name))
        lines.append(f"{name} = {_written(value)}    # {options.origin.get(name, 'default')}")
    return lines


def attribute(name: str) -> str:
    """Return the `Options` attribute name for a setting."""
    return name.replace("-", "_")


def _written(value: object) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, dict):
        return "{" + ", ".join(f"{_key(key)} = {_written(item)}" for key, item in value.items()) + "}"
    if isinstance(value, (list, tuple)):
        return "[" + ", ".join(_written(item) for item in value) + "]"
    import json

    return json.dumps(value, ensure_ascii=True)


def schema() -> dict[str, object]:
    """Return the JSON Schema for configuration files. It is also stored in `schemas/config.schema.json`."""
    texts: dict[str, object] = {"type": "array", "items": {"type": "string"}}
    shapes: dict[str, dict[str, object]] = {
        "text": {"type": "string"},
        "path": {"type": "string"},
        "flag": {"type": "boolean"},
        "number": {"type": "integer", "minimum": 0},
        "texts": texts,
        "paths": texts,
        "packs": texts,
        "map": {"type": "object", "additionalProperties": {"type": "string"}},
        "lists": {"type": "object", "additionalProperties": texts},
        "table": {"type": "object"},
    }
    found = {}
    for name, (kind, value, what) in SETTINGS.items():
        shape = shapes.get(kind) or {"enum": kind.partition(":")[2].split(",")}
        found[name] = shape | {"description": what, "default": list(value) if isinstance(value, tuple) else value}
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "cablecheck.toml, or the table [tool.cablecheck] of pyproject.toml",
        "type": "object",
        "properties": found,
        "additionalProperties": False,
    }


# ---- configuration files ------------------------------------------------------------------------------------------

_HEADER = Pattern(r"[ \t]*\[\[?([^\]\n]*)\]")
_PART = r"""(?:"[^"\n]*"|'[^'\n]*'|[A-Za-z0-9_-]+)"""
_KEY = Pattern(rf"[ \t]*({_PART}(?:[ \t]?\.[ \t]?{_PART})*)[ \t]*=")
_BOUND = Pattern(r"(>=|<=|==|!=|>|<)?([0-9]+(?:\.[0-9]+)*)")
MAX_BYTES = 1_000_000
MAX_DEPTH = 5  # files in a chain in which each extends the next


Names = tuple[str, ...]


class ConfigFiles:
    """The contents of a configuration file and the files it extends: settings, the position of each key, and errors.

    `settings` maps a setting to its value and file. `places` maps the names of a key, for example `("severity",
    "TST-001")`, to its file, line, and column. `texts` maps a file to its text, in which list items are looked up.
    """

    def __init__(self, version: str) -> None:
        self.version = version
        self.settings: dict[str, tuple[object, str]] = {}
        self.places: dict[Names, tuple[str, int, int]] = {}
        self.texts: dict[str, list[str]] = {}
        self.errors: list[tuple[str, int, int, str]] = []

    def read(self, path: str, depth: int = 0) -> None:
        """Read a file, then the files that it extends. Raises `ConfigError` if a file cannot be read at all."""
        import tomllib  # 9 ms, and only if there is a file

        text = _text(path)
        try:
            data = tomllib.loads(text)
        except (tomllib.TOMLDecodeError, RecursionError) as error:
            what = str(error).partition(" (at ")[0]
            raise SettingsError([f"{path}{_decoder_place(str(error), text)}: not valid TOML: {what}"]) from error
        prefix: Names = ()
        if os.path.basename(path) == "pyproject.toml":
            prefix = ("tool", "cablecheck")
            data = data.get("tool", {}).get("cablecheck", {})
        if not isinstance(data, dict):
            raise ConfigError(f"{path}: [tool.cablecheck] is not a table")
        self.texts[path] = text.split("\n")
        for names, place in _places(text).items():
            if names[: len(prefix)] == prefix and names[len(prefix) :]:
                self.places.setdefault(names[len(prefix) :], (path, *place))
        for name, value in data.items():
            if name not in SETTINGS:
                self.error(path, (name,), f"unknown setting {name!r}{did_you_mean(name, SETTINGS)}")
            else:
                self._set(path, name, value)
        self._check_version(path, data.get("required-version"))
        if isinstance(data.get("extend"), str) and data["extend"]:
            self.read(_below(path, data["extend"], depth), depth + 1)

    def error(self, path: str, names: Names, message: str, item: str = "") -> None:
        """Add an error at a key, or at one item of its list."""
        while names and names not in self.places:
            names = names[:-1]
        line, column = self.places[names][1:] if names else (0, 0)
        quoted = re.compile(f"[\"']{re.escape(item)}[\"']")
        for number, text in enumerate(self.texts.get(path, ())[max(0, line - 1) :] if item else (), start=line):
            found = quoted.search(text, column - 1 if number == line else 0)
            if found:
                line, column = number, found.start() + 1
                break
        self.errors.append((path, line, column, message))

    def lines(self) -> list[str]:
        """Return the error messages, ordered by position."""
        return [
            f"{path}:{line}:{column}: {message}" if line else f"{path}: {message}"
            for path, line, column, message in sorted(set(self.errors))
        ]

    def _set(self, path: str, name: str, value: object) -> None:
        """Store a value if its type is right for the setting; for a table, store the valid entries. Add an error for
        each invalid value.
        """
        kind = SETTINGS[name][0]
        if kind in ("map", "lists") and isinstance(value, dict):
            inner = "text" if kind == "map" else "texts"
            for key, item in value.items():
                if not fits(inner, item):
                    self.error(path, (name, key), f"{name}.{_key(key)}: {expected(inner)}, not {_written(item)}")
            value = {key: item for key, item in value.items() if fits(inner, item)}
        if fits(kind, value):
            self.settings.setdefault(name, (_absolute(path, kind, value), path))
        else:
            self.error(path, (name,), f"{name}: {expected(kind)}, not {_written(value)}")

    def _check_version(self, path: str, wanted: object) -> None:
        for bound in wanted.split(",") if isinstance(wanted, str) and wanted else ():
            found = _BOUND.fullmatch(bound.strip().replace(" ", ""))
            if not found:
                message = f'required-version: {_written(bound)} is not a version bound such as ">=0.1"'
                self.error(path, ("required-version",), message)
            elif not _holds(self.version, found[1] or "==", found[2]):
                message = f"this is version {self.version}; the configuration requires {wanted}"
                self.error(path, ("required-version",), message)


def _key(name: str) -> str:
    """Return a key as it is written in TOML: bare if possible, otherwise in quotes."""
    return name if re.fullmatch(r"[A-Za-z0-9_-]+", name) else _written(name)


def _text(path: str) -> str:
    try:
        return read_regular_file(path, MAX_BYTES).decode().replace("\r\n", "\n")
    except OSError as error:
        raise ConfigError(f"{path}: {error.strerror or error}") from error
    except UnicodeDecodeError as error:
        raise ConfigError(f"{path}: not UTF-8 (byte {error.start})") from error


def _decoder_place(message: str, text: str) -> str:
    """Return the `:line:column` given in a decoder error, or the end of the text if a string or bracket is still open
    there. Return "" if the error contains no position.
    """
    if "at end of document" in message:
        lines = text.rstrip().split("\n")
        return f":{len(lines)}:{len(lines[-1]) + 1}"
    found = re.search(r"at line (\d+), column (\d+)", message)
    return f":{found[1]}:{found[2]}" if found else ""


def _places(text: str) -> dict[tuple[str, ...], tuple[int, int]]:
    """Return the (line, column) of each table and key that begins a line, keyed by its path, such as `("severity",
    "TST-001")`.
    """
    places: dict[tuple[str, ...], tuple[int, int]] = {}
    table: tuple[str, ...] = ()
    for number, line in enumerate(text.split("\n"), start=1):
        header = _HEADER.match(line)
        key = None if header else _KEY.match(line)
        if header:
            table = _names(header[1])
            places.setdefault(table, (number, header.start(1) + 1))
        elif key:
            places.setdefault((*table, *_names(key[1])), (number, key.start(1) + 1))
    return places


def _names(dotted: str) -> tuple[str, ...]:
    return tuple(part.strip(" \t\"'") for part in re.findall(r"""[ \t]*(?:"[^"]*"|'[^']*'|[^."']+)""", dotted))


def _holds(version: str, sign: str, bound: str) -> bool:
    ours, theirs = [[int(part) for part in words.split(".")] for words in (version, bound)]
    length = max(len(ours), len(theirs))
    ours += [0] * (length - len(ours))
    theirs += [0] * (length - len(theirs))
    return {
        ">=": ours >= theirs, "<=": ours <= theirs, "==": ours == theirs,
        "!=": ours != theirs, ">": ours > theirs, "<": ours < theirs,
    }[sign]  # fmt: skip


def _below(path: str, extended: str, depth: int) -> str:
    """Return the path of the file given in `extend`. Raises `ConfigError` if it is outside the folder of the file that
    extends it, or if too many files extend each other.
    """
    folder = os.path.realpath(os.path.dirname(os.path.abspath(path)))
    target = os.path.realpath(os.path.join(folder, extended))
    if os.path.commonpath([folder, target]) != folder:
        raise ConfigError(f"{path}: extend: {extended!r} is outside the folder of this file")
    if depth + 1 >= MAX_DEPTH or target == os.path.realpath(path):
        raise ConfigError(f"{path}: extend: more than {MAX_DEPTH} files extend each other, or one extends itself")
    return os.path.relpath(target)


def _placed(folder: str, item: str, named: bool) -> str:
    """Return a path from a configuration file, joined to the folder of that file. If `named` is true, a word that is
    not a folder there is returned unchanged, because it may be the name of a pack.
    """
    place = os.path.normpath(os.path.join(folder, item))
    return item if named and os.path.basename(item) == item and not os.path.isdir(place) else place


def _absolute(path: str, kind: str, value: object) -> object:
    """Return a setting's value with its paths resolved relative to the file that contains it."""
    folder = os.path.dirname(path)
    if kind == "path" and value:
        return os.path.normpath(os.path.join(folder, str(value)))
    if kind in ("paths", "packs") and isinstance(value, list):
        return tuple(_placed(folder, str(item), kind == "packs") for item in value)
    return value


# ---- merging ---------------------------------------------------------------------------------------------------------

COMMAND_LINE = "command line"  # the origin of a setting
NAMES = ("cablecheck.toml", "pyproject.toml")  # if a folder contains both, the first is used


def settle(given: Mapping[str, object], config: str = "", isolated: bool = False, version: str = "") -> Options:
    """Return the options from the configuration file and the command line.

    `given` maps the settings given on the command line, and no others, to their values. `config` is the path of the
    configuration file to use instead of searching for one; `isolated` ignores all configuration files. Raises
    `ConfigError` for an invalid setting or configuration file.
    """
    file = "" if isolated else (config or _near(discover(os.getcwd())))
    files = ConfigFiles(version)
    if file:
        files.read(file)
    merged = dict(files.settings)
    for name, value in given.items():
        if name not in SETTINGS:
            raise ConfigError(f"unknown setting {name!r}{did_you_mean(name, SETTINGS)}")
        kind = SETTINGS[name][0]
        if not fits(kind, value):
            raise ConfigError(f"--{name}: {expected(kind)}, not {_written(value)}")
        merged[name] = value, COMMAND_LINE
    options = Options(
        config_file=file,
        folder=os.path.dirname(os.path.abspath(file)) if file else os.getcwd(),
        origin={name: origin for name, (_, origin) in merged.items()},
    )
    for name, (value, _) in merged.items():
        setattr(options, attribute(name), tuple(value) if isinstance(value, list) else value)
    _check_values(options, files)
    if files.errors:
        _raise_all(options, files)
    return options


def _raise_all(options: Options, files: ConfigFiles) -> None:
    """Raise `SettingsError` with the errors in the files and, if the rules can be loaded, the unknown rule names."""
    from . import rulebook  # 20 ms, and only if the configuration is wrong

    try:
        book = rulebook.load(options.pack_folders(), checks=options.checks)
    except CablecheckError:
        raise SettingsError(files.lines()) from None
    _check_rule_names(options, book.rules, files)
    raise SettingsError(files.lines())


def check_rule_names(options: Options, rules: Sequence[Rule]) -> None:
    """Raise `SettingsError` if the configuration files contain names that match no rule."""
    files = ConfigFiles(VERSION)
    _check_rule_names(options, rules, files)
    if files.errors:
        files.read(options.config_file)  # to find the positions of the keys
        files.errors.clear()
        _check_rule_names(options, rules, files)
        raise SettingsError(files.lines())


_RULE_SETTINGS = ("extend-select", "ignore", "mandatory", "per-file-ignores", "select", "severity")


def _check_rule_names(options: Options, rules: Sequence[Rule], files: ConfigFiles) -> None:
    for name in _RULE_SETTINGS:
        path = options.origin.get(name, COMMAND_LINE)
        if path == COMMAND_LINE:
            continue
        value = getattr(options, attribute(name))
        tables = isinstance(value, dict)
        entries = [((name, key), value[key] if name == "per-file-ignores" else [key]) for key in value] if tables else [
            ((name,), value)
        ]  # fmt: skip
        for names, words in entries:
            for word in words:
                unknown = unknown_rule(rules, word)
                if unknown:
                    written = ".".join(_key(part) for part in names[: 1 + (name == "per-file-ignores")])
                    files.error(path, names, f"{written}: {unknown}", word if name != "severity" else "")


def discover(folder: str) -> str:
    """Return the path of the configuration file in the folder or in the nearest folder above it, or "" if there is
    none.
    """
    while True:
        for name in NAMES:
            path = os.path.join(folder, name)
            if os.path.isfile(path) and (name != "pyproject.toml" or _holds_table(path)):
                return path
        parent = os.path.dirname(folder)
        if parent == folder:
            return ""
        folder = parent


def _near(path: str) -> str:
    """Return a path relative to the working folder, or "" for an empty path."""
    return os.path.relpath(path) if path else ""


def _holds_table(path: str) -> bool:
    """Return whether a pyproject.toml mentions cablecheck. This check is faster than parsing the file as TOML."""
    try:
        with open(path, "rb") as file:
            return b"tool.cablecheck" in file.read(MAX_BYTES)
    except OSError:
        return False


def _check_values(options: Options, files: ConfigFiles) -> None:
    """Add an error for each value of the right type that is not allowed. Raises `ConfigError` for values on the command
    line.
    """

    def refuse(names: Names, what: str, wanted: str, value: str) -> None:
        origin = options.origin[names[0]]
        if origin == COMMAND_LINE:
            raise ConfigError(f"--{names[0]}: {wanted}, not {_written(value)}")
        files.error(origin, names, f"{what}: {wanted}, not {_written(value)}")

    for rule, severity in options.severity.items():
        if severity not in (*SEVERITIES, "off"):
            words = ", ".join((*SEVERITIES, "off"))
            refuse(("severity", rule), f"severity.{_key(rule)}", f"expected one of {words}", severity)
    if options.rule_url and not re.fullmatch(r"https?://[!-~]*\{rule\}[!-~]*", options.rule_url):
        wanted = "expected a URL such as https://example.com/rules/{rule}/"
        refuse(("rule-url",), "rule-url", wanted, options.rule_url)
    if options.as_of:
        from datetime import date

        try:
            date.fromisoformat(options.as_of)
        except ValueError:
            refuse(("as-of",), "as-of", "expected a date such as 2026-11-23", options.as_of)
