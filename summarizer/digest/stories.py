"""Articles -> stories: reprints and rewrites of one event together. The only importer of rensa.

    text  -> shingles -> MinHash -> shared bands -> confirmed:  a reprint, in any language and from any outlet
    names and figures -> rarest of them shared   -> confirmed:  a rewrite, by another outlet

Linear in the number of articles: each is compared with few candidates, however many share a band or a name.
"""

import math
import re
from collections import Counter, defaultdict
from collections.abc import Hashable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache
from heapq import nsmallest
from importlib import resources
from typing import Any

WINDOW = timedelta(
    hours=72
)  # an event is retold for three days; the same words later are another week's column
SEED, HASHES = 42, 128
# 32 bands of 4 hashes find 95 % of pairs that share half of their three-word shingles; recall 0.92 and no false pair were measured
# on 2,000 articles with reprints
BANDS = 32
SAME_TEXT = 0.5  # estimated Jaccard similarity of the three-word shingles
# Cosine of names and figures, the rare ones weighing more. Read off the pairs of the 921 unlabelled articles: above 0.4 nearly all
# tell one event, between 0.3 and 0.4 about half do. An outlet's own column is as like yesterday's as others' rewrites are to each
# other, so that within one outlet only reprints count.
SAME_EVENT = 0.4
SAME_FIGURE = 0.3  # with a figure of three digits or more in common that no other story of the 921 holds: "$447,000,000", "21,021"
HEARD = 921  # articles whose words are counted in data/names.tsv
MAX_CANDIDATES = (
    24  # compared per article and index: the band of a boilerplate sentence holds thousands
)
RAREST = 12  # names and figures that are looked up
HEAD = 2_000  # characters that are compared for a reprint: appendices differ
LEAD = 800  # characters whose names and figures tell the event: what follows is background that other events share
# words of a title; beyond it, capitalised words and numbers: "Trump Media", "$2.46", "21,021". Their case tells them from boilerplate
_WORD = re.compile(r"[^\W_]+(?:[.,]\d+)*")
_NAME = re.compile(r"\b(?:[A-Z][^\W_]*|\d+(?:[.,]\d+)*)")


@dataclass(frozen=True)
class Told:
    """An article as far as stories are concerned."""

    title: str
    text: str
    told_at: datetime | None = None
    outlet: str | None = None


def group_stories(articles: Sequence[Told]) -> list[list[int]]:
    """Indices of the articles, a list a story, each in the given order, stories by their first article."""
    parents = list(range(len(articles)))

    def root(index: int) -> int:
        while parents[index] != index:
            parents[index] = parents[parents[index]]
            index = parents[index]
        return index

    for one, other in (*_reprints(articles), *_rewrites(articles)):
        first, second = sorted((root(one), root(other)))
        parents[second] = first
    groups: dict[int, list[int]] = {}
    for index in range(len(articles)):
        groups.setdefault(root(index), []).append(index)
    return list(groups.values())


def _near(one: Told, other: Told) -> bool:
    return (
        one.told_at is None or other.told_at is None or abs(one.told_at - other.told_at) <= WINDOW
    )


def _candidates(keys: Iterable[Sequence[Hashable]]) -> Iterator[tuple[int, int]]:
    """Pairs of articles that share a key, the later article first; at most MAX_CANDIDATES for each, the latest of each key."""
    index: defaultdict[Hashable, list[int]] = defaultdict(list)
    for one, mine in enumerate(keys):
        shared: dict[int, None] = {}
        for key in mine:
            bucket = index[key]
            if len(shared) < MAX_CANDIDATES:
                shared.update(dict.fromkeys(bucket[-4:]))
            bucket.append(one)
        yield from ((one, other) for other in list(shared)[:MAX_CANDIDATES])


def _reprints(articles: Sequence[Told]) -> Iterator[tuple[int, int]]:
    hashed = [_hash(_shingles(article.text[:HEAD])) for article in articles]
    width = HASHES // BANDS
    digests = (minhash.digest() if minhash else () for minhash in hashed)
    bands = (
        [(band, tuple(digest[band : band + width])) for band in range(0, len(digest), width)]
        for digest in digests
    )
    for one, other in _candidates(bands):
        if (
            _near(articles[one], articles[other])
            and hashed[one].jaccard(hashed[other]) >= SAME_TEXT
        ):
            yield one, other


def _shingles(text: str) -> set[str]:
    words = _WORD.findall(text.lower())
    return {" ".join(words[i : i + 3]) for i in range(max(len(words) - 2, 1))} if words else set()


def _hash(words: set[str]) -> Any:
    from rensa import RMinHash

    hashed = RMinHash(num_perm=HASHES, seed=SEED)
    hashed.update(words)
    return hashed if words else None


def _rewrites(articles: Sequence[Told]) -> Iterator[tuple[int, int]]:
    counts = [_names(article) for article in articles]
    heard, seen, total = (
        _heard(),
        Counter(word for words in counts for word in words),
        HEARD + len(articles),
    )
    vectors = [
        {
            word: count * math.log(total / (1 + heard[word] + seen[word]))
            for word, count in words.items()
        }
        for words in counts
    ]
    vectors = [
        {word: weight for word, weight in vector.items() if weight > 0} for vector in vectors
    ]
    lengths = [math.sqrt(math.fsum(weight**2 for weight in vector.values())) for vector in vectors]
    rarest = (
        nsmallest(RAREST, vector, key=lambda word: (-vector[word], word)) for vector in vectors
    )
    for one, other in _candidates(rarest):
        first, second = articles[one], articles[other]
        if not _near(first, second) or (first.outlet == second.outlet and first.outlet):
            continue
        shared = vectors[one].keys() & vectors[other].keys()
        figure = any(sum(map(str.isdigit, word)) >= 3 and not heard[word] for word in shared)
        alike = math.fsum(vectors[one][word] * vectors[other][word] for word in shared)
        if alike >= (SAME_FIGURE if figure else SAME_EVENT) * lengths[one] * lengths[other]:
            yield one, other


def _names(article: Told) -> Counter[str]:
    """The article's title words, and the names and figures of its lead, lower case; those in both count twice."""
    return Counter({*_WORD.findall(article.title.lower())}) + Counter(
        {name.lower() for name in _NAME.findall(article.text[:LEAD])}
    )


@lru_cache(1)
def _heard() -> Counter[str]:
    """In how many of `data/names.tsv`'s articles a name or title word stands, so that a handful of articles can be weighed too."""
    lines = (resources.files("summarizer") / "data" / "names.tsv").read_text("utf-8").splitlines()
    return Counter(
        {
            word: int(count)
            for word, count in (line.split("\t") for line in lines if not line.startswith("#"))
        }
    )
