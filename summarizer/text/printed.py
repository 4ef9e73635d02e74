"""Compares sentences: whether one stands in an article's own as printed, but for what a summary
leaves out.
"""

import re
from collections.abc import Sequence

from summarizer.tables import common_words, load_words
from summarizer.text.assets import find_mentions
from summarizer.text.spans import single_apostrophes

_MIN_PRINTED = 4  # words; fewer prove nothing by standing in the article
# What may be missing before a printed sentence: a label, and words that join it to the one before;
# they say nothing themselves.
OPENING = re.compile(
    r"""
    \A
    (?:(?:summary|in[ ]brief|key[ ]takeaways?|key[ ]points|highlights|tl;?dr|at[ ]a[ ]glance)
       (?:\s?:\s+|\s+(?-i:(?=[^a-z]))))?                      # "TL;DR: ", "Summary Bitcoin …"
    (?:(?:however|meanwhile|moreover|furthermore|additionally|in[ ]addition|also|still|yet|but|and
        |so(?!\sfar\b)|notably|interestingly|importantly|consequently|as[ ]a[ ]result|therefore
        |thus|for[ ]now|indeed|in[ ]fact|of[ ]note|that[ ]said|on[ ]the[ ]other[ ]hand
        |at[ ]the[ ]same[ ]time|hence
        |similarly|likewise|nevertheless|nonetheless|to[ ]sum[ ]up|in[ ]other[ ]news|in[ ]short)
       \b,?(?!\sto\b)\s+(?=\S))?                               # "As a result, "
    """,
    re.IGNORECASE | re.VERBOSE,
)
# Words that begin a sentence, by which the end of a heading before it is known.
_OPENERS = frozenset(
    "The A An In On At As With While When If For From After Before Despite Although Following"
    " According Recently Last This These Since However Meanwhile Currently Once Over During Under"
    " Both Many Some Most Several One It Its There By Amid Even Yet".split()
)
# Words that a heading may hold in small letters, though never last.
_SMALL = frozenset(
    "of the to in for and on by with a an at as from vs or is into its & - – —".split()
)
# Small words that have a capital in titles alone, not even in names.
_TITLE_ONLY = frozenset("To By With From As And Into Is In For On".split())
_LEAD_IN = re.compile(  # "One thing stands out: Halcyon has sold its coins to a rival bank"
    r"\A[A-Z](?:[^:\s\d“”\"'();]*\s){2,16}[^:\s\d“”\"]+:\s(?=[A-Z][a-z]+(?:\s\S+){7})"
)
_TAKEN_BACK = re.compile(  # what may turn the words behind the colon round
    r"\b(?:not?|never|myths?|false|fake|untrue|wrong|rumou?rs?|hoax|claim\w*|den(?:y|ies|ied)|if"
    r"|whether|wh(?:y|at|ich|o)|how|says?|said|warn\w*|asks?|fears?|hopes?|unless)\b"
)
_SHORTEST_HEADING = 3  # words; fewer may be a name: "New York The"
_LONGEST_NAME = 6  # words with capitals in a row; "Securities and Exchange Commission of Sri Lanka"
_SHORTEST_TITLE = 3  # common words with capitals, which show a heading by themselves
_WIDGET = re.compile(  # "Bitcoin BTC $68,632.97 is struggling"
    r"\b([A-Z][A-Za-z]+) ([A-Z][A-Z0-9]{1,5}) \$ ?[\d,]+(?:\.\d+)?(?= [a-z])"
)
_ASIDE = re.compile(r"\s?\(\s?(?:@\w{1,30}|[A-Z$][A-Z0-9]{1,9}|NASDAQ: ?\w+|NYSE: ?\w+)\s?\)")
_LOOSE = re.compile(r" (?=[.,;:](?: |\Z))")
QUOTATION = re.compile('[“"][^”"“]*[”"]')
_CUT_HERE = re.compile(
    r"\s*(?:[.,;:!?—–”\"’]|\Z|(?:according|as per|per data|data from|citing|reports?)\b| - )"
)


def without_asides(sentence: str) -> str:
    """The sentence as it is said: no heading run into it, no ticker and no handle in brackets, no
    price widget behind a name, no blank before a comma. A quotation stays as it is printed.

    >>> without_asides("Bitcoin BTC $68,632.97 is struggling, and so is ether (ETH).")
    'Bitcoin is struggling, and so is ether.'
    >>> without_asides("Tom Lee (@tomlee_x) sold.")
    'Tom Lee sold.'
    >>> without_asides("“Real-world assets (RWA) grew,” he said of ether (ETH).")
    '“Real-world assets (RWA) grew,” he said of ether.'
    >>> without_asides("The BTC $70,000 call was bought.")
    'The BTC $70,000 call was bought.'
    """
    sentence = single_apostrophes(sentence[find_heading(sentence) :])
    quoted = [match.span() for match in QUOTATION.finditer(sentence)]

    def drop(match: re.Match[str]) -> str:
        is_quoted = any(start < match.start() < end for start, end in quoted)
        return match[0] if is_quoted else ""

    return _LOOSE.sub("", _ASIDE.sub(drop, _WIDGET.sub(_drop_widget, sentence)))


def find_heading(sentence: str) -> int:
    """Where the sentence begins behind a heading that a flattened page ran into it; 0 without one.

    The heading is a run of capitalised words; behind it stands a word that begins sentences, or
    after a longer run an asset's name with a small word behind it. Words that only lead up to a
    colon count as one.

    >>> text = "Record Inflows Hit New High Last week's haul was the largest."
    >>> text[find_heading(text) :]
    "Last week's haul was the largest."
    >>> find_heading("Bank of America and Morgan Stanley hold bitcoin.")
    0
    """
    if (lead := _LEAD_IN.match(sentence)) and not _TAKEN_BACK.search(lead[0]):
        return lead.end() + find_heading(sentence[lead.end() :])
    words = [*re.finditer(r"\S+", sentence)]
    run = 0
    while run < len(words) and _is_headed(words[run][0]):
        run += 1
    for i in range(run - 1, _SHORTEST_HEADING - 1, -1):
        capitals = sum(not word[0].islower() for word in words[:i])
        if words[i - 1][0] in _SMALL or capitals < _SHORTEST_HEADING:
            continue
        is_last = i == run - 1 < len(words) - 1 and words[i][0][0].isalpha()
        is_name = is_last and _is_title([word[0] for word in words[:i]])
        if words[i][0].rstrip(",") in _OPENERS or (is_name and find_mentions(words[i][0])):
            return words[i].start()
    return 0


def _is_headed(word: str) -> bool:
    return word in _SMALL or not word[0].islower()


def _is_title(words: Sequence[str]) -> bool:
    """Whether words are a title: common ones among them have capitals, as in no sentence, or a word
    that even a name has in small letters: "According To Expert". Behind "A" two are enough.
    """
    if not _TITLE_ONLY.isdisjoint(words[1:]) or sum(w[0].isupper() for w in words) > _LONGEST_NAME:
        return True
    plain = [word for word in words[1:] if word[0].isupper() and word.lower() in common_words()]
    return len(plain) >= _SHORTEST_TITLE - (words[:1] == ["A"])


def is_headed(sentence: str) -> bool:
    """Whether a sentence begins with a heading whose end cannot be told.

    >>> is_headed("Strategy Chairman Teases Another Bitcoin Buy Strategy said on Monday")
    True
    """
    words = sentence.split()
    end = next((i for i, word in enumerate(words) if not _is_headed(word)), len(words))
    start = max((i + 1 for i in range(end) if words[i].endswith(",")), default=0)
    is_body = (
        end > 0 and words[end - 1] in load_words()["body"]
    )  # "the Federal Trade Commission said"
    return _is_title(words[start:end]) and not is_body


def _drop_widget(match: re.Match[str]) -> str:
    """The name alone where the ticker is its own; "Few BTC $70,000 calls" stays."""
    named = {mention.subject for mention in find_mentions(match[1])}
    return match[1] if named == {match[2]} else match[0]


def fold(sentence: str) -> str:
    """A sentence for comparison: no ticker in brackets, no case, one blank between words, no stop
    at its end.
    """
    return " ".join(without_asides(sentence).split()).casefold().rstrip(".")


def find_printed(
    sentence: str, sources: Sequence[str], last: tuple[int, int]
) -> tuple[int, int] | None:
    """(source, end) where the sentence stands in a cited one, all of them folded.

    It stands there from the beginning, but for a connective, to the end of a clause. `last` is
    where the claim's sentence before stood: this one may go on from there.
    """
    if len(sentence.split()) < _MIN_PRINTED:
        return None
    for i, source in enumerate(sources):
        place = source.find(sentence)
        if place < 0:
            continue
        end = place + len(sentence)
        start = last[1] if last[0] == i else 0
        before = source[start:place].lstrip(" ,.")
        # A folded source shows no capitals: as in a heading, all count as such
        opening = OPENING.match(source[start : place + 1].lstrip(" ,.").upper())
        begins_word = place == 0 or not source[place - 1].isalnum()
        if (
            opening
            and opening.end() == len(before)
            and begins_word
            and _CUT_HERE.match(source[end:])
        ):
            return i, end
    return None


def plain_quotes(text: str) -> str:
    """The text with straight quotation marks, for comparison."""
    for curved, straight in zip("‘’“”", "''\"\"", strict=True):
        text = text.replace(curved, straight)
    return text
