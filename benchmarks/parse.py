"""What it costs to parse a cable, as a ratio to a floor pass of the same run: decode a row and one combined scan.

    python benchmarks/parse.py [--rounds N] [--count N]

Two corpora: cables of the usual layout of about 5.3 KB with eleven marked paragraphs, no two alike; and invented
telegrams of every era and layout. Floor and parse are measured in turns, so that a noisy machine disturbs both alike;
CPU time, medians. The whole pass of an audit may cost eight floors; the parser may take about half of that.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import re
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator

sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.abspath(__file__))))

from checker import readers, rulebook, synth
from checker.parser import parse
from checker.readers import Reading
from checker.vocabulary import Vocabulary

SCAN = re.compile(
    r"\n(?:E\.O\. (\d+):|(?:TAGS|SUBJECT|REF):|(?:DE|FM|TO|INFO|ZNY) |Classified By|(\d{1,3})\. \(([A-Z/]+)\))"
)
POSTS = ("STRELSAU", "ZENDA", "KLOW", "SZOHOD", "TZARRBOURG", "FREEDONIA", "HENTZAU")
TAGS = ("PREL", "PGOV", "ECON", "ETRD", "PHUM", "MARR", "EAID", "SNAR", "KCRM", "ENRG")
NAMES = ("Jane Q. Doe", "Rupert Hentz", "A. B. Tarlenheim", "Flavia Elphberg", "Fritz Sapt")
TITLES = ("Political Counselor", "Ambassador", "Charge d'Affaires", "Deputy Chief of Mission")
MONTHS = ("JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC")
PROSE = """the king will open a new bridge over the river and two carriages of the palace guard were seen in town when
minister told embassy officers that harvest railway committee had not agreed on width of its track this year"""
WORDS = tuple(PROSE.split())


def cable(rng: random.Random) -> str:
    """A confidential telegram of 2003 to 2009 with eleven paragraphs."""
    post, other = rng.sample(POSTS, 2)
    day, month, year = rng.randint(1, 28), rng.randint(1, 12), rng.randint(2004, 2009)
    clock = f"{rng.randint(0, 23):02d}{rng.randint(0, 59):02d}"
    serial = rng.randint(1, 3000)
    lines = [
        f"VZCZCXYZ{rng.randint(1, 9999):04d}",
        f"{rng.choice(('OO', 'PP', 'RR'))} RUEHZEN RUEHSTR RUEHKL",
        f"DE RUEHSTR #{serial:04d}/01 {rng.randint(1, 365):03d}{rng.randint(0, 2359):04d}",
        "ZNY CCCCC ZZH",
        f"{rng.choice('OPR')} {day:02d}{clock}Z {MONTHS[month - 1]} {year % 100:02d}",
        f"FM AMEMBASSY {post}",
        f"TO RUEHC/SECSTATE WASHDC {rng.choice(('IMMEDIATE', 'PRIORITY'))} {rng.randint(1, 9999):04d}",
        f"INFO RUEHZEN/AMCONSUL {other} PRIORITY {rng.randint(1, 9999):04d}",
        f"RUEHKL/AMEMBASSY {rng.choice(POSTS)} {rng.randint(1, 9999):04d}",
        f"RUEKJCS/SECDEF WASHINGTON DC {rng.randint(1, 9999):04d}",
        "",
        f"C O N F I D E N T I A L {post} {serial:06d} ",
        "",
        "SIPDIS ",
        "",
        f"E.O. 12958: DECL: {month:02d}/{day:02d}/{year + 10}",
        f"TAGS: {', '.join(rng.sample(TAGS, rng.randint(2, 5)))}",
        f"SUBJECT: {' '.join(rng.choices(WORDS, k=8)).upper()}",
        "",
        f"REF: A. {post} {rng.randint(1, 999)}",
        f"     B. {other} {rng.randint(1, 999)}",
        "",
        f"Classified By: {rng.choice(NAMES)}, {rng.choice(TITLES)}, for reasons 1.4 (b) and (d). ",
        "",
    ]
    for number in range(1, 12):
        words = [f"{number}. ({rng.choice(('C', 'C', 'C', 'U', 'SBU', 'C/NF'))})"]
        words += [word.capitalize() if n % 11 == 0 else word for n, word in enumerate(rng.choices(WORDS, k=78))]
        lines += [*_wrapped(words, 65), ""]
    return "\n".join([*lines, rng.choice(NAMES).split()[-1].upper(), ""])


def _wrapped(words: list[str], width: int) -> list[str]:
    lines = [words[0]]
    for word in words[1:]:
        if len(lines[-1]) + len(word) < width:
            lines[-1] += " " + word
        else:
            lines[-1] += " "
            lines.append(word)
    return lines


def usual(count: int, seed: int, path: str) -> None:
    """Write rows with one cable of the usual layout each."""
    rng = random.Random(seed)
    with open(path, "w", encoding="utf-8") as file:
        file.writelines(json.dumps({"body": cable(rng)}) + "\n" for _ in range(count))


def mixed(count: int, seed: int, path: str) -> None:
    """Write rows with invented telegrams of every era and layout, and with what an archive states beside them."""
    synth.write(count, seed, 0.1, path)


def floor(rows: list[str]) -> None:
    """What any tool must do."""
    for row in rows:
        SCAN.findall(json.loads(row)["body"])


def parsed(items: list[Reading], words: Vocabulary) -> None:
    """The parser alone, on texts that are read already."""
    for item in items:
        parse(item.view, words, item.facts)


def seconds(work: Callable[[], object]) -> float:
    """CPU seconds of some work."""
    start = time.process_time()
    work()
    return time.process_time() - start


def rounds(write: Callable[[int, int, str], None], count: int, times: int) -> Iterator[tuple[list[str], list[Reading]]]:
    """Fresh rows for each round, so that nothing is parsed twice: the rows as text, and read."""
    with tempfile.TemporaryDirectory() as folder:
        for seed in range(times + 1):
            path = os.path.join(folder, f"{seed}.jsonl")
            write(count, seed, path)
            with open(path, encoding="utf-8") as file:
                rows = file.readlines()
            shares = readers.batches(path, 4 << 20)
            yield rows, [item for share in shares for item in readers.read_batch(share) if isinstance(item, Reading)]


def measure(name: str, write: Callable[[int, int, str], None], words: Vocabulary, count: int, times: int) -> None:
    """One line: floor and parse in microseconds a cable, and the ratio: medians over the rounds."""
    pairs = []
    size = 0
    for number, (rows, items) in enumerate(rounds(write, count, times)):
        if number:  # the first round builds what is built once
            low = min(seconds(lambda rows=rows: floor(rows)) for _ in range(3))
            pairs.append((low, seconds(lambda items=items: parsed(items, words))))
        else:
            parsed(items, words)
        size = sum(len(item.view.text) for item in items)
    low, ours = (statistics.median(column) / count * 1e6 for column in zip(*pairs, strict=True))
    ratio = statistics.median(two / one for one, two in pairs)
    print(f"{name:<8} {size / count / 1000:4.1f} KB  floor {low:6.1f} us  parse {ours:6.1f} us  ratio {ratio:5.2f}")


def main() -> None:
    """Measure and print."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--rounds", type=int, default=9)
    options.add_argument("--count", type=int, default=200)
    args = options.parse_args()
    words = rulebook.load().vocabulary
    measure("usual", usual, words, args.count, args.rounds)
    measure("mixed", mixed, words, args.count, args.rounds)


if __name__ == "__main__":
    main()
