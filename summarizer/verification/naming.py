"""FIGURE -> SUBJECT: whether the words around a figure name what its fact is about."""

import re
from collections.abc import Sequence
from itertools import pairwise

from summarizer.facts.kinds import KINDS
from summarizer.facts.subjects import underlying
from summarizer.text.asset_table import load_assets
from summarizer.text.assets import MARKET, Mention
from summarizer.text.names import find_names
from summarizer.verification.figures import Use
from summarizer.verification.wording import last_phrase

_HOLDERS = frozenset({"stock", "etf"})
_SET_APART = re.compile(  # "expects Sui to outperform Bitcoin on the way to {N2}"
    r"\b(?:unlike|not|rather than|instead of|than|over|versus|vs\.?|against"
    r"|(?:outperform|beat)\w*)\s(?:the |its )?\Z",
    re.IGNORECASE,
)
_ATTACHED = re.compile(
    r"""
    \s?(?:(?:worth|fall|drop|decline|loss|rise|gain|jump|rally)[ ](?=of|in|for))?
    (?:of|in|into|from|to|for|on)?   # "{N10} worth of bitcoin", "the {N3} fall of Shiba Inu"
    \s?(?:the[ ]|spot[ ]|net[ ]|open[ ]|total[ ]|futures[ ]|options[ ]|more[ ])*\Z
    """,
    re.IGNORECASE | re.VERBOSE,
)
_LISTED = re.compile(r"\s?(?:,|and|or|&|/|,\s?and)\s?\Z")
_PRONOUN = re.compile(
    r"\b(?:it|its|their|they|which"
    r"|the (?:company|firm|exchange|protocol|bank|token|project))\b",
    re.IGNORECASE,
)
_OF_ITS = re.compile(r"\s(?:of|in)\s(?:its|their)\b")
_CODE = re.compile(r"\b(?!A\b|I\b)[A-Z][A-Z0-9]*\b")
_MOOD = re.compile(r"\b(?:index|sentiment|greed|fear)\b", re.IGNORECASE)
_ACTS = re.compile(  # behind the name of who bought, or where something is held
    r"(?:['’]s?\s(?:purchase|acquisition)s? of\b|\s(?:account|trader|user|whale)s?\b)"
)
_RATIO = re.compile(r"\bratio (?:of|between) \Z", re.IGNORECASE)  # "the ratio of ether to bitcoin"
_ON = re.compile(r"\b(?:on|via|through|at)\s\Z")
_SHORT_NAME = 3  # letters; a part of a name that is no longer says little
_NAME_REACH = 80  # code points around a figure in which its own subject is named


def is_about(use: Use) -> bool:
    """Whether the words around a figure, or else those before, name the fact's subject.

    The first judge that has an opinion decides.
    """
    verdicts = (judge(use) for judge in _JUDGES)
    return next(verdict for verdict in verdicts if verdict is not None)


def _judge_index(use: Use) -> bool | None:
    """An index of mood is of the whole market, a rate of a country, whatever stands beside it."""
    fact, scope = use.fact, use.scope
    if fact.kind == "sentiment_index" and _MOOD.search(scope.before + scope.after):
        return True
    if fact.kind == "macro_indicator":
        named = use.sentence.support.find_mentions(last_phrase(scope.before))
        return all(mention.subject == fact.subject for mention in named)
    return None


def _judge_unit(use: Use) -> bool | None:
    """A number of coins says itself what it is of."""
    return _is_own_unit(use) if use.fact.unit == use.fact.subject else None


def _judge_name(use: Use) -> bool | None:
    """A company or a project is named as it is printed, or meant by a pronoun."""
    fact, sentence = use.fact, use.sentence
    if fact.subject == MARKET:
        is_venue = fact.venue and fact.venue.casefold() in sentence.raw.casefold()
        return True if is_venue else None  # an exchange's open interest
    is_unlisted = fact.subject not in load_assets().tickers
    if (KINDS[fact.kind].of_company or is_unlisted) and _shares_name(use):
        return True
    if fact.subject in sentence.support.groups:
        return None
    is_meant = fact.subject in sentence.carried or _PRONOUN.search(use.scope.before)
    # "Wynn lost {N16}": a person or a firm is named by a part of the name, too
    parts = [fact.subject, *(part for part in fact.subject.split() if len(part) > _SHORT_NAME)]
    is_named = any(re.search(rf"(?<!\w){re.escape(part)}(?!\w)", sentence.raw) for part in parts)
    is_named |= fact.subject.casefold() in sentence.raw.casefold()
    return is_named or (not _before(use) and bool(is_meant))


def _judge_asset(use: Use) -> bool:
    """An asset is the one that is named nearest, but for those who hold it."""
    sentence, scope = use.sentence, use.scope
    end = use.figure.end + len(scope.after)
    nearby = [
        mention
        for mention in sentence.mentions
        if scope.start <= mention.start < end
        and not _is_actor(use, mention)
        and not _SET_APART.search(sentence.blank[: mention.start])  # "bitcoin, unlike ether, rose"
    ]
    if not KINDS[use.fact.kind].of_holding:
        return _is_named(use, nearby)
    holders = [mention for mention in nearby if mention.group in _HOLDERS]
    told = [m for m in holders if m.end <= use.figure.start or _is_attached(use, m)]
    others = [mention for mention in nearby if mention not in holders]
    return _are_holders(use, told) and _is_named(use, others)


_JUDGES = (_judge_index, _judge_unit, _judge_name, _judge_asset)


def _shares_name(use: Use) -> bool:
    """Whether a name near the figure stands near it in the article too: "from Wormhole"."""
    start, end = use.scope.start, use.figure.end + len(use.scope.after)
    near = use.sentence.blank
    place = use.printed.find(use.fact.evidence.quote)
    printed = use.printed[max(0, place - _NAME_REACH) : place + _NAME_REACH]
    names = {word for _, name in find_names(near) for word in name.split()}
    is_foreign = any(start <= m.start < end for m in use.sentence.mentions)
    is_foreign |= any(name in load_assets().tickers for name in names - {use.fact.subject})
    return not is_foreign and any(name in printed for name in names if name[0].isupper())


def _is_own_unit(use: Use) -> bool:
    """Whether "1,142 BTC", which says itself what it is of, is not said of another coin."""
    after = [m for m in use.sentence.mentions if m.start >= use.figure.end][:1]
    if after and _is_attached(use, after[0]):
        return _name_subject(use, after)  # "{N4} in ether"
    before = [mention for mention in _before(use) if mention.start >= use.scope.start]
    if before and before[0].group in _HOLDERS:
        return _are_holders(use, before[:1])
    return not before or _name_subject(use, before)


def _is_named(use: Use, nearby: Sequence[Mention]) -> bool:
    """Whether the assets that are named nearest to a figure are what its fact is about.

    Nearest is what is attached to it ("{N10} of bitcoin positions"), then what stands before it in
    its clause, behind it in its clause, earlier in the sentence, and in the sentence before.
    """
    after = [mention for mention in nearby if mention.start >= use.figure.end]
    is_attached = bool(after) and _is_attached(use, after[0])
    if is_attached and _name_subject(use, after[:1]):
        return True
    before = [mention for mention in _before(use) if mention in nearby]
    if not before:
        if use.fact.subject == MARKET:
            return not is_attached
        if (after and _name_subject(use, after)) or _is_worth_coins(use):
            return True
    return _is_meant(use) or _is_carried(use, before)


def _is_meant(use: Use) -> bool:
    """Whether a pronoun means the subject: "Bitcoin gains from Trump Media, and its chart …"."""
    sentence = use.sentence
    is_pronoun = _PRONOUN.search(last_phrase(use.scope.before)) or _OF_ITS.match(use.scope.after)
    first = sentence.mentions[0].subject if sentence.mentions else None
    return bool(is_pronoun) and use.fact.subject in (first, *sentence.carried)


def _is_carried(use: Use, before: Sequence[Mention]) -> bool:
    """Whether the subject is named before the figure in its clause, else earlier, or understood."""
    earlier = before or _before(use)
    if earlier:
        # "The crypto rally stalls: ETF inflows cooled to {N1}"
        is_market = not before and earlier[0].group == "market"
        return is_market or _name_subject(use, earlier)
    if use.sentence.carried:
        return use.fact.subject in use.sentence.carried
    alike = {fact.subject for fact in use.sentence.facts if fact.kind == use.fact.kind}
    is_other_named = set(_CODE.findall(use.scope.before)) - {"ETF"}
    return alike == {use.fact.subject} and not is_other_named  # "ETF inflows cooled to {N1}"


def _is_worth_coins(use: Use) -> bool:
    """Whether the figure in front counts the coins themselves: "holds {N6}, worth {N7}"."""
    fronts = [other for other in use.sentence.figures if other.end <= use.figure.start]
    return any(fact.unit == use.fact.subject for fact in fronts[-1].facts) if fronts else False


def _is_attached(use: Use, mention: Mention) -> bool:
    """Whether an asset stands right behind the figure: "{N10} of bitcoin positions"."""
    return _ATTACHED.match(use.sentence.blank[use.figure.end : mention.start]) is not None


def _is_actor(use: Use, mention: Mention) -> bool:
    """Whether an asset's name only says who acts, or where, and the figure is of something else.

    So it is in "Trump Media's purchase of {N0}" and in "one Hyperliquid account is long {N18}".
    """
    return mention.subject != use.fact.subject and bool(
        _ACTS.match(use.sentence.blank, mention.end)
    )


def _are_holders(use: Use, holders: Sequence[Mention]) -> bool:
    """Whether the sentence that states the fact names these too, or nobody: their coins are not
    another's.
    """
    named = use.sentence.support.find_mentions(use.printed)
    printed = {mention.subject for mention in named if mention.group in _HOLDERS}
    others = {mention.subject for mention in holders} - printed
    if printed or all(subject in use.printed for subject in others):
        return not printed or not others
    # "Lumen Rack owns 212 BTC": a firm that no table knows holds them
    return not any(" " in name for _, name in find_names(use.printed))


def _before(use: Use) -> list[Mention]:
    """The assets named before a figure, the nearest first."""
    fronts = [m for m in reversed(use.sentence.mentions) if m.end <= use.figure.start]
    before = [mention for mention in fronts if not _is_actor(use, mention)]
    assets = [m for m in before if m.group != "macro"]
    return assets or before  # "sees bitcoin at {N3} if the Fed cuts, or at {N4}"


def _name_subject(use: Use, mentions: Sequence[Mention]) -> bool:
    """Whether the first of the mentions, or one listed with it, is what the fact is about."""
    subjects = _listed_subjects(use, mentions)
    is_held = KINDS[use.fact.kind].of_holding  # "IBIT took in {N2}" is of bitcoin, its price is not
    subjects |= {underlying(name) for name in subjects if is_held or name.endswith(".D")}
    is_sector = use.sentence.support.groups.get(use.fact.subject) == "sector"
    if len(subjects) > 1 and is_sector:
        return True  # the altcoins' open interest, of coins that are listed
    return use.fact.subject in subjects or use.fact.venue in subjects


def _listed_subjects(use: Use, mentions: Sequence[Mention]) -> set[str]:
    """The subjects of the first of the mentions and of those that are listed with it.

    They are listed in "Bitcoin (BTC) and ether fell {N0}" and in "{N0} for bitcoin and ether".
    """
    blank, subjects = use.sentence.blank, {mentions[0].subject}
    for last, mention in pairwise(mentions):
        is_before = mention.end <= use.figure.start
        left, right = (mention, last) if is_before else (last, mention)
        is_repeated = is_before and left.subject == right.subject
        between = blank[left.end : right.start]
        is_ratio = between.strip() == "to" and _RATIO.search(blank[: left.start])
        if not is_repeated and not is_ratio and not _LISTED.match(between):
            break
        subjects.add(mention.subject)
    if len(mentions) > 1 and _ON.search(blank[: mentions[0].start]):
        subjects.add(mentions[1].subject)  # "Dai on Compound pays {N10}"
    return subjects
