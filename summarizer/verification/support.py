"""TEXT, FACTS -> SUPPORT: what an article prints and names, made ready to check claims against."""

import re
from collections.abc import Sequence

from summarizer.facts.kinds import LEVELS
from summarizer.facts.levels import find_price
from summarizer.models import Fact
from summarizer.text.assets import Mention, find_mentions
from summarizer.text.printed import plain_quotes
from summarizer.text.reading import Text


class Support:
    """An article with its facts, asked whether it bears out what an analyst says."""

    def __init__(self, text: Text, facts: Sequence[Fact]):
        article = text.article
        self.text, self.facts = text, facts
        self.groups = {m.subject: m.group for m in (*text.title_mentions, *text.mentions)}
        subjects = [name for fact in facts for name in (fact.subject, fact.venue)]
        self.subjects = frozenset((*self.groups, *subjects))
        self._mentions = {text.string[m.start : m.end]: m for m in text.mentions}
        labels = (article.title, article.source, article.domain, *article.authors)
        printed = " \n ".join([text.string, *(label or "" for label in labels)])
        self._printed = plain_quotes(printed).casefold()

    def says(self, words: str) -> bool:
        """Whether the article, its title or its source has these words, in any case, unbroken."""
        words = re.escape(plain_quotes(words).casefold())
        return re.search(rf"(?<!\w){words}(?!\w)", self._printed) is not None

    def find_mentions(self, sentence: str) -> list[Mention]:
        """The assets that a claim's sentence names, also those that only the article introduces."""
        mentions = find_mentions(sentence)
        others = [
            mention._replace(start=match.start(), end=match.end())
            for name, mention in self._mentions.items()
            if len(name) > 1 and name in sentence
            for match in re.finditer(rf"(?<!\w){re.escape(name)}(?!\w)", sentence)
            if not any(m.start < match.end() and match.start() < m.end for m in mentions)
        ]
        return sorted((*mentions, *others), key=lambda mention: mention.start)

    def subjects_of(self, i: int) -> frozenset[str]:
        """The assets that sentence i names; if none, those of the last sentence that named any."""
        for sentence in self.text.sentences[i::-1]:
            if mentions := self.text.mentions_in(sentence):
                return frozenset(mention.subject for mention in mentions)
        return frozenset()

    def sentence_of(self, fact: Fact) -> str:
        """The sentence that states the fact."""
        place = self.text.sentence_at(fact.evidence.start)
        return self.text.quote(self.text.sentences[place])

    def distance(self, fact: Fact) -> str | None:
        """How far a level lies from the article's price of its asset; None without both.

        It is written as "0.7% below the price".
        """
        price = find_price(self.facts, fact.subject)
        if not price or fact.unit != "USD" or fact.kind not in LEVELS:
            return None
        percent = (fact.value / price - 1) * 100
        return f"{abs(percent):.1f}% {'above' if percent > 0 else 'below'} the price"
