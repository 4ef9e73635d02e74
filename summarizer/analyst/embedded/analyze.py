"""Article, facts -> Analysis with no key and no network: evidence is weighed, sentences are chosen. Deterministic."""

from collections.abc import Iterable, Sequence
from typing import Any

from summarizer.analyst.embedded.judgement import describe_article, describe_asset
from summarizer.analyst.embedded.rationale import explain_call, explain_credibility, explain_horizon
from summarizer.analyst.embedded.reasons import Reason, Reasons
from summarizer.analyst.embedded.summary import summarise
from summarizer.analyst.embedded.target import choose_target
from summarizer.credibility import cap_level
from summarizer.facts.extract import extract_facts
from summarizer.linear import load_linear, softmax
from summarizer.models import Analysis, Analyst, CallClaim, Direction, Fact, Signal
from summarizer.narratives import CuedNarrative, choose_narratives
from summarizer.text.assets import MARKET
from summarizer.text.reading import Text

MAX_CALLS = 6
_CALLED = 0.42  # an asset is called where the model of data/assets.model.tsv gives it this chance


def analyze(
    text: Text,
    facts: list[Fact],
    signals: Sequence[Signal],
    narratives: Sequence[CuedNarrative],
) -> Analysis:
    """The embedded analyst's reading of the article."""
    reasons = Reasons(text, facts)
    chosen = choose_narratives(text, narratives)
    features = describe_article(reasons, chosen, signals)
    calls = call_assets(reasons)
    direction, tone, confidence = _overall(reasons, calls)
    horizon, _ = _choose("horizon", features)
    level = cap_level(_choose("credibility", features)[0], signals)
    return Analysis(
        summary=summarise(reasons, calls[0].asset if calls else None),
        calls=calls,
        overall=direction,
        overall_tone=tone,
        overall_confidence=confidence,
        horizon=horizon,
        horizon_rationale=explain_horizon(horizon),
        credibility=level,
        credibility_note=explain_credibility(text.article, signals, level),
        narratives=chosen,
        analyst=Analyst(name="embedded"),
    )


def explain(text: Text) -> dict[str, list[tuple[str, float, str]]]:
    """For each asset called, what was weighed: (name, pull, words), the strongest first; a pull above 0 is bullish."""
    facts = extract_facts(text)
    reasons = Reasons(text, facts)
    explained = {}
    for asset in choose_assets(reasons):
        rows = []
        for reason, pull in weigh_reasons(reasons.list_reasons(asset)):
            if abs(pull) >= 0.01:
                words = facts[reason.fact].evidence.quote if reason.fact is not None else ""
                if reason.sentence is not None:
                    words = reasons.sentence(reason.sentence)
                rows.append((reason.name, pull, words))
        explained[asset] = sorted(rows, key=lambda row: -abs(row[1]))
    return explained


def choose_assets(reasons: Reasons) -> list[str]:
    """The assets that the article is materially about, the one named most first."""
    model = load_linear("assets")
    chances = {}
    for asset in reasons.counts:
        in_text = any(reasons.names(i, asset) for i in range(len(reasons.mentions)))
        if asset != MARKET and in_text:  # the title alone is no evidence
            chances[asset] = softmax(model.scores(describe_asset(reasons, asset, reasons.facts)))[1]
    ranked = sorted(chances, key=lambda asset: (-reasons.counts[asset], asset))
    return [asset for asset in ranked if chances[asset] >= _CALLED][:MAX_CALLS]


def weigh_reasons(pieces: Iterable[Reason]) -> list[tuple[Reason, float]]:
    """Each piece with its pull: how much more it speaks for bullish than for bearish."""
    model = load_linear("calls")
    up, down = model.labels.index("bullish"), model.labels.index("bearish")
    weighed = []
    for piece in pieces:
        scores = model.scores([(piece.name, piece.value)])
        weighed.append((piece, scores[up] - scores[down]))
    return weighed


def call_assets(reasons: Reasons) -> tuple[CallClaim, ...]:
    """A call for each asset that the article is materially about."""
    return tuple(_call(reasons, asset) for asset in choose_assets(reasons))


def _call(reasons: Reasons, asset: str) -> CallClaim:
    pieces = reasons.list_reasons(asset)
    direction, confidence = _choose("calls", describe_call(pieces))
    target = choose_target(reasons, asset, direction)
    placed = [piece for piece in pieces if piece.fact is not None or piece.sentence is not None]
    rationale, used = explain_call(reasons, asset, direction, weigh_reasons(placed), target)
    return CallClaim(
        asset=asset,
        direction=direction,
        tone=_tone(reasons, asset),
        confidence=confidence,
        target=target,
        rationale=rationale,
        facts=used,
    )


def describe_call(pieces: Iterable[Reason]) -> list[tuple[str, float]]:
    """The pieces as features of data/calls.model.tsv."""
    return [("bias", 1.0), *((piece.name, piece.value) for piece in pieces)]


def _choose(name: str, features: Iterable[tuple[str, float]]) -> tuple[Any, float]:
    """The label that a model finds likeliest, and its chance."""
    model = load_linear(name)
    chances = softmax(model.scores(features))
    best = max(range(len(chances)), key=chances.__getitem__)
    return model.labels[best], chances[best]


def _tone(reasons: Reasons, asset: str) -> float:
    """The mean tone of the sentences about the asset, the title counting as three."""
    tones = [reasons.tone(i, asset) for i in reasons.about(asset)]
    if reasons.text.article.title and (asset == MARKET or reasons.is_titled(asset)):
        tones += [reasons.title_tone(asset)] * 3
    return sum(tones) / len(tones) if tones else 0.0


def _overall(reasons: Reasons, calls: Sequence[CallClaim]) -> tuple[Direction, float, float]:
    """The direction for crypto as a whole, or for the one asset when the article has only one."""
    direction, confidence = _choose("overall", describe_overall(reasons, calls))
    return direction, _tone(reasons, MARKET), confidence


def describe_overall(reasons: Reasons, calls: Sequence[CallClaim]) -> list[tuple[str, float]]:
    """What the whole article says and the calls on its assets, as features of data/overall.model.tsv."""
    features = describe_call(reasons.list_reasons(MARKET))
    features += [(f"main:{calls[0].direction}", 1.0)] if calls else [("no_call", 1.0)]
    for direction in ("bullish", "bearish", "neutral"):
        features.append(
            (
                f"calls:{direction}",
                sum(call.direction == direction for call in calls) / max(1, len(calls)),
            )
        )
    return [*features, ("alone", float(len(calls) == 1))]
