"""TEXT, FACTS -> ANALYSIS with no key and no network: evidence is weighed, sentences are chosen.

The same article gives the same analysis. The weights are data, fitted by `python -m eval train`.
"""

from collections.abc import Collection, Container, Iterable, Sequence
from typing import Any, NamedTuple

from summarizer.analysis import Analysis, CallClaim, Cited, Claim
from summarizer.analyst.embedded.doubt import limit_confidence
from summarizer.analyst.embedded.judgement import (
    Features,
    article_features,
    asset_features,
    is_traded,
)
from summarizer.analyst.embedded.notes import explain_credibility, explain_horizon
from summarizer.analyst.embedded.promotion import STABLECOINS, list_established
from summarizer.analyst.embedded.rationale import explain_call
from summarizer.analyst.embedded.reasons import Reason, Reasons
from summarizer.analyst.embedded.summary import write_summary
from summarizer.analyst.embedded.target import choose_target
from summarizer.credibility import cap_level, has_cause
from summarizer.linear import load_linear, softmax
from summarizer.models import Analyst, Direction, Fact, Level, Signal
from summarizer.narratives import CuedNarrative, choose_narratives
from summarizer.text.assets import MARKET
from summarizer.text.reading import Text

MAX_CALLS = 6
_CALLED = 0.42  # an asset is weighed where the model of data/assets.model.tsv gives it this chance
_TREATED = 0.5  # and may be called from this chance on
_TREATED_ALONE = 0.6  # and is named from this one on where its direction is not clear
# Chance from which a direction is called: eval/README.md, "Calls that are made".
_CLEAR = 0.5
_AGAINST = 0.2  # a tone against a direction from which on it is not called
# Held out, of 244 articles whose direction no call bears out 36 % were labelled neutral, and of 460
# that are found neutral for certain 70 %.
_UNBACKED, _MOST_NEUTRAL = 0.36, 0.7
# Held out, 355 of 750 assets without a clear direction are neutral by the annotator. A model's
# neutral call on such an asset is believed as much (llm/confidence.py).
_UNDECIDED = 0.47
_TITLE_SENTENCES = 3  # that the title counts as in a tone
_LEAST_PULL = 0.01  # of a reason that is worth explaining
_SIGNS: dict[Direction, int] = {"bullish": 1, "bearish": -1, "neutral": 0}


class Weighed(NamedTuple):
    """An asset that an article may be about: the direction of its evidence, and two chances."""

    asset: str
    direction: Direction
    confidence: float  # that an annotator calls it in this direction
    treated: float  # that an annotator calls it at all


def analyze_by_weights(
    text: Text,
    facts: list[Fact],
    signals: Sequence[Signal],
    narratives: Sequence[CuedNarrative],
) -> Analysis:
    """The embedded analyst's analysis of the article."""
    reasons = Reasons(text, facts)
    is_news = not text.topic_flags
    chosen = choose_narratives(text, narratives) if is_news else ()
    themes = [theme for theme in narratives if theme.name in chosen]
    features = article_features(reasons, chosen, signals)
    weighed = weigh_assets(reasons) if is_news else []
    summary = write_summary(reasons)
    calls = make_calls(reasons, weighed, {i for claim in summary for i in claim.sentences})
    direction, confidence = judge_overall(reasons, weighed, calls)
    if not is_news:
        direction, confidence = "neutral", _UNBACKED
    horizon, _ = _choose("horizon", features)
    level = _judge_credibility(reasons, features, signals)
    return Analysis(
        summary=summary,
        calls=calls,
        overall=direction,
        overall_tone=_tone(reasons, MARKET),
        overall_confidence=confidence,
        horizon=horizon,
        horizon_rationale=explain_horizon(horizon, reasons, themes) if is_news else Claim(text=""),
        credibility=level,
        credibility_note=explain_credibility(reasons, signals, level),
        narratives=tuple(Cited(name=name) for name in chosen),
        analyst=Analyst(name="embedded"),
    )


def explain(text: Text, facts: Sequence[Fact]) -> dict[str, list[tuple[str, float, str]]]:
    """The reasons weighed for each asset that the article treats, the strongest first.

    Each is (its name, its pull, the words that show it); a pull above 0 is bullish. What is no news
    has no assets to explain.
    """
    reasons = Reasons(text, facts)
    weighed = [] if text.topic_flags else weigh_assets(reasons)
    explained = {}
    for asset in (call.asset for call in make_calls(reasons, weighed)):
        rows = []
        for reason, pull in weigh_reasons(reasons.list_reasons(asset)):
            if abs(pull) >= _LEAST_PULL:
                words = facts[reason.fact].evidence.quote if reason.fact is not None else ""
                if reason.sentence is not None:
                    words = reasons.sentence(reason.sentence)
                rows.append((reason.name, pull, words))
        explained[asset] = sorted(rows, key=lambda row: -abs(row[1]))
    return explained


def weigh_assets(reasons: Reasons) -> list[Weighed]:
    """The assets that the article may be materially about, the one named most first."""
    model, counts, promotion = load_linear("assets"), reasons.counts, reasons.promotion
    named = {mention.subject for mentions in reasons.mentions for mention in mentions}
    weighed = []
    for asset in sorted(counts, key=lambda asset: (-counts[asset], asset)):
        is_sold = asset in promotion.assets
        is_sold |= promotion.is_all and asset not in list_established()
        if asset in named and asset != MARKET and not is_sold:  # the title alone is no evidence
            treated = softmax(model.scores(asset_features(reasons, asset)))[1]
            if treated >= _CALLED:
                described = describe_call(reasons.list_reasons(asset))
                weighed.append(Weighed(asset, *_choose("calls", described), treated))
    return weighed[:MAX_CALLS]


def weigh_reasons(reasons: Iterable[Reason]) -> list[tuple[Reason, float]]:
    """Each reason with its pull: how much more it speaks for bullish than for bearish."""
    model = load_linear("calls")
    up, down = model.labels.index("bullish"), model.labels.index("bearish")
    weighed = []
    for reason in reasons:
        row = model.row(reason.name)
        weighed.append((reason, reason.value * (row[up] - row[down])))
    return weighed


def weigh_placed(reasons: Reasons, asset: str) -> list[tuple[Reason, float]]:
    """The reasons of an asset that a sentence or a fact shows, each with its pull."""
    listed = reasons.list_reasons(asset)
    return weigh_reasons(each for each in listed if (each.fact, each.sentence) != (None, None))


def make_calls(
    reasons: Reasons, weighed: Iterable[Weighed], in_summary: Collection[int] = ()
) -> tuple[CallClaim, ...]:
    """A call for each asset that the article treats; one without a clear direction is neutral and
    has no rationale. The sentences in `in_summary` stand in the summary.
    """
    calls: list[CallClaim] = []
    for one in weighed:
        if _is_treated(reasons, one):
            taken = {i for call in calls for i in call.rationale.sentences}
            call = _make_call(reasons, one, taken, in_summary)
            if call.rationale.text or one.treated >= _TREATED_ALONE:
                calls.append(call)
    return tuple(calls)


def _is_treated(reasons: Reasons, one: Weighed) -> bool:
    return one.treated >= _TREATED and is_traded(reasons, one.asset)


def _make_call(
    reasons: Reasons, one: Weighed, taken: Container[int], in_summary: Collection[int]
) -> CallClaim:
    """The call on one asset; neutral and without a rationale where it is not clear, where the
    article bears it out by no sentence, of a stablecoin, or of a rise that an advert
    foretells or that a theft from the asset belies.
    """
    asset, direction, tone = one.asset, one.direction, _tone(reasons, one.asset)
    target = choose_target(reasons, asset, direction)
    rationale = Claim(text="")
    used: tuple[int, ...] = ()
    is_own_praise = direction == "bullish" and reasons.promotion.is_all
    is_robbed = direction == "bullish" and any(
        (fact.kind, fact.subject) == ("exploit_loss", asset) for fact in reasons.facts.values()
    )
    is_clear = one.confidence >= _CLEAR and tone * _SIGNS[direction] > -_AGAINST
    if is_clear and not (is_own_praise or is_robbed) and asset not in STABLECOINS:
        rationale, used = explain_call(
            reasons,
            asset,
            direction,
            one.confidence,
            weigh_placed(reasons, asset),
            taken,
            in_summary,
        )
    confidence = min(one.confidence, limit_confidence(reasons, asset))
    if not rationale.text:
        confidence = _UNDECIDED
        first = next(i for i in range(len(reasons.mentions)) if reasons.names(i, asset))
        direction, target, rationale = "neutral", None, Claim(text="", sentences=(first,))
    return CallClaim(
        asset=asset,
        direction=direction,
        tone=tone,
        confidence=confidence,
        target=target,
        rationale=rationale,
        facts=used,
    )


def _judge_credibility(reasons: Reasons, features: Features, signals: Sequence[Signal]) -> Level:
    """The level of credibility: low for an advert, and for an established outlet only where a
    signal tells why.
    """
    level: Level = "low" if reasons.promotion.is_all else _choose("credibility", features)[0]
    names = {signal.name for signal in signals}
    if level == "low" and not reasons.promotion.is_all and "established_outlet" in names:
        level = "low" if has_cause(signals) else "medium"
    return cap_level(level, signals)


def judge_overall(
    reasons: Reasons, weighed: Sequence[Weighed], calls: Sequence[CallClaim]
) -> tuple[Direction, float]:
    """The overall direction and its chance: a rise or a fall only where more calls are made for it
    than against it, and never surer than the surest of these calls.

    The text may not speak against it either.
    """
    direction, chance = _choose("overall", describe_overall(reasons, weighed))
    agreeing = [call.confidence for call in calls if call.direction == direction]
    is_against = _tone(reasons, MARKET) * _SIGNS[direction] < -_AGAINST
    if direction == "neutral":
        return direction, min(chance, _MOST_NEUTRAL)
    opposed = [call for call in calls if _SIGNS[call.direction] == -_SIGNS[direction]]
    if is_against or len(agreeing) <= len(opposed):
        return "neutral", _UNBACKED
    return direction, min(chance, max(agreeing))


def describe_call(reasons: Iterable[Reason]) -> Features:
    """The reasons as features of data/calls.model.tsv."""
    return [("bias", 1.0), *((reason.name, reason.value) for reason in reasons)]


def describe_overall(reasons: Reasons, weighed: Sequence[Weighed]) -> Features:
    """What the whole article says, and its assets' directions, for data/overall.model.tsv."""
    features = describe_call(reasons.list_reasons(MARKET))
    features.append((f"main:{weighed[0].direction}" if weighed else "no_call", 1.0))
    for direction in _SIGNS:
        count = sum(one.direction == direction for one in weighed)
        features.append((f"calls:{direction}", count / max(1, len(weighed))))
    return [*features, ("alone", float(len(weighed) == 1))]


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
