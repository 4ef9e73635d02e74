"""Article -> [Fact]: numbers, assets and cues recognised once each, then combined (reader.py). New kinds: kinds.py."""

from summarizer.facts.reader import extract_facts

__all__ = ["extract_facts"]
