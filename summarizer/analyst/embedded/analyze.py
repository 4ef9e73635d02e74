"""Article, facts -> Analysis with no key and no network: evidence is weighed, sentences are chosen. Deterministic."""

from collections.abc import Iterable, Sequence
from typing import Any

from summarizer.analyst.embedded.evidence import Piece, Scene
from summarizer.analyst.embedded.judgement import cap_credibility, describe_article, describe_asset
from summarizer.analyst.embedded.rationale import explain_call, explain_credibility, explain_horizon
from summarizer.analyst.embedded.summary import summarise
from summarizer.analyst.embedded.target import choose_target
from summarizer.facts.extract import extract_facts
from summarizer.linear import load_linear, softmax
from summarizer.models import Analysis, Analyst, Article, CallClaim, Direction, Fact, Signal
from summarizer.narratives import choose_narratives
from summarizer.text.assets import MARKET

MAX_CALLS = 6
_CALLED = 0.42  # an asset is called where the model of data/assets.model.tsv gives it this chance


def analyze(article: Article, facts: list[Fact], signals: tuple[Signal, ...]) -> Analysis:
    """The embedded analyst's reading of the article."""
    scene = Scene(article, facts)
    narratives = choose_narratives(article)
    whole = describe_article(scene, narratives, signals)
    calls = call_assets(scene)
    direction, tone, confidence = _overall(scene, calls)
    horizon, _ = _choose("horizon", whole)
    level = cap_credibility(_choose("credibility", whole)[0], signals)
    return Analysis(
        summary=summarise(scene, calls[0].asset if calls else None), calls=calls,
        overall=direction, overall_tone=tone, overall_confidence=confidence,
        horizon=horizon, horizon_rationale=explain_horizon(horizon), credibility=level,
        credibility_note=explain_credibility(article, signals, level),
        narratives=narratives, analyst=Analyst(name="embedded"),
    )  # fmt: skip


def explain(article: Article) -> dict[str, list[tuple[str, float, str]]]:
    """For each asset called, what was weighed: (name, pull, the words), the strongest first; above 0 is bullish."""
    facts = extract_facts(article)
    scene = Scene(article, facts)
    shown = {}
    for asset in choose_assets(scene):
        rows = []
        for piece, pull in weigh(scene.pieces(asset)):
            if abs(pull) >= 0.01:
                words = facts[piece.fact].evidence.quote if piece.fact is not None else ""
                if piece.sentence is not None:
                    words = scene.text[slice(*scene.sentences[piece.sentence])]
                rows.append((piece.name, pull, words))
        shown[asset] = sorted(rows, key=lambda row: -abs(row[1]))
    return shown


def choose_assets(scene: Scene) -> list[str]:
    """The assets that the article is materially about, the one named most first."""
    model = load_linear("assets")
    chances = {}
    for asset in scene.counts:
        if asset != MARKET and any(
            m.subject == asset for here in scene.mentions for m in here
        ):  # the title alone is no evidence
            chances[asset] = softmax(model.scores(describe_asset(scene, asset, scene.facts)))[1]
    ranked = sorted(chances, key=lambda asset: (-scene.counts[asset], asset))
    return [asset for asset in ranked if chances[asset] >= _CALLED][:MAX_CALLS]


def weigh(pieces: Iterable[Piece]) -> list[tuple[Piece, float]]:
    """Each piece with its pull: how much more it speaks for bullish than for bearish."""
    model = load_linear("calls")
    up, down = model.labels.index("bullish"), model.labels.index("bearish")
    weighed = []
    for piece in pieces:
        scores = model.scores([(piece.name, piece.value)])
        weighed.append((piece, scores[up] - scores[down]))
    return weighed


def call_assets(scene: Scene) -> tuple[CallClaim, ...]:
    """A call for each asset that the article is materially about."""
    return tuple(_call(scene, asset) for asset in choose_assets(scene))


def _call(scene: Scene, asset: str) -> CallClaim:
    pieces = scene.pieces(asset)
    direction, confidence = _choose("calls", describe_call(pieces))
    target = choose_target(scene, asset, direction)
    placed = [piece for piece in pieces if piece.fact is not None or piece.sentence is not None]
    rationale, used = explain_call(scene, asset, direction, weigh(placed), target)
    return CallClaim(
        asset=asset,
        direction=direction,
        tone=_tone(scene, asset),
        confidence=confidence,
        target=target,
        rationale=rationale,
        facts=used,
    )


def describe_call(pieces: Iterable[Piece]) -> list[tuple[str, float]]:
    """The pieces as features of data/calls.model.tsv."""
    return [("bias", 1.0), *((piece.name, piece.value) for piece in pieces)]


def _choose(name: str, features: Iterable[tuple[str, float]]) -> tuple[Any, float]:
    """The label that a model finds likeliest, and its chance."""
    model = load_linear(name)
    chances = softmax(model.scores(features))
    best = max(range(len(chances)), key=chances.__getitem__)
    return model.labels[best], chances[best]


def _tone(scene: Scene, asset: str) -> float:
    """The mean tone of the sentences about the asset, the title counting as three."""
    tones = [scene.tone(i, asset) for i in scene.about(asset)]
    if scene.article.title and (
        asset == MARKET or any(m.subject == asset for m in scene.title_mentions)
    ):
        tones += [scene.title_tone(asset)] * 3
    return sum(tones) / len(tones) if tones else 0.0


def _overall(scene: Scene, calls: Sequence[CallClaim]) -> tuple[Direction, float, float]:
    """The direction for crypto as a whole, or for the one asset when the article has only one."""
    direction, confidence = _choose("overall", describe_overall(scene, calls))
    return direction, _tone(scene, MARKET), confidence


def describe_overall(scene: Scene, calls: Sequence[CallClaim]) -> list[tuple[str, float]]:
    """What the whole article says and the calls on its assets, as features of data/overall.model.tsv."""
    features = describe_call(scene.pieces(MARKET))
    features += [(f"main:{calls[0].direction}", 1.0)] if calls else [("no_call", 1.0)]
    for direction in ("bullish", "bearish", "neutral"):
        features.append(
            (
                f"calls:{direction}",
                sum(call.direction == direction for call in calls) / max(1, len(calls)),
            )
        )
    return [*features, ("alone", float(len(calls) == 1))]
