"""Article, facts -> what speaks for up or down in each asset: named pieces of evidence, each with its place.

A piece's strength is not felt: `data/calls.model.tsv` holds the weights, fitted by `python -m eval train`.
"""

import math
import re
from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import chain, pairwise

from summarizer.analyst.embedded.cues import find_cues
from summarizer.analyst.embedded.tone import tone_of
from summarizer.facts.levels import price_of
from summarizer.models import Article, Fact
from summarizer.text.assets import CALLED, MARKET, Mention, find_mentions
from summarizer.text.orders import without_orders
from summarizer.text.sentences import split_sentences
from summarizer.text.spans import Span

_WORD = re.compile(r"[a-z]{3,}")
_SPREAD, _TITLED = (
    4.0,
    0.5,
)  # bring words to the size of the other evidence, as one penalty holds them all
_LEAD = 3  # sentences that say what the article is about


@dataclass(frozen=True, slots=True)
class Piece:
    """One piece of evidence: what it is, how much of it there is, the sentence or fact that shows it."""

    name: str
    value: float
    sentence: int | None = None
    fact: int | None = None


class Scene:
    """One article's sentences: whom each speaks of, its cue groups and its tone for each asset."""

    def __init__(self, article: Article, facts: Sequence[Fact]):
        self.article, self.facts, self.text = article, facts, article.text
        self.sentences = split_sentences(self.text)
        self.title_mentions = find_mentions(article.title or "")
        self.mentions: list[list[Mention]] = []
        self.subjects: list[tuple[str, ...]] = []
        self.cues: list[tuple[str, ...]] = []
        self._words: list[list[str]] = []
        told = without_orders(self.text)  # what is said to machines is no evidence
        everywhere = find_mentions(told)
        carried: tuple[str, ...] = ()
        at = 0
        for span in self.sentences:
            here = []
            while at < len(everywhere) and everywhere[at].start < span.end:
                here.append(everywhere[at])
                at += 1
            said = told[span.start : span.end].strip()
            named = tuple(
                dict.fromkeys(m.subject for m in here if m.group in CALLED or m.group == "market")
            )
            carried = named or carried
            self.mentions.append(here)
            self.subjects.append(carried if said else ())
            self.cues.append(find_cues(said))
            self._words.append(_WORD.findall(said.lower()))
        told_at = [i for i, (start, end) in enumerate(self.sentences) if told[start:end].strip()]
        self.lead = frozenset(told_at[:_LEAD])
        self.counts = self._count()
        self._tones: dict[tuple[int, str | None], float] = {}

    def _count(self) -> dict[str, int]:
        counts: dict[str, int] = defaultdict(int)
        for here in self.mentions:
            for mention in here:
                if mention.group in CALLED:
                    counts[mention.subject] += 1
        for mention in self.title_mentions:
            if mention.group in CALLED:
                counts[mention.subject] += 4
        return counts

    def name(self, asset: str) -> str:
        """The asset as the article prints it most often; its code where only the title names it."""
        printed = Counter(
            self.text[m.start : m.end] for here in self.mentions for m in here if m.subject == asset
        )
        return (
            min(printed, key=lambda name: (-printed[name], len(name), name)) if printed else asset
        )

    def tone(self, i: int, asset: str) -> float:
        """The tone of sentence i for the asset, -1 to 1; of the sentence as a whole where it does not name it."""
        start, end = self.sentences[i]
        spans = {
            m.subject: Span(m.start - start, m.end - start)
            for m in reversed(self.mentions[i])
            if m.group != "stock" or m.subject == asset
        }
        key = i, asset if asset in spans else None
        if key not in self._tones:
            self._tones[key] = tone_of(
                self.text[start:end], spans.get(asset), tuple(spans.values())
            )
        return self._tones[key]

    def title_tone(self, asset: str) -> float:
        """The title's tone for the asset; 0 without a title."""
        title = self.article.title
        if not title:
            return 0.0
        spans = {m.subject: Span(m.start, m.end) for m in reversed(self.title_mentions)}
        return tone_of(title, spans.get(asset), tuple(spans.values()))

    def about(self, asset: str) -> list[int]:
        """The sentences that speak of the asset; for MARKET, all that hold words of the article's."""
        return [
            i
            for i, subjects in enumerate(self.subjects)
            if self._words[i] and (asset == MARKET or asset in subjects)
        ]

    def pieces(self, asset: str) -> list[Piece]:
        """Everything that bears on the asset's direction."""
        near = (
            Counter(word for i in self.about(asset) for word in self._words[i])
            if asset != MARKET
            else Counter()
        )
        return [*self._said(asset), *self._stated(asset), *_share("near", near), *self.wording]

    @cached_property
    def wording(self) -> list[Piece]:
        """The words of the whole article, each by its share of it, and of its title, alone and in pairs."""
        titled = _WORD.findall((self.article.title or "").lower())
        names = [f"title:{word}" for word in dict.fromkeys(titled)]
        names += [f"title:{left}_{right}" for left, right in dict.fromkeys(pairwise(titled))]
        return _share("word", Counter(chain.from_iterable(self._words))) + [
            Piece(name, _TITLED) for name in names
        ]

    def _said(self, asset: str) -> list[Piece]:
        places = self.about(asset)
        if not places:
            return []
        pieces = []
        share = 1 / math.sqrt(len(places))
        for i in places:
            alone = 1 / math.sqrt(max(1, len(self.subjects[i]))) if asset != MARKET else 1.0
            lead = "lead_" if i in self.lead else ""
            pieces.append(Piece(f"{lead}tone", self.tone(i, asset) * share * alone, i))
            pieces += [Piece(group, share * alone, i) for group in self.cues[i]]
        if asset == MARKET or any(m.subject == asset for m in self.title_mentions):
            pieces.append(Piece("title_tone", self.title_tone(asset)))
            pieces += [
                Piece(f"title_{group}", 1.0) for group in find_cues(self.article.title or "")
            ]
        return pieces

    def _stated(self, asset: str) -> list[Piece]:
        """What the facts about the asset say; a level counts by its side of the price."""
        pieces = []
        price = price_of(self.facts, asset)
        mine = [(i, f) for i, f in enumerate(self.facts) if asset in (f.subject, MARKET)]
        for i, fact in mine:
            name = fact.kind
            if fact.kind in (
                "price_target",
                "support_level",
                "resistance_level",
                "liquidation_level",
            ):
                side = (
                    ""
                    if price is None or fact.subject != asset
                    else "_above"
                    if fact.value > price
                    else "_below"
                )
                pieces.append(Piece(name + side, 1.0, fact=i))
            elif fact.kind in (
                "price_change",
                "open_interest_change",
                "etf_flow",
                "funding_rate",
                "options_skew",
            ):
                pieces.append(Piece(name, (fact.value > 0) - (fact.value < 0), fact=i))
            elif fact.kind not in ("price", "price_past", "other"):
                pieces.append(Piece(name, 1.0, fact=i))
        seen: dict[str, int] = defaultdict(int)
        for piece in pieces:
            seen[piece.name] += 1
        return [
            Piece("fact_" + p.name, p.value / math.sqrt(seen[p.name]), fact=p.fact) for p in pieces
        ]


def _share(name: str, words: Counter[str]) -> list[Piece]:
    """Each word by the root of its share of all, so that neither length nor repetition tells much."""
    whole = math.sqrt(sum(words.values()) or 1)
    return [
        Piece(f"{name}:{word}", _SPREAD * math.sqrt(count) / whole) for word, count in words.items()
    ]
