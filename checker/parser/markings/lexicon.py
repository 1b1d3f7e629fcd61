"""Look up markings by their spelling, in tables that are built from the vocabulary once.

Tables that few telegrams need are built when first used.
"""

from __future__ import annotations

from functools import cached_property

from ...vocabulary import Entry, Table, Vocabulary

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
    """Every word of the marking grammar by its upper-case spelling.

    `levels` gives (code, kind of form), letter-spaced forms with single blanks; `controls` gives (entry, kind of form,
    category); `systems` the entries that take compartments; `parts` a compartment's entry by (system code, name);
    `lists` the spellings that begin a list of countries, longest first. `telegram_profile` is the code of the profile
    for telegrams.
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
            self._add_control_forms(entry, entry.fact("category"))
        self._add_foreign(words)
        self._add_unclassified(words)
        self.captioned = [entry for entry in words["controls"] if entry.fact("caption")]
        self.exemptions = {form: entry for entry in words["exemptions"] for form in entry.spellings()}
        self.telegram_profile = next(entry.code for entry in words["profiles"] if entry.fact("cable") == "yes")
        self.not_marks = set(words["not_marks"].codes())
        self.statements = tuple(form for entry in words["statements"] for form in entry.spellings())
        self.usual_marks = self._usual_marks()

    def _add_control_forms(self, entry: Entry, category: str) -> None:
        both = set(entry.forms.get("banner", ())) & set(entry.forms.get("portion", ()))
        for kind in ("banner", "portion", "title", "other"):
            for form in entry.forms.get(kind, ()):
                self.controls.setdefault(form, (entry, "same" if form in both else kind, category))

    def _add_control(self, entry: Entry) -> None:
        self._add_control_forms(entry, entry.fact("category"))
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
                self._add_control_forms(entry, "nato")
            elif kind == "joint":
                self.joint.update(entry.spellings())
            elif kind == "restricted":
                self.restricted.update(entry.spellings())
            elif kind != "owner":
                for form_kind, forms in entry.forms.items():
                    self.nato.update((form, (entry, form_kind)) for form in forms)

    # ---- countries: built when needed (1 ms), because most telegrams name none ---------------------------------------

    @cached_property
    def countries(self) -> dict[str, str]:
        """Return a mapping from every spelling of a country or group to its code."""
        found = {entry.code: entry.code for table in ("countries", "groups") for entry in self.words[table]}
        for table in ("groups", "countries"):
            for entry in self.words[table]:
                for form in entry.spellings():
                    found.setdefault(form, entry.code)
        return found

    @cached_property
    def codes(self) -> set[str]:
        """Return the codes of all countries and groups."""
        return {entry.code for table in ("countries", "groups") for entry in self.words[table]}

    @cached_property
    def cui_categories(self) -> Table:
        """Return the categories of controlled unclassified information."""
        return self.words["cui_categories"]

    @cached_property
    def members(self) -> dict[str, tuple[str, ...]]:
        """Return a mapping from each group's code to its members, for groups whose members are listed."""
        return {entry.code: entry.facts["members"] for entry in self.words["groups"] if "members" in entry.facts}

    @cached_property
    def releases(self) -> frozenset[str]:
        """Return the codes of the controls that state to whom information may be released."""
        return frozenset(entry.code for entry in self.words["controls"] if entry.fact("release"))

    @cached_property
    def owner(self) -> str:
        """Return the code of the country that owns the marking system (for the shipped tables, the United States)."""
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
        self.cui_controls = words["cui_controls"]

    def _usual_marks(self) -> frozenset[str]:
        """Return the usual short marks, with and without the no-foreign control, against which misspelled marks are
        compared.
        """
        release = self.words["controls"].get(self.roles["no-foreign"])
        short = release.forms["portion"][0] if release is not None else ""
        heads = [form for form, (_, kind) in self.levels.items() if kind == "portion"]
        heads += [form for form, (entry, _, _) in self.controls.items() if entry.fact("bare") and form.isalpha()]
        return frozenset(heads) | frozenset(f"{head}/{short}" for head in heads)


def lexicon(words: Vocabulary) -> Lexicon:
    """Return the lexicon for these tables, built on the first call."""
    found = words.made.get("lexicon")
    if not isinstance(found, Lexicon):
        found = words.made["lexicon"] = Lexicon(words)
    return found
