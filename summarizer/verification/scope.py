"""FIGURE -> SCOPE: the words around a figure that may be said of it.

Those of an analyst's sentence and of the article's are taken alike.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass

from summarizer.text.reading import CLAUSE_END
from summarizer.text.spans import Span

_LISTED = re.compile(r"[\s,(/–-]*(?:and|or)?[\s(–-]*")


@dataclass(frozen=True)
class Scope:
    """The words around a figure, up to the figures beside it and to the ends of its clause."""

    before: str
    after: str
    earlier: str  # of the clause, before the figure in front
    start: int  # of the clause

    @classmethod
    def around(cls, string: str, figure: Span, others: Iterable[Span], sentence: Span) -> "Scope":
        """The words around a figure of a sentence of the string; `others` are its other figures."""
        clause_ends = (match.end() for match in CLAUSE_END.finditer(string, *sentence))
        breaks = [sentence.start, *clause_ends, sentence.end]
        first = start = max(place for place in breaks if place <= figure.start)
        end = min(place for place in breaks if place > figure.start)
        for other in others:
            if other.end <= figure.start:
                start = max(start, other.end)
            elif other.start >= figure.end:
                end = min(end, other.start)
        return cls(
            before=string[start : figure.start],
            after=string[figure.end : end],
            earlier=string[first:start],
            start=first,
        )

    def parts(self) -> tuple[tuple[str, bool], ...]:
        """Its words, the nearest to the figure first, each with whether they stand after it.

        Those before the figure in front count where the two are listed: "support at {N7} and {N8}".
        """
        near = (self.before, False), (self.after, True)
        return (*near, (self.earlier, False)) if _LISTED.fullmatch(self.before) else near
