"""Sentences that editors chose -> the samples of the models that choose a summary's sentences.

The samples of the other models are made in `samples.py`.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from eval.records import Labelled
from eval.train.fit import RankedChoice, Sample
from eval.train.samples import TrainingData
from summarizer.analyst.embedded.analyze import weigh_assets, weigh_placed
from summarizer.analyst.embedded.rationale import why_options
from summarizer.analyst.embedded.reasons import Reasons
from summarizer.analyst.embedded.sentences import Sentences
from summarizer.facts.extract import extract_facts
from summarizer.text.reading import read_text


class Chosen(NamedTuple):
    """The sentences of an article, and which of them an editor names: `news`, `meaning`, `unfit`,
    the best first.
    """

    id: str
    sentences: Sentences
    named: Mapping[str, Sequence[int]]


def find_chosen(one: Labelled) -> Chosen:
    """The sentences as the embedded analyst sees them, by the weights of this moment."""
    text = read_text(one.article)
    named = {
        name: [text.sentence_at(start) for start in starts if start >= 0]
        for name, starts in one.labels.items()
    }
    return Chosen(one.id, Reasons(text, extract_facts(text)).quotable, named)


def news(data: TrainingData) -> Iterator[RankedChoice]:
    """One choice an article: the sentences that tell its news, among all."""
    for id, sentences, named in map(find_chosen, data.quotable):
        described = {i: sentences.describe(i) for i in sentences.indices}
        yield from _make_choice(described, named["news"], id)


def beside(data: TrainingData) -> Iterator[RankedChoice]:
    """One choice an article: what fits beside the sentence that tells the news best."""
    for id, sentences, named in map(find_chosen, data.quotable):
        if named["news"] and named["meaning"]:
            first, *others = named["news"]
            places = [i for i in sentences.indices if i != first]
            described = {i: sentences.describe_beside(i, first) for i in places}
            yield from _make_choice(described, [*named["meaning"], *others], id)


def unfit(data: TrainingData) -> Iterator[Sample]:
    """Each sentence under whether an editor finds it unfit to be quoted."""
    for id, sentences, named in map(find_chosen, data.quotable):
        for i in sentences.indices:
            features = [(name, 1.0) for name in sentences.describe(i)]
            yield Sample(features, ("unfit" if i in named["unfit"] else "fit",), id)


def why(data: TrainingData) -> Iterator[RankedChoice]:
    """One choice for each asset that the analyst would call: the sentences that an editor gives as
    the reason, or none where the editor sees another direction or no fitting sentence.
    """
    for one, reasons in data.views:
        for weighed in weigh_assets(reasons):
            view = one.labels.get(weighed.asset)
            if view is not None and weighed.direction != "neutral":
                options = why_options(
                    reasons,
                    weighed.asset,
                    weighed.direction,
                    weighed.confidence,
                    weigh_placed(reasons, weighed.asset),
                )
                is_shared = view["direction"] == weighed.direction
                starts = view["why"] if is_shared else ()
                named = {reasons.text.sentence_at(start) for start in starts if start >= 0}
                right = [k for k, option in enumerate(options) if option.sentence in named] or [0]
                yield RankedChoice([option.features for option in options], right, one.id)


def _make_choice(
    described: Mapping[int, Sequence[str]], right: Sequence[int], id: str
) -> Iterator[RankedChoice]:
    """The choice among sentences; none where no right one is left."""
    places = [k for k, i in enumerate(described) if i in right]
    if places:
        yield RankedChoice(list(described.values()), places, id)
