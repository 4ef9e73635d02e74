"""CLAIMS -> WHAT STANDS: each statement, call, target and theme of an analyst held against the
article, with a finding for what does not.
"""

from collections.abc import Sequence
from datetime import timedelta

from summarizer.analysis import Analysis, CallClaim, Cited, Claim
from summarizer.credibility import SIGNALS, cap_level
from summarizer.facts.levels import is_target
from summarizer.models import (
    Analyst,
    Call,
    Direction,
    Fact,
    Finding,
    Level,
    Narrative,
    Signal,
    Target,
    Verdict,
)
from summarizer.narratives import CuedNarrative
from summarizer.text.assets import CALLED, MARKET
from summarizer.text.reading import Text
from summarizer.text.sentences import split_sentences
from summarizer.text.spans import clean
from summarizer.verification.calibration import find_frequency, forecaster
from summarizer.verification.claims import check_claim
from summarizer.verification.support import Support

DAYS = {"short_term": 14, "medium_term": 180, "long_term": 365}
# Most confidence in a rise that somebody is paid to foretell: little more than a coin's toss.
PAID_CONFIDENCE = 0.55
# The most confidence that is shown. Of the surest calls held out 97 of 100 had the annotator's
# direction (eval/README.md, "Calls that are made"); that they pay is not measured.
MOST_CONFIDENCE = 0.95
_MAX_CITED = 3  # sentences that are shown as evidence of a call
_MAX_DETAIL = 300  # characters of a finding


class Check:
    """The article and its facts, against which claims are held. Collects the findings."""

    def __init__(self, text: Text, rows: Sequence[Fact | None], signals: tuple[Signal, ...]):
        self._text, self._rows, self._signals = text, rows, signals
        self._support = Support(text, rows)
        self._last_subjects: tuple[str, ...] = ()  # of the last sentence that stands
        self._summary: list[str] = []  # its sentences that stand
        self.findings: list[Finding] = []
        self.had_markup = False

    def check_summary(self, claims: Sequence[Claim]) -> list[str]:
        """The sentences that stand. One that names no asset speaks of those of the one before."""
        for i, claim in enumerate(claims):
            sentence = self.check_words(claim, f"summary[{i}]", self._last_subjects, must_cite=True)
            if sentence:
                self._summary.append(sentence)
        return self._summary

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
        self._note("number_in_text", where, "supported", f"figures checked: {checked.figures}")
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
        """The call, or None where the article names no such asset or nothing is named for it."""
        is_named = self._support.groups.get(claim.asset) in (*CALLED, "name")
        if not is_named and not self._support.is_printed_ticker(claim.asset):
            self._drop(where, f"{claim.asset} is no asset that the article names")
            return None
        facts = self._check_call_facts(claim, where)
        rationale = self._check_rationale(claim, f"{where}.rationale")
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
            tone=bound(claim.tone, -1),
            confidence=self._check_confidence(claim, analysis.analyst, where),
            until=published_at.date() + days if published_at else None,
            target=self._check_target(claim, f"{where}.target"),
            rationale=rationale,
            evidence=tuple(evidence),
        )

    def _check_rationale(self, claim: CallClaim, where: str) -> str:
        """Why the call is made: if the whole of it does not stand, its sentences that do, else what
        the summary says of the asset; empty without any.
        """
        if not claim.rationale.text:  # the asset has no clear direction
            return ""
        if whole := self.check_words(claim.rationale, where, (claim.asset,)):
            return whole
        standing = self._list_standing(claim) or self._list_summary_of(claim.asset)[:1]
        if standing:
            self._note("support", where, "changed", "only what the article supports is shown")
        return " ".join(standing)

    def _list_standing(self, claim: CallClaim) -> list[str]:
        """The sentences of a call's rationale that stand by themselves and name its asset."""
        stated = claim.rationale
        sentences = [stated.text[start:end] for start, end in split_sentences(stated.text)]
        checked = (
            check_claim(self._support, stated.model_copy(update={"text": sentence}))
            for sentence in sentences
        )
        return [each.text for each in checked if not each.faults and claim.asset in each.subjects]

    def _list_summary_of(self, asset: str) -> list[str]:
        """The sentences of the summary that stand and name the asset."""
        return [
            sentence
            for sentence in self._summary
            if any(mention.subject == asset for mention in self._support.find_mentions(sentence))
        ]

    def _check_call_facts(self, claim: CallClaim, where: str) -> list[Fact]:
        """The facts named for a call that are about its asset, or about all of crypto."""
        facts, wrong = [], []
        for i in claim.facts:
            fact = self._find_fact(i)
            if fact and fact.subject in (claim.asset, MARKET):
                facts.append(fact)
            else:
                wrong.append(f"N{i}")
        if wrong:
            self._drop(f"{where}.facts", f"{', '.join(wrong)}: no facts of {claim.asset}")
        return facts

    def _check_confidence(self, claim: CallClaim, analyst: Analyst, where: str) -> float:
        """How often such calls of this analyst are right, where that was measured.

        A rise that somebody pays for is not believed much.
        """
        measured = find_frequency(forecaster(analyst.model_dump()), claim.confidence)
        confidence = claim.confidence if measured is None else measured
        return self.bound_paid(claim.direction, claim.asset, confidence, where)

    def bound_paid(self, direction: Direction, name: str, confidence: float, where: str) -> float:
        """The confidence between 0 and what is ever shown; less of a rise that is paid for."""
        confidence = min(bound(confidence, 0), MOST_CONFIDENCE)
        is_paid = any(SIGNALS[signal.name].is_paid for signal in self._signals)
        if direction == "bullish" and is_paid and confidence > PAID_CONFIDENCE:
            detail = (
                f"the article promotes: confidence of a rise in {name} held to {PAID_CONFIDENCE:g}"
            )
            self._note("promotion", where, "changed", detail)
            return PAID_CONFIDENCE
        return confidence

    def _check_target(self, claim: CallClaim, where: str) -> Target | None:
        """The target, or None where the fact is no level of the asset in the call's direction."""
        if claim.target is None:
            return None
        fact = self._find_fact(claim.target)
        if fact is None:
            self._drop(where, f"N{claim.target} is no row that states a fact")
            return None
        if not is_target(self._support.facts, fact, claim.asset, claim.direction):
            what = f"N{claim.target}, {fact.kind} of {fact.subject},"
            self._drop(where, f"{what} is no {claim.direction} target of {claim.asset}")
            return None
        return Target(value=fact.value, unit=fact.unit, evidence=fact.evidence)

    def check_level(self, claimed: Level) -> Level:
        """The credibility level that the signals allow."""
        level = cap_level(claimed, self._signals)
        if level != claimed:
            causes = sorted({s.name for s in self._signals if SIGNALS[s.name].cap})
            detail = f"{claimed} is {level} for {', '.join(causes)}"
            self._note("credibility_cap", "credibility", "changed", detail)
        return level

    def _find_fact(self, row: int) -> Fact | None:
        return self._rows[row] if 0 <= row < len(self._rows) else None

    def check_narratives(
        self, claimed: Sequence[Cited], cued: Sequence[CuedNarrative]
    ) -> tuple[Narrative, ...]:
        """The themes claimed: each with the sentence that is cited for it, which has to exist, or
        else with words of the article that show it.
        """
        by_cue = {theme.name: theme.narrative for theme in cued}
        themes: dict[str, Narrative] = {}
        for each in claimed:
            if each.sentence is not None and 0 <= each.sentence < len(self._text.sentences):
                evidence = self._text.evidence(self._text.sentences[each.sentence])
                themes.setdefault(each.name, Narrative(name=each.name, evidence=evidence))
            elif each.name in by_cue:
                themes.setdefault(each.name, by_cue[each.name])
            else:
                self._drop("narratives", f"no words of the article show {each.name}")
        return tuple(themes.values())

    def _drop(self, where: str, detail: str) -> None:
        self._note("support", where, "dropped", clean(detail)[:_MAX_DETAIL])

    def _note(self, check: str, where: str, verdict: Verdict, detail: str) -> None:
        self.findings.append(Finding(check=check, where=where, verdict=verdict, detail=detail))


def bound(value: float, least: int) -> float:
    """The value between `least` and 1, to three digits."""
    return round(min(1.0, max(float(least), value)), 3)
