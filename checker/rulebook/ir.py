"""Define the intermediate representation of rules, which condition_parser builds, the cache stores, and compiler runs.

An expression is a list that begins with the name of its operation. It contains only strings, numbers, booleans, None,
and lists, so that it can be written as JSON. A path is `[depth, name, ...]`: `depth` selects a value in the environment
(0 is the telegram, 1 is the element under test, and higher numbers are elements of inner lists), and the names are
fields of the model.

Conditions:
    ["and", [condition, ...]]   ["or", [condition, ...]]   ["not", condition]   ["implies", if, then]
    ["state", path, "present" | "absent" | "readable" | "unreadable"]
    ["ask", path, field type, operator, argument]       a value compared with an argument
    ["count", path, operator, argument]                 the number of elements compared with an argument
    ["any" | "all" | "none", path, condition]           the condition's environment ends with the element
    ["times", path, "exactly" | "at_least" | "at_most", number, condition]
    ["pairs", path, condition]                          the environment ends with two neighboring elements
    ["unique" | "sorted_by", path, path of the key]     the key's path is resolved with the element in the environment

Arguments:
    ["lit", kind, value]                                a constant; `kind` determines how compiler prepares it
    ["field", path, kind, plus, modulo]                 another field; (value + plus) % modulo for a count
    ["table", name]   ["order", name]                   a vocabulary table; its codes in order
    ["on", table name, date]                            a table on a day
    ["fact", table name, fact name, [value, ...]]
    ["shift", date, years, days]                        a date some years and days later (negative: earlier)
    ["window", first date, last date]

Message templates are lists of parts: ["text", text], ["path", path], ["size", path of a list], ["value"],
["element"], ["count"].

At run time these names are plain classes, because importing `typing` takes 5 ms; mypy reads ir.pyi.
"""

Expression = list
Data = dict  # a rule, a pack or an example, by the keys of its file
Any = object

UNBOUNDED = 1 << 30  # the upper end of a range without an upper bound
