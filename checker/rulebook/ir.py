"""The plain shapes that rules travel in, from the reader through the cache to the compiler.

mypy reads `codes.pyi`, which says what `typing.Any` would say here at 5 ms of start-up.
"""

Code = list  # nested lists of words, numbers and lists: a condition, an argument, a path
Data = dict  # what a rule file says of one thing
Free = object  # any value at all
