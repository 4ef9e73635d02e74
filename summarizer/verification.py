"""Article, facts, Analysis -> Report: the only maker of a Report, and the place where an analyst is not believed.

Laws: a figure is a fact's or it is in the words the claim rests on; a target is a fact on the right side of the
price; an asset is in the article; evidence is exact. What fails is dropped, and a finding says so.
"""

import re
from datetime import timedelta

from summarizer.facts.levels import LEVEL_KINDS, price_of
from summarizer.facts.narratives import find_narratives
from summarizer.facts.numbers import find_numbers
from summarizer.facts.sentences import split_sentences
from summarizer.figures import format_fact
from summarizer.models import (
    Analysis,
    Article,
    Call,
    CallClaim,
    Claim,
    Credibility,
    Evidence,
    Fact,
    Finding,
    Overall,
    Report,
    Signal,
    Target,
    Timeframe,
)
from summarizer.spans import Span, clean

DAYS = {"short_term": 14, "medium_term": 180, "long_term": 365}
_REFERENCE = re.compile(r"\{([FD])(\d{1,4})\}")  # {F3}: the figure of fact 3; {D3}: its distance from the price, computed here


def verify(article: Article, facts: list[Fact], analysis: Analysis, signals: tuple[Signal, ...] = ()) -> Report:
    """The report of what the article supports. Never raises for what an analyst says."""
    check = _Check(article, facts)
    summary = [text for i, claim in enumerate(analysis.summary) if (text := check.words(claim, f"summary[{i}]"))]
    calls = [call for i, claim in enumerate(analysis.calls) if (call := check.call(claim, f"calls[{i}]", analysis.horizon))]
    narratives = tuple(n for n in find_narratives(article.text) if n.name in analysis.narratives)
    check.contradictions()
    return Report(
        id=article.content_hash,
        article=article,
        summary=" ".join(summary),
        facts=tuple(facts),
        narratives=narratives,
        calls=tuple(calls),
        overall=Overall(direction=analysis.overall, tone=_unit(analysis.overall_tone), confidence=_share(analysis.overall_confidence)),
        timeframe=Timeframe(horizon=analysis.horizon, rationale=check.words(analysis.horizon_rationale, "timeframe") or ""),
        credibility=Credibility(level=analysis.credibility, note=check.words(analysis.credibility_note, "credibility") or "", signals=signals),
        findings=tuple(check.findings),
        flags=tuple(dict.fromkeys(article.flags + analysis.flags)),
        analyst=analysis.analyst,
    )  # fmt: skip


def list_faults(article: Article, facts: list[Fact], analysis: Analysis, signals: tuple[Signal, ...] = ()) -> list[Finding]:
    """What `verify` would drop of the analysis, and why: for an analyst that can be asked once more."""
    return [finding for finding in verify(article, facts, analysis, signals).findings if finding.verdict == "dropped"]


class _Check:
    """The article and its facts, against which claims are held; collects the findings."""

    def __init__(self, article: Article, facts: list[Fact]):
        self.text, self.facts, self.article = article.text, facts, article
        self.sentences: list[Span] = split_sentences(article.text)
        self.findings: list[Finding] = []

    def words(self, claim: Claim, where: str) -> str | None:
        """The claim with its references filled in, or None where a figure in it has no support."""
        text = claim.text
        for match in _REFERENCE.finditer(text):
            if int(match[2]) >= len(self.facts):
                return self._drop(where, f"refers to {match[0]}, which is no fact")
            if match[1] == "D" and self._distance(self.facts[int(match[2])]) is None:
                return self._drop(where, f"{match[0]} asks for the distance from a price that the article does not state")
        rest = _REFERENCE.sub(" ", text)
        sources = [self.text[self.sentences[i].start : self.sentences[i].end] for i in claim.sentences if 0 <= i < len(self.sentences)]
        known = {(n.value, n.unit) for source in sources for n in find_numbers(source)}
        for number in find_numbers(rest):
            if (number.value, number.unit) not in known:
                return self._drop(where, f"{rest[number.start : number.end]} is not in the sentences it rests on")
        filled = clean(_REFERENCE.sub(self._fill, text)).strip()
        if filled:
            self.findings.append(Finding(check="number_in_text", where=where, verdict="supported", detail=f"{len(known)} figures checked"))
        return filled or None

    def _fill(self, reference: re.Match[str]) -> str:
        fact = self.facts[int(reference[2])]
        return format_fact(fact) if reference[1] == "F" else self._distance(fact) or ""

    def _distance(self, fact: Fact) -> str | None:
        """How far a level lies from the article's price of its asset: "0.7% below the price"."""
        price = price_of(self.facts, fact.subject)
        if not price or fact.unit != "USD":
            return None
        away = (fact.value / price - 1) * 100
        return f"{abs(away):.1f}% {'above' if away > 0 else 'below'} the price"

    def call(self, claim: CallClaim, where: str, horizon: str) -> Call | None:
        rationale = self.words(claim.rationale, f"{where}.rationale")
        target = self._target(claim, where)
        until = self.article.published_at.date() + timedelta(days=DAYS[horizon]) if self.article.published_at else None
        evidence = [self.facts[i].evidence for i in claim.facts if 0 <= i < len(self.facts)]
        for i in claim.rationale.sentences[:3]:
            if 0 <= i < len(self.sentences):
                start, end = self.sentences[i]
                evidence.append(Evidence(quote=self.text[start:end], start=start, end=end))
        if not evidence:
            return self._drop(where, f"nothing in the article is named for the call on {claim.asset}")
        return Call(asset=claim.asset, direction=claim.direction, tone=_unit(claim.tone), confidence=_share(claim.confidence),
                    until=until, target=target, rationale=rationale or "", evidence=tuple(evidence))  # fmt: skip

    def _target(self, claim: CallClaim, where: str) -> Target | None:
        if claim.target is None:
            return None
        if not 0 <= claim.target < len(self.facts):
            return self._drop(f"{where}.target", "refers to no fact")
        fact = self.facts[claim.target]
        price = price_of(self.facts, claim.asset)
        wrong_side = price is not None and (fact.value > price) != (claim.direction == "bullish")
        if fact.subject != claim.asset or fact.kind not in LEVEL_KINDS or claim.direction == "neutral" or wrong_side:
            return self._drop(f"{where}.target", f"{fact.value:g} {fact.unit} is no {claim.direction} target of {claim.asset}")
        return Target(value=fact.value, unit=fact.unit, evidence=fact.evidence)

    def contradictions(self) -> None:
        """Parts that miss or exceed their total: liquidations of single assets against the market's."""
        totals = [f for f in self.facts if f.kind == "liquidations" and f.subject == "MARKET"]
        for total in totals:
            parts = [f for f in self.facts if f.kind == "liquidations" and f.subject != "MARKET"
                     and 0 < f.evidence.start - total.evidence.start < 400]  # fmt: skip
            rest = _others(self.text, total)
            summed = sum(f.value for f in parts) + rest
            exceeds, misses = summed > total.value * 1.02, rest and summed < total.value * 0.9
            if len(parts) >= 2 and (exceeds or misses):
                detail = f"the parts add up to {summed / 1e6:g} million, the total is given as {total.value / 1e6:g} million"
                self.findings.append(Finding(check="parts_of_total", where="facts", verdict="inconsistent", detail=detail))

    def _drop(self, where: str, detail: str) -> None:
        self.findings.append(Finding(check="support", where=where, verdict="dropped", detail=clean(detail)[:300]))


_OTHERS = re.compile(r"\bothers? \(\$([\d.,]+) million\)")


def _others(text: str, total: Fact) -> float:
    match = _OTHERS.search(text, total.evidence.start, total.evidence.start + 500)
    return float(match[1].replace(",", "")) * 1e6 if match else 0.0


def _unit(value: float) -> float:
    return round(min(1.0, max(-1.0, value)), 3)


def _share(value: float) -> float:
    return round(min(1.0, max(0.0, value)), 3)
