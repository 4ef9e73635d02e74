"""TEXT -> FLAGS: what makes a text no news of crypto that is read with these rules: another
language, another topic, or too few words.
"""

import re
from collections.abc import Sequence

from summarizer.tables import word_set
from summarizer.text.assets import CALLED, Mention

# Words that English prose is full of, and no other language has.
_ENGLISH = frozenset(
    "the and that for with by from its have this which not but their they will been said after who"
    " were more than has".split()
)
_LEAST_ENGLISH = 0.025  # share of the words: 990 labelled articles have 0.03 or more
_LEAST_TOPIC = 0.004  # share of the words that name crypto: one in 250
_LEAST_WORDS = 5  # a headline has more
_TELLING_WORDS = 20  # of fewer, English ones need not be among them
_WORD = re.compile(r"[^\W\d_]+")
TOPIC_FLAGS = frozenset({"not_english", "off_topic", "too_short"})


def find_topic_flags(
    lowered: str, title: str, mentions: Sequence[Mention], titled: Sequence[Mention]
) -> tuple[str, ...]:
    """`too_short` for a few words, `not_english`, or `off_topic` where hardly a word, and none of
    the title, is about crypto; none where the text can be read as crypto news.

    `lowered` is the text in small letters; `mentions` and `titled` are the assets that the text and
    its title name.
    """
    words = _WORD.findall(lowered)
    if len(words) < _LEAST_WORDS:
        return ("too_short",)
    english = sum(map(_ENGLISH.__contains__, words))
    if len(words) >= _TELLING_WORDS and english < _LEAST_ENGLISH * len(words):
        return ("not_english",)
    topic = word_set("topic")
    named = sum(mention.group in CALLED for mention in mentions)
    named += sum(map(topic.__contains__, words))
    is_titled = any(mention.group in CALLED for mention in titled)
    is_titled |= not topic.isdisjoint(_WORD.findall(title.lower()))
    return () if is_titled or named >= _LEAST_TOPIC * len(words) else ("off_topic",)
