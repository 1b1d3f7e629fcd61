import typing

Any = typing.Any
Expression = list[typing.Any]
Data = dict[str, typing.Any]

UNBOUNDED: int
