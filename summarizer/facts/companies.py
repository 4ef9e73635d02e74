"""The companies that a number may be about, for a raise, a hack or a fine: names of its sentence
and of the title.
"""

import re
from bisect import bisect_left
from collections import Counter
from functools import cache, partial

from summarizer.facts.candidates import Candidate
from summarizer.facts.nearby import LOOKED, Features
from summarizer.tables import common_words, word_set
from summarizer.text.asset_table import stock_tickers
from summarizer.text.names import find_names, longest_form
from summarizer.text.reading import Text

_ACTS = re.compile(  # "Zebra (ZBR), a bank, has recently raised"
    r"""
    \s?(?:\([^)]{1,12}\)\s?)?(?:,[^,]{3,90},\s)?
    (?:has[ ]|have[ ]|had[ ]|was[ ]|were[ ]|is[ ]|also[ ]|recently[ ]|just[ ]
      |announced[ ](?:it[ ])?(?:has[ ])?|successfully[ ])*
    (?:raised|raises|raise|raising|secured|secures|closed|closes|lost|loses|suffered|hacked|exploited
      |drained|agreed|paid|pays|settled|fined|bags|lands|nets|announced|owes|:)
    """,
    re.VERBOSE,
)
_OF = re.compile(r"\b(?:from|of|by|against|on|at)\s\Z")


class Companies:
    """The company names of one text, and what tells that a number is about one of them."""

    def __init__(self, text: Text):
        self._text = text
        self._titled = find_names(text.article.title or "")[:2]
        self._starts = [start for start, _ in text.names]
        self._counts = Counter(name for _, name in text.names)
        openings = {sentence.start for sentence in text.sentences}
        self._inner = {name for start, name in text.names if start not in openings}
        self._lengthen = cache(partial(longest_form, names=text.names))

    def describe(self, candidate: Candidate, features: Features) -> None:
        """Add the companies, in full, by where they stand to the number and whether they act."""
        start, end = candidate.span
        first, past = bisect_left(self._starts, start), bisect_left(self._starts, end)
        assets = {mention.start for mention in candidate.mentions}
        acronyms = word_set("acronym")
        named = [
            (place, name)
            for place, name in self._text.names[first:past]
            if place not in assets and name not in acronyms
        ]
        before = [item for item in named if item[0] < candidate.number.start]
        after = [item for item in named if item[0] >= candidate.number.end]
        for side, items in (("b", before[::-1]), ("a", after)):
            for rank, (place, name) in enumerate(items[:LOOKED]):
                opens = place - start < 2
                features[self.resolve(name)] += self._describe_name(
                    place, name, f"name:{side}", rank, opens
                )
        for _, name in self._titled:
            features[self._lengthen(name)].append("name:title")
        if first and not named:
            features[self._lengthen(self._text.names[first - 1][1])].append("name:earlier")

    def _describe_name(self, place: int, name: str, side: str, rank: int, opens: bool) -> list[str]:
        """What the place of a name and its words tell; `opens` says that it begins the sentence."""
        string, past = self._text.string, place + len(name)
        is_common = all(word in common_words() for word in name.lower().split())
        flags = {
            f"{side}:acts": _ACTS.match(string, past),
            "name:a:of": side == "name:a" and _OF.search(string, max(0, place - 8), place),
            f"{side}:own": string.startswith(("'s", "’s"), past),
            "name:begins": opens and name not in self._inner,  # its capital says nothing
            "name:common": is_common,
            f"name:common:{opens}:{' ' in name}": is_common,
        }
        return [
            side,
            f"{side}:rank{min(rank, 3)}",
            *(feature for feature, is_so in flags.items() if is_so),
            f"name:times{min(3, self._counts[name])}",
            f"name:words{min(4, name.count(' ') + 1)}",
        ]

    def resolve(self, name: str) -> str:
        """The subject that a name stands for: its ticker, else its fullest form in the text."""
        return stock_tickers().get(name.lower()) or self._lengthen(name)
