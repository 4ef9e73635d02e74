"""The kinds of fact: one entry each in `data/kinds.toml`, which is all that adding a kind takes.

A cue counts less the further it stands from the number, and nothing outside its sentence. A new
kind is found by its cues at once; when labelled articles hold it, `python -m eval train` fits
weights for it too.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal

from summarizer.tables import read_toml

UnitClass = Literal["money", "coins", "percent", "bps", "plain"]


@dataclass(frozen=True)
class Cue:
    """Phrases that announce a number of the kind, and on which side of the number they stand."""

    side: Literal["before", "after", "any"]
    weight: float
    phrases: tuple[str, ...]
    units: frozenset[str]


@dataclass(frozen=True)
class Kind:
    """What a number can be. The comments of `data/kinds.toml` explain the fields."""

    name: str
    meaning: str
    group: str
    units: frozenset[str]
    cues: tuple[Cue, ...]
    words: tuple[str, ...] = ()
    size: Literal["large", "small"] | None = None
    bare_unit: str = "USD"
    sign: Literal["move", "state"] | None = None
    level: bool = False
    has_period: bool = False
    has_venue: bool = False
    of_company: bool = False
    of_stock: bool = False
    of_holding: bool = False
    told_as_move: bool = False

    def takes(self, unit_class: str, is_large: bool) -> bool:
        """Whether a number with such a unit, and of such a size, can be of this kind."""
        if unit_class not in self.units:
            return False
        is_sized = self.size is not None and unit_class in ("money", "plain")
        return not is_sized or (self.size == "large") == is_large


def _parse_kind(name: str, entry: dict[str, Any]) -> Kind:
    units = frozenset(entry.pop("units"))
    cues = tuple(
        Cue(
            cue["side"],
            cue["weight"],
            tuple(cue["phrases"].split("|")),
            frozenset(cue.get("units", units)),
        )
        for cue in entry.pop("cues")
    )
    return Kind(name=name, units=units, cues=cues, words=tuple(entry.pop("words", ())), **entry)


# In the order of the file, which is the order of a report.
KINDS = {name: _parse_kind(name, entry) for name, entry in read_toml("kinds.toml").items()}


def kinds_where(condition: Callable[[Kind], object]) -> frozenset[str]:
    """The names of the kinds that meet a condition.

    >>> sorted(kinds_where(lambda kind: kind.sign == "state"))
    ['funding_rate', 'options_skew']
    """
    return frozenset(kind.name for kind in KINDS.values() if condition(kind))


SIGNED = kinds_where(lambda kind: kind.sign)  # the sign is the news
LEVELS = kinds_where(lambda kind: kind.level)  # prices other than the price now
PRICES = LEVELS | {"price"}
