"""Define value classes with slots, and a bounded cache.

A subclass of `Record` lists its fields as annotations, like a dataclass; it gets `__slots__`, `__init__`, `__eq__`,
`__hash__`, and `__repr__`. Importing `dataclasses` and building the classes of the model would take 19 ms, which a
commit hook pays on every run. mypy reads record.pyi, which declares a `dataclass_transform`.
"""

_LAZY_PREFIX = "_lazy_"  # the slot of a lazy field
_GENERIC_CALLS = 20  # instances that are filled by a loop before `__init__` is compiled


class RecordType(type):
    """The metaclass that turns annotations into slots and an `__init__` method."""

    def __new__(mcs, name: str, bases: tuple[type, ...], body: dict) -> type:  # type: ignore[type-arg]
        fields: dict[str, None] = {}
        defaults: dict[str, object] = {}
        for base in reversed(bases):
            fields.update(dict.fromkeys(getattr(base, "__fields__", ())))
            defaults.update(getattr(base, "__defaults__", {}))
        new = []
        for field in body.get("__annotations__", ()):
            if field in body:
                defaults[field] = body.pop(field)
            if field not in fields:
                new.append(field)
        fields.update(dict.fromkeys(new))
        body["__slots__"] = (*body.get("__slots__", ()), *new)
        body["__fields__"] = tuple(fields)
        body["__defaults__"] = defaults
        made = super().__new__(mcs, name, bases, body)
        if "__init__" not in body:
            made.__init__ = _initializer(made, body["__fields__"], defaults)  # type: ignore[misc]
        return made


def _initializer(made: type, fields: tuple[str, ...], defaults: dict[str, object]):  # type: ignore[no-untyped-def]
    """Return an `__init__` method that at first sets fields in a loop and then replaces itself with a compiled one.

    Compiling takes as long as making twenty instances, and most classes have fewer in a run.
    """
    left = _GENERIC_CALLS
    names = frozenset(fields)

    def __init__(self, *given, **named):  # type: ignore[no-untyped-def]
        nonlocal left
        own = dict(zip(fields, given, strict=False)) | named
        values = defaults | own
        if left and len(own) == len(given) + len(named) and values.keys() == names:
            left -= 1
            for field, value in values.items():
                setattr(self, field, value)
            return
        words = ", ".join(f"{f}=_d[{f!r}]" if f in defaults else f for f in fields)
        given_late = {f for f in fields if isinstance(getattr(made, f), _LateField)}
        lines = "".join(f"\n    self.{_LAZY_PREFIX * (f in given_late)}{f} = {f}" for f in fields) or "\n    pass"
        scope: dict[str, object] = {"_d": defaults}
        exec(f"def __init__(self{', ' if words else ''}{words}):{lines}", scope)  # our own field names only
        made.__init__ = scope["__init__"]  # type: ignore[misc]
        made.__init__(self, *given, **named)  # type: ignore[misc]

    return __init__


class Record(metaclass=RecordType):
    """A value with named fields. Records are treated as frozen: only the code that builds a record sets its fields."""

    def __eq__(self, other: object) -> bool:
        if other is self:
            return True
        if other.__class__ is not self.__class__:
            return NotImplemented
        return all(getattr(self, field) == getattr(other, field) for field in self.__fields__)

    def __hash__(self) -> int:
        return hash((self.__class__, *(getattr(self, field) for field in self.__fields__)))

    def __repr__(self) -> str:
        inside = ", ".join(f"{field}={getattr(self, field)!r}" for field in self.__fields__)
        return f"{self.__class__.__name__}({inside})"

    def __getstate__(self) -> tuple[object, ...]:
        return tuple(getattr(self, field) for field in self.__fields__)

    def __setstate__(self, state: tuple[object, ...]) -> None:
        for field, value in zip(self.__fields__, state, strict=True):
            setattr(self, field, value)


class Lazy:
    """The value of a lazy field until the field is first read; `make(record, *given)` then computes the value.

    `given` must not contain the record itself, because a reference cycle would keep it alive.
    """

    __slots__ = ("given", "make")

    def __init__(self, make: object, *given: object) -> None:
        self.make = make
        self.given = given


class _LateField:
    """A descriptor for a slot that may contain a `Lazy`. Reading the field computes and stores the value."""

    __slots__ = ("read", "slot", "write")

    def __init__(self, slot: object) -> None:
        self.slot = slot
        self.read = slot.__get__
        self.write = slot.__set__

    def __get__(self, record: object, kind: object = None) -> object:
        if record is None:
            return self
        value = self.read(record)
        if value.__class__ is Lazy:
            value = value.make(record, *value.given)
            self.write(record, value)
        return value

    def __set__(self, record: object, value: object) -> None:
        self.write(record, value)


def lazy_fields(kind: type, *names: str) -> None:
    """Allow `Lazy` values for these fields of a record class."""
    for name in names:
        slot = getattr(kind, name)
        setattr(kind, _LAZY_PREFIX + name, slot)  # `__init__` sets this slot directly
        setattr(kind, name, _LateField(slot))


def pending(record: Record, field: str) -> Lazy | None:
    """Return the `Lazy` of a lazy field that has not been computed yet, or `None`."""
    value = getattr(record.__class__, field).slot.__get__(record)
    return value if value.__class__ is Lazy else None


def copied(record: Record, **changes: object) -> Record:
    """Return a copy of a record with some fields changed. Lazy fields remain lazy and are computed from the copy."""
    kind = record.__class__
    new = kind.__new__(kind)
    for field in kind.__fields__:
        slot = getattr(kind, field)
        slot = slot.slot if slot.__class__ is _LateField else slot
        slot.__set__(new, changes[field] if field in changes else slot.__get__(record))
    return new


class BoundedCache(dict):  # type: ignore[type-arg]
    """A dictionary that is cleared when it has `most` entries."""

    __slots__ = ("most",)

    def __init__(self, most: int) -> None:
        self.most = most

    def __setitem__(self, key: object, value: object) -> None:
        if len(self) >= self.most:
            self.clear()
        dict.__setitem__(self, key, value)
