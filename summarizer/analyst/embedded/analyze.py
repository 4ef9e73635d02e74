"""TEXT, FACTS -> ANALYSIS with no key and no network: evidence is weighed, sentences are chosen.

The same article gives the same analysis. The weights are data, fitted by `python -m eval train`.
"""

from collections.abc import Container, Iterable, Sequence
from typing import Any

from summarizer.analyst.embedded.judgement import Features, article_features, asset_features
from summarizer.analyst.embedded.rationale import explain_call, explain_credibility, explain_horizon
from summarizer.analyst.embedded.reasons import Reason, Reasons
from summarizer.analyst.embedded.summary import write_summary
from summarizer.analyst.embedded.target import choose_target
from summarizer.credibility import cap_level
from summarizer.linear import load_linear, softmax
from summarizer.models import Analysis, Analyst, CallClaim, Cited, Fact, Signal
from summarizer.narratives import CuedNarrative, choose_narratives
from summarizer.text.assets import MARKET
from summarizer.text.reading import Text

MAX_CALLS = 6
_CALLED = 0.42  # an asset is called where the model of data/assets.model.tsv gives it this chance
_TITLE_SENTENCES = 3  # that the title counts as in a tone
_LEAST_PULL = 0.01  # of a reason that is worth explaining


def analyze_by_weights(
    text: Text,
    facts: list[Fact],
    signals: Sequence[Signal],
    narratives: Sequence[CuedNarrative],
) -> Analysis:
    """The embedded analyst's analysis of the article."""
    reasons = Reasons(text, facts)
    chosen = choose_narratives(text, narratives)
    features = article_features(reasons, chosen, signals)
    calls = call_assets(reasons)
    direction, confidence = _choose("overall", describe_overall(reasons, calls))
    horizon, _ = _choose("horizon", features)
    level = cap_level(_choose("credibility", features)[0], signals)
    return Analysis(
        summary=write_summary(reasons, calls[0].asset if calls else None),
        calls=calls,
        overall=direction,
        overall_tone=_tone(reasons, MARKET),
        overall_confidence=confidence,
        horizon=horizon,
        horizon_rationale=explain_horizon(horizon, facts, chosen),
        credibility=level,
        credibility_note=explain_credibility(text.article, signals, level),
        narratives=tuple(Cited(name=name) for name in chosen),
        analyst=Analyst(name="embedded"),
    )


def explain(text: Text, facts: Sequence[Fact]) -> dict[str, list[tuple[str, float, str]]]:
    """The reasons weighed for each asset that is called, the strongest first.

    Each is (its name, its pull, the words that show it); a pull above 0 is bullish.
    """
    reasons = Reasons(text, facts)
    explained = {}
    for asset in choose_assets(reasons):
        rows = []
        for reason, pull in weigh_reasons(reasons.list_reasons(asset)):
            if abs(pull) >= _LEAST_PULL:
                words = facts[reason.fact].evidence.quote if reason.fact is not None else ""
                if reason.sentence is not None:
                    words = reasons.sentence(reason.sentence)
                rows.append((reason.name, pull, words))
        explained[asset] = sorted(rows, key=lambda row: -abs(row[1]))
    return explained


def choose_assets(reasons: Reasons) -> list[str]:
    """The assets that the article is materially about, the one named most first."""
    model, counts = load_linear("assets"), reasons.counts
    named = {mention.subject for mentions in reasons.mentions for mention in mentions}
    chosen = [
        asset
        for asset in sorted(counts, key=lambda asset: (-counts[asset], asset))
        if asset in named  # the title alone is no evidence
        and asset != MARKET
        and softmax(model.scores(asset_features(reasons, asset)))[1] >= _CALLED
    ]
    return chosen[:MAX_CALLS]


def weigh_reasons(reasons: Iterable[Reason]) -> list[tuple[Reason, float]]:
    """Each reason with its pull: how much more it speaks for bullish than for bearish."""
    model = load_linear("calls")
    up, down = model.labels.index("bullish"), model.labels.index("bearish")
    weighed = []
    for reason in reasons:
        scores = model.scores([(reason.name, reason.value)])
        weighed.append((reason, scores[up] - scores[down]))
    return weighed


def call_assets(reasons: Reasons) -> tuple[CallClaim, ...]:
    """A call for each asset that the article is materially about."""
    calls: list[CallClaim] = []
    for asset in choose_assets(reasons):
        taken = {i for call in calls for i in call.rationale.sentences}
        calls.append(_call(reasons, asset, taken))
    return tuple(calls)


def _call(reasons: Reasons, asset: str, taken: Container[int]) -> CallClaim:
    listed = reasons.list_reasons(asset)
    direction, confidence = _choose("calls", describe_call(listed))
    target = choose_target(reasons, asset, direction)
    placed = [each for each in listed if each.fact is not None or each.sentence is not None]
    rationale, used = explain_call(reasons, asset, direction, weigh_reasons(placed), target, taken)
    return CallClaim(
        asset=asset,
        direction=direction,
        tone=_tone(reasons, asset),
        confidence=confidence,
        target=target,
        rationale=rationale,
        facts=used,
    )


def describe_call(reasons: Iterable[Reason]) -> Features:
    """The reasons as features of data/calls.model.tsv."""
    return [("bias", 1.0), *((reason.name, reason.value) for reason in reasons)]


def describe_overall(reasons: Reasons, calls: Sequence[CallClaim]) -> Features:
    """What the whole article says and the calls on its assets, for data/overall.model.tsv."""
    features = describe_call(reasons.list_reasons(MARKET))
    features.append((f"main:{calls[0].direction}" if calls else "no_call", 1.0))
    for direction in ("bullish", "bearish", "neutral"):
        count = sum(call.direction == direction for call in calls)
        features.append((f"calls:{direction}", count / max(1, len(calls))))
    return [*features, ("alone", float(len(calls) == 1))]


def _choose(name: str, features: Iterable[tuple[str, float]]) -> tuple[Any, float]:
    """The label that a model finds likeliest, and its chance."""
    model = load_linear(name)
    chances = softmax(model.scores(features))
    return max(zip(model.labels, chances, strict=True), key=lambda pair: pair[1])


def _tone(reasons: Reasons, asset: str) -> float:
    """The mean tone of the sentences about the asset, the title counting as several."""
    tones = [reasons.tone(i, asset) for i in reasons.about(asset)]
    if reasons.text.article.title and reasons.is_titled(asset):
        tones += [reasons.title_tone(asset)] * _TITLE_SENTENCES
    return sum(tones) / len(tones) if tones else 0.0
