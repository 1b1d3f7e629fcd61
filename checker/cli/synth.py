"""`cablecheck synth`: make an invented corpus with known defects, to try the tool at any scale."""

from __future__ import annotations

from ..reporters.escaping import visible
from . import options, output


def main(given: list[str]) -> int:
    """Writes the corpus and, beside it, the truth file of planted defects."""
    arguments = options.parser("synth", "Make an invented corpus, and beside it a file of the defects planted in it.")
    arguments.add_argument("--count", type=int, default=1000, metavar="N", help="how many telegrams (default: 1000)")
    arguments.add_argument("--seed", type=int, default=1, metavar="S", help="equal seeds give equal bytes (default: 1)")
    arguments.add_argument(
        "--defects", type=float, default=0.1, metavar="RATE", help="share of telegrams with a defect (default: 0.1)"
    )
    arguments.add_argument("--templates", metavar="DIR", help="take words, telegrams and defects from this folder")
    arguments.add_argument("--out", required=True, metavar="FILE", help="a .jsonl, .csv or .zip file, or a folder")
    args = arguments.parse_args(given)
    from .. import synth  # needs yaml: 30 ms that only this command pays

    done = synth.write(args.count, args.seed, args.defects, args.out, args.templates)
    print(f"{visible(done.path)}: {done.documents:,} telegrams")
    print(f"{visible(done.truth)}: {done.planted:,} planted defects")
    return output.OK
