from collections.abc import Callable
from typing import Any, ClassVar, TypeVar, dataclass_transform

_R = TypeVar("_R", bound=Record)

@dataclass_transform()
class RecordType(type):
    __fields__: ClassVar[tuple[str, ...]]
    __defaults__: ClassVar[dict[str, Any]]

class Record(metaclass=RecordType):
    __fields__: ClassVar[tuple[str, ...]]
    __defaults__: ClassVar[dict[str, Any]]
    def __hash__(self) -> int: ...

def Lazy(make: Callable[..., Any], *given: object) -> Any: ...
def lazy_fields(kind: type, *names: str) -> None: ...
def pending(record: Record, field: str) -> Any: ...
def copied(record: _R, **changes: object) -> _R: ...

class BoundedCache(dict[Any, Any]):
    most: int
    def __init__(self, most: int) -> None: ...
