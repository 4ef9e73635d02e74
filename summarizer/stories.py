"""Articles -> stories: reprints, near-duplicates and rewrites of one event together. The only importer of rensa and rapidfuzz.

    shingles -> MinHash -> candidates from shared bands -> confirmed pair by pair -> groups

Linear in the number of articles: each is compared with few candidates, however many share its bands.
"""

import re
from collections import defaultdict
from collections.abc import Hashable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from importlib import resources
from typing import Any

WINDOW = timedelta(hours=72)  # an event is retold for three days; the same words later are another week's column
SEED, HASHES = 42, 128
# 32 bands of 4 hashes find 95 % of pairs that share half of their three-word shingles; recall 0.92 and no false pair were measured
# on 2,000 articles with reprints. Titles are rewritten more freely: 64 bands of 2, then confirmed by their words.
BANDS, TITLE_BANDS = 32, 64
SAME_TEXT = 0.5  # estimated Jaccard similarity of the three-word shingles
# rapidfuzz token_set_ratio, of 100. Read off the 921 unlabelled articles: rewrites of one event lie at 79 and above ("Trump Media's
# $2 Billion Bitcoin Buy Sparks Surge" and "… Has Acquired $2 Billion Worth of Bitcoin"), but so do a column's daily titles ("XRP
# Price Prediction For July 21" and "… 24"), so that two words that are not every headline's must be shared as well.
SAME_TITLE = 78.0
MIN_SHARED = 2
MIN_TITLE_WORDS = 4  # "Market wrap" is the same title every day
MAX_CANDIDATES = 24  # compared per article and index: the band of a boilerplate sentence holds thousands
HEAD = 2_000  # characters of the text that are compared; rewrites keep the beginning, and appendices differ

_WORD = re.compile(r"[^\W_]+")
_NUMBER = re.compile(r"\d[\d.,]*")


def _load_words(kind: str) -> frozenset[str]:
    lines = (resources.files("summarizer") / "data" / "headline_words.tsv").read_text("utf-8").splitlines()
    return frozenset(line.partition("\t")[2] for line in lines if line.startswith(kind + "\t"))


_STOP, _COMMON = _load_words("stop"), _load_words("common")


@dataclass(frozen=True)
class Told:
    """An article as far as stories are concerned."""

    title: str
    text: str
    told_at: datetime | None = None


def group_stories(articles: Sequence[Told]) -> list[list[int]]:
    """Indices of the articles, a list a story, each in the given order, stories by their first article."""
    parents = list(range(len(articles)))

    def root(index: int) -> int:
        while parents[index] != index:
            parents[index] = parents[parents[index]]
            index = parents[index]
        return index

    for one, other in _pairs(articles):
        first, second = sorted((root(one), root(other)))
        parents[second] = first
    groups: dict[int, list[int]] = {}
    for index in range(len(articles)):
        groups.setdefault(root(index), []).append(index)
    return list(groups.values())


def _pairs(articles: Sequence[Told]) -> Iterator[tuple[int, int]]:
    from rapidfuzz.fuzz import token_set_ratio

    texts = [_shingles(article.text[:HEAD]) for article in articles]
    bodies = _hashes(texts)
    for one, other in _candidates(bodies, BANDS):
        if _near(articles[one], articles[other]) and bodies[one].jaccard(bodies[other]) >= SAME_TEXT:
            yield one, other
    titles = [" ".join(_title_words(article.title)) for article in articles]
    told = [set(title.split()) if title.count(" ") >= MIN_TITLE_WORDS - 1 else set() for title in titles]
    for one, other in _candidates(_hashes(told), TITLE_BANDS):
        shared = sum(not word.isdigit() and word not in _COMMON for word in told[one] & told[other])
        near = shared >= MIN_SHARED and _near(articles[one], articles[other]) and _same_numbers(articles[one].title, articles[other].title)
        if near and token_set_ratio(titles[one], titles[other]) >= SAME_TITLE:
            yield one, other


def _hashes(sets: Sequence[set[str]]) -> list[Any]:
    from rensa import RMinHash

    found = []
    for words in sets:
        hashed = RMinHash(num_perm=HASHES, seed=SEED)
        hashed.update(words)
        found.append(hashed if words else None)
    return found


def _candidates(hashed: Sequence[Any], bands: int) -> Iterator[tuple[int, int]]:
    """Pairs that share a band, the later article first; at most MAX_CANDIDATES for each article."""
    width = HASHES // bands
    index: defaultdict[Hashable, list[int]] = defaultdict(list)
    for one, minhash in enumerate(hashed):
        if minhash is None:
            continue
        digest = minhash.digest()
        seen: dict[int, None] = {}
        for band in range(bands):
            bucket = index[band, tuple(digest[band * width : (band + 1) * width])]
            if len(seen) < MAX_CANDIDATES:
                seen.update(dict.fromkeys(bucket[-4:]))
            bucket.append(one)
        yield from ((one, other) for other in list(seen)[:MAX_CANDIDATES])


def _near(one: Told, other: Told) -> bool:
    return one.told_at is None or other.told_at is None or abs(one.told_at - other.told_at) <= WINDOW


def _same_numbers(one: str, other: str) -> bool:
    """Whether two titles do not contradict each other in numbers: "up 5%" and "up 7%" are two events."""
    first, second = ({number.strip(".,") for number in _NUMBER.findall(title)} for title in (one, other))
    return not first or not second or first <= second or second <= first


def _shingles(text: str) -> set[str]:
    words = _WORD.findall(text.lower())
    return {" ".join(words[i : i + 3]) for i in range(max(len(words) - 2, 1))} if words else set()


def _title_words(title: str) -> list[str]:
    return [word for word in _WORD.findall(title.lower()) if word not in _STOP]
