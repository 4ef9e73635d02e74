"""How the assets that an article names stand to a number: in its sentence, and in the sentences
before.

What is found is said by named features, whose weights are `data/subjects.model.tsv`. Features of an
asset before the number begin with `b`, of one behind it with `a`.
"""

import re
from collections import defaultdict
from collections.abc import Iterator, Sequence
from itertools import islice

from summarizer.facts.candidates import Candidate
from summarizer.facts.parallel import find_parallel
from summarizer.text.assets import Mention
from summarizer.text.reading import Text
from summarizer.text.spans import Span

Features = defaultdict[str, list[str]]  # subject -> what tells for or against it

LOOKED = 12  # assets behind a number; only a flattened table names more in a sentence
CARRIED = 3  # sentences for which an asset is remembered
_OF = re.compile(  # "$5 million in spot XRP", "$2 billion of the open BTC"
    r"""
    \s?(?:worth[ ]of|of|in|into|for|from|to|on)?
    \s?(?:the[ ]|a[ ]|spot[ ]|long[ ]|short[ ]|net[ ]|new[ ]|its[ ]|US[ ]|U\.S\.[ ]|open[ ]|total[ ]
        |more[ ]|all[ ]|value[ ]|inflows?[ ]|outflows?[ ]|futures[ ]|options[ ])*
    \$?\Z
    """,
    re.VERBOSE,
)


def name_assets(mentions: Sequence[Mention]) -> list[Mention]:
    """The mentions but for those of crypto as a whole."""
    return [mention for mention in mentions if mention.group != "market"]


def find_direct(text: Text, candidate: Candidate) -> str | None:
    """The asset that nothing parts from the number: no other number, no end of a clause, no other
    asset.
    """
    start = candidate.number.start
    before = [m for m in name_assets(candidate.mentions) if m.end <= start]
    if not before or text.numbers_between(before[-1].end, start):
        return None
    return None if text.crosses_clause(before[-1].end, start) else before[-1].subject


def describe_sentence(text: Text, candidate: Candidate, features: Features) -> None:
    """Add the assets of the number's own sentence, by where they stand to it."""
    mentions = candidate.mentions
    before = [mention for mention in mentions if mention.end <= candidate.number.start]
    for rank, mention in enumerate(reversed(before)):
        if mention.subject not in features:
            features[mention.subject] += _describe_place(text, candidate, mention, "b", rank)
    after = [mention for mention in mentions if mention.start >= candidate.number.end]
    for rank, mention in enumerate(after[:LOOKED]):
        features[mention.subject] += _describe_place(text, candidate, mention, "a", rank)
    assets = name_assets(mentions)
    if parallel := find_parallel(text, candidate, assets):
        subject, is_said = parallel
        features[subject] += ["parallel", f"parallel:{is_said}"]
    if mentions:
        first = (assets or mentions)[0].subject
        features[first].append("first")
        if len({mention.subject for mention in mentions}) == 1:
            features[first].append("only")


def _describe_place(
    text: Text, candidate: Candidate, mention: Mention, side: str, rank: int
) -> list[str]:
    """How one mention stands to the number; `rank` counts the mentions nearer on its side."""
    number = candidate.number
    start, end = (mention.end, number.start) if side == "b" else (number.end, mention.start)
    gap = text.string[start:end]
    words = len(gap.split())
    first, past = text.word_range(Span(mention.start, mention.end))
    before = text.lowered[first - 1] if first else ""
    after = text.lowered[past] if past < len(text.lowered) else ""
    ranked = f"rank{min(rank, 3)}"
    distance = next(size for size in (0, 1, 3, 6, 10, 18, 999) if words <= size)
    numbers = f"nums{min(len(text.numbers_between(start, end)), 2)}"
    crosses = f"cross{text.crosses_clause(start, end)}"
    place = [mention.group, ranked, f"dist{distance}", numbers, crosses]
    place.append(f"{ranked}:{numbers}:{crosses}")
    place += [f"pw:{before}", f"nw:{after}"]
    flags = {
        "counted": side == "a" and mention.start < candidate.end,
        "of": side == "a" and len(gap) < 40 and "," not in gap and _OF.match(gap),
        "opens": mention.start - candidate.span.start < 12,
        f"gap{gap.strip()[:3]}": words <= 1,
        "own": text.string.startswith(("'s", "’s"), mention.end),
    }
    place += [name for name, is_so in flags.items() if is_so]
    return [side, *(f"{side}:{name}" for name in place)]


def list_earlier(text: Text, candidate: Candidate, reach: int) -> Iterator[list[Mention]]:
    """The assets of each sentence before the number's that names any, the nearest first."""
    for i in reversed(range(max(0, candidate.sentence - reach), candidate.sentence)):
        if assets := name_assets(text.mentions_in(text.sentences[i])):
            yield assets


def describe_earlier(text: Text, candidate: Candidate, features: Features) -> None:
    """Add what the sentences before spoke of, the nearest ones that named an asset."""
    sentences = islice(list_earlier(text, candidate, 2 * CARRIED), CARRIED)
    for back, assets in enumerate(sentences, 1):
        first, last = assets[0].subject, assets[-1].subject
        features[first].append(f"carried:first{back}")
        features[last].append(f"carried:last{back}")
        if first == last:
            features[first].append(f"carried:only{back}")
