"""What a number can be: for each kind its units and the words that announce it, read from `data/kinds.tsv`.

To add a kind: its line and its cues in that file, and its place in `figures.GROUPS`. A cue's weight says how sure it is;
it counts less the further from the number it stands and nothing past the sentence. `before` cues announce a number to
their right only, `after` cues one to their left. Once labelled articles hold the kind, `python -m eval train` weighs it.
"""

from dataclasses import dataclass, field

from summarizer.tables import read_rows

_SCALED = {"yes": True, "no": False, "-": None}


@dataclass(frozen=True)
class Kind:
    """One row of the guide's table. `units`: money, coins, percent, bps, plain (a bare number)."""

    name: str
    units: frozenset[str]
    scaled: bool | None  # True: only millions and up; False: only a price-like figure
    cues: list[tuple[str, str, float]] = field(default_factory=list)  # phrase, side, weight


def load_kinds() -> tuple[Kind, ...]:
    """Every kind, in the order of the file."""
    kinds: list[Kind] = []
    for first, *rest in read_rows("kinds.tsv"):
        if first:
            kinds.append(Kind(first, frozenset(rest[0].split(" ")), _SCALED[rest[1]]))
        else:
            side, weight, phrases = rest
            kinds[-1].cues.extend((phrase, side, float(weight)) for phrase in phrases.split("|"))
    return tuple(kinds)


KINDS = load_kinds()
