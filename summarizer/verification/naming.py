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
    \s?(?:worth[ ])?(?:of|in|into|from|to|for|on)?                    # "{N10} worth of bitcoin"
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
_ON = re.compile(r"\b(?:on|via|through|at)\s\Z")
_NAME_REACH = 80  # code points around a figure in which its own subject is named


def is_about(use: Use) -> bool:
    """Whether the words around a figure, or else those before, name the fact's subject."""
    fact, sentence, scope = use.fact, use.sentence, use.scope
    if fact.kind == "sentiment_index" and _MOOD.search(scope.before + scope.after):
        return True  # of the whole market's mood, whoever's it is called
    if fact.kind == "macro_indicator":
        named = sentence.support.find_mentions(last_phrase(scope.before))
        return all(mention.subject == fact.subject for mention in named)
    if fact.unit == fact.subject:
        return _is_own_unit(use)
    is_unlisted = fact.subject not in load_assets().tickers and fact.subject != MARKET
    if (KINDS[fact.kind].of_company or is_unlisted) and _shares_name(use):
        return True
    if fact.subject == MARKET and fact.venue and fact.venue.casefold() in sentence.raw.casefold():
        return True  # an exchange's open interest
    if fact.subject not in sentence.support.groups and fact.subject != MARKET:
        is_named = fact.subject.casefold() in sentence.raw.casefold()  # a company or a project
        is_meant = fact.subject in sentence.carried or _PRONOUN.search(scope.before)
        return is_named or (not _before(use) and bool(is_meant))
    end = use.figure.end + len(scope.after)
    nearby = [
        mention
        for mention in sentence.mentions
        if scope.start <= mention.start < end
        and not _SET_APART.search(sentence.blank[: mention.start])  # "bitcoin, unlike ether, rose"
    ]
    if KINDS[fact.kind].of_holding:  # the figure is of what a fund or company holds
        holders = [
            mention
            for mention in nearby
            if mention.group in _HOLDERS
            and (mention.end <= use.figure.start or _is_attached(use, mention))
        ]
        if not _are_holders(use, holders):
            return False
        nearby = [mention for mention in nearby if mention.group not in _HOLDERS]
    return _is_named(use, nearby)


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
    sentence, figure = use.sentence, use.figure
    after = [mention for mention in nearby if mention.start >= figure.end]
    is_attached = after and _is_attached(use, after[0])
    if is_attached and _name_subject(use, after[:1]):
        return True
    before = [mention for mention in _before(use) if mention in nearby]
    if use.fact.subject == MARKET and not before:
        return not is_attached
    if not before and after and _name_subject(use, after):
        return True
    if not before and _is_worth_coins(use):
        return True
    first = sentence.mentions[0].subject if sentence.mentions else None
    is_pronoun = _PRONOUN.search(last_phrase(use.scope.before)) or _OF_ITS.match(use.scope.after)
    if is_pronoun and use.fact.subject in (first, *sentence.carried):
        return True  # "Bitcoin gains from Trump Media, and its chart points to {N12}"
    is_elsewhere = not before
    before = before or _before(use)
    if is_elsewhere and before and before[0].group == "market":
        return True  # "The crypto rally stalls: ETF inflows cooled to {N1}"
    if before:
        return _name_subject(use, before)
    if sentence.carried:
        return use.fact.subject in sentence.carried
    alike = {fact.subject for fact in sentence.facts if fact.kind == use.fact.kind}
    is_other_named = set(_CODE.findall(use.scope.before)) - {"ETF"}
    return alike == {use.fact.subject} and not is_other_named  # "ETF inflows cooled to {N1}"


def _is_worth_coins(use: Use) -> bool:
    """Whether the figure in front counts the coins themselves: "holds {N6}, worth {N7}"."""
    fronts = [other for other in use.sentence.figures if other.end <= use.figure.start]
    return any(fact.unit == use.fact.subject for fact in fronts[-1].facts) if fronts else False


def _is_attached(use: Use, mention: Mention) -> bool:
    """Whether an asset stands right behind the figure: "{N10} of bitcoin positions"."""
    return _ATTACHED.match(use.sentence.blank[use.figure.end : mention.start]) is not None


def _are_holders(use: Use, holders: Sequence[Mention]) -> bool:
    """Whether the sentence that states the fact names these too: their coins are not another's."""
    named = use.sentence.support.find_mentions(use.printed)
    printed = {mention.subject for mention in named if mention.group in _HOLDERS}
    return not printed or printed.issuperset(mention.subject for mention in holders)


def _before(use: Use) -> list[Mention]:
    """The assets named before a figure, the nearest first."""
    before = [m for m in reversed(use.sentence.mentions) if m.end <= use.figure.start]
    assets = [m for m in before if m.group != "macro"]
    return assets or before  # "sees bitcoin at {N3} if the Fed cuts, or at {N4}"


def _name_subject(use: Use, mentions: Sequence[Mention]) -> bool:
    """Whether the first of the mentions, or one listed with it, is what the fact is about.

    They are listed in "Bitcoin (BTC) and ether fell {N0}" and in "{N0} for bitcoin and ether".
    """
    subjects = {mentions[0].subject}
    for last, mention in pairwise(mentions):
        is_before = mention.end <= use.figure.start
        left, right = (mention, last) if is_before else (last, mention)
        is_repeated = is_before and left.subject == right.subject
        if not is_repeated and not _LISTED.match(use.sentence.blank[left.end : right.start]):
            break
        subjects.add(mention.subject)
    if len(mentions) > 1 and _ON.search(use.sentence.blank[: mentions[0].start]):
        subjects.add(mentions[1].subject)  # "Dai on Compound pays {N10}"
    is_held = KINDS[use.fact.kind].of_holding  # "IBIT took in {N2}" is of bitcoin, its price is not
    subjects |= {underlying(name) for name in subjects if is_held or name.endswith(".D")}
    groups = use.sentence.support.groups
    if len(subjects) > 1 and groups.get(use.fact.subject) == "sector":
        return True  # the altcoins' open interest, of coins that are listed
    return use.fact.subject in subjects or use.fact.venue in subjects
