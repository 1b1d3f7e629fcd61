"""`cablecheck synth`: make an invented corpus with known defects, to try the tool at any scale."""

from __future__ import annotations

from ..reporters.escape import visible
from . import exits, words


def main(given: list[str]) -> int:
    """Writes the corpus and, beside it, the truth file of planted defects."""
    options = words.parser("synth", "Make an invented corpus, and beside it a file of the defects planted in it.")
    options.add_argument("--count", type=int, default=1000, metavar="N", help="how many telegrams (default: 1000)")
    options.add_argument("--seed", type=int, default=1, metavar="S", help="equal seeds give equal bytes (default: 1)")
    options.add_argument(
        "--defects", type=float, default=0.1, metavar="RATE", help="share of telegrams with a defect (default: 0.1)"
    )
    options.add_argument("--templates", metavar="DIR", help="take words, telegrams and defects from this folder")
    options.add_argument("--out", required=True, metavar="FILE", help="a .jsonl, .csv or .zip file, or a folder")
    args = options.parse_args(given)
    from .. import synth  # needs yaml: 30 ms that only this command pays

    done = synth.write(args.count, args.seed, args.defects, args.out, args.templates)
    print(f"{visible(done.path)}: {done.documents:,} telegrams")
    print(f"{visible(done.truth)}: {done.planted:,} planted defects")
    return exits.OK
