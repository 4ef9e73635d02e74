"""ANALYSIS -> REPORT: checks the analyst's claims against the article and builds the Report.

Nothing else constructs a Report. A figure must be a fact's and said of its subject, unless the
article prints the sentence (claims.py). A target is a fact on the right side of the price. An asset
is named in the article. What fails is dropped, and a finding says so.
"""

from collections.abc import Iterator, Sequence
from datetime import timedelta

from summarizer.credibility import SIGNALS, cap_level
from summarizer.facts.extract import extract_facts
from summarizer.facts.levels import is_target
from summarizer.models import (
    Analysis,
    Analyst,
    Call,
    CallClaim,
    Claim,
    ClaimedFact,
    Credibility,
    Fact,
    Finding,
    Level,
    Narrative,
    Overall,
    Report,
    Signal,
    Target,
    Timeframe,
    Verdict,
)
from summarizer.narratives import CuedNarrative
from summarizer.text.assets import CALLED, MARKET
from summarizer.text.reading import Text
from summarizer.text.spans import clean, find_evidence
from summarizer.verification.calibration import find_frequency, forecaster
from summarizer.verification.claims import check_claim
from summarizer.verification.support import Support
from summarizer.verification.totals import find_wrong_totals

DAYS = {"short_term": 14, "medium_term": 180, "long_term": 365}
# Most confidence in a rise that somebody is paid to foretell: little more than a coin's toss.
PAID_CONFIDENCE = 0.55
_MAX_CITED = 3  # sentences that are shown as evidence of a call
_MAX_DETAIL = 300  # characters of a finding


def verify(
    text: Text,
    facts: Sequence[Fact],
    analysis: Analysis,
    signals: tuple[Signal, ...] = (),
    narratives: Sequence[CuedNarrative] = (),
) -> Report:
    """The report of what the article supports. Never raises for what an analyst says."""
    check = _Check(text, facts, signals)
    summary = check.check_summary(analysis.summary)
    calls = check.check_calls(analysis)
    horizon_rationale = check.check_words(analysis.horizon_rationale, "timeframe") or ""
    note = check.check_words(analysis.credibility_note, "credibility") or ""
    level = check.check_level(analysis.credibility)
    added = check.check_added_facts(analysis.added_facts)
    themes = check.check_narratives(analysis.narratives, narratives)
    check.findings += find_wrong_totals(text.string, facts)
    check.findings += _find_other_directions(analysis, calls)
    flags = text.article.flags + analysis.flags
    if check.had_markup:
        flags += ("markup_removed",)
    return Report(
        id=text.article.content_hash,
        article=text.article,
        summary=" ".join(summary),
        facts=(*facts, *added),
        narratives=themes,
        calls=calls,
        overall=Overall(
            direction=analysis.overall,
            tone=_bound(analysis.overall_tone, -1),
            confidence=_bound(analysis.overall_confidence, 0),
        ),
        timeframe=Timeframe(horizon=analysis.horizon, rationale=horizon_rationale),
        credibility=Credibility(level=level, note=note, signals=signals),
        findings=tuple(check.findings),
        flags=tuple(dict.fromkeys(flags)),
        analyst=analysis.analyst,
    )


def list_faults(report: Report) -> list[Finding]:
    """What `verify` dropped, for an analyst that can be asked once more.

    A theme is not worth a second answer.
    """
    return [
        finding
        for finding in report.findings
        if finding.verdict == "dropped" and finding.where != "narratives"
    ]


class _Check:
    """The article and its facts, against which claims are held. Collects the findings."""

    def __init__(self, text: Text, facts: Sequence[Fact], signals: tuple[Signal, ...]):
        self._text, self._facts, self._signals = text, facts, signals
        self._support = Support(text, facts)
        self._last_subjects: tuple[str, ...] = ()  # of the last sentence that stands
        self.findings: list[Finding] = []
        self.had_markup = False

    def check_summary(self, claims: Sequence[Claim]) -> list[str]:
        """The sentences that stand. One that names no asset speaks of those of the one before."""
        sentences = []
        for i, claim in enumerate(claims):
            sentence = self.check_words(claim, f"summary[{i}]", self._last_subjects, must_cite=True)
            if sentence:
                sentences.append(sentence)
        return sentences

    def check_words(
        self, claim: Claim, where: str, subjects: tuple[str, ...] = (), *, must_cite: bool = False
    ) -> str | None:
        """The claim with its figures filled in, or None where the article does not support it."""
        checked = check_claim(self._support, claim, subjects)
        self.had_markup |= checked.had_markup
        if checked.faults:
            self._drop(where, "; ".join(checked.faults))
            return None
        if not checked.text:
            return None
        if must_cite and not claim.sentences:
            self._drop(where, "cites no sentence of the article")
            return None
        self._find("number_in_text", where, "supported", f"{checked.figures} figures checked")
        self._last_subjects = checked.subjects
        return checked.text

    def check_calls(self, analysis: Analysis) -> tuple[Call, ...]:
        """The calls that stand, one an asset."""
        calls: dict[str, Call] = {}
        for i, claim in enumerate(analysis.calls):
            where = f"calls[{i}]"
            if claim.asset in calls:
                self._drop(where, f"a second call on {claim.asset}")
            elif call := self._check_call(claim, where, analysis):
                calls[claim.asset] = call
        return tuple(calls.values())

    def _check_call(self, claim: CallClaim, where: str, analysis: Analysis) -> Call | None:
        if self._support.groups.get(claim.asset) not in CALLED:
            self._drop(where, f"{claim.asset} is no asset that the article names")
            return None
        facts = self._check_call_facts(claim, where)
        rationale = self.check_words(claim.rationale, f"{where}.rationale", (claim.asset,))
        cited = [
            i for i in claim.rationale.sentences[:_MAX_CITED] if 0 <= i < len(self._text.sentences)
        ]
        if not facts and not any(claim.asset in self._support.subjects_of(i) for i in cited):
            self._drop(where, f"no sentence or fact about {claim.asset} is named for the call")
            return None
        evidence = [fact.evidence for fact in facts]
        evidence += [self._text.evidence(self._text.sentences[i]) for i in cited]
        published_at = self._text.article.published_at
        days = timedelta(days=DAYS[analysis.horizon])
        return Call(
            asset=claim.asset,
            direction=claim.direction,
            tone=_bound(claim.tone, -1),
            confidence=self._check_confidence(claim, analysis.analyst, where),
            until=published_at.date() + days if published_at else None,
            target=self._check_target(claim, f"{where}.target"),
            rationale=rationale or "",
            evidence=tuple(evidence),
        )

    def _check_call_facts(self, claim: CallClaim, where: str) -> list[Fact]:
        """The facts named for a call that are about its asset, or about all of crypto."""
        facts, wrong = [], []
        for i in claim.facts:
            fact = self._facts[i] if 0 <= i < len(self._facts) else None
            if fact and fact.subject in (claim.asset, MARKET):
                facts.append(fact)
            else:
                wrong.append(f"F{i}")
        if wrong:
            self._drop(f"{where}.facts", f"{', '.join(wrong)}: no facts of {claim.asset}")
        return facts

    def _check_confidence(self, claim: CallClaim, analyst: Analyst, where: str) -> float:
        """How often such calls of this analyst are right, where that was measured.

        A rise that somebody pays for is not believed much.
        """
        measured = find_frequency(forecaster(analyst.model_dump()), claim.confidence)
        confidence = _bound(claim.confidence if measured is None else measured, 0)
        is_paid = any(SIGNALS[signal.name].is_paid for signal in self._signals)
        if claim.direction == "bullish" and is_paid and confidence > PAID_CONFIDENCE:
            detail = (
                f"the article promotes: confidence of a rise in {claim.asset}"
                f" held to {PAID_CONFIDENCE:g}"
            )
            self._find("promotion", where, "changed", detail)
            return PAID_CONFIDENCE
        return confidence

    def _check_target(self, claim: CallClaim, where: str) -> Target | None:
        if claim.target is None:
            return None
        if not 0 <= claim.target < len(self._facts):
            self._drop(where, f"F{claim.target} is no row of the facts")
            return None
        fact = self._facts[claim.target]
        if not is_target(self._facts, fact, claim.asset, claim.direction):
            what = f"F{claim.target}, {fact.kind} of {fact.subject},"
            self._drop(where, f"{what} is no {claim.direction} target of {claim.asset}")
            return None
        return Target(value=fact.value, unit=fact.unit, evidence=fact.evidence)

    def check_level(self, claimed: Level) -> Level:
        """The credibility level that the signals allow."""
        level = cap_level(claimed, self._signals)
        if level != claimed:
            causes = sorted({s.name for s in self._signals if SIGNALS[s.name].cap})
            detail = f"{claimed} is {level} for {', '.join(causes)}"
            self._find("credibility_cap", "credibility", "changed", detail)
        return level

    def check_added_facts(self, claims: Sequence[ClaimedFact]) -> list[Fact]:
        """Facts that a model adds, where the rules read the same from their quote."""
        known = {(abs(fact.value), fact.unit) for fact in self._facts}
        added: list[Fact] = []
        for i, claim in enumerate(claims):
            where = f"added_facts[{i}]"
            span = find_evidence(self._text.string, claim.quote)
            if span is None:
                self._drop(where, "its quote does not stand in the article")
            elif (fact := self._read_quote(claim)) is None:
                self._drop(where, f"its quote does not read as {claim.kind} of {claim.subject}")
            elif (abs(fact.value), fact.unit) in known:
                self._drop(where, "this figure is a fact already")
            else:
                evidence = self._text.evidence(span)
                added.append(fact.model_copy(update={"origin": "model", "evidence": evidence}))
                known.add((abs(fact.value), fact.unit))
        return added

    def _read_quote(self, claim: ClaimedFact) -> Fact | None:
        """The claimed fact as the rules read it from its quote, or None."""
        quoted = self._text.article.model_copy(update={"text": claim.quote, "title": None})
        wanted = (claim.kind, claim.subject, claim.value, claim.unit)
        for fact in extract_facts(Text(quoted)):
            if (fact.kind, fact.subject, fact.value, fact.unit) == wanted:
                return fact
        return None

    def check_narratives(
        self, claimed: Sequence[str], cued: Sequence[CuedNarrative]
    ) -> tuple[Narrative, ...]:
        """The themes claimed that the article's words show."""
        names = {theme.name for theme in cued}
        for name in claimed:
            if name not in names:
                self._drop("narratives", f"no words of the article show {name}")
        return tuple(theme.narrative for theme in cued if theme.name in claimed)

    def _drop(self, where: str, detail: str) -> None:
        self._find("support", where, "dropped", clean(detail)[:_MAX_DETAIL])

    def _find(self, check: str, where: str, verdict: Verdict, detail: str) -> None:
        self.findings.append(Finding(check=check, where=where, verdict=verdict, detail=detail))


def _find_other_directions(analysis: Analysis, calls: Sequence[Call]) -> Iterator[Finding]:
    """Where the other analyst reads another direction."""
    directions = {"overall": analysis.overall} | {call.asset: call.direction for call in calls}
    for name, other in analysis.other_directions:
        direction = directions.get(name, other)
        if direction != other:
            yield Finding(
                check="second_analyst",
                where=name if name == "overall" else f"calls.{name}",
                verdict="inconsistent",
                detail=f"{analysis.analyst.name} says {direction}, the other analyst {other}",
            )


def _bound(value: float, least: int) -> float:
    """The value between `least` and 1, to three digits."""
    return round(min(1.0, max(float(least), value)), 3)
