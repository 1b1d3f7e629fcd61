"""The words of the marking grammar, gathered from the tables and turned into look-ups by spelling."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cached_property, lru_cache

from ..model import Authority, Instruction
from ..record import BoundedCache
from ..values import Date, Level
from ..vocabulary import Entry, Vocabulary

# The categories in the order of the banner (IC-REG-2016 p. 14-17; CUI: CUI-HB-2016, after foreign information).
RANKS = {
    "level": 0,
    "nato": 1,
    "sci": 2,
    "sap": 3,
    "aea": 4,
    "fgi": 5,
    "cui": 6,
    "dissem": 7,
    "nonic": 8,
    "declass": 9,
}


class Lexicon:
    """Every word of the grammar by its upper-case spelling.

    `levels` gives (code, kind of form), letter-spaced forms with single blanks; `controls` gives (entry, kind of form,
    category); `systems` the entries that take compartments; `parts` a compartment's entry by (system code, name);
    `lists` the spellings that begin a list of countries, longest first; `countries` the code for every spelling of a
    country or group, `codes` the codes alone. `telegram_book` is the rule book of telegrams.
    """

    def __init__(self, words: Vocabulary) -> None:
        self.words = words
        self.levels: dict[str, tuple[str, str]] = {}
        for kind in ("portion", "banner", "telegram", "spaced"):
            for entry in words["levels"]:
                for form in entry.forms.get(kind, ()):
                    self.levels.setdefault(" ".join(form.split()), (entry.code, kind))
        self.controls: dict[str, tuple[Entry, str, str]] = {}
        self.systems: dict[str, tuple[Entry, str]] = {}
        self.parts: dict[tuple[str, str], Entry] = {}
        self.roles: dict[str, str] = {}
        self.lists: list[tuple[str, Entry, str]] = []
        self.before_lists: list[tuple[str, Entry, str]] = []
        self.joiners: set[str] = set()
        for entry in words["controls"]:
            self._add_control(entry)
        for entry in words["retired_controls"]:
            self._add(entry, entry.fact("category"))
        self._add_foreign(words)
        self._add_unclassified(words)
        self.captioned = [entry for entry in words["controls"] if entry.fact("caption")]
        self.exemptions = {form: entry for entry in words["exemptions"] for form in entry.spellings()}
        self.telegram_book = next(entry.code for entry in words["profiles"] if entry.fact("cable") == "yes")
        self.not_marks = set(words["not_marks"].codes())
        self.statements = tuple(form for entry in words["statements"] for form in entry.spellings())
        self.near = self._near_forms()

    def _add(self, entry: Entry, category: str) -> None:
        both = set(entry.forms.get("banner", ())) & set(entry.forms.get("portion", ()))
        for kind in ("banner", "portion", "title", "other"):
            for form in entry.forms.get(kind, ()):
                self.controls.setdefault(form, (entry, "same" if form in both else kind, category))

    def _add_control(self, entry: Entry) -> None:
        self._add(entry, entry.fact("category"))
        if entry.fact("role"):
            self.roles[entry.fact("role")] = entry.code
        if entry.fact("system"):
            for form in entry.spellings("banner", "portion", "title"):
                self.systems[form] = (entry, self.controls[form][1])
        for part in entry.facts.get("part", ()):
            self.parts[entry.fact("under"), part] = entry
        self.joiners.update(entry.facts.get("join", ()))
        target = self.before_lists if entry.fact("list") == "before" else self.lists
        if entry.fact("list"):
            for kind, forms in entry.forms.items():
                target.extend((form, entry, kind) for form in forms)
            target.sort(key=lambda item: -len(item[0]))

    def _add_foreign(self, words: Vocabulary) -> None:
        self.nato: dict[str, tuple[Entry, str]] = {}
        self.joint: set[str] = set()
        self.restricted: set[str] = set()
        for entry in words["nato"]:
            kind = entry.fact("kind")
            if kind == "control":
                self._add(entry, "nato")
            elif kind == "joint":
                self.joint.update(entry.spellings())
            elif kind == "restricted":
                self.restricted.update(entry.spellings())
            elif kind != "owner":
                for form_kind, forms in entry.forms.items():
                    self.nato.update((form, (entry, form_kind)) for form in forms)

    # ---- countries: 1 ms, and most telegrams name none ---------------------------------------------------------

    @cached_property
    def countries(self) -> dict[str, str]:
        """The code for every spelling of a country or group."""
        found = {entry.code: entry.code for table in ("countries", "groups") for entry in self.words[table]}
        for table in ("groups", "countries"):
            for entry in self.words[table]:
                for form in entry.spellings():
                    found.setdefault(form, entry.code)
        return found

    @cached_property
    def codes(self) -> set[str]:
        """The codes of all countries and groups."""
        return {entry.code for table in ("countries", "groups") for entry in self.words[table]}

    @cached_property
    def members(self) -> dict[str, tuple[str, ...]]:
        """Code of a group to its members, where the table lists them."""
        return {entry.code: entry.facts["members"] for entry in self.words["groups"] if "members" in entry.facts}

    @cached_property
    def releases(self) -> frozenset[str]:
        """The codes of the controls that say to whom information may be released."""
        return frozenset(entry.code for entry in self.words["controls"] if entry.fact("release"))

    @cached_property
    def owner(self) -> str:
        """The code of the country whose markings these are."""
        code: str = next(entry.code for entry in self.words["countries"] if entry.fact("kind") == "owner")
        return code

    def _add_unclassified(self, words: Vocabulary) -> None:
        self.cui: set[str] = set()
        self.supplemental: set[str] = set()
        self.prefix = ""
        for entry in words["cui_words"]:
            kind = entry.fact("kind")
            if kind == "control":
                self.cui.update(entry.spellings())
            elif kind == "supplemental":
                self.supplemental.update(entry.spellings())
            elif kind == "prefix":
                self.prefix = entry.forms["prefix"][0]
        self.cui_categories = words["cui_categories"]
        self.cui_controls = words["cui_controls"]

    def _near_forms(self) -> frozenset[str]:
        """The usual short marks, and the same with the stroke forgotten or doubled, for telling a slip from a word."""
        release = self.words["controls"].get(self.roles["no-foreign"])
        short = release.forms["portion"][0] if release is not None else ""
        heads = [form for form, (_, kind) in self.levels.items() if kind == "portion"]
        heads += [form for form, (entry, _, _) in self.controls.items() if entry.fact("bare") and form.isalpha()]
        return frozenset(heads) | frozenset(f"{head}/{short}" for head in heads)


def lexicon(words: Vocabulary) -> Lexicon:
    """The lexicon of these tables, built at the first call."""
    found = words.made.get("lexicon")
    if not isinstance(found, Lexicon):
        found = words.made["lexicon"] = Lexicon(words)
    return found


# ---- What the parser knows of the words: look-ups made once per vocabulary, each when it is first needed.
class Control:
    """A word of the classification line beside the level: `letters` without blanks, its entry, the level it implies."""

    __slots__ = ("code", "entry", "letters", "level")

    def __init__(self, letters: str, entry: Entry, level: Level | None) -> None:
        self.letters = letters
        self.entry = entry
        self.level = level
        self.code = entry.fact("control") or entry.code


class Grammar:
    """The look-ups of one vocabulary. Words are upper case; "letters" means a spelling without its blanks."""

    def __init__(self, words: Vocabulary) -> None:
        self.words = words
        self._spellings: dict[tuple[str, ...], tuple[str, ...]] = {}

    # ---- header ----------------------------------------------------------------------------------------------

    @cached_property
    def levels(self) -> tuple[tuple[str, Level], ...]:
        """(letters, level) of each spelling on a classification line, longest first."""
        found: dict[str, Level] = {}
        for entry in self.words["levels"]:
            level = self.words.level(entry.code)
            assert level is not None
            for form in entry.spellings("banner", "spaced", "telegram"):
                found.setdefault(form.replace(" ", ""), level)
        return tuple(sorted(found.items(), key=lambda item: -len(item[0])))

    @cached_property
    def banner_signs(self) -> tuple[tuple[str, tuple[str, ...]], ...]:
        """How a repeated classification line begins: letter-spaced, or a telegram's short form. By the sign that
        stands in all of a group: where it is missing the others need not be sought."""
        signs: list[str] = []
        for entry in self.words["levels"]:
            signs += entry.forms.get("spaced", ())
            if not entry.forms.get("spaced"):
                signs += [form + " " for form in entry.forms.get("telegram", ())[:1]]
        cores = [sign for sign in signs if not any(other in sign for other in signs if other != sign)]
        return tuple((core, tuple(sign for sign in signs if core in sign)) for core in cores)

    @cached_property
    def level_prefixes(self) -> frozenset[str]:
        """The first two letters a classification line can begin with, blanks left out."""
        return frozenset(letters[:2] for letters, _ in self.levels) | {item.letters[:2] for item in self.controls}

    @cached_property
    def level_names(self) -> dict[str, Level]:
        """Every spelling of a level alone: banner words and portion letters."""
        found: dict[str, Level] = {}
        for entry in self.words["levels"]:
            level = self.words.level(entry.code)
            assert level is not None
            for form in entry.spellings("banner", "portion", "telegram", "spaced"):
                found.setdefault(form, level)
        return found

    @cached_property
    def group_levels(self) -> dict[str, Level]:
        """Letter of the security-warning group to level."""
        found: dict[str, Level] = {}
        for entry in self.words["levels"]:
            level = self.words.level(entry.code)
            for letter in entry.forms.get("znx", ()):
                if level is not None:
                    found[letter] = level
        return found

    @cached_property
    def controls(self) -> tuple[Control, ...]:
        """The controls that may stand on the classification line, longest first."""
        found: dict[str, Control] = {}
        for entry in self.words["captions"]:
            if entry.fact("banner") == "yes":
                level = self.words.level(entry.fact("level")) if entry.fact("level") else None
                for form in entry.spellings("line", "spaced"):
                    letters = form.replace(" ", "")
                    found.setdefault(letters, Control(letters, entry, level))
        return tuple(sorted(found.values(), key=lambda item: -len(item.letters)))

    @cached_property
    def controls_by_letter(self) -> dict[str, tuple[Control, ...]]:
        """The same by first letter."""
        letters = dict.fromkeys(control.letters[0] for control in self.controls)
        return {first: tuple(c for c in self.controls if c.letters[0] == first) for first in letters}

    @cached_property
    def caption_of_control(self) -> dict[str, str]:
        """The code of a control to the caption that says the same."""
        found: dict[str, str] = {}
        for entry in self.words["captions"]:
            if entry.fact("control"):
                found.setdefault(entry.fact("control"), entry.code)
        return found

    @cached_property
    def header_lines(self) -> dict[str, str]:
        """First word of a header line to the block it opens."""
        found = dict.fromkeys(self.label("offices", "line"), "offices")
        for code in ("station", "sender", "to", "info"):
            found.update(dict.fromkeys(self.label(code, "line"), code))
        for entry in self.words["signals"]:
            if entry.fact("kind") == "warning":
                found.update(dict.fromkeys(entry.spellings("warning"), "security"))
        found.update(dict.fromkeys(self.doubled, "routing"))
        for form in self.label("drafting", "line"):
            found.setdefault(form.split(" ", 1)[0], "drafting")
        return found

    @cached_property
    def starts(self) -> tuple[str, ...]:
        """How a start-of-transmission line begins."""
        return self.label("transmission", "start")

    @cached_property
    def doubled(self) -> dict[str, Entry]:
        """Doubled prosign to precedence."""
        return {form: entry for entry in self.words["precedence"] for form in entry.forms.get("doubled", ())}

    @cached_property
    def prosigns(self) -> dict[str, Entry]:
        """Prosign to precedence."""
        return {form: entry for entry in self.words["precedence"] for form in entry.forms.get("prosign", ())}

    @cached_property
    def precedence_words(self) -> dict[str, Entry]:
        """Precedence word (also of two words) to precedence."""
        return {form: entry for entry in self.words["precedence"] for form in entry.forms.get("word", ())}

    @cached_property
    def months(self) -> dict[str, int]:
        """Name of a month, short or long, to its number."""
        return {form: entry.rank or 0 for entry in self.words["months"] for form in entry.spellings()}

    @cached_property
    def mission_prefixes(self) -> tuple[str, ...]:
        """The kinds of mission that stand before a city, longest first, each with its blank."""
        forms = [form + " " for entry in self.words["posts"] for form in entry.forms.get("prefix", ())]
        return tuple(sorted(forms, key=lambda form: -len(form)))

    @cached_property
    def mission_names(self) -> dict[str, str]:
        """Whole names to the name the classification line uses."""
        found = {}
        for entry in self.words["posts"]:
            for form in entry.forms.get("whole", ()):
                found[form] = entry.forms.get("alias", (form,))[0]
        return found

    # ---- labels ----------------------------------------------------------------------------------------------

    def label(self, code: str, *kinds: str) -> tuple[str, ...]:
        """The spellings of a label, of some kinds."""
        return self._find("labels", code, *kinds)

    def page_word(self, code: str, *kinds: str) -> tuple[str, ...]:
        """The spellings of a page word."""
        return self._find("page_words", code, *kinds)

    def _find(self, *key: str) -> tuple[str, ...]:
        """The spellings of an entry: table, code, kinds. Remembered, for they are asked for on every line."""
        found = self._spellings.get(key)
        if found is None:
            entry = self.words[key[0]].get(key[1])
            found = self._spellings[key] = entry.spellings(*key[2:]) if entry is not None else ()
        return found

    @cached_property
    def text_labels(self) -> dict[str, tuple[tuple[str, str], ...]]:
        """First letter to (spelling, code) of the labels between banner and text, longest first."""
        pairs = [(form, code) for code in ("eo", "tags", "subject", "reference") for form in self.label(code, "line")]
        short = self.label("decl") + self.label("dng")  # these also go on with an E.O. line
        pairs += [(form, "authority") for form, _ in self.block_labels if form not in short]
        return _by_letter(pairs)

    @cached_property
    def label_starts(self) -> tuple[str, ...]:
        """Every spelling in `text_labels`: to tell at once that a line begins with none."""
        return tuple(form for pairs in self.text_labels.values() for form, _ in pairs)

    @cached_property
    def label_forms(self) -> dict[str, tuple[str, ...]]:
        """First letter to the spellings in `text_labels`: one question tells that a line begins with none."""
        return {letter: tuple(form for form, _ in pairs) for letter, pairs in self.text_labels.items()}

    @cached_property
    def block_labels(self) -> tuple[tuple[str, str], ...]:
        """(spelling, code) of the labels of an authority block, longest first."""
        codes = ("classified-by", "derivative-by", "derived-from", "reason", "declassify", "downgrade")
        pairs = [(form, code) for code in codes for form in self.label(code, "block")]
        return tuple(sorted(pairs, key=lambda pair: -len(pair[0])))

    @cached_property
    def block_label_starts(self) -> tuple[tuple[str, tuple[tuple[int, str, str], ...]], ...]:
        """The same by their first four letters, each with its place in the order."""
        groups: dict[str, list[tuple[int, str, str]]] = {}
        for place, (form, code) in enumerate(self.block_labels):
            groups.setdefault(form[:4], []).append((place, form, code))
        return tuple((start, tuple(group)) for start, group in groups.items())

    @cached_property
    def authority_openers(self) -> tuple[str, ...]:
        """The labels that can open an authority block inside a paragraph."""
        return tuple(
            form for form, code in self.block_labels if code in ("classified-by", "derivative-by", "derived-from")
        )

    @cached_property
    def opener_starts(self) -> dict[str, tuple[str, ...]]:
        """How those labels begin, four letters, to the labels that do."""
        starts = dict.fromkeys(form[:4] for form in self.authority_openers)
        return {start: tuple(form for form in self.authority_openers if form.startswith(start)) for start in starts}

    @cached_property
    def stems(self) -> dict[str, tuple[str, int]]:
        """Signs that hold the letters of `opener_starts`, for which every text is searched anyhow, to these letters and
        how many stand before them."""
        found = {}
        for sign in (*self.page_signs, *self.head_starts, *(core for core, _ in self.banner_signs)):
            stem = next((start for start in self.opener_starts if start in sign), None)
            if stem is not None:
                found[sign] = stem, sign.index(stem)
        return found

    @cached_property
    def entire_text(self) -> tuple[tuple[str, ...], tuple[str, ...]]:
        """The first words of a statement for the entire text, and its phrases."""
        phrases = self.page_word("entire-text")
        return tuple(dict.fromkeys(phrase.split()[0] for phrase in phrases)), phrases

    @cached_property
    def fields(self) -> dict[str, str]:
        """Label of a labelled form, before its colon, to the field's code."""
        found = {form: entry.code for entry in self.words["labels"] for form in entry.forms.get("field", ())}
        found.update({form: "authority" for form, _ in self.block_labels})
        return found

    @cached_property
    def page_signs(self) -> tuple[str, ...]:
        """Words one of which stands in every text that has page lines or an archive's frame."""
        signs = [f" {word} 0" for word in self.page_word("of", "word")]
        signs += [f"{word} 0" for word in self.page_word("page")]
        signs += [f for e in self.words["stamps"] if e.forms.get("continued") for f in e.forms["phrase"]]
        return (*signs, *self.label("attributes", "line"))

    @cached_property
    def head_starts(self) -> tuple[str, ...]:
        """How the signs near the top begin: nine letters, each once. Fewer would stand in an authority's sentence."""
        return tuple(dict.fromkeys(sign[:9] for sign in self.head_signs))

    @cached_property
    def head_signs(self) -> tuple[str, ...]:
        """Words one of which stands near the top of every text that has stamps of a release."""
        stamps = [entry for entry in self.words["stamps"] if not entry.forms.get("continued")]
        return tuple(form for entry in stamps for form in entry.forms.get("phrase", ()))

    @cached_property
    def notice_forms(self) -> tuple[tuple[str, ...], tuple[str, ...]]:
        """All forms of notices: those that begin a line, and phrases. A phrase that holds another is left out."""
        entries = self.words["notices"].entries
        lines = dict.fromkeys(form for entry in entries for form in entry.forms.get("line", ()))
        phrases = dict.fromkeys(form for entry in entries for form in entry.forms.get("phrase", ()))
        least = tuple(one for one in phrases if not any(two in one for two in phrases if two != one))
        return tuple(lines), least

    @cached_property
    def page_controls(self) -> dict[str, Level]:
        """Spellings of unclassified controls that stand at the head of a page to the level they imply."""
        found = {}
        for control in self.controls:
            if control.level is not None:
                found.update(dict.fromkeys(control.entry.spellings("line"), control.level))
        return found

    @cached_property
    def titles(self) -> frozenset[str]:
        """Words that end a classifier's title, without full stops at their end."""
        if "titles" not in self.words:
            return frozenset()
        return frozenset(form.strip(".") for entry in self.words["titles"] for form in entry.spellings())

    # ---- captions --------------------------------------------------------------------------------------------

    @cached_property
    def captions(self) -> dict[str, Entry]:
        """Letters of a caption line to its entry."""
        found: dict[str, Entry] = {}
        for entry in self.words["captions"]:
            for form in entry.spellings("line", "spaced", "damaged"):
                found.setdefault(form.replace(" ", ""), entry)
        return found

    @cached_property
    def caption_runs(self) -> tuple[tuple[str, Entry], ...]:
        """(spelling, entry) of captions that may follow one another on a line, longest first."""
        pairs = [
            (form, entry) for entry in self.words["captions"] for form in entry.spellings("line", "spaced", "damaged")
        ]
        return tuple(sorted(pairs, key=lambda pair: -len(pair[0])))

    @cached_property
    def caption_starts(self) -> tuple[tuple[str, Entry], ...]:
        """(spelling, entry) of captions with a name or number after them."""
        found = [(form, e) for e in self.words["captions"] for form in e.forms.get("starts", ())]
        return (*found, *((form.replace(" ", ""), e) for form, e in found if e.forms.get("spaced")))

    @cached_property
    def caption_ends(self) -> tuple[tuple[str, Entry], ...]:
        """(spelling, entry) of captions with a name before them."""
        return tuple((form, e) for e in self.words["captions"] for form in e.forms.get("ends", ()))

    @cached_property
    def caption_forms(self) -> tuple[tuple[str, ...], tuple[str, ...], tuple[str, ...]]:
        """How a line of captions can begin, how one with a name after it, and how one with a name before it ends."""
        runs = tuple(form for form, _ in self.caption_runs)
        starts = tuple(form for form, _ in self.caption_starts)
        return runs, starts, tuple(" " + form for form, _ in self.caption_ends)

    @cached_property
    def passing_words(self) -> tuple[frozenset[str], frozenset[str]]:
        """Words that tell whom to pass a telegram to, wherever they stand, and those that do at a line's beginning."""
        near = frozenset(form for form in self.page_word("pass", "for") if " " not in form)
        return frozenset(self.page_word("pass", "word")), near

    # ---- small memories --------------------------------------------------------------------------------------

    @cached_property
    def addresses(self) -> dict[str, tuple[str, str | None, str | None, int | None, bool, str]]:
        """What addresses were made of, by their words."""
        return BoundedCache(4096)

    @cached_property
    def openings(self) -> dict[str, object]:
        """What the lines of `banner.py` begin with, by their words."""
        return BoundedCache(4096)

    @cached_property
    def authorities(self) -> dict[tuple[str, int | None], Authority | None]:
        """What the blocks of `authority.py` were read as."""
        return BoundedCache(2048)

    @cached_property
    def instructions(self) -> dict[tuple[str, int | None, bool], Instruction | None]:
        """What the values of `instructions.py` were read as."""
        return BoundedCache(8192)

    @cached_property
    def stated_levels(self) -> dict[str, tuple[Level | str | None, tuple[str, ...]]]:
        """What a wrapper's words for a level say, or what should stand there."""
        return BoundedCache(1024)

    @cached_property
    def stated_dates(self) -> dict[str, tuple[Date | None, str]]:
        """A wrapper's words for a day to the day, or to why it is none."""
        return BoundedCache(1024)

    @cached_property
    def orders(self) -> dict[str, tuple[str | None, str | None]]:
        """Number of an order as written to its era and to the number most like it."""
        return BoundedCache(1024)

    @cached_property
    def slips(self) -> dict[str, str | None]:
        """Suggestions already looked up for unknown tags."""
        return BoundedCache(4096)


def _by_letter(pairs: Iterable[tuple[str, str]]) -> dict[str, tuple[tuple[str, str], ...]]:
    found: dict[str, list[tuple[str, str]]] = {}
    for form, code in sorted(pairs, key=lambda pair: -len(pair[0])):
        found.setdefault(form[0], []).append((form, code))
    return {letter: tuple(items) for letter, items in found.items()}


@lru_cache(maxsize=4)
def grammar_of(words: Vocabulary) -> Grammar:
    """The grammar of a vocabulary, made once."""
    return Grammar(words)
