"""Which asset, company or market a number is about: the likeliest of what its article speaks of,
not the nearest word.

Every asset of the sentence, of those before and of the title, and all of crypto is an option; for a
raise, a hack or a fine every company name of the sentence too. What tells for an option is weighed
by `data/subjects.model.tsv`.
"""

import math
import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from functools import cached_property
from typing import NamedTuple

from summarizer.facts.candidates import Candidate
from summarizer.facts.companies import Companies
from summarizer.facts.kinds import KINDS, PRICES
from summarizer.facts.nearby import (
    CARRIED,
    Features,
    describe_earlier,
    describe_sentence,
    find_direct,
    list_earlier,
    name_assets,
)
from summarizer.facts.owners import NOBODY, Owners
from summarizer.facts.parallel import find_parallel
from summarizer.linear import Linear, load_linear, softmax
from summarizer.text.asset_table import load_assets
from summarizer.text.assets import MARKET, Mention
from summarizer.text.reading import Text

_READING_WORTH = 0.5  # of the encoder's score: .3 to .5 are best for articles held out
_SHARES = {"BTC.D": "BTC", "TOTAL2": "altcoins"}
_MAIN_GROUPS = frozenset("coin stock index sector".split())
_PRONOUN = re.compile(
    r"""
    (?:It|Its|The[ ](?:token|coin|cryptocurrency|asset|altcoin|memecoin|price|pair|crypto
        |company|firm|protocol|platform))\b
    """,
    re.VERBOSE,
)
_STOCK = re.compile(
    r"""
    \b(?:stock|stocks|shares?|shareholders|market[ ]cap|market[ ]capitali[sz]ation
        |valuation|valued|valuing|NYSE|Nasdaq|NASDAQ)\b
    """,
    re.VERBOSE,
)


class Option(NamedTuple):
    """Something a number could be about, and the names of what tells for or against it."""

    subject: str
    features: tuple[str, ...]


class SubjectChoice(NamedTuple):
    """What a number is about, its chance (0 to 1), and whether the weights alone say so too."""

    subject: str
    chance: float
    is_agreed: bool


class _Setting(NamedTuple):
    """What is known of a number apart from any option.

    `naming` is how its sentence names assets: named, pronoun ("It fell 3%") or bare. `unit` is the
    class of its unit, size for a large sum. `direct` is the asset right before it, `words` are the
    nearest words.
    """

    naming: str
    unit: str
    direct: str | None
    words: Iterable[str]


def underlying(subject: str) -> str:
    """What a fund on one coin, or a share of the market, is about; any other subject is about
    itself.

    >>> underlying("IBIT"), underlying("BTC.D"), underlying("MSTR")
    ('BTC', 'BTC', 'MSTR')
    """
    shared = _SHARES.get(subject) or subject.removesuffix(".D")
    return load_assets().held.get(shared, shared)


def is_ratio(subject: str) -> bool:
    """Whether the subject is a pair whose price is counted in a coin that moves.

    >>> is_ratio("ETH/BTC"), is_ratio("BTC/USDT"), is_ratio("BTC")
    (True, False, False)
    """
    counted_in = subject.partition("/")[2]
    return load_assets().tickers.get(counted_in) == "coin" and "USD" not in counted_in


def list_subjects(mention: Mention) -> tuple[str, ...]:
    """The subjects that a number about a mention may have, by its kind."""
    subject = mention.subject
    return subject, underlying(subject), _SHARES.get(subject, subject)


class Subjects:
    """Answers what each number of one text is about; numbers are asked about in text order."""

    def __init__(self, text: Text):
        self._text = text
        self._titled = [mention.subject for mention in text.title_mentions]
        self._groups = {mention.subject: mention.group for mention in text.mentions}
        counts = Counter(m.subject for m in text.mentions if m.group in _MAIN_GROUPS)
        self._main = counts.most_common(1)[0][0] if counts else None
        self._last: tuple[Candidate, str] | None = None
        self._levels: dict[str, float] = {}
        self._owners = Owners(text)

    @cached_property
    def companies(self) -> Companies:
        """The company names of the text."""
        return Companies(self._text)

    def standing(self, subject: str) -> int:
        """What the subject is to the whole article: 0 all of crypto, 1 named in the title, 2 named
        most often, 3 another.
        """
        if subject == MARKET:
            return 0
        if subject in self._titled:
            return 1
        return 2 if subject == self._main else 3

    def guess(self, candidate: Candidate) -> str:
        """The nearest asset before the number in its sentence, else the first after it, else the
        last one spoken of.
        """
        assets = name_assets(candidate.mentions)
        before = [mention for mention in assets if mention.end <= candidate.number.start]
        if assets:
            return (before[-1] if before else assets[0]).subject
        earlier = next(list_earlier(self._text, candidate, CARRIED), None)
        return earlier[0].subject if earlier else self._main or MARKET

    def choose(self, candidate: Candidate, kind: str, model: Linear) -> SubjectChoice | None:
        """The likeliest subject of the number, None for what no table knows; it is remembered for
        the numbers after it.

        Where the encoder has read the number, its scores count half as much as the weights'.
        """
        parallel = find_parallel(self._text, candidate, name_assets(candidate.mentions))
        is_said = parallel is not None and parallel[1]  # by "respectively"
        owner = parallel[0] if parallel and is_said else self._owners.find(candidate, kind)
        if owner == NOBODY:
            return None
        if owner:
            self.remember(candidate, kind, owner)
            return SubjectChoice(owner, 1.0, True)
        options = self.options(candidate, kind)
        linear = [model.scores_of(option.features)[0] for option in options]
        scores = self._add_reading(candidate, options, linear)
        subject = options[scores.index(max(scores))].subject
        self.remember(candidate, kind, subject)
        chance = sum(
            share
            for option, share in zip(options, softmax(scores), strict=True)
            if option.subject == subject
        )
        is_agreed = options[linear.index(max(linear))].subject == subject
        return SubjectChoice(subject, chance, is_agreed)

    def rank(self, candidate: Candidate, kind: str) -> dict[str, float]:
        """How far the score of each possible subject of the number is below the highest."""
        options, model = self.options(candidate, kind), load_linear("subjects")
        linear = [model.scores_of(option.features)[0] for option in options]
        scores = self._add_reading(candidate, options, linear)
        best: dict[str, float] = {}
        for option, score in zip(options, scores, strict=True):
            best[option.subject] = max(score, best.get(option.subject, score))
        return {subject: max(best.values()) - score for subject, score in best.items()}

    def _add_reading(
        self, candidate: Candidate, options: Sequence[Option], linear: list[float]
    ) -> list[float]:
        """How well each option fits, by the weights and by the encoder where it read the number."""
        reading = candidate.reading
        if reading is None:
            return linear
        read = [reading.score_subject(one, self.standing(one)) for one, _ in options]
        return [left + _READING_WORTH * right for left, right in zip(linear, read, strict=True)]

    def remember(self, candidate: Candidate, kind: str, subject: str) -> None:
        """Note that the number is about the subject, which is evidence for the numbers after it."""
        self._last = (candidate, subject)
        if _may_be_level(candidate, kind):
            self._levels[subject] = candidate.number.value

    def options(self, candidate: Candidate, kind: str) -> list[Option]:
        """What the number could be about, MARKET always among it."""
        setting = self._read_setting(candidate)
        is_level = _may_be_level(candidate, kind)
        options = []
        for subject, features in self._gather(candidate, kind).items():
            features += self._describe_option(subject, candidate, setting)
            simple = [f for f in features if f.count(":") <= 1 and not f.startswith("w:")]
            if is_level:
                features += self._describe_level(subject, candidate.number.value)
            crossed = [f"{kind}|{feature}" for feature in simple]
            crossed += [f"{setting.unit}|{feature}" for feature in features]
            crossed += [f"{setting.naming}|{feature}" for feature in simple]
            is_held = KINDS[kind].of_holding
            asset = underlying(subject) if is_held else _SHARES.get(subject, subject)
            options.append(Option(asset, tuple(dict.fromkeys(features + crossed))))
        return options

    def _gather(self, candidate: Candidate, kind: str) -> Features:
        """All that the number could be about, each with what tells for it by where it is named."""
        features: Features = defaultdict(list)
        describe_sentence(self._text, candidate, features)
        describe_earlier(self._text, candidate, features)
        for subject in (self._main, *self._titled[:2]):
            if subject:
                features[subject].append("known")
        is_on_stock = KINDS[kind].of_stock and _STOCK.search(self._text.string, *candidate.span)
        if KINDS[kind].of_company or is_on_stock:
            self.companies.describe(candidate, features)
        features[MARKET].append("market")
        return features

    def _read_setting(self, candidate: Candidate) -> _Setting:
        lowered = self._text.lowered
        naming = "pronoun" if _PRONOUN.match(self._text.string, *candidate.span) else "bare"
        if name_assets(candidate.mentions):
            naming = "named"
        is_size = candidate.unit_class == "money" and candidate.is_large
        before = lowered[max(0, candidate.first_word - 5) : candidate.first_word]
        after = lowered[candidate.past_word : candidate.past_word + 4]
        return _Setting(
            naming,
            "size" if is_size else candidate.unit_class,
            find_direct(self._text, candidate),
            dict.fromkeys(before + after),
        )

    def _describe_option(self, subject: str, candidate: Candidate, setting: _Setting) -> list[str]:
        """How the option fits the words near by, the number before, and what the whole article is
        about.
        """
        is_last = self._last is not None and self._last[1] == subject
        relation = "self" if subject == setting.direct else "other"
        if setting.direct is None:
            relation = "none"
        group = self._groups.get(subject, "name")
        features = [f"direct:{relation}", f"direct:{relation}:{is_last}"]
        features += [f"w:{word}:{group}" for word in setting.words]
        if self._last and is_last:
            previous = self._last[0]
            is_same = previous.sentence == candidate.sentence
            words = self._text.lowered[previous.past_word : candidate.first_word] if is_same else []
            gap = "_".join(words) if len(words) < 3 else "far"
            features += ["last", f"last:{is_same}", f"last:{setting.unit}:{is_same}"]
            features.append(f"lastgap:{gap}")
        if subject == self._main:
            features.append(f"main:{setting.naming}")
        if subject in self._titled:
            is_only = len(set(self._titled)) == 1
            features += [f"title:{setting.naming}", f"title:{is_only}:{setting.naming}"]
        return features

    def _describe_level(self, subject: str, value: float) -> list[str]:
        """How the figure compares with the last level of the subject, and with what such a subject
        costs.
        """
        size = f"size:{subject}:{math.floor(2 * math.log10(value))}"
        if subject not in self._levels:
            is_near_other = any(value / 3 < level < value * 3 for level in self._levels.values())
            return [size, f"size:unknown:{is_near_other}"]
        ratio = abs(math.log10(value / self._levels[subject]))
        away = next((edge for edge in (0.02, 0.08, 0.2, 0.5, 1.0) if ratio < edge), 9.0)
        return [size, f"size:away{away}"]


def _may_be_level(candidate: Candidate, kind: str) -> bool:
    return kind in PRICES and candidate.is_price_like and candidate.number.value > 0
