"""SENTENCE -> FAULTS: assets, names, quotations, days and quantities that the article lacks."""

import re
from collections.abc import Iterator

from summarizer.facts.subjects import underlying
from summarizer.tables import load_words
from summarizer.text.names import find_names
from summarizer.text.printed import plain_quotes
from summarizer.verification.figures import ClaimSentence

_NUMBERS = "two three four five six seven eight nine ten eleven twelve".split()
_DIGITS = {word: str(number) for number, word in enumerate(_NUMBERS, 2)}
_OPENS = re.compile(r"""\A[ \0“"'‘(]*\Z|[:.;]\s*\Z""")  # what stands before a sentence's first word
_OF_A_PLACE = re.compile(  # "Japanese", "Ukrainian", "Israeli"
    r"(?:ese|ians?|ans?|ish|i|ns?|’s|'s|s)\Z"
)
_INITIAL = re.compile(r" [A-Z]\Z")
_QUOTED = re.compile(
    r"""[“"]([^”"]*)[”"] | (?<!\w)‘([^’]*)’(?!\w) | (?<!\w)'([^']*)'(?!\w)""", re.VERBOSE
)
_DAY = re.compile(
    r"""
    \b(?:(?:Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)day|January|February|March|April|June|July|August
        |September|October|November|December|May(?=[ ]\d))\b
    """,
    re.VERBOSE,
)
_QUANTITY = re.compile(
    r"""
    \b(?:(?<!the[ ])two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|twenty|thirty
        |forty|fifty
        |hundreds?|thousands?|millions?|billions?|trillions?|dozens?
        |(?<!first[ ])(?<!second[ ])half|halved|halving|thirds?
        |quarters?|twice|thrice|doubl\w+|tripl\w+|quadrupl\w+|\w+fold)\b
    """,
    re.IGNORECASE | re.VERBOSE,
)


def find_name_faults(sentence: ClaimSentence) -> Iterator[str]:
    """What a claim's sentence says in words and the article does not."""
    for check in (_check_assets, _check_names, _check_quotations, _check_days, _check_quantities):
        yield from check(sentence)


def _check_assets(sentence: ClaimSentence) -> Iterator[str]:
    """An asset is one that the article names: not "Solana is weak too" of an article on bitcoin."""
    for mention in sentence.mentions:
        # "bitcoin dominance" is BTC.D, and about bitcoin
        subjects = {mention.subject, underlying(mention.subject)}
        is_known = not sentence.support.subjects.isdisjoint(subjects)
        if not is_known and mention.group not in ("market", "sector"):
            yield f"the article does not name {sentence.blank[mention.start : mention.end]}"


def _check_names(sentence: ClaimSentence) -> Iterator[str]:
    """A person or firm is one of the article's: not "said John Smith" where Jane Miller said it."""
    says, acronyms = sentence.support.says, load_words()["acronym"]
    for start, name in find_names(sentence.blank):
        name = _INITIAL.sub("", name)  # "Softer U" of "Softer U.S. inflation"
        is_first = _OPENS.search(sentence.blank[:start]) and " " not in name
        if name.islower() or (is_first and not name.isupper()):
            continue  # a period such as 24h; a sentence begins with a capital
        words = [
            word
            for word in name.split()
            if word not in acronyms
            and not any(m.start <= start + name.find(word) < m.end for m in sentence.mentions)
        ]
        parts = re.split(r" (?:of|at|from|and|&) |['’]s ", name)  # "Julio Moreno of CryptoQuant"
        if (
            words
            and not says(" ".join(words))
            and not all(_is_named(part, sentence) for part in parts)
        ):
            yield f"the article does not name {name}"


def _is_named(name: str, sentence: ClaimSentence) -> bool:
    """Whether the article has the name, or the country of a "Japanese exchange"."""
    says = sentence.support.says
    stem = _OF_A_PLACE.sub("", name)
    return says(name) or (stem != name and len(stem) > 3 and sentence.support.says_word(stem))


def _check_quotations(sentence: ClaimSentence) -> Iterator[str]:
    """A quotation is the article's, word for word: not “terrified” where traders are “cautious”."""
    blank, printed = sentence.blank, plain_quotes(sentence.support.text.string)
    for match in _QUOTED.finditer(blank):
        quoted = match[match.lastindex or 0].strip().rstrip(".,!?;")
        if plain_quotes(quoted) not in printed:
            yield f"the article does not have the words “{quoted[:80]}”"
    if blank.count('"') % 2 or blank.count("“") != blank.count("”"):
        yield "a quotation does not end"


def _check_days(sentence: ClaimSentence) -> Iterator[str]:
    """A day is one that the article names: not "may recover on Friday" of events on Monday."""
    for day in _DAY.findall(sentence.blank):
        if not sentence.support.says(day):
            yield f"the article does not name {day}"


def _check_quantities(sentence: ClaimSentence) -> Iterator[str]:
    """A number in words is the article's, be it in digits: not "doubled" where nothing did."""
    for match in _QUANTITY.finditer(sentence.blank):
        spellings = (match[0], _DIGITS.get(match[0].lower(), match[0]))
        is_figure = any(f.start <= match.start() < f.end for f in sentence.figures)
        if not is_figure and not any(map(sentence.support.says, spellings)):
            yield f"the article does not say {match[0]}"
