"""What the rules find in an article, and both ends of an analysis of it."""

from dataclasses import dataclass
from functools import cached_property

from summarizer.analysis import Analysis
from summarizer.analyst.embedded.analyze import analyze_by_weights
from summarizer.credibility import find_signals
from summarizer.facts.extract import Rows, read_rows
from summarizer.models import Article, Fact, Report
from summarizer.narratives import find_narratives
from summarizer.page.article import make_article
from summarizer.text.reading import Text, read_text
from summarizer.verification.verify import verify


def read(string: str, title: str | None = None) -> Text:
    """A plain text as the program reads it."""
    return read_text(make_article(string, title=title))


@dataclass
class Observed:
    """An article with its facts, signals and narratives."""

    article: Article

    @cached_property
    def text(self) -> Text:
        return read_text(self.article)

    @cached_property
    def rows(self) -> Rows:
        return read_rows(self.text)

    @cached_property
    def facts(self) -> list[Fact]:
        return self.rows.facts

    @cached_property
    def signals(self):
        return find_signals(self.text)

    @cached_property
    def narratives(self):
        return find_narratives(self.text)

    def analyze(self) -> Analysis:
        """What the embedded analyst says."""
        return analyze_by_weights(self.text, self.facts, self.signals, self.narratives)

    def verify(self, analysis: Analysis, facts: list[Fact] | None = None) -> Report:
        """The report of an analysis."""
        rows = self.rows
        if facts is not None or self.facts is not rows.facts:
            rows = Rows(self.facts if facts is None else facts, [], {})
        return verify(self.text, rows, analysis, self.signals, self.narratives)
