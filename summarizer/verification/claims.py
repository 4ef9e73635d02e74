"""CLAIM -> SENTENCES: whether the article supports a claim, sentence by sentence.

    claim -> markup off -> sentences -> printed in the article? -> each figure held against its fact

A sentence that the article prints is the article's. Any other may hold a figure only where a fact
has it, and has to say of it what the fact says: whose and what it is, its sign, period and venue.
Code writes the figure.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from summarizer.analysis import Claim
from summarizer.facts.figures import format_value
from summarizer.facts.kinds import SIGNED
from summarizer.text.numbers import find_numbers
from summarizer.text.printed import find_printed, fold
from summarizer.text.sentences import split_sentences
from summarizer.text.spans import clean
from summarizer.verification.agreement import find_figure_faults
from summarizer.verification.figures import REFERENCE, ClaimSentence, Use
from summarizer.verification.names import find_name_faults
from summarizer.verification.plain import without_markup
from summarizer.verification.support import Support
from summarizer.verification.wording import STATES, named_kinds, sign_word

_OF_COINS = re.compile(r"\s(?:of\s|in\s)?")


@dataclass(frozen=True)
class CheckedClaim:
    """A claim as it may be shown; `faults` say why it may not, and are empty where it may."""

    text: str
    faults: tuple[str, ...]
    figures: int
    had_markup: bool
    subjects: tuple[str, ...]  # of its last sentence


def check_claim(support: Support, claim: Claim, subjects: Sequence[str] = ()) -> CheckedClaim:
    """The claim held against the article.

    A sentence that names no asset goes on with those of the sentence before; `subjects` are those
    that were spoken of before the claim.
    """
    text, had_markup = without_markup(clean(claim.text), support.says)
    sentences = support.text.sentences
    cited = [i for i in claim.sentences if 0 <= i < len(sentences)]
    faults = [
        f"it cites sentence {i}, which there is not" for i in claim.sentences if i not in cited
    ]
    sources = [fold(support.text.quote(sentences[i])) for i in cited]
    last = (-1, 0)
    shown, figures = [], 0
    for start, end in split_sentences(text):
        sentence = text[start:end]
        is_filled = REFERENCE.search(sentence)
        place = None if is_filled else find_printed(fold(sentence), sources, last)
        if place:
            last = place
            mentions = support.find_mentions(sentence)
            figures += len(find_numbers(sentence))
        else:
            read = ClaimSentence(sentence, subjects, support)
            mentions = read.mentions
            figures += len(read.figures)
            sentence = _fill(read, faults)
            faults += find_name_faults(read)
        shown.append(sentence)
        subjects = tuple(dict.fromkeys(m.subject for m in mentions)) or subjects
    return CheckedClaim(
        text=" ".join(shown).strip(),
        faults=tuple(dict.fromkeys(faults)),
        figures=figures,
        had_markup=had_markup,
        subjects=tuple(subjects),
    )


def _fill(sentence: ClaimSentence, faults: list[str]) -> str:
    """The sentence with its figures written by code; what is wrong with them goes to the faults.

    A typed figure may be several facts: it is the one that fits best.
    """
    faults += sentence.faults
    parts, end = [], 0
    for k, figure in enumerate(sentence.figures):
        scope = sentence.scope(k)
        uses = [Use(sentence, figure, fact, scope) for fact in figure.facts]
        tried = [(find_figure_faults(use), use) for use in uses]
        figure_faults, use = min(tried, key=lambda pair: len(pair[0]))
        faults += figure_faults
        parts += [sentence.raw[end : figure.start], _write(use)]
        end = _past_own_unit(use)
    return "".join([*parts, sentence.raw[end:]])


def _past_own_unit(use: Use) -> int:
    """Where the figure ends, with the coins that it prints itself: "{N4} of bitcoin"."""
    end = use.figure.end
    for mention in use.sentence.mentions:
        is_own = mention.subject == use.fact.unit
        if is_own and _OF_COINS.fullmatch(use.sentence.blank[end : mention.start]):
            return mention.end
    return end


def _write(use: Use) -> str:
    """The figure; its sign where no word tells it, and what a percentage is where no word says so.

    A sum of money or coins needs no such word: it is checked that none calls it something else.
    """
    fact = use.fact
    if use.figure.is_distance:
        return use.sentence.support.distance(fact) or ""
    is_signed_in_words = fact.kind in SIGNED - STATES and sign_word(use.scope, fact)
    written = format_value(abs(fact.value) if is_signed_in_words else fact.value, fact.unit)
    is_move = fact.kind in SIGNED and fact.kind != "macro_indicator"  # a rate of 4% is no rise
    if is_move and not is_signed_in_words and fact.value > 0 and fact.unit == "%":
        written = "+" + written  # a sum that flows in needs no sign beside its words
    is_plain = fact.unit != "%" or fact.kind in ("other", "price_change")
    if is_plain or named_kinds(use.scope, fact):
        return written
    return f"{written} ({fact.kind.replace('_', ' ')})"
