"""REASONS -> CLAIM: why a call.

The sentences about the asset are ranked by the weights of `data/why.model.tsv`, fitted on those
that editors would quote as the reason; where none fits, there is no reason. A figure stays a
reference to its fact: `{N3}` is the figure of fact 3, `{D3}` its distance from the price.
"""

from bisect import bisect
from collections import defaultdict
from collections.abc import Collection, Container, Iterable, Mapping, Sequence
from dataclasses import dataclass

from summarizer.analysis import Claim
from summarizer.analyst.embedded.prose import shorten
from summarizer.analyst.embedded.reasons import DIRECTED, Reason, Reasons, sign_of
from summarizer.facts.kinds import LEVELS
from summarizer.facts.levels import find_price
from summarizer.linear import load_linear
from summarizer.models import Direction, Fact
from summarizer.tables import read_rows

# Kind of fact -> its statement; also that of a level without a price, or of a purchase in money.
_STATEMENTS = {kind: statements for kind, *statements in read_rows("statements.tsv")}
_SIGNS: dict[Direction, int] = {"bullish": 1, "bearish": -1}
# Where a new value of a feature begins: of a tone or a pull towards the call, and of a chance.
_TONES = (-0.6, -0.2, 0.2, 0.5, 0.8)
_PULLS = (-0.3, -0.1, -0.02, 0.02, 0.1, 0.3)
_CHANCES = (0.4, 0.5, 0.6, 0.7, 0.8, 0.9)
_MARGIN = 1.0  # by which a sentence may rank below no reason: eval/README.md, "Reasons"
_IN_SUMMARY = 1.0  # what a sentence loses that the summary quotes: a reader has just read it
_RATIONALE_WORDS, _SIDE_WORDS = 32, 24  # of the sentence quoted; of each of a neutral call's two


@dataclass(frozen=True, slots=True)
class WhyOption:
    """A sentence that may be the reason, or None for no reason, and what tells for it."""

    sentence: int | None
    features: tuple[str, ...]


def explain_call(
    reasons: Reasons,
    asset: str,
    direction: Direction,
    chance: float,
    weighed: Sequence[tuple[Reason, float]],
    taken: Container[int] = (),
    in_summary: Collection[int] = (),
) -> tuple[Claim, tuple[int, ...]]:
    """Why the call: the article's best sentence about the asset, and one fact; the facts used.

    `chance` is the call's, `weighed` holds each reason with its pull, above 0 towards bullish; the
    sentences in `taken` explain other calls, the summary quotes those in `in_summary`. A neutral
    call is explained by a sentence for each side. Where the article does not bear a call out, its
    claim is empty.
    """
    directions: tuple[Direction, ...] = ("bullish", "bearish")
    sides = directions if direction == "neutral" else (direction,)
    found = []
    for side in sides:
        options = why_options(reasons, asset, side, chance, weighed)
        place = _choose_sentence(options, taken, in_summary)
        if place is None or place in found:
            return Claim(text=""), ()
        found.append(place)
    words = _SIDE_WORDS if direction == "neutral" else _RATIONALE_WORDS
    quoted = [shorten(reasons.sentence(i), words) for i in found]
    used = None
    if direction != "neutral":
        used = _choose_fact(reasons, asset, weighed, _SIGNS[direction], {*found, *in_summary})
    if used is not None:
        statement = _state_fact(reasons, asset, used)
        quoted.append(f"{statement[0].upper()}{statement[1:]}.")
    claim = Claim(text=" ".join(quoted), sentences=tuple(found))
    return claim, () if used is None else (used,)


def why_options(
    reasons: Reasons,
    asset: str,
    direction: Direction,
    chance: float,
    weighed: Iterable[tuple[Reason, float]],
) -> list[WhyOption]:
    """No reason, and every sentence that names the asset first, stands alone and is no advert."""
    pulls: dict[int, float] = defaultdict(float)
    for reason, pull in weighed:
        if reason.sentence is not None:
            pulls[reason.sentence] += pull * _SIGNS[direction]
    none = (
        "none",
        f"none:{direction}",
        f"none:chance:{bisect(_CHANCES, chance)}",
        f"none:titled:{reasons.is_titled(asset)}",
        f"none:advert:{reasons.promotion.is_all}",
    )
    return [WhyOption(None, none)] + [
        WhyOption(i, tuple(_describe(reasons, i, asset, direction, pulls)))
        for i in reasons.about(asset)
        if reasons.names_first(i, asset)
        and i not in reasons.promotion.sentences
        and reasons.stands_alone(i)
    ]


def _describe(
    reasons: Reasons, i: int, asset: str, direction: Direction, pulls: Mapping[int, float]
) -> Iterable[str]:
    """What tells whether sentence i is a reason for the call: its features as one that is quoted,
    and how it speaks of the asset.
    """
    sign = _SIGNS[direction]
    yield from reasons.quotable.describe(i)
    yield f"tone:{bisect(_TONES, reasons.tone(i, asset) * sign)}"
    yield f"pull:{bisect(_PULLS, pulls.get(i, 0.0))}"
    yield f"begins:{reasons.begins(i, asset)}"
    yield f"assets:{min(4, len({mention.subject for mention in reasons.mentions[i]}))}"
    yield f"titled:{reasons.is_titled(asset)}"
    for word in sorted(reasons.quotable.words(i)):
        if word[0].isalpha():
            yield f"word:{sign}:{word}"
    for cue in dict.fromkeys(reasons.cues[i]):
        turned = -sign if cue.startswith("not_") else sign
        yield f"for:{turned}:{cue.removeprefix('not_')}"
    for fact in reasons.facts_in(i):
        if fact.subject == asset:
            side = sign_of(fact) * sign if fact.kind in DIRECTED else 0
            yield f"own:{fact.kind}:{side}"


def _choose_sentence(
    options: Sequence[WhyOption], taken: Container[int], in_summary: Container[int]
) -> int | None:
    """The sentence that ranks first, of those that rank near or above no reason."""
    model = load_linear("why")
    scores = {option.sentence: model.scores_of(option.features)[0] for option in options}
    least = scores[None] - _MARGIN
    fitting = [i for i in scores if i is not None and i not in taken and scores[i] >= least]
    return max(fitting, key=lambda i: scores[i] - _IN_SUMMARY * (i in in_summary), default=None)


def _choose_fact(
    reasons: Reasons,
    asset: str,
    weighed: Sequence[tuple[Reason, float]],
    sign: int,
    quoted: Collection[int],
) -> int | None:
    """The first fact that pulls the call's way and does not stand in the sentences quoted."""
    kinds = list(_STATEMENTS)
    fitting = [
        reason.fact
        for reason, pull in weighed
        if reason.fact is not None
        and pull * sign > 0
        and _may_state(reasons, reasons.facts[reason.fact], asset)
    ]
    said = {
        abs(number.value)
        for place in quoted
        for number in reasons.text.numbers_between(*reasons.text.sentences[place])
    }
    fitting = [i for i in fitting if abs(reasons.facts[i].value) not in said]
    return min(fitting, key=lambda i: (kinds.index(reasons.facts[i].kind), i), default=None)


def _state_fact(reasons: Reasons, asset: str, i: int) -> str:
    fact, name = reasons.stated[i], reasons.name(asset)
    statement, *others = _STATEMENTS[fact.kind]
    if fact.kind in LEVELS:
        is_other = find_price(reasons.facts.values(), asset) is None
    else:
        is_other = fact.unit != fact.subject
    if others and is_other:
        statement = others[0]
    figure = f"{{N{i}}}{narrow(fact)}"
    return statement.format(A=name, F=figure, H=fact.venue, D=f"{{D{i}}}")


def _may_state(reasons: Reasons, fact: Fact, asset: str) -> bool:
    """Whether the fact is one to state of the asset, which its sentence names: no level, which is
    for targets.

    An undated move is left out: it may be years old, or none at all ("it could rise 50%"). So is a
    purchase of nobody that is named.
    """
    is_dated = fact.kind != "price_change" or fact.period
    is_owned = fact.kind != "treasury_purchase" or fact.venue
    is_fit = fact.kind in _STATEMENTS and fact.kind not in LEVELS and is_dated and is_owned
    place = reasons.text.sentence_at(fact.evidence.start)
    return fact.subject == asset and bool(is_fit) and reasons.names(place, asset)


def narrow(fact: Fact) -> str:
    """The venue or period of a figure, to stand behind it."""
    if fact.venue and fact.kind in ("funding_rate", "open_interest"):
        return f" on {fact.venue}"
    if fact.period == "ytd":
        return " year to date"
    return f" over {fact.period}" if fact.period and fact.period[0].isdigit() else ""
