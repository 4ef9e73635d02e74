"""Article, facts, Analysis -> Report: the only maker of a Report, and the place where an analyst is not believed.

Laws: a figure is a fact's and said of its subject, or the sentence is the article's (claims.py); a target is a fact on the
right side of the price; an asset is in the article; evidence is exact. What fails is dropped, and a finding says so.
"""

import re
from datetime import timedelta

from summarizer.facts.extract import extract_facts
from summarizer.facts.levels import is_target
from summarizer.models import (
    Analysis,
    Analyst,
    Article,
    Call,
    CallClaim,
    Claim,
    ClaimedFact,
    Credibility,
    Evidence,
    Fact,
    Finding,
    Level,
    Narrative,
    Overall,
    Report,
    Signal,
    Target,
    Timeframe,
)
from summarizer.narratives import find_narratives
from summarizer.text.assets import CALLED, MARKET
from summarizer.text.spans import clean, find_evidence
from summarizer.verification.calibration import calibrate, forecaster
from summarizer.verification.claims import Support

DAYS = {"short_term": 14, "medium_term": 180, "long_term": 365}
PAID_CONFIDENCE = (
    0.55  # at most, for a rise told by who is paid to tell it: little more than a coin's toss
)
_PAID = frozenset({"sponsored", "press_release"})
_LOW = frozenset(
    {"sponsored", "press_release", "ai_directed_instructions"}
)  # each alone caps credibility at low (labelling guide)


def verify(
    article: Article, facts: list[Fact], analysis: Analysis, signals: tuple[Signal, ...] = ()
) -> Report:
    """The report of what the article supports. Never raises for what an analyst says."""
    check = _Check(article, facts, signals)
    summary = check.summary(analysis.summary)
    calls = check.calls(analysis)
    horizon_rationale = check.words(analysis.horizon_rationale, "timeframe") or ""
    note = check.words(analysis.credibility_note, "credibility") or ""
    level = check.level(analysis.credibility, signals)
    added = check.added(analysis.added_facts)
    narratives = check.narratives(analysis.narratives)
    check.contradictions()
    check.others(analysis, calls)
    flags = article.flags + analysis.flags + (("markup_removed",) if check.unmarked else ())
    return Report(
        id=article.content_hash,
        article=article,
        summary=" ".join(summary),
        facts=(*facts, *added),
        narratives=narratives,
        calls=calls,
        overall=Overall(
            direction=analysis.overall,
            tone=_unit(analysis.overall_tone),
            confidence=_share(analysis.overall_confidence),
        ),
        timeframe=Timeframe(horizon=analysis.horizon, rationale=horizon_rationale),
        credibility=Credibility(level=level, note=note, signals=signals),
        findings=tuple(check.findings),
        flags=tuple(dict.fromkeys(flags)),
        analyst=analysis.analyst,
    )


def list_faults(
    article: Article, facts: list[Fact], analysis: Analysis, signals: tuple[Signal, ...] = ()
) -> list[Finding]:
    """What `verify` would drop of the analysis, and why: for an analyst that can be asked once more.

    A theme that no words show is not worth a second answer.
    """
    findings = verify(article, facts, analysis, signals).findings
    return [
        finding
        for finding in findings
        if finding.verdict == "dropped" and finding.where != "narratives"
    ]


class _Check:
    """The article and its facts, against which claims are held; collects the findings."""

    def __init__(self, article: Article, facts: list[Fact], signals: tuple[Signal, ...]):
        self.text, self.facts, self.article = article.text, facts, article
        self.paid = bool(_PAID & {signal.name for signal in signals})
        self.support = Support(article, facts)
        self.findings: list[Finding] = []
        self.unmarked = False
        self._spoken: tuple[str, ...] = ()  # whom the last sentence that stands speaks of

    def summary(self, claims: tuple[Claim, ...]) -> list[str]:
        """The sentences that stand; one that names no asset goes on with what the one before it spoke of."""
        kept = []
        for i, claim in enumerate(claims):
            if text := self.words(claim, f"summary[{i}]", self._spoken, rests=True):
                kept.append(text)
        return kept

    def words(
        self, claim: Claim, where: str, about: tuple[str, ...] = (), *, rests: bool = False
    ) -> str | None:
        """The claim with its references filled in, or None where the article does not support it; `rests`: it has to cite."""
        said = self.support.read(claim, about)
        self.unmarked |= said.unmarked
        if said.faults:
            return self._drop(where, "; ".join(said.faults))
        if not said.text:
            return None
        if rests and not claim.sentences:
            return self._drop(where, "cites no sentence of the article")
        self.findings.append(
            Finding(
                check="number_in_text",
                where=where,
                verdict="supported",
                detail=f"{said.figures} figures checked",
            )
        )
        self._spoken = said.subjects
        return said.text

    def calls(self, analysis: Analysis) -> tuple[Call, ...]:
        """The calls that stand, one an asset."""
        kept: dict[str, Call] = {}
        for i, claim in enumerate(analysis.calls):
            where = f"calls[{i}]"
            if claim.asset in kept:
                self._drop(where, f"a second call on {claim.asset}")
            elif call := self.call(claim, where, analysis.horizon, analysis.analyst):
                kept[claim.asset] = call
        return tuple(kept.values())

    def call(self, claim: CallClaim, where: str, horizon: str, analyst: Analyst) -> Call | None:
        if self.support.groups.get(claim.asset) not in CALLED:
            return self._drop(where, f"{claim.asset} is no asset that the article names")
        used = [i for i in claim.facts if self._bears_on(i, claim.asset)]
        if wrong := [i for i in claim.facts if i not in used]:
            self._drop(
                f"{where}.facts", f"{', '.join(f'F{i}' for i in wrong)}: no facts of {claim.asset}"
            )
        rationale = self.words(claim.rationale, f"{where}.rationale", (claim.asset,))
        places = [i for i in claim.rationale.sentences[:3] if 0 <= i < len(self.support.sentences)]
        about = {i for i in places if claim.asset in self.support.subjects_of(i)}
        if not used and not about:
            return self._drop(
                where, f"no sentence or fact about {claim.asset} is named for the call"
            )
        evidence = [self.facts[i].evidence for i in used]
        for i in places:
            start, end = self.support.sentences[i]
            evidence.append(Evidence(quote=self.text[start:end], start=start, end=end))
        confidence = self._confidence(claim, analyst, where)
        until = (
            self.article.published_at.date() + timedelta(days=DAYS[horizon])
            if self.article.published_at
            else None
        )
        return Call(asset=claim.asset, direction=claim.direction, tone=_unit(claim.tone), confidence=confidence,
                    until=until, target=self._target(claim, where), rationale=rationale or "", evidence=tuple(evidence))  # fmt: skip

    def _confidence(self, claim: CallClaim, analyst: Analyst, where: str) -> float:
        """How often calls of this analyst and confidence are right, where that was measured; what is paid for is not believed."""
        measured = calibrate(forecaster(analyst.model_dump()), claim.confidence)
        confidence = _share(claim.confidence if measured is None else measured)
        if claim.direction == "bullish" and self.paid and confidence > PAID_CONFIDENCE:
            detail = f"the article promotes: confidence of a rise in {claim.asset} held to {PAID_CONFIDENCE:g}"
            self.findings.append(
                Finding(check="promotion", where=where, verdict="changed", detail=detail)
            )
            return PAID_CONFIDENCE
        return confidence

    def _bears_on(self, i: int, asset: str) -> bool:
        return 0 <= i < len(self.facts) and self.facts[i].subject in (asset, MARKET)

    def _target(self, claim: CallClaim, where: str) -> Target | None:
        if claim.target is None:
            return None
        if not 0 <= claim.target < len(self.facts):
            return self._drop(f"{where}.target", f"F{claim.target} is no row of the facts")
        fact = self.facts[claim.target]
        if not is_target(self.facts, fact, claim.asset, claim.direction):
            return self._drop(
                f"{where}.target",
                f"F{claim.target}, {fact.kind} of {fact.subject}, is no {claim.direction} target of {claim.asset}",
            )
        return Target(value=fact.value, unit=fact.unit, evidence=fact.evidence)

    def level(self, claimed: Level, signals: tuple[Signal, ...]) -> Level:
        """The credibility level within the labelling guide's caps."""
        names = {signal.name for signal in signals}
        capped: Level = claimed
        if names & _LOW:
            capped = "low"
        elif claimed == "high" and "unverified_claim" in names and "named_sources" not in names:
            capped = "medium"
        if capped != claimed:
            detail = f"{claimed} is {capped} for {', '.join(sorted(names & (_LOW | {'unverified_claim'})))}"
            self.findings.append(
                Finding(
                    check="credibility_cap", where="credibility", verdict="changed", detail=detail
                )
            )
        return capped

    def added(self, claimed: tuple[ClaimedFact, ...]) -> list[Fact]:
        """Facts of the model's whose quote the parser reads as the model does, about numbers that the rules left out."""
        found: list[Fact] = []
        for i, claim in enumerate(claimed):
            where = f"added_facts[{i}]"
            place = find_evidence(self.text, claim.quote)
            if place is None:
                self._drop(where, "its quote does not stand in the article")
                continue
            read = extract_facts(
                self.article.model_copy(update={"text": claim.quote, "title": None})
            )
            same = [
                f
                for f in read
                if (f.kind, f.subject, f.value, f.unit)
                == (claim.kind, claim.subject, claim.value, claim.unit)
            ]
            if not same:
                self._drop(where, f"its quote does not read as {claim.kind} of {claim.subject}")
            elif any(
                abs(f.value) == abs(claim.value) and f.unit == claim.unit
                for f in (*self.facts, *found)
            ):
                self._drop(where, "this figure is a fact already")
            else:
                evidence = Evidence(quote=claim.quote, start=place.start, end=place.end)
                found.append(same[0].model_copy(update={"origin": "model", "evidence": evidence}))
        return found

    def narratives(self, claimed: tuple[str, ...]) -> tuple[Narrative, ...]:
        """The themes claimed that the article's words show."""
        shown = {narrative.name: narrative for narrative in find_narratives(self.text)}
        for name in claimed:
            if name not in shown:
                self._drop("narratives", f"no words of the article show {name}")
        return tuple(narrative for name, narrative in shown.items() if name in claimed)

    def others(self, analysis: Analysis, calls: tuple[Call, ...]) -> None:
        """Where the other analyst reads another direction."""
        said = {"overall": analysis.overall} | {call.asset: call.direction for call in calls}
        for name, direction in analysis.other_directions:
            if name in said and said[name] != direction:
                detail = f"{analysis.analyst.name} says {said[name]}, the other analyst {direction}"
                where = name if name == "overall" else f"calls.{name}"
                self.findings.append(
                    Finding(
                        check="second_analyst", where=where, verdict="inconsistent", detail=detail
                    )
                )

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
                self.findings.append(
                    Finding(
                        check="parts_of_total", where="facts", verdict="inconsistent", detail=detail
                    )
                )

    def _drop(self, where: str, detail: str) -> None:
        self.findings.append(
            Finding(check="support", where=where, verdict="dropped", detail=clean(detail)[:300])
        )


_OTHERS = re.compile(r"\bothers? \(\$([\d.,]+) million\)")


def _others(text: str, total: Fact) -> float:
    match = _OTHERS.search(text, total.evidence.start, total.evidence.start + 500)
    return float(match[1].replace(",", "")) * 1e6 if match else 0.0


def _unit(value: float) -> float:
    return round(min(1.0, max(-1.0, value)), 3)


def _share(value: float) -> float:
    return round(min(1.0, max(0.0, value)), 3)
