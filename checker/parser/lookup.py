"""Build tables for looking up words other than markings by their spelling. Each table is built from the vocabulary when
it is first used.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable
from functools import cache, cached_property, lru_cache, partial

from ..record import BoundedCache
from ..text import Pattern
from ..values import Date, Level
from ..vocabulary import Entry, Vocabulary

_STEM = 7  # letters
_SEARCHED_PLAINLY = 10_000  # characters; building `Grammar.stems` takes longer than searching them for every string


class Control:
    """A control on the classification line: its letters without spaces, its entry, and the level that it implies, or
    None.
    """

    __slots__ = ("code", "entry", "letters", "level")

    def __init__(self, letters: str, entry: Entry, level: Level | None) -> None:
        self.letters = letters
        self.entry = entry
        self.level = level
        self.code = entry.fact("control") or entry.code


def _spellings(words: Vocabulary, table: str, code: str, *kinds: str) -> tuple[str, ...]:
    """Return a table entry's spellings of the given kinds, or an empty tuple if there is no such entry."""
    entry = words[table].get(code)
    return entry.spellings(*kinds) if entry is not None else ()


class Grammar:
    """The lookup tables for one vocabulary. Words are in upper case; "letters" means a spelling without spaces.

    `label(code, *kinds)` and `page_word(code, *kinds)` return the spellings of an entry in the `labels` or `page_words`
    table: those of the given kinds, or of all kinds if none are given. They are cached, because they are needed for
    every line. `stated_levels` and `stated_dates` are caches of what wrappers state: of levels and controls, and of
    dates; a string describes the expected text. `slips` is the cache of suggestions for unknown TAGS.
    """

    def __init__(self, words: Vocabulary) -> None:
        self.words = words
        self.stated_levels: dict[str, tuple[Level | str | None, tuple[str, ...]]] = BoundedCache(1024)
        self.stated_dates: dict[str, tuple[Date | None, str]] = BoundedCache(1024)
        self.slips: dict[str, str | None] = BoundedCache(4096)
        self._searched = 0  # characters
        self.label: Callable[..., tuple[str, ...]] = cache(partial(_spellings, words, "labels"))
        self.page_word: Callable[..., tuple[str, ...]] = cache(partial(_spellings, words, "page_words"))

    # ---- header ----------------------------------------------------------------------------------------------

    @cached_property
    def levels(self) -> tuple[tuple[str, Level], ...]:
        """Return (letters, level) for each spelling of a level on a classification line, longest first."""
        found: dict[str, Level] = {}
        for entry in self.words["levels"]:
            level = self.words.level(entry.code)
            assert level is not None
            for form in entry.spellings("banner", "spaced", "telegram"):
                found.setdefault(form.replace(" ", ""), level)
        return tuple(sorted(found.items(), key=lambda item: -len(item[0])))

    @cached_property
    def banner_signs(self) -> tuple[tuple[str, tuple[str, ...]], ...]:
        """Return (core, spellings) for the beginnings of classification lines. Each of the spellings contains the core.

        If a core does not occur in a text, its spellings need not be searched for.
        """
        signs: list[str] = []
        for entry in self.words["levels"]:
            signs += entry.forms.get("spaced", ())
            if not entry.forms.get("spaced"):
                signs += [form + " " for form in entry.forms.get("telegram", ())[:1]]
        return tuple((core, tuple(sign for sign in signs if core in sign)) for core in _least(signs))

    @cached_property
    def level_prefixes(self) -> dict[str, str]:
        """Return a mapping from each letter with which a classification line can begin to its possible second letters,
        ignoring spaces.
        """
        levels = (letters for letters, _ in self.levels)
        forms = [*levels, *(item.letters for item in self.controls), *self.page_word("clear", "line")]
        return {form[0]: "".join({two[1:2] for two in forms if two[0] == form[0]}) for form in forms}

    @cached_property
    def level_names(self) -> dict[str, Level]:
        """Return a mapping from every spelling of a level, including portion letters, to the level."""
        found: dict[str, Level] = {}
        for entry in self.words["levels"]:
            level = self.words.level(entry.code)
            assert level is not None
            for form in entry.spellings("banner", "portion", "telegram", "spaced"):
                found.setdefault(form, level)
        return found

    @cached_property
    def group_levels(self) -> dict[str, Level]:
        """Return a mapping from letters to levels. The group on a security line repeats the level's letter, as in
        CCCCC.
        """
        found: dict[str, Level] = {}
        for entry in self.words["levels"]:
            level = self.words.level(entry.code)
            for letter in entry.forms.get("znx", ()):
                if level is not None:
                    found[letter] = level
        return found

    @cached_property
    def controls(self) -> tuple[Control, ...]:
        """Return the controls that may appear on the classification line, one for each spelling, longest spelling
        first.
        """
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
        """Return `controls` grouped by first letter."""
        letters = dict.fromkeys(control.letters[0] for control in self.controls)
        return {first: tuple(c for c in self.controls if c.letters[0] == first) for first in letters}

    @cached_property
    def caption_of_control(self) -> dict[str, str]:
        """Return a mapping from each control code to the equivalent caption."""
        found: dict[str, str] = {}
        for entry in self.words["captions"]:
            if entry.fact("control"):
                found.setdefault(entry.fact("control"), entry.code)
        return found

    @cached_property
    def header_lines(self) -> dict[str, str]:
        """Return a mapping from the first word of a header line to the block that the line opens."""
        found = dict.fromkeys(self.label("offices", "line"), "offices")
        for code in ("station", "sender", "to", "info", "exempt"):
            found.update(dict.fromkeys(self.label(code, "line"), code))
        for entry in self.words["signals"]:
            if entry.fact("kind") == "warning":
                found.update(dict.fromkeys(entry.spellings("warning"), "security"))
            elif entry.fact("pilot"):
                found.update(dict.fromkeys(entry.spellings(), "pilot"))
        found.update(dict.fromkeys(self.doubled, "routing"))
        for code in ("accounting", "break"):
            found.update(dict.fromkeys(self.label(code, "line"), code))
        forms = (form for pairs in self.drafting_labels.values() for form, _ in pairs)
        return dict.fromkeys((form.split(" ", 1)[0] for form in forms), "drafting") | found

    @cached_property
    def drafting_labels(self) -> dict[str, tuple[tuple[str, str], ...]]:
        """Return (spelling, code) for each label of the drafting block, grouped by first letter, longest first."""
        codes = ("drafter", "approver", "clearance", "distribution", "drafting")
        return _by_letter([(form, code) for code in codes for form in self.label(code, "line")])

    @cached_property
    def address_signals(self) -> frozenset[str]:
        """Return the operating signals that may precede an addressee's name."""
        return frozenset(form for entry in self.words["signals"] for form in entry.forms.get("address", ()))

    @cached_property
    def starts(self) -> tuple[str, ...]:
        """Return the strings with which a start-of-transmission line can begin."""
        return self.label("transmission", "start")

    @cached_property
    def doubled(self) -> dict[str, Entry]:
        """Return a mapping from each doubled prosign to its precedence entry."""
        return {form: entry for entry in self.words["precedence"] for form in entry.forms.get("doubled", ())}

    @cached_property
    def era_numbers(self) -> dict[str, str]:
        """Return a mapping from each order's number to the code of its era, or of the first one if it has two eras."""
        found: dict[str, str] = {}
        for entry in self.words["eras"]:
            if entry.fact("number"):
                found.setdefault(entry.fact("number"), entry.code)
        return found

    @cached_property
    def prosigns(self) -> dict[str, Entry]:
        """Return a mapping from each prosign to its precedence entry."""
        return {form: entry for entry in self.words["precedence"] for form in entry.forms.get("prosign", ())}

    @cached_property
    def precedence_words(self) -> dict[str, Entry]:
        """Return a mapping from each precedence word or two-word phrase to its precedence entry."""
        return {form: entry for entry in self.words["precedence"] for form in entry.forms.get("word", ())}

    @cached_property
    def months(self) -> dict[str, int]:
        """Return a mapping from the full and abbreviated name of each month to the month's number."""
        return {form: entry.rank or 0 for entry in self.words["months"] for form in entry.spellings()}

    @cached_property
    def mission_prefixes(self) -> tuple[str, ...]:
        """Return the mission types that may precede a city's name, longest first, each followed by a space."""
        forms = [form + " " for entry in self.words["posts"] for form in entry.forms.get("prefix", ())]
        return tuple(sorted(forms, key=lambda form: -len(form)))

    @cached_property
    def mission_kinds(self) -> dict[str, tuple[str, ...]]:
        """Return `mission_prefixes` grouped by their first word."""
        found: dict[str, list[str]] = {}
        for prefix in self.mission_prefixes:
            found.setdefault(prefix.split(" ", 1)[0], []).append(prefix)
        return {word: tuple(prefixes) for word, prefixes in found.items()}

    @cached_property
    def precedence_ends(self) -> frozenset[str]:
        """Return the last word of each form in `precedence_words`."""
        return frozenset(form.rpartition(" ")[2] for form in self.precedence_words)

    @cached_property
    def mission_names(self) -> dict[str, str]:
        """Return a mapping from each mission's full name to its name on classification lines."""
        found = {}
        for entry in self.words["posts"]:
            for form in entry.forms.get("whole", ()):
                found[form] = entry.forms.get("alias", (form,))[0]
        return found

    # ---- labels ----------------------------------------------------------------------------------------------

    @cached_property
    def text_labels(self) -> dict[str, tuple[tuple[str, str], ...]]:
        """Return (spelling, code) for each label of a field above the text, grouped by first letter, longest spelling
        first.
        """
        pairs = [(form, code) for code in ("eo", "tags", "subject", "reference") for form in self.label(code, "line")]
        short = self.label("decl") + self.label("dng")  # these may also be part of an E.O. line
        pairs += [(form, "authority") for form, _ in self.block_labels if form not in short]
        return _by_letter(pairs)

    @cached_property
    def label_starts(self) -> tuple[str, ...]:
        """Return all spellings in `text_labels` as a single tuple, for a quick test that rules out most lines."""
        return tuple(form for pairs in self.text_labels.values() for form, _ in pairs)

    @cached_property
    def label_forms(self) -> dict[str, tuple[str, ...]]:
        """Return the spellings in `text_labels` grouped by first letter, for a quick test that rules out most lines."""
        return {letter: tuple(form for form, _ in pairs) for letter, pairs in self.text_labels.items()}

    @cached_property
    def block_labels(self) -> tuple[tuple[str, str], ...]:
        """Return (spelling, code) for each label of an authority block, longest spelling first."""
        codes = ("classified-by", "derivative-by", "derived-from", "reason", "declassify", "downgrade")
        pairs = [(form, code) for code in codes for form in self.label(code, "block")]
        return tuple(sorted(pairs, key=lambda pair: -len(pair[0])))

    @cached_property
    def block_label_starts(self) -> tuple[tuple[str, tuple[tuple[int, str, str], ...]], ...]:
        """Return the labels in `block_labels` as (position in `block_labels`, spelling, code), grouped by their first
        four letters.
        """
        groups: dict[str, list[tuple[int, str, str]]] = {}
        for place, (form, code) in enumerate(self.block_labels):
            groups.setdefault(form[:4], []).append((place, form, code))
        return tuple((start, tuple(group)) for start, group in groups.items())

    @cached_property
    def authority_openers(self) -> tuple[str, ...]:
        """Return the labels that can open an authority block within a paragraph."""
        return tuple(
            form for form, code in self.block_labels if code in ("classified-by", "derivative-by", "derived-from")
        )

    @cached_property
    def reason_words(self) -> tuple[tuple[str, ...], tuple[str, ...]]:
        """Return two tuples for the words that introduce a reason after a classifier: the words, and each of them after
        a space, comma, or period.
        """
        words = self.page_word("for-reason")
        return words, tuple(sign + word for word in words for sign in " ,.")

    @cached_property
    def opener_starts(self) -> tuple[tuple[str, tuple[str, ...]], ...]:
        """Return the beginnings of the labels in `authority_openers`, each with the labels that start with it. Labels
        that contain another label are omitted.

        A beginning consists of four letters or, if only one label starts with them, of the entire label.
        """
        groups: dict[str, list[str]] = {}
        for form in _least(self.authority_openers):
            groups.setdefault(form[:4], []).append(form)
        return tuple((start if len(forms) > 1 else forms[0], tuple(forms)) for start, forms in groups.items())

    @cached_property
    def stems(self) -> dict[str, tuple[str, int]]:
        """Return a mapping from each string that is found by searching for a shared core to (core, number of characters
        before the core).

        Such strings share, for example, part of a letter-spaced level. A single search for the core finds every
        position at which any of them can occur.
        """
        stamps = [form for _, phrases, lines in self.stamp_forms for form in (*phrases, *lines)]
        levels = [form[cut:] for form in self.spaced_levels for cut in (0, 2)]
        together = "\n".join(stamps)
        shared = [form for form in stamps if together.count(form) > 1]
        openers = (start for start, forms in self.opener_starts if len(forms) > 1)
        stems = (*openers, *self.spaced_cores, *shared, *self.stamp_cores)
        found = {}
        for sign in (*self.page_signs, *(core for core, _ in self.banner_signs), *levels, *stamps):
            inside = [stem for stem in stems if stem in sign and stem != sign]
            if inside:
                stem = max(inside, key=len)
                found[sign] = stem, sign.index(stem)
        return found

    def stems_for(self, size: int) -> dict[str, tuple[str, int]]:
        """Return `stems` for searching a text of `size` characters, or an empty mapping if few characters have been
        searched so far. The same places are found either way.
        """
        if self._searched <= _SEARCHED_PLAINLY:
            self._searched += size
        return self.stems if self._searched > _SEARCHED_PLAINLY else {}

    @cached_property
    def reference_signs(self) -> tuple[str, tuple[str, ...]]:
        """Return the common beginning of all references labels that can occur within a line, followed by these labels,
        each with a space before it and a colon after it.
        """
        signs = tuple(f" {form}:" for form in self.label("reference", "line"))
        first, last = min(signs, default=""), max(signs, default="")
        same = next((at for at, pair in enumerate(zip(first, last, strict=False)) if len(set(pair)) > 1), len(first))
        return first[:same], signs

    @cached_property
    def entire_text(self) -> tuple[tuple[str, ...], tuple[str, ...]]:
        """Return two tuples for statements that one mark covers the entire text: the first words of the phrases, and
        the phrases.
        """
        phrases = self.page_word("entire-text")
        return tuple(dict.fromkeys(phrase.split()[0] for phrase in phrases)), phrases

    @cached_property
    def fields(self) -> dict[str, str]:
        """Return a mapping from each label in a labeled form, without its colon, to the field's code."""
        found = {form: entry.code for entry in self.words["labels"] for form in entry.forms.get("field", ())}
        found.update({form: "authority" for form, _ in self.block_labels})
        return found

    @cached_property
    def stamp_forms(self) -> tuple[tuple[Entry, tuple[str, ...], tuple[str, ...]], ...]:
        """Return (entry, phrases, spellings that begin a line) for each stamp."""
        return tuple((one, one.forms.get("phrase", ()), one.spellings("line", "opens")) for one in self.words["stamps"])

    @cached_property
    def stamp_signs(self) -> tuple[str, ...]:
        """Return strings of which at least one occurs in every text that contains a stamp."""
        return _least(form for _, phrases, lines in self.stamp_forms for form in (*phrases, *lines))

    @cached_property
    def stamp_cores(self) -> tuple[str, ...]:
        """Return strings of which at least one occurs in every text that contains a stamp. They are fewer than
        `stamp_signs`, because each core of seven letters is part of two or more stamps.
        """
        levels = "\n".join(self.level_names)
        left = {sign: {sign[at : at + _STEM] for at in range(len(sign) - _STEM + 1)} for sign in self.stamp_signs}
        parts = Counter([part for inside in left.values() for part in inside])
        counts = {part: count for part, count in parts.items() if count > 1 and part not in levels}
        found = []
        while counts and max(counts.values()) > 1:
            core = max((count, part) for part, count in counts.items())[1]
            found.append(core)
            for sign in [sign for sign in left if core in sign]:
                for part in left.pop(sign) & counts.keys():
                    counts[part] -= 1
        return (*found, *left)

    @cached_property
    def page_signs(self) -> tuple[str, ...]:
        """Return strings of which at least one occurs in every text that contains page lines, archive attributes, or a
        stamp that begins a line or occupies several lines.
        """
        signs = [f"{word} {number}" for word in self.page_word("page") for number in ("0", "2 R")]
        signs += [f" {word} 0" for word in self.page_word("of", "word")]
        for entry, phrases, lines in self.stamp_forms:
            signs += (*phrases, *lines) if "continued" in entry.forms else lines
        return _least((*signs, *self.label("attributes", "line")))

    @cached_property
    def spaced_levels(self) -> tuple[str, ...]:
        """Return the letter-spaced spellings of levels."""
        return tuple(form for entry in self.words["levels"] for form in entry.forms.get("spaced", ()))

    @cached_property
    def spaced_cores(self) -> tuple[str, ...]:
        """Return strings of which at least one occurs in every letter-spaced level, even if the level has lost its
        first letter.
        """
        return _least(form[2:] for form in self.spaced_levels)

    @cached_property
    def plain_levels(self) -> tuple[str, ...]:
        """Return the spellings of levels without spaces between their letters, as used on classification lines."""
        return tuple(form for entry in self.words["levels"] for form in entry.spellings("telegram"))

    @cached_property
    def copy_heads(self) -> Pattern:
        """Return the pattern for line beginnings that suggest a level with a doubled first letter, an e-mail header, or
        a second copy of the telegram. A second copy is indicated only if one of `repeated_labels` occurs twice.
        """
        doubled = [form[0] + blank + form[:5] for form in self.spaced_levels for blank in ("", " ")]
        doubled += [form[0] + form[:5] for form in self.plain_levels]
        mail = (f"{form}:" for form in self.label("date", "field"))
        signs = (*dict.fromkeys(doubled), *mail, *self.repeated_labels)
        return Pattern("\n(" + "|".join(map(re.escape, signs)) + ")")

    @cached_property
    def repeated_labels(self) -> tuple[str, ...]:
        """Return line beginnings that occur once in a telegram. If one of them occurs twice, the text contains two
        copies.
        """
        return (*self.label("sender", "line"), *(self.label(code, "line")[0] for code in ("tags", "subject")))

    @cached_property
    def head_starts(self) -> tuple[str, ...]:
        """Return the distinct first nine letters of the strings in `head_signs`. Fewer letters would also match an
        authority sentence.
        """
        return tuple(dict.fromkeys(sign[:9] for sign in self.head_signs))

    @cached_property
    def head_signs(self) -> tuple[str, ...]:
        """Return the phrases of one-line stamps. They are searched for only near the top of a text."""
        return tuple(
            form for entry, phrases, _ in self.stamp_forms if not entry.forms.get("continued") for form in phrases
        )

    @cached_property
    def notice_forms(self) -> tuple[tuple[str, ...], tuple[str, ...]]:
        """Return the spellings with which a notice begins a line, and the phrases of notices. Phrases that contain
        another phrase are omitted.
        """
        entries = self.words["notices"].entries
        lines = dict.fromkeys(form for entry in entries for form in entry.forms.get("line", ()))
        phrases = dict.fromkeys(form for entry in entries for form in entry.forms.get("phrase", ()))
        return tuple(lines), _least(phrases)

    @cached_property
    def notice_starts(self) -> tuple[str, ...]:
        """Return the beginnings of website footers and of notices about enclosures and foreign information."""
        return tuple(
            form for code in ("footer", "foreign-notice", "separable") for form in self.page_word(code, "start")
        )

    @cached_property
    def correction_starts(self) -> tuple[str, ...]:
        """Return the beginnings of correction lines, each followed by a space."""
        return tuple(f"{form} " for form in self.page_word("correction", "start"))

    @cached_property
    def printed_forms(self) -> tuple[tuple[tuple[str, str], ...], tuple[tuple[str, str, bool], ...]]:
        """Return the strings that identify printed forms and military messages, as two tuples.

        The first contains (string, layout code) for strings that may be anywhere in the text. The second contains
        (words, layout code, whether a level precedes the words) for words on the first line.
        """
        layouts = self.words["layouts"]
        signs = tuple((sign, one.code) for one in layouts for sign in one.forms.get("sign", ()))
        heads = tuple(
            (form, one.code, kind == "after_level")
            for one in layouts
            for kind in ("head", "after_level")
            for form in one.forms.get(kind, ())
        )
        return signs, heads

    @cached_property
    def page_controls(self) -> dict[str, Level]:
        """Return a mapping from the spellings of controls that imply a level, such as an unclassified control at the
        top of a page, to that level.
        """
        found = {}
        for control in self.controls:
            if control.level is not None:
                found.update(dict.fromkeys(control.entry.spellings("line"), control.level))
        return found

    @cached_property
    def titles(self) -> frozenset[str]:
        """Return the words with which a classifier's title ends, without leading and trailing periods."""
        if "titles" not in self.words:
            return frozenset()
        return frozenset(form.strip(".") for entry in self.words["titles"] for form in entry.spellings())

    # ---- captions --------------------------------------------------------------------------------------------

    @cached_property
    def captions(self) -> dict[str, Entry]:
        """Return a mapping from each caption's letters to its entry."""
        found: dict[str, Entry] = {}
        for entry in self.words["captions"]:
            for form in entry.spellings("line", "spaced", "damaged"):
                found.setdefault(form.replace(" ", ""), entry)
        return found

    @cached_property
    def caption_runs(self) -> tuple[tuple[str, Entry], ...]:
        """Return (spelling, entry) for the captions that can share a line, longest spelling first."""
        pairs = [
            (form, entry) for entry in self.words["captions"] for form in entry.spellings("line", "spaced", "damaged")
        ]
        return tuple(sorted(pairs, key=lambda pair: -len(pair[0])))

    @cached_property
    def caption_letters(self) -> dict[str, list[tuple[str, Entry]]]:
        """Return `caption_runs` grouped by first letter."""
        letters = dict.fromkeys(form[0] for form, _ in self.caption_runs)
        return {letter: [pair for pair in self.caption_runs if pair[0][0] == letter] for letter in letters}

    @cached_property
    def joined_captions(self) -> tuple[tuple[str, ...], tuple[tuple[str, Entry], ...]]:
        """Return the spellings of the distribution and dissemination captions, which a copy may have joined to a pass
        line, and (spelling, entry) for each of them.
        """
        kinds = ("distribution", "dissemination")
        pairs = tuple(pair for pair in self.caption_runs if pair[1].fact("kind") in kinds)
        return tuple(form for form, _ in pairs), pairs

    @cached_property
    def caption_starts(self) -> tuple[tuple[str, Entry], ...]:
        """Return (spelling, entry) for captions that are followed by a name or number."""
        found = [(form, e) for e in self.words["captions"] for form in e.forms.get("starts", ())]
        return (*found, *((form.replace(" ", ""), e) for form, e in found if e.forms.get("spaced")))

    @cached_property
    def caption_ends(self) -> tuple[tuple[str, Entry], ...]:
        """Return (spelling, entry) for captions that are preceded by a name."""
        return tuple((form, e) for e in self.words["captions"] for form in e.forms.get("ends", ()))

    @cached_property
    def caption_forms(self) -> tuple[tuple[str, ...], tuple[str, ...], tuple[str, ...]]:
        """Return three groups of strings: beginnings of caption lines, beginnings of captions followed by a name, and
        ends of captions preceded by a name.
        """
        runs = tuple(form for form, _ in self.caption_runs)
        starts = tuple(form for form, _ in self.caption_starts)
        return runs, starts, tuple(" " + form for form, _ in self.caption_ends)

    @cached_property
    def passing_words(self) -> tuple[frozenset[str], frozenset[str]]:
        """Return the words that introduce a pass line anywhere on the line, and those that do so only at its
        beginning.
        """
        near = frozenset(form for form in self.page_word("pass", "for") if " " not in form)
        return frozenset(self.page_word("pass", "word")), near

    @cached_property
    def archive_attributes(self) -> dict[str, Entry]:
        """Return a mapping from the name of a wrapper fact to the entry of the archive attribute from which it is
        taken.
        """
        return {entry.fact("fact"): entry for entry in self.words.tables.get("archive_attributes", ())}

    @cached_property
    def tag_mistakes(self) -> dict[str, str]:
        """Return a mapping from each code listed as a mistake, such as an ISO 3166 code, to the intended geographic
        TAG.
        """
        table = self.words.tables.get("tags_geo", ())
        return {word: entry.code for entry in table for word in entry.facts.get("mistakes", ())}


def _least(forms: Iterable[str]) -> tuple[str, ...]:
    """Return the distinct forms that do not contain another form.

    A text that contains none of the returned forms contains none of `forms`.
    """
    known = tuple(dict.fromkeys(forms))
    return tuple(one for one in known if not any(two in one for two in known if two != one))


def _by_letter(pairs: Iterable[tuple[str, str]]) -> dict[str, tuple[tuple[str, str], ...]]:
    found: dict[str, list[tuple[str, str]]] = {}
    for form, code in sorted(pairs, key=lambda pair: -len(pair[0])):
        found.setdefault(form[0], []).append((form, code))
    return {letter: tuple(items) for letter, items in found.items()}


@lru_cache(maxsize=16)
def grammar_of(words: Vocabulary) -> Grammar:
    """Return a vocabulary's `Grammar`. Recent results are cached."""
    return Grammar(words)
