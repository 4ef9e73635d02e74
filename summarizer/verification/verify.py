"""ANALYSIS -> REPORT: checks the analyst's claims against the article and builds the Report.

Nothing else constructs a Report. A figure must be a fact's and said of its subject, unless the
article prints the sentence (claims.py). A target is a fact on the right side of the price. An asset
is named in the article. What fails is dropped, and a finding says so.
"""

import re
from collections.abc import Iterator, Sequence

from summarizer.analysis import Analysis
from summarizer.credibility import choose_signals
from summarizer.facts.extract import Rows
from summarizer.models import (
    Call,
    Credibility,
    Finding,
    Overall,
    Report,
    Signal,
    Timeframe,
)
from summarizer.narratives import CuedNarrative
from summarizer.text.reading import Text
from summarizer.verification.check import Check, bound
from summarizer.verification.rows import correct_rows, list_facts
from summarizer.verification.totals import find_wrong_totals


def verify(
    text: Text,
    rows: Rows,
    analysis: Analysis,
    signals: tuple[Signal, ...] = (),
    narratives: Sequence[CuedNarrative] = (),
) -> Report:
    """The report of what the article supports. Never raises for what an analyst says."""
    corrected = correct_rows(text, rows, analysis.rows)
    facts = list_facts(corrected.facts)
    signals = choose_signals(text, signals, analysis.signals)
    check = Check(text, corrected.facts, signals)
    summary = check.check_summary(analysis.summary)
    judged = check.check_calls(analysis)
    calls = tuple(call for call in judged if call.rationale or call.target)
    overall = check.bound_paid(analysis.overall, "crypto", analysis.overall_confidence, "overall")
    horizon_rationale = check.check_words(analysis.horizon_rationale, "timeframe") or ""
    note = check.check_words(analysis.credibility_note, "credibility") or ""
    level = check.check_level(analysis.credibility)
    check.findings += corrected.findings
    themes = check.check_narratives(analysis.narratives, narratives)
    check.findings += find_wrong_totals(text.string, facts)
    check.findings += _find_other_directions(analysis, calls)
    flags = text.article.flags + text.topic_flags + analysis.flags
    if check.had_markup:
        flags += ("markup_removed",)
    if corrected.is_ignored:
        flags += ("corrections_ignored",)
    return Report(
        id=text.article.content_hash,
        article=text.article.model_copy(update={"flags": ()}),  # they stand among the report's
        summary=" ".join(summary),
        facts=tuple(facts),
        narratives=themes,
        calls=calls,
        undecided=tuple(call.asset for call in judged if call not in calls),
        overall=Overall(
            direction=analysis.overall,
            tone=bound(analysis.overall_tone, -1),
            confidence=overall,
        ),
        timeframe=Timeframe(horizon=analysis.horizon, rationale=horizon_rationale),
        credibility=Credibility(level=level, note=note, signals=signals),
        findings=tuple(check.findings),
        flags=tuple(dict.fromkeys(flags)),
        analyst=analysis.analyst,
    )


def list_faults(report: Report) -> list[Finding]:
    """What `verify` dropped that is worth a second answer: a call, its rationale, or the whole
    summary.

    A refused reading of a number, or a theme, is just a finding.
    """
    dropped = [finding for finding in report.findings if finding.verdict == "dropped"]
    return [
        finding
        for finding in dropped
        if re.fullmatch(r"calls\[\d+\](?:\.rationale)?", finding.where)
        or (finding.where.startswith("summary") and not report.summary)
    ]


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
                detail=f"{name}: {analysis.analyst.name} says {direction},"
                f" the other analyst {other}",
            )
