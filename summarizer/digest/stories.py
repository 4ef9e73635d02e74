"""Articles -> stories: reprints and rewrites of one event together. The only importer of rensa.

    text  -> shingles -> MinHash -> shared bands -> confirmed:  a reprint, in any language
    names and figures -> rarest of them shared   -> confirmed:  a rewrite, by another outlet

Linear in the number of articles: each is compared with few candidates, however many share a band or
a name.
"""

import math
import re
from collections import Counter, defaultdict
from collections.abc import Hashable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta
from functools import cache
from heapq import nsmallest
from typing import Any

from summarizer.overviews import Outlet
from summarizer.tables import read_rows

# An event is retold for three days; the same words later are another week's column.
WINDOW = timedelta(hours=72)
SEED = 42
HASHES = 128
# 32 bands of 4 hashes find 95 % of pairs that share half of their three-word shingles; recall 0.92
# and no false pair were measured on 2,000 articles with reprints.
BANDS = 32
SAME_TEXT = 0.5  # estimated Jaccard similarity of the three-word shingles
# Cosine of names and figures, the rare ones weighing more. Read off the pairs of the 921 unlabelled
# articles: above 0.4 nearly all tell one event, between 0.3 and 0.4 about half do. An outlet's own
# column is as like yesterday's as others' rewrites are to each other, so that within one outlet
# only reprints count.
SAME_EVENT = 0.4
# The same, with a figure of three digits or more in common that no other story of the 921 holds:
# "$447,000,000", "21,021".
SAME_FIGURE = 0.3
COUNTED = 921  # articles whose words are counted in data/names.tsv
# Articles that one is compared with by each index: the band of a boilerplate sentence holds
# thousands, of which the latest few are taken.
MAX_CANDIDATES = 24
LATEST = 4
RAREST = 12  # names and figures that are looked up
HEAD = 2_000  # characters that are compared for a reprint: appendices differ
LEAD = 800  # characters that tell the event: what follows is background that other events share
_WORD = re.compile(r"[^\W_]+(?:[.,]\d+)*")  # of a title
# Beyond the title: "Trump", "2.46", "21,021". Their case tells names from boilerplate.
_NAME = re.compile(r"\b(?:[A-Z][^\W_]*|\d+(?:[.,]\d+)*)")


@dataclass(frozen=True)
class Telling:
    """An article as one outlet's telling of an event: what the grouping looks at."""

    title: str
    text: str
    outlet: Outlet


def group_stories(articles: Sequence[Telling]) -> list[list[int]]:
    """A list for each story: the indices of its articles. All are in the order of the articles."""
    stories = [[index] for index in range(len(articles))]
    for pair in (*_find_reprints(articles), *_find_rewrites(articles)):
        small, large = sorted((stories[index] for index in pair), key=len)
        if small is not large:
            large.extend(small)
            for index in small:
                stories[index] = large
    return list({id(story): sorted(story) for story in stories}.values())


def _are_near(one: Telling, other: Telling) -> bool:
    """Whether they were published within WINDOW; an unknown time is near to any."""
    first, second = one.outlet.published_at, other.outlet.published_at
    return first is None or second is None or abs(first - second) <= WINDOW


def _find_candidates(keys: Iterable[Sequence[Hashable]]) -> Iterator[tuple[int, int]]:
    """Pairs of articles that share a key, the later article first.

    There are at most MAX_CANDIDATES for each article, the LATEST of each of its keys.
    """
    index: defaultdict[Hashable, list[int]] = defaultdict(list)
    for one, keys_of_one in enumerate(keys):
        others: dict[int, None] = {}
        for key in keys_of_one:
            if len(others) < MAX_CANDIDATES:
                others.update(dict.fromkeys(index[key][-LATEST:]))
            index[key].append(one)
        for other in list(others)[:MAX_CANDIDATES]:
            yield one, other


def _find_reprints(articles: Sequence[Telling]) -> Iterator[tuple[int, int]]:
    hashes = [_hash_shingles(article.text[:HEAD]) for article in articles]
    for one, other in _find_candidates(map(_cut_bands, hashes)):
        is_near = _are_near(articles[one], articles[other])
        if is_near and hashes[one].jaccard(hashes[other]) >= SAME_TEXT:
            yield one, other


def _hash_shingles(text: str) -> Any:
    """The MinHash of the text's runs of three words; None where there is no word."""
    from rensa import RMinHash

    words = _WORD.findall(text.lower())
    if not words:
        return None
    minhash = RMinHash(num_perm=HASHES, seed=SEED)
    minhash.update({" ".join(words[i : i + 3]) for i in range(max(len(words) - 2, 1))})
    return minhash


def _cut_bands(minhash: Any) -> list[Hashable]:
    digest = minhash.digest() if minhash else ()
    width = HASHES // BANDS
    return [(start, *digest[start : start + width]) for start in range(0, len(digest), width)]


def _find_rewrites(articles: Sequence[Telling]) -> Iterator[tuple[int, int]]:
    vectors = _weigh_names(articles)
    lengths = [math.hypot(*vector.values()) for vector in vectors]
    for one, other in _find_candidates(map(_choose_rarest, vectors)):
        first, second = articles[one], articles[other]
        if first.outlet.name == second.outlet.name or not _are_near(first, second):
            continue
        shared = vectors[one].keys() & vectors[other].keys()
        least = SAME_FIGURE if any(map(_is_rare_figure, shared)) else SAME_EVENT
        product = math.fsum(vectors[one][name] * vectors[other][name] for name in shared)
        if product >= least * lengths[one] * lengths[other]:
            yield one, other


def _weigh_names(articles: Sequence[Telling]) -> list[dict[str, float]]:
    """For each article its names and figures with their weights: how often times how rare."""
    counts = [_count_names(article) for article in articles]
    total = COUNTED + len(articles)
    weights = {
        name: math.log(total / (1 + _load_counts()[name] + count))
        for name, count in Counter(name for names in counts for name in names).items()
    }
    return [
        {name: count * weights[name] for name, count in names.items() if weights[name] > 0}
        for names in counts
    ]


def _count_names(article: Telling) -> Counter[str]:
    """The words of the title and the names and figures of the lead, in lower case.

    Those in both count twice.
    """
    title = _WORD.findall(article.title.lower())
    lead = _NAME.findall(article.text[:LEAD])
    return Counter({*title}) + Counter({name.lower() for name in lead})


def _choose_rarest(vector: dict[str, float]) -> list[str]:
    return nsmallest(RAREST, vector, key=lambda name: (-vector[name], name))


def _is_rare_figure(name: str) -> bool:
    return sum(map(str.isdigit, name)) >= 3 and not _load_counts()[name]


@cache
def _load_counts() -> Counter[str]:
    """In how many of the COUNTED articles a name stands.

    With it a handful of articles can be weighed too.
    """
    return Counter({name: int(count) for name, count in read_rows("names.tsv")})
