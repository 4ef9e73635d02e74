"""Article, facts -> Analysis with no key and no network: evidence is weighed, sentences are chosen.

Deterministic. A fact or a cue about an asset has a sign and a weight; their sum is the call.
"""

import math
import re
from collections import defaultdict
from functools import cache
from importlib.resources import files

from summarizer.credibility import judge
from summarizer.facts.assets import MARKET, find_mentions
from summarizer.facts.levels import LEVEL_KINDS, price_of
from summarizer.facts.lexicon import Lexicon, lower_words
from summarizer.facts.narratives import find_narratives
from summarizer.facts.sentences import split_sentences
from summarizer.models import Analysis, Analyst, Article, CallClaim, Claim, Direction, Fact, Horizon, Signal

_BAND = 0.2  # tone and evidence within it read as neutral
_NEGATIONS = frozenset(
    ["not", "no", "never", "without", "n't", "fails", "failed", "unlikely", "lack", "lacks", "avoid", "avoided", "despite"]
)


@cache
def _cues() -> Lexicon[float]:
    entries = []
    for line in (files("summarizer") / "data" / "direction.tsv").read_text("utf-8").splitlines():
        if line and not line.startswith("#"):
            weight, phrases = line.split("\t")
            entries += [(phrase, float(weight)) for phrase in phrases.split("|")]
    return Lexicon(entries)


def analyze(article: Article, facts: list[Fact], signals: tuple[Signal, ...]) -> Analysis:
    """The embedded analyst's reading of the article."""
    reading = _Reading(article, facts)
    assets = reading.assets()
    calls = tuple(reading.call(asset) for asset in assets)
    overall, tone, confidence = reading.overall(assets)
    horizon = _horizon(article.text, facts)
    names = tuple(n.name for n in find_narratives(article.text))
    level = judge(signals)
    return Analysis(
        summary=reading.summary(assets), calls=calls, overall=overall, overall_tone=tone, overall_confidence=confidence,
        horizon=horizon, horizon_rationale=Claim(text=_HORIZON_WORDS[horizon]), credibility=level,
        credibility_note=Claim(text=_credibility_note(article, signals, level)), narratives=names, analyst=Analyst(name="embedded"),
    )  # fmt: skip


class _Reading:
    """One article's sentences, with the assets each speaks of and the weight of its evidence."""

    def __init__(self, article: Article, facts: list[Fact]):
        self.article, self.facts, self.text = article, facts, article.text
        self.sentences = split_sentences(self.text)
        self.subjects: list[list[str]] = []
        self.weights: list[float] = []
        carried: list[str] = []
        self.mentions = find_mentions(self.text)
        for span in self.sentences:
            here = list(
                dict.fromkeys(
                    m.subject for m in self.mentions if span.start <= m.start < span.end and m.group in ("coin", "market", "project")
                )
            )
            carried = here or carried
            self.subjects.append(here or carried)
            self.weights.append(_weigh(self.text[span.start : span.end]))
        self.counts: dict[str, int] = defaultdict(int)
        for mention in self.mentions:
            if mention.group in ("coin", "project"):
                self.counts[mention.subject] += 1
        for mention in find_mentions(article.title or ""):
            if mention.group in ("coin", "project"):
                self.counts[mention.subject] += 4

    def assets(self) -> list[str]:
        ranked = sorted(self.counts.items(), key=lambda item: (-item[1], item[0]))
        if not ranked:
            return []
        top = ranked[0][1]
        return [asset for asset, count in ranked[:5] if asset != MARKET and (count >= max(3, 0.3 * top) or asset == ranked[0][0])]

    def evidence(self, asset: str) -> tuple[float, list[tuple[float, int]]]:
        """The sum of evidence for the asset, in [-1, 1], and the sentences that carry it."""
        total, parts, norm = 0.0, [], 1.0
        for i, weight in enumerate(self.weights):
            if asset not in self.subjects[i] and not (MARKET in self.subjects[i] and asset == "BTC"):
                continue
            share = weight / math.sqrt(len(self.subjects[i]))
            share *= 1.6 if i < 3 else 1.0
            total += share
            norm += abs(share)
            if share:
                parts.append((share, i))
        for fact in self.facts:
            share = _fact_weight(fact) if fact.subject == asset else 0.0
            total += share
            norm += abs(share)
        title = _weigh(self.article.title or "") * 2 if any(m.subject == asset for m in find_mentions(self.article.title or "")) else 0.0
        total += title
        norm += abs(title)
        return total / (norm + 2), sorted(parts, key=lambda part: -abs(part[0]))

    def call(self, asset: str) -> CallClaim:
        score, parts = self.evidence(asset)
        direction = _direction(score)
        backing = [i for share, i in parts if share * score > 0][:2] or [i for i, s in enumerate(self.subjects) if asset in s][:1]
        rationale = " ".join(self._shown(i) for i in backing[:1])
        used = tuple(i for i, f in enumerate(self.facts) if f.subject == asset and f.kind != "other")[:3]
        return CallClaim(asset=asset, direction=direction, tone=score, confidence=0.5 + min(0.4, abs(score) * 0.6),
                         target=self._target(asset, direction), rationale=Claim(text=rationale, sentences=tuple(backing)), facts=used)  # fmt: skip

    def _target(self, asset: str, direction: Direction) -> int | None:
        price = price_of(self.facts, asset)
        if direction == "neutral":
            return None
        levels = [(i, f) for i, f in enumerate(self.facts) if f.subject == asset and f.kind in LEVEL_KINDS and f.kind != "price_past"
                  and f.unit == "USD" and (price is None or (f.value > price) == (direction == "bullish"))]  # fmt: skip
        if price is None:
            levels = [(i, f) for i, f in levels if f.kind == "price_target"]
        order = ("price_target", "liquidation_level", "resistance_level" if direction == "bullish" else "support_level")
        for kind in order:
            fitting = [(i, f) for i, f in levels if f.kind == kind]
            if fitting:
                return fitting[0][0]
        return None

    def overall(self, assets: list[str]) -> tuple[Direction, float, float]:
        if not assets:
            scores = sum(self.weights) / (4 + sum(abs(w) for w in self.weights))
            return _direction(scores), scores, 0.5
        main = "BTC" if "BTC" in assets and self.counts["BTC"] * 1.5 >= self.counts[assets[0]] else assets[0]
        score, _ = self.evidence(main)
        return _direction(score), score, 0.5 + min(0.4, abs(score) * 0.6)

    def summary(self, assets: list[str]) -> tuple[Claim, ...]:
        """The lead, and the sentence that carries most evidence for the main asset."""
        main = assets[0] if assets else None
        scored = []
        for i, span in enumerate(self.sentences):
            words = (span.end - span.start) / 6
            if not 7 <= words <= 60 or _FURNITURE.search(self.text, span.start, span.end):
                continue
            has_fact = any(span.start <= f.evidence.start < span.end for f in self.facts)
            about = main is not None and main in self.subjects[i]
            scored.append((3 / (1 + i / 3) + 1.2 * has_fact + 0.8 * about + min(1.5, abs(self.weights[i])), i))
        best = sorted(i for _, i in sorted(scored, reverse=True)[:2])
        return tuple(Claim(text=self._shown(i), sentences=(i,)) for i in best) or tuple(
            Claim(text=self._shown(i), sentences=(i,)) for i in range(min(1, len(self.sentences))))  # fmt: skip

    def _shown(self, i: int) -> str:
        start, end = self.sentences[i]
        return self.text[start:end].replace("\n", " ")


_FURNITURE = re.compile(
    r"subscribe|newsletter|related reading|sign up|click here|read more|disclaimer|share this article|cookie|featured image|pic\.twitter",
    re.IGNORECASE,
)


def _weigh(sentence: str) -> float:
    """The direction a sentence's words point to; a cue after a negation within three words turns round."""
    _, lowered = lower_words(sentence)
    total = 0.0
    for first, _last, weight in _cues().find(lowered):
        negated = any(word in _NEGATIONS for word in lowered[max(0, first - 3) : first])
        total += -0.6 * weight if negated else weight
    return max(-3.0, min(3.0, total))


def _fact_weight(fact: Fact) -> float:
    """What a fact says of its asset's direction; moves that already happened weigh little."""
    sign = (fact.value > 0) - (fact.value < 0)
    if fact.kind == "funding_rate":
        return 0.8 * sign if abs(fact.value) > 0.05 else 0.0
    if fact.kind == "price_change":
        return 0.4 * sign
    if fact.kind == "etf_flow":
        return 0.8 * sign
    if fact.kind == "open_interest_change":
        return 0.3 * sign
    return {"exploit_loss": -0.8, "treasury_purchase": 0.6, "token_unlock": -0.5}.get(fact.kind, 0.0)


def _direction(score: float) -> Direction:
    return "bullish" if score > _BAND else "bearish" if score < -_BAND else "neutral"


_SHORT = re.compile(
    r"\b(?:24 hours|24-hour|liquidat\w+|funding rates?|open interest|intraday|hourly|support|resistance|today|this week|short[- ]term|4-hour|near[- ]term|RSI)\b",
    re.IGNORECASE,
)
_MEDIUM = re.compile(
    r"\b(?:ETFs?|inflows|this quarter|Q[1-4]|unlock|rate cuts?|months?|year-end|by the end of|medium[- ]term|mid-term|altcoin season|halving|upgrade)\b",
    re.IGNORECASE,
)
_LONG = re.compile(
    r"\b(?:regulat\w+|legislation|adoption|roadmap|long[- ]term|years|law|lawsuit|court|licen[cs]e|partnership|CBDC|decade|education|platform|launch\w*)\b",
    re.IGNORECASE,
)
_HORIZON_WORDS: dict[str, str] = {
    "short_term": "Positioning, levels and recent moves work within days.",
    "medium_term": "Flows, schedules and expectations named here work over weeks to months.",
    "long_term": "Law, adoption and technology, which the article is about, work over years.",
}


def _horizon(text: str, facts: list[Fact]) -> Horizon:
    trading = sum(
        f.kind
        in (
            "support_level",
            "resistance_level",
            "liquidation_level",
            "funding_rate",
            "liquidations",
            "open_interest",
            "price_change",
            "price",
        )
        for f in facts
    )
    short = len(_SHORT.findall(text)) + 1.2 * trading
    medium = 1.1 * len(_MEDIUM.findall(text)) + 0.5
    long = 0.8 * len(_LONG.findall(text)) + (2 if trading < 3 else 0)
    return "short_term" if short >= max(medium, long) else "medium_term" if medium >= long else "long_term"


_SIGNAL_WORDS = {
    "data_attributed": "its figures name their source", "named_sources": "it quotes people by name", "primary_document": "it points to a document",
    "byline": "it carries a byline", "established_outlet": "the outlet is an established one", "press_release": "it reads as a press release",
    "sponsored": "it is or holds a promotion", "promotional_language": "its language promotes", "anonymous_sources": "it leans on unnamed sources",
    "unverified_claim": "it passes on claims that nobody is named for", "opinion": "it is an opinion", "no_byline": "no author is named",
    "inconsistent_numbers": "its numbers disagree", "price_prediction_without_basis": "it predicts prices without a reason",
    "ai_directed_instructions": "it holds instructions aimed at a machine reader", "conflict_disclosed": "it discloses holdings", "correction_noted": "it notes a correction",
}  # fmt: skip


def _credibility_note(article: Article, signals: tuple[Signal, ...], level: str) -> str:
    reasons = [_SIGNAL_WORDS[s.name] for s in signals if s.name in _SIGNAL_WORDS][:4]
    told = f"{level.capitalize()} credibility"
    if not reasons:
        return f"{told}: the article shows nothing that speaks for or against it."
    return f"{told}: {', '.join(reasons[:-1])}{' and ' if len(reasons) > 1 else ''}{reasons[-1]}."
