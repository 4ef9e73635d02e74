"""Article -> facts. Numbers, assets and cues are recognised once each; here they are combined, sentence by sentence.

For each number the kinds that take its unit are weighed by the cues around it; the asset is the one its clause is
about; sign, period, venue and qualifier are read from the same words.
"""

import re
from bisect import bisect_left, bisect_right
from collections import defaultdict
from dataclasses import dataclass, field
from functools import cache

from summarizer.facts.assets import MARKET, Mention, find_mentions
from summarizer.facts.kinds import DOWN, KINDS, PERIODS, UP, Kind
from summarizer.facts.lexicon import Lexicon, lower_words
from summarizer.facts.numbers import Number, find_numbers
from summarizer.facts.sentences import split_sentences
from summarizer.models import Article, Evidence, Fact
from summarizer.spans import Span

_MIN_SCORE = 1.0  # a number whose best kind weighs less is left out; chosen on the dev articles
_REACH = 22  # words past which a cue says nothing about a number
_VENUES = (
    "Binance|Bybit|Deribit|OKX|Coinbase|Kraken|Bitfinex|Bitget|CME|BitMEX|Hyperliquid|dYdX|KuCoin|Huobi|HTX|Gate.io|Upbit|"
    "Bitstamp|Gemini|Coinglass|CoinGlass|Glassnode|CryptoQuant|Santiment|Farside|SoSoValue|SosoValue|CoinMarketCap|CoinGecko|"
    "DefiLlama|DeFiLlama|TradingView|IBIT|FBTC|ARKB|GBTC|BITB|ETHA|FETH|ETHE|BlackRock|Fidelity|Grayscale|Bitwise|VanEck|"
    "Polymarket|Kalshi|Laevitas|Velo|Amberdata|Kaiko|CoinShares|Nansen|Arkham|MicroStrategy|Strategy|Metaplanet|SharpLink|BitMine|Tesla"
)
_VENUE = re.compile(rf"\b(?:{_VENUES})\b")
_SPLIT = re.compile(r"\b(\d{1,2})\s?[-–/:]\s?(\d{1,2})\s(?:split|ratio)\sbetween\s(longs|shorts)")
_DATE_LIKE = re.compile(
    r"(?:\b(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)[a-z]*\.?\s)$|(?:\b(?:since|in|by|of|early|late|mid-?)\s)$", re.IGNORECASE
)
_CLAUSE = re.compile(r"[;:—–]|, (?:while|with|as|but|and|which|after|although|whereas|followed)\b|\b(?:while|whereas|but|although|though|as well as)\b|\. ")


@dataclass(slots=True)
class Candidate:
    """A number on its way to a fact."""

    number: Number
    first: int  # index of the first and past the last word of the sentence's words
    last: int
    sentence: Span
    scores: dict[str, float] = field(default_factory=dict)


@cache
def _cue_lexicon() -> Lexicon[tuple[str, str, float]]:
    entries = []
    for kind in KINDS:
        for side, cues in (("any", kind.any_side), ("before", kind.before), ("after", kind.after)):
            entries += [(phrase, (kind.name, side, weight)) for phrase, weight in cues.items()]
    return Lexicon(entries)


@cache
def _period_lexicon() -> Lexicon[str]:
    return Lexicon(PERIODS.items())


_BY_NAME = {kind.name: kind for kind in KINDS}


def extract_facts(article: Article) -> list[Fact]:
    """Every market number that the article states, in reading order, each with exact evidence. Never raises.

    Indices in the list are what `{F3}` in an analyst's words refers to.
    """
    text = article.text
    words, lowered = lower_words(text)
    starts = [word.start() for word in words]
    mentions = find_mentions(text, words)
    numbers = find_numbers(text)
    cues = _cue_lexicon().find(lowered)
    periods = _period_lexicon().find(lowered)
    reading = _Reading(text, words, lowered, starts, mentions, cues, periods)
    found: list[Fact] = []
    for sentence in split_sentences(text):
        inside = [n for n in numbers if sentence.start <= n.start < sentence.end]
        if inside:
            found += reading.facts_of(sentence, inside)
    return _without_repeats(found)


class _Reading:
    """One article being read: its words, mentions and cues, and what was last spoken of."""

    def __init__(self, text: str, words: list[re.Match[str]], lowered: list[str], starts: list[int], mentions: list[Mention],
                 cues: list[tuple[int, int, tuple[str, str, float]]], periods: list[tuple[int, int, str]]):  # fmt: skip
        self.text, self.words, self.lowered, self.starts = text, words, lowered, starts
        self.mentions, self.cues, self.periods = mentions, cues, periods
        self.mention_starts = [m.start for m in mentions]
        self.cue_starts = [cue[0] for cue in cues]
        self.topic = _main_subject(mentions)
        self.current = self.topic

    def facts_of(self, sentence: Span, numbers: list[Number]) -> list[Fact]:
        facts = []
        first, past = bisect_left(self.starts, sentence.start), bisect_left(self.starts, sentence.end)
        here = self.mentions[bisect_left(self.mention_starts, sentence.start) : bisect_left(self.mention_starts, sentence.end)]
        cues = self.cues[bisect_left(self.cue_starts, first) : bisect_left(self.cue_starts, past)]
        for number in numbers:
            unit_class, unit, end = self._unit(number, here)
            if unit_class == "plain" and not self._may_be_plain(number):
                continue
            at = bisect_right(self.starts, number.start) - 1
            at_end = bisect_left(self.starts, end)
            kind = self._kind(number, unit_class, at, at_end, cues, numbers, here)
            if kind is None:
                continue
            facts.append(self._fact(number, kind, unit, end, at, at_end, sentence, here))
        coins = [m.subject for m in here if m.group in ("coin", "market")]
        if coins:
            self.current = coins[0]
        return facts

    # ---- the unit

    def _unit(self, number: Number, here: list[Mention]) -> tuple[str, str, int]:
        if number.unit == "%":
            return "percent", "%", number.end
        if number.unit == "bps":
            return "bps", "bps", number.end
        if number.unit:
            return "money", number.unit, number.end
        for mention in here:
            gap = mention.start - number.end
            if 0 <= gap <= 2 and mention.group == "coin" and self.text[number.end : mention.start].strip("$ ") == "":
                return "coins", mention.subject, mention.end
        if number.scaled and number.value >= 10_000 and re.search(r"[kK]\Z", self.text[number.start : number.end]):
            return "money", "USD", number.end
        return "plain", "", number.end

    def _may_be_plain(self, number: Number) -> bool:
        before, after = self.text[max(0, number.start - 14) : number.start], self.text[number.end : number.end + 14]
        if 1900 <= number.value <= 2100 and number.value == int(number.value) and "," not in self.text[number.start : number.end]:
            return False
        return not (_DATE_LIKE.search(before) and number.value < 32) and not re.match(
            r"(?:-| )(?:day|hour|week|month|year|minute|July|June|May|April|March|January|February|August|September|October|November|December)", after
        )

    # ---- the kind

    def _kind(self, number: Number, unit_class: str, at: int, at_end: int,
              cues: list[tuple[int, int, tuple[str, str, float]]], numbers: list[Number], here: list[Mention]) -> Kind | None:  # fmt: skip
        scores: dict[str, float] = defaultdict(float)
        for first, last, (name, side, weight) in cues:
            kind = _BY_NAME[name]
            if unit_class not in kind.units or (kind.scaled is not None and unit_class == "money" and kind.scaled != _is_large(number)):
                continue
            is_before = last <= at + 1 and first < at
            if (side == "before" and not is_before) or (side == "after" and is_before):
                continue
            distance = at - last if is_before else first - at_end
            if distance > _REACH:
                continue
            distance = max(distance, 0)
            between = (self.words[last - 1].end(), number.start) if is_before else (number.end, self.words[first].start())
            weight *= 1 / (1 + distance / (4 if side != "any" else 6))
            if any(between[0] <= other.start < between[1] for other in numbers if other is not number):
                weight *= 0.55
            if _CLAUSE.search(self.text, *between):
                weight *= 0.6
            scores[name] = max(scores[name], weight) + 0.25 * min(scores[name], weight)
        if unit_class == "percent" and "price_change" in scores and not here:
            scores["price_change"] *= 0.9
        if not scores:
            return None
        name = max(scores, key=lambda key: scores[key])
        if scores[name] < _MIN_SCORE * (0.6 if unit_class == "money" and not _is_large(number) else 1):
            return None
        return _BY_NAME[name]

    # ---- the rest

    def _fact(self, number: Number, kind: Kind, unit: str, end: int, at: int, at_end: int, sentence: Span, here: list[Mention]) -> Fact:
        subject = self._subject(number, kind, here, sentence)
        value = number.value
        if kind.name in _SIGNED and not number.is_signed:
            value *= self._sign(at, at_end, number)
        if kind.name in _PLAIN_UNIT and unit == "":
            unit = _PLAIN_UNIT[kind.name]
        if not unit:
            unit = "count"
        start, stop = self._evidence(number.start, end, sentence)
        venue = _near(self.text, sentence, number.start, _VENUE) if kind.name in _VENUED else None
        return Fact(kind=kind.name, subject=subject, value=value, unit=unit, period=self._period(kind, at, at_end, sentence),
                    venue=venue, qualifier=None, evidence=Evidence(quote=self.text[start:stop], start=start, end=stop))  # fmt: skip

    def _subject(self, number: Number, kind: Kind, here: list[Mention], sentence: Span) -> str:
        if kind.name in _MARKET_KINDS and not here:
            return MARKET
        wanted = [m for m in here if m.group in ("coin", "index", "stock", "market", "project")] or here
        if kind.name in ("funding_rate", "open_interest", "liquidations", "etf_flow"):
            wanted = [m for m in here if m.group in ("coin", "market")]
        best, best_cost = None, 1e9
        for mention in wanted:
            if mention.start >= number.end:
                cost = (mention.start - number.end) * 1.6 + 12
                gap = self.text[number.end : mention.start]
                if re.fullmatch(r"\s?(?:worth of|of|in|for)?\s?\$?(?:spot )?", gap):
                    cost = 3
            else:
                gap = self.text[mention.end : number.start]
                cost = float(number.start - mention.end)
            if _CLAUSE.search(gap):
                cost += 40
            if cost < best_cost:
                best, best_cost = mention.subject, cost
        return best or self.current or MARKET

    def _sign(self, at: int, at_end: int, number: Number) -> int:
        best, best_distance = 1, 14
        for i in range(max(0, at - 12), min(len(self.lowered), at_end + 8)):
            if at <= i < at_end:
                continue
            word = self.lowered[i]
            sign = -1 if word in DOWN else 1 if word in UP else 0
            if not sign:
                continue
            distance = at - i if i < at else (i - at_end) * 2 + 1
            lo, hi = (self.words[i].end(), number.start) if i < at else (number.end, self.words[i].start())
            if _CLAUSE.search(self.text, lo, hi):
                distance += 6
            if distance < best_distance:
                best, best_distance = sign, distance
        return best

    def _period(self, kind: Kind, at: int, at_end: int, sentence: Span) -> str | None:
        if kind.name not in _PERIODIC:
            return None
        best, best_distance = None, 14
        for first, last, period in self.periods:
            if not sentence.start <= self.words[first].start() < sentence.end:
                continue
            distance = at - last if first < at else first - at_end
            if distance < best_distance:
                best, best_distance = period, distance
        return best

    def _evidence(self, start: int, end: int, sentence: Span) -> tuple[int, int]:
        """The number with a few words before it, as short as still states the fact; on whole words."""
        i = bisect_right(self.starts, start) - 1
        first = max(sentence.start, self.words[max(0, i - 4)].start())
        while first > sentence.start and (self.text[first - 1].isalnum() or self.text[first] in ".,%)’'-"):
            first -= 1
        while end < len(self.text) and self.text[end - 1].isalnum() and self.text[end].isalnum():
            end += 1
        return first, end


_SIGNED = frozenset({"price_change", "open_interest_change", "etf_flow", "macro_indicator", "funding_rate"})
_PERIODIC = frozenset({"price_change", "open_interest_change", "liquidations", "liquidation_share", "futures_basis", "options_skew",
                       "etf_flow", "trading_volume", "funding_rate"})  # fmt: skip
_VENUED = frozenset({"funding_rate", "open_interest", "liquidations", "etf_flow", "price", "liquidation_level", "treasury_holding",
                     "treasury_purchase", "implied_volatility", "trading_volume"})  # fmt: skip
_MARKET_KINDS = frozenset({"liquidations", "liquidation_share", "sentiment_index", "market_cap", "etf_flow"})
_PLAIN_UNIT = {"put_call_ratio": "ratio", "sentiment_index": "index", "funding_rate": "%", "implied_volatility": "%",
               "options_skew": "%", "macro_indicator": "index"}  # fmt: skip


def _is_large(number: Number) -> bool:
    return number.value >= 1_500_000


def _main_subject(mentions: list[Mention]) -> str | None:
    counts: dict[str, int] = defaultdict(int)
    for mention in mentions:
        if mention.group == "coin":
            counts[mention.subject] += 1
    return max(counts, key=lambda key: counts[key]) if counts else None


def _near(text: str, sentence: Span, at: int, pattern: re.Pattern[str]) -> str | None:
    hits = [(abs(match.start() - at), match[0]) for match in pattern.finditer(text, sentence.start, sentence.end)]
    return min(hits)[1] if hits else None


def _without_repeats(facts: list[Fact]) -> list[Fact]:
    seen, kept = set(), []
    for fact in facts:
        key = (fact.kind, fact.subject, fact.value, fact.unit)
        if key not in seen:
            seen.add(key)
            kept.append(fact)
    return kept
