"""TEXT, FACTS -> REASONS: what speaks for up or down in each asset, and the words that show it.

How much a reason weighs is not decided here: `data/calls.model.tsv` holds the weights, fitted by
`python -m eval train`.
"""

import math
import re
from bisect import bisect_left
from collections import Counter
from collections.abc import Sequence
from functools import cached_property
from itertools import chain
from typing import NamedTuple

from summarizer.analyst.embedded.cues import find_cues, find_cues_among
from summarizer.analyst.embedded.promotion import Promotion, find_promotion
from summarizer.analyst.embedded.prose import stands_alone
from summarizer.analyst.embedded.sentences import Sentences
from summarizer.analyst.embedded.tone import measure_tone
from summarizer.facts.levels import find_price
from summarizer.models import Fact
from summarizer.text.assets import CALLED, MARKET, Mention
from summarizer.text.reading import Text, spread
from summarizer.text.spans import Span

_WORD = re.compile(r"[a-z]{3,}")
_LEAD_SENTENCES = 3
_FIRST_WORDS = 30  # code points: "The native token of Halcyon, "
_TITLE_MENTIONS = 4  # mentions in the text that one in the title is worth
_SIDED = frozenset("price_target support_level resistance_level liquidation_level".split())
DIRECTED = frozenset(  # kinds of fact whose sign is a direction
    "price_change open_interest_change etf_flow funding_rate options_skew".split()
)
_SILENT = frozenset("price price_past other".split())


class Reason(NamedTuple):
    """A reason for a direction: what, how much of it, and the sentence or fact that shows it."""

    name: str
    value: float
    sentence: int | None = None
    fact: int | None = None


class Reasons:
    """What an article says of each asset, sentence by sentence: names, cue groups, tone, facts.

    A sentence that names no asset speaks of those of the sentence before. Orders to machines count
    as empty: `spoken` is the number of the other sentences, and `places` holds how many of these
    stand before each sentence. `facts` are the sure ones, by their places among all, which are
    `stated`.
    """

    def __init__(self, text: Text, facts: Sequence[Fact]):
        self.text, self.stated = text, facts
        self.facts = {i: fact for i, fact in enumerate(facts) if not fact.unsure}
        self.mentions: list[list[Mention]] = [[] for _ in text.sentences]
        for mention in text.for_people.mentions:
            self.mentions[text.sentence_at(mention.start)].append(mention)
        spoken = [i for i, span in enumerate(text.sentences) if span not in text.orders]
        self.spoken = len(spoken)
        self.places = [bisect_left(spoken, i) for i in range(len(text.sentences))]
        self.lead = frozenset(spoken[:_LEAD_SENTENCES])
        self.cues: list[tuple[str, ...]] = [()] * len(text.sentences)
        self._words: list[list[str]] = [[] for _ in text.sentences]
        for i in spoken:
            first, past = text.word_range(text.sentences[i])
            self.cues[i] = find_cues_among(text.lowered[first:past])
            self._words[i] = _WORD.findall(text.lowered_string, *text.sentences[i])
        self.title_cues = find_cues(text.article.title or "")
        self.subjects = self._list_subjects(spoken)
        named = chain(*self.mentions, text.title_mentions * _TITLE_MENTIONS)
        self.counts = Counter(mention.subject for mention in named if mention.group in CALLED)
        self._named = [frozenset(m.subject for m in mentions) for mentions in self.mentions]
        self._tones: dict[tuple[int, str | None], float] = {}
        self._title_tones: dict[str, float] = {}
        self._listed: dict[str, list[Reason]] = {}

    def _list_subjects(self, spoken: Sequence[int]) -> list[tuple[str, ...]]:
        """What each sentence is about; one without a name is about what the one before is."""
        listed: list[tuple[str, ...]] = [()] * len(self.mentions)
        subjects: tuple[str, ...] = ()
        for i in spoken:
            subjects = _name_subjects(self.mentions[i]) or subjects
            listed[i] = subjects
        return listed

    def sentence(self, i: int) -> str:
        """The words of sentence i."""
        return self.text.quote(self.text.sentences[i])

    def stands_alone(self, i: int) -> bool:
        """Whether a reader who sees only sentence i understands it; not where the title, repeated
        in the text, runs into it.
        """
        sentence, title = self.sentence(i), self.text.article.title or ""
        is_run_on = bool(title) and sentence.startswith(title) and len(sentence) > len(title) + 1
        return stands_alone(sentence) and not is_run_on

    def is_titled(self, asset: str) -> bool:
        """Whether the title names the asset; what it says is always of MARKET."""
        return asset == MARKET or any(m.subject == asset for m in self.text.title_mentions)

    def names(self, i: int, asset: str) -> bool:
        """Whether sentence i names the asset."""
        return asset in self._named[i]

    def names_first(self, i: int, asset: str) -> bool:
        """Whether the asset is the first that sentence i names."""
        return bool(self.mentions[i]) and min(self.mentions[i]).subject == asset

    def begins(self, i: int, asset: str) -> bool:
        """Whether the asset is the first that sentence i names, in its first words."""
        start = self.text.sentences[i].start
        return self.names_first(i, asset) and min(self.mentions[i]).start - start <= _FIRST_WORDS

    def name(self, asset: str) -> str:
        """The asset as the article prints it most often; its code where only the title names it."""
        printed = Counter(
            self.text.string[mention.start : mention.end]
            for mention in chain.from_iterable(self.mentions)
            if mention.subject == asset
        )
        return min(printed, key=lambda name: (-printed[name], len(name), name), default=asset)

    def facts_in(self, i: int) -> list[Fact]:
        """The sure facts that sentence i states."""
        return self._facts_of.get(i, [])

    @cached_property
    def _facts_of(self) -> dict[int, list[Fact]]:
        found: dict[int, list[Fact]] = {}
        for fact in self.facts.values():
            found.setdefault(self.text.sentence_at(fact.evidence.start), []).append(fact)
        return found

    def tone(self, i: int, asset: str) -> float:
        """The tone of sentence i for the asset, -1 to 1; of all of it where it does not name it."""
        key = i, asset if self.names(i, asset) else None
        if key not in self._tones:
            start = self.text.sentences[i].start
            spans = {
                mention.subject: Span(mention.start - start, mention.end - start)
                for mention in reversed(self.mentions[i])
                if mention.group != "stock" or mention.subject == asset
            }
            self._tones[key] = measure_tone(
                self.sentence(i), self.cues[i], spans.get(asset), tuple(spans.values())
            )
        return self._tones[key]

    def title_tone(self, asset: str) -> float:
        """The title's tone for the asset; 0 without a title."""
        title = self.text.article.title
        if not title:
            return 0.0
        if asset not in self._title_tones:
            spans = {m.subject: Span(m.start, m.end) for m in reversed(self.text.title_mentions)}
            self._title_tones[asset] = measure_tone(
                title, self.title_cues, spans.get(asset), tuple(spans.values())
            )
        return self._title_tones[asset]

    def about(self, asset: str) -> list[int]:
        """The sentences that speak of the asset; for MARKET, all that are meant for people."""
        return [
            i
            for i, subjects in enumerate(self.subjects)
            if self._words[i] and (asset == MARKET or asset in subjects)
        ]

    def list_reasons(self, asset: str) -> list[Reason]:
        """Everything that bears on the asset's direction."""
        if asset not in self._listed:
            places = [] if asset == MARKET else self.about(asset)
            nearby = Counter(word for i in places for word in self._words[i])
            sentences, facts = self._list_sentence_reasons(asset), self._list_fact_reasons(asset)
            near = [Reason(name, value) for name, value in spread("near", nearby)]
            reasons = [*sentences, *facts, *near, *self.wording]
            self._listed[asset] = reasons
        return self._listed[asset]

    @cached_property
    def promotion(self) -> Promotion:
        """What of the article is an advert."""
        sentences = [self.sentence(i) for i in range(len(self.mentions))]
        return find_promotion(sentences, self.mentions, self.text.title_mentions)

    @cached_property
    def quotable(self) -> Sentences:
        """What tells which sentences may be quoted."""
        return Sentences(self)

    @cached_property
    def wording(self) -> list[Reason]:
        """The words of the article, each by its share, and of its title, alone and in pairs."""
        return [Reason(name, value) for name, value in self.text.for_people.wording]

    def _list_sentence_reasons(self, asset: str) -> list[Reason]:
        places = self.about(asset)
        reasons = []
        for i in places:
            share = 1 / math.sqrt(len(places))
            if asset != MARKET:
                share *= 1 / math.sqrt(max(1, len(self.subjects[i])))
            name = "lead_tone" if i in self.lead else "tone"
            reasons.append(Reason(name, self.tone(i, asset) * share, i))
            reasons += [Reason(group, share, i) for group in self.cues[i]]
        if places and self.is_titled(asset):
            reasons.append(Reason("title_tone", self.title_tone(asset)))
            reasons += [Reason(f"title_{group}", 1.0) for group in self.title_cues]
        return reasons

    def _list_fact_reasons(self, asset: str) -> list[Reason]:
        """What facts about the asset or all of crypto say; each repetition weighs less."""
        price = find_price(self.facts.values(), asset)
        reasons = [
            _make_fact_reason(i, fact, price if fact.subject == asset else None)
            for i, fact in self.facts.items()
            if asset in (fact.subject, MARKET) and fact.kind not in _SILENT
        ]
        times = Counter(reason.name for reason in reasons)
        return [
            reason._replace(value=reason.value / math.sqrt(times[reason.name]))
            for reason in reasons
        ]


def sign_of(fact: Fact) -> int:
    """-1, 0 or 1: the sign of a fact's value."""
    return (fact.value > 0) - (fact.value < 0)


def _name_subjects(mentions: Sequence[Mention]) -> tuple[str, ...]:
    groups = CALLED | {"market"}
    return tuple(dict.fromkeys(m.subject for m in mentions if m.group in groups))


def _make_fact_reason(i: int, fact: Fact, price: float | None) -> Reason:
    """The fact as a reason: a level by its side of the price, a change or flow by its sign."""
    name = f"fact_{fact.kind}"
    if fact.kind in DIRECTED:
        return Reason(name, sign_of(fact), fact=i)
    if fact.kind in _SIDED and price is not None:
        name += "_above" if fact.value > price else "_below"
    return Reason(name, 1.0, fact=i)
