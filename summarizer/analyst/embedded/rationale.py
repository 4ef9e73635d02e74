"""REASONS -> CLAIM: why a call.

A figure stays a reference to its fact: `{N3}` is the figure of fact 3, `{D3}` its distance from the
price.
"""

import re
from collections import defaultdict
from collections.abc import Container, Mapping, Sequence

from summarizer.analysis import Claim
from summarizer.analyst.embedded.prose import is_empty, is_past, shorten
from summarizer.analyst.embedded.reasons import Reason, Reasons
from summarizer.facts.kinds import LEVELS
from summarizer.facts.levels import find_price
from summarizer.models import Direction, Fact
from summarizer.tables import read_rows

# Kind of fact -> its statement; also that of a level without a price, or of a purchase in money.
_STATEMENTS = {kind: statements for kind, *statements in read_rows("statements.tsv")}
# What a group of cues speaks for. A move that is over is weak evidence, what lasts is strong
# (eval/LABELLING.md, "Calls").
_CUE_SIDES = {
    **dict.fromkeys("up_strong up_mild bull_words hold build".split(), 0.25),
    **dict.fromkeys("up_ahead inflow short_pain law_good scarce macro_good".split(), 0.5),
    **dict.fromkeys("down_strong down_mild bear_words reject fear".split(), -0.25),
    **dict.fromkeys("down_ahead outflow long_pain law_bad harm dilute macro_bad".split(), -0.5),
}
_PLAIN_TONE = 0.6
# Words that turn a sentence against a rise, or a fall, by as much as a lasting reason.
_TURNED = 0.5
_TURNS = {
    1: re.compile(
        r"\b(?:los(?:e|es|ing)|lost|struggl\w+|falter\w*|fail\w*|weak\w*|concern\w*|risks?|warn\w*"
        r"|uncertain\w*|cauti\w+|temper\w*|grounded|sceptic\w*|skeptic\w*|overheat\w*"
        r"|unlikely|dismiss\w*|critic\w*|doubt\w*|correction|fell|drop\w*|declin\w*|plung\w*)\b"
    ),
    -1: re.compile(
        r"\b(?:bullish|rall(?:y|ies|ied)|surg\w+|gain\w*|recover\w*|upside|outperform\w*|soar\w*"
        r"|rebound\w*|record\shigh|buy\sthe\sdip|resilien\w+|optimis\w+)\b"
    ),
}
_FIRST_NAMED = 0.5  # what a sentence gains that its asset begins: as much as a lasting reason
_EARLY = 0.5  # what the first sentence gains; later ones gain less
_IN_SUMMARY = 1.0  # what a sentence loses that the summary quotes: a reader has just read it
_RATIONALE_WORDS, _SIDE_WORDS = 32, 24  # of the sentence quoted; of each of a neutral call's two
# Kinds of fact that are a reason without a sentence: of any asset, and of one in the title.
_ALONE = frozenset({"treasury_purchase"})
_ALONE_TITLED = _ALONE | {"etf_flow", "token_unlock"}
_MAX_NAMED = 3  # assets that a sentence names; of more it is a list
_COMPARED = re.compile(  # "exchanges on Halcyon outperformed Ethereum’s", "more coins than Solana"
    r"\b(?:than|versus|vs\.?|unlike|outpac\w+|outperform\w+|compared\s(?:to|with)|rather\sthan"
    r"|instead\sof|other\sthan|such\sas|like|beat(?:s|ing)?)\s(?:[\w’'-]+\s){0,2}\Z"
)
_RIVAL = re.compile(r"\b(?:outpac|outperform|surpass|overtak|beat|betting more)\w*\b")
_CONCESSION = re.compile(r"(?:while|although|though|unlike|even\sas)\b[^,]*\Z", re.IGNORECASE)
_FIRST_VERB = 40  # code points behind the one of two assets that does better


def explain_call(
    reasons: Reasons,
    asset: str,
    direction: Direction,
    weighed: Sequence[tuple[Reason, float]],
    target: int | None,
    taken: Container[int] = (),
    in_summary: Container[int] = (),
) -> tuple[Claim, tuple[int, ...]]:
    """Why the call: the article's best sentence about the asset, and one fact; the facts used.

    `weighed` holds each reason with its pull, above 0 towards bullish; the sentences in `taken`
    explain other calls, the summary quotes those in `in_summary`. A neutral call is explained by
    a sentence for each side. Where the article does not bear a call out, its claim is empty.
    """
    totals: dict[int, float] = defaultdict(float)
    for reason, pull in weighed:
        if reason.sentence is not None:
            totals[reason.sentence] += pull
    places = _list_sentences(reasons, asset, taken)
    if direction == "neutral":
        return _explain_both_sides(reasons, asset, totals, places), ()
    sign = 1 if direction == "bullish" else -1
    place = _choose_sentence(reasons, asset, totals, sign, places, in_summary)
    used = _choose_fact(reasons, asset, weighed, sign, place)
    if place is None and used is None:
        used = target if target in reasons.facts and reasons.is_titled(asset) else None
    quoted = [] if place is None else [shorten(reasons.sentence(place), _RATIONALE_WORDS)]
    if used is not None:
        statement = _state_fact(reasons, asset, used)
        quoted.append(f"{statement[0].upper()}{statement[1:]}.")
    claim = Claim(text=" ".join(quoted), sentences=() if place is None else (place,))
    return claim, () if used is None else (used,)


def _explain_both_sides(
    reasons: Reasons, asset: str, totals: Mapping[int, float], places: Sequence[int]
) -> Claim:
    """A sentence for each direction, of those that begin with the asset; empty if a side has none.

    `totals` holds the pull of each sentence, above 0 towards bullish.
    """
    places = [i for i in places if reasons.begins(i, asset)]
    sides = [_choose_sentence(reasons, asset, totals, sign, places) for sign in (1, -1)]
    sentences = tuple(dict.fromkeys(i for i in sides if i is not None))
    if len(sentences) < len(sides):
        return Claim(text="")
    quoted = [shorten(reasons.sentence(i), _SIDE_WORDS) for i in sentences]
    return Claim(text=" ".join(quoted), sentences=sentences)


def _list_sentences(reasons: Reasons, asset: str, taken: Container[int]) -> list[int]:
    """The sentences that may be quoted of the asset: they are about it, stand alone, tell news."""
    return [
        i
        for i in reasons.about(asset)
        if i not in taken
        and i not in reasons.promotion.sentences
        and _is_about(reasons, i, asset)
        and reasons.stands_alone(i)
        and not is_empty(reasons.sentence(i))
        and not is_past(reasons.sentence(i), reasons.text.article.published_at)
    ]


def _is_about(reasons: Reasons, i: int, asset: str) -> bool:
    """Whether sentence i names the asset, and neither among many nor to compare another with it."""
    first = next((m for m in sorted(reasons.mentions[i]) if m.subject == asset), None)
    if first is None or len({mention.subject for mention in reasons.mentions[i]}) > _MAX_NAMED:
        return False
    start, end = reasons.text.sentences[i]
    before, after = reasons.text.string[start : first.start], reasons.text.string[first.end : end]
    if _COMPARED.search(before):
        return False
    if len({mention.subject for mention in reasons.mentions[i]}) == 1:
        return True
    rival = _RIVAL.search(before + after)
    is_behind = rival and not 0 <= rival.start() - len(before) <= _FIRST_VERB
    is_aside = _CONCESSION.match(before) is not None  # "While bitcoin gained, Halcyon did better"
    return not (is_behind or is_aside) and (reasons.is_titled(asset) or reasons.begins(i, asset))


def _choose_sentence(
    reasons: Reasons,
    asset: str,
    totals: Mapping[int, float],
    sign: int,
    places: Sequence[int],
    in_summary: Container[int] = (),
) -> int | None:
    """The sentence that speaks most clearly for the direction, if any does.

    It speaks for it by its tone and by its cues, of which more stand for it than against it; of an
    asset in the title, a plain tone beside a figure is enough. A sentence that the asset begins is
    clearer, one of the summary says less.
    """
    scores = {}
    for i in places:
        tone = reasons.tone(i, asset) * sign
        sentence = reasons.sentence(i)
        side = sign * sum(map(_side_of, reasons.cues[i]))
        side -= _TURNED * bool(_TURNS[sign].search(sentence.lower()))
        is_plain = side == 0 and tone >= _PLAIN_TONE and reasons.is_titled(asset)
        is_plain &= any(map(str.isdigit, sentence))
        if tone > 0 and (side > 0 or is_plain):
            scores[i] = tone + side + totals.get(i, 0.0) * sign
            scores[i] += _FIRST_NAMED * reasons.begins(i, asset) + _EARLY / (1 + reasons.places[i])
            scores[i] -= _IN_SUMMARY * (i in in_summary)
    return min(scores, key=lambda i: (-scores[i], i), default=None)


def _side_of(cue: str) -> float:
    """How much a group of cues speaks for a rise, below 0 for a fall."""
    size = _CUE_SIDES.get(cue.removeprefix("not_"), 0.0)
    return -size if cue.startswith("not_") else size


def _choose_fact(
    reasons: Reasons,
    asset: str,
    weighed: Sequence[tuple[Reason, float]],
    sign: int,
    place: int | None,
) -> int | None:
    """The first fact that pulls the call's way and does not stand in the sentence quoted.

    Few are a reason by themselves: held out, 69 % of 49 such calls were right, of others 86 %.
    """
    kinds = list(_STATEMENTS)
    fitting = [
        reason.fact
        for reason, pull in weighed
        if reason.fact is not None
        and pull * sign > 0
        and _may_state(reasons, reasons.facts[reason.fact], asset)
    ]
    if place is None:
        alone = _ALONE_TITLED if reasons.is_titled(asset) else _ALONE
        fitting = [i for i in fitting if reasons.facts[i].kind in alone]
    else:
        start, end = reasons.text.sentences[place]
        said = {number.value for number in reasons.text.numbers_between(start, end)}
        fitting = [
            i
            for i in fitting
            if not start <= reasons.facts[i].evidence.start < end
            and abs(reasons.facts[i].value) not in said
        ]
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
