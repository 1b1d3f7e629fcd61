"""The keys of `rules/synth/*.yaml`, each with its shape and meaning: the source of the published schema."""

from __future__ import annotations

from ..rulebook.shape import DAY, DRAFT, PROFILES, TEXT, TEXTS, Key, Shape, record

_TEXT_OR_MORE: Shape = {"type": ["string", "number", "array"], "items": TEXT}
_YES: Shape = {"enum": ["yes"]}
_PAIR: Shape = {"type": "array", "items": {"type": "integer"}, "minItems": 2, "maxItems": 2}
_NAMED: Shape = {"type": "object", "additionalProperties": {"$ref": "#/$defs/value"}, "minProperties": 1}
_STEPS: Shape = {"type": "array", "items": _NAMED}

VALUE = (
    Key("list", TEXT, "An entry of this list of texts, drawn at random.", "titles"),
    Key("row", TEXT, "A row of this list of rows; its parts are {name_part}.", "posts"),
    Key("number", _PAIR, "A whole number from the one to the other.", [1, 9999]),
    Key("digits", {"type": "integer", "minimum": 1}, "How many digits the number is written with.", 4),
    Key("years", _PAIR, "So many years after the telegram's date.", [4, 6]),
    Key("as", TEXT, "How that day is written: d dd m mm yy yyyy ddd.", "{m}/{d}/{yy}"),
    Key("by", TEXT, "The value that chooses among `of`.", "level"),
    Key(
        "of",
        {"type": "object", "additionalProperties": TEXTS},
        "Texts to draw from, by that value.",
        {"C": ["one", "another"]},
    ),
    Key("if", TEXT, "The value that must not be empty.", "ref_post"),
    Key("then", TEXTS, "Texts to draw from where it is not.", ["REF: {ref_post}"]),
    Key("else", TEXTS, "Texts to draw from otherwise.", [""]),
)

BREAK = (
    Key("every", {"type": "integer", "minimum": 1}, "After so many paragraphs.", 3, True),
    Key("text", TEXT, "What stands between the pages.", "PAGE 0{page}\n", True),
)

PARAGRAPHS = (
    Key("count", _PAIR, "How many, from and to.", [2, 7], True),
    Key("lead", TEXT, "What a paragraph begins with; {n} is its number, {mark} its mark.", "{n}. ", True),
    Key("mark", TEXT, "The portion mark.", "({level}) "),
    Key("body", TEXT, "The body of running text.", "capitals", True),
    Key("after", TEXT, "What ends it.", "\n\n", True),
    Key("break", {"$ref": "#/$defs/break"}, "Page breaks.", {"every": 3, "text": "PAGE 0{page}\n"}),
)

TEMPLATE = (
    Key("id", TEXT, "Its name, which defects refer to.", "teletype-1983", True),
    Key("share", {"type": "number", "minimum": 0}, "Its share among the templates of a day.", 8, True),
    Key("from", DAY, "The first day it is used.", "1982-08-01", True),
    Key("until", DAY, "The last day it is used.", "1995-10-13", True),
    Key("profile", {"enum": [name for name in PROFILES if name != "ALL"]}, "The rule book.", PROFILES[0], True),
    Key("whole", _YES, "Whether the text is written without a wrapper's header.", "yes"),
    Key("filed", _YES, "A document of a file, which bears no telegram's number.", "yes"),
    Key(
        "rows",
        {"type": "array", "items": {"type": "object", "additionalProperties": _TEXT_OR_MORE}, "minItems": 1},
        "Sets of values that belong together, drawn by their `share`.",
        [{"share": 1, "level": "C"}],
        True,
    ),
    Key("let", _STEPS, "Values of this template, made in this order.", [{"sum": {"number": [1, 9], "digits": 1}}]),
    Key("paragraphs", {"$ref": "#/$defs/paragraphs"}, "The running text.", {"count": [2, 7]}, True),
    Key("header", TEXT, "The template of the header.", "FM {post_name}\n", True),
    Key("text", TEXT, "The template of the text.", "{paragraphs}", True),
)

EDIT = (
    Key("find", TEXT, "The words to look for.", "E.O. 12958: {value}", True),
    Key("put", TEXT, "What stands there instead.", "", True),
    Key("last", _YES, "Look from the end.", "yes"),
)

DEFECT = (
    Key("rule", TEXT, "The rule that must find it.", "AUT-001", True),
    Key("id", TEXT, "Its name, where a rule has several.", "aut-001-secret"),
    Key("templates", TEXTS, "The templates it is planted in; all if not given.", ["teletype-2006"]),
    Key(
        "where",
        {"type": "object", "additionalProperties": _TEXT_OR_MORE},
        "Values a telegram must have.",
        {"level": ["C", "S"]},
    ),
    Key("edits", {"type": "array", "items": {"$ref": "#/$defs/edit"}}, "The changes, one after the other.", []),
    Key("words", TEXT, "The words at which the finding is expected.", "41{hhmm}Z"),
    Key("sections", _YES, "Only in telegrams of several sections.", "yes"),
    Key("twice", _YES, "The telegram is written twice, once as it was.", "yes"),
    Key("lose", _YES, "A section is left out.", "yes"),
    Key("outside", TEXT, "The level the wrapper states instead.", "{plain}"),
    Key("note", TEXT, "What a reader should know.", "the month has thirty days"),
)

BODY = (
    Key("of", TEXT, "The list of sentences.", "sentences", True),
    Key("width", {"type": "integer", "minimum": 20}, "Letters on a line.", 58, True),
    Key("sentences", _PAIR, "How many in a paragraph, from and to.", [2, 6], True),
)

LISTS: Shape = {
    "type": "object",
    "additionalProperties": {
        "type": "array",
        "items": {"type": ["string", "number", "object"], "additionalProperties": TEXT},
        "minItems": 1,
    },
}

FILE = (
    Key("format", {"const": 1}, "The version of this format.", 1, True),
    Key("section", TEXT, "words.yaml: the section counter.", "SECTION {n} OF {m} "),
    Key("lists", LISTS, "words.yaml: texts and rows to draw from.", {"titles": ["Ambassador"]}),
    Key(
        "bodies",
        {"type": "object", "additionalProperties": {"$ref": "#/$defs/body"}},
        "words.yaml: how running text is made.",
        {"capitals": {"of": "sentences", "width": 58, "sentences": [2, 6]}},
    ),
    Key("let", _STEPS, "telegrams.yaml: values of every template.", [{"post": {"row": "posts"}}]),
    Key(
        "templates",
        {"type": "array", "items": {"$ref": "#/$defs/template"}, "minItems": 1},
        "telegrams.yaml: one for each era and layout.",
        [],
    ),
    Key(
        "defects",
        {"type": "array", "items": {"$ref": "#/$defs/defect"}, "minItems": 1},
        "defects.yaml: ways to break a telegram.",
        [],
    ),
)


def synth_schema() -> Shape:
    """The schema of the three files of the generator."""
    value = record(VALUE, "How a value is drawn: a text, several, or one of the ways below.", required=False)
    value["type"] = ["string", "number", "array", "object"]
    value["items"] = TEXT
    return {
        "$schema": DRAFT,
        "title": "Templates, words and defects of cablecheck's generator",
        **record(FILE, "One of words.yaml, telegrams.yaml and defects.yaml."),
        "$defs": {
            "body": record(BODY, "A kind of running text."),
            "break": record(BREAK, "Page breaks."),
            "defect": record(DEFECT, "One way to break a compliant telegram."),
            "edit": record(EDIT, "One change of words."),
            "paragraphs": record(PARAGRAPHS, "The running text of a template."),
            "template": record(TEMPLATE, "One era and layout."),
            "value": value,
        },
    }
