"""Which asset, company or market a number is about: the likeliest of what its article speaks of, not the nearest word.

Every asset of the sentence, of the one before, of the title, and all of crypto is an option; for a raise, a hack or a
fine every company name of the sentence too. What tells for an option is weighed by `data/subjects.model.tsv`.
"""

import math
import re
from bisect import bisect_left
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from summarizer.facts.candidates import Candidate
from summarizer.facts.kinds import KINDS, PRICES
from summarizer.linear import load_linear
from summarizer.text.assets import MARKET, Mention, fund_assets, stock_tickers
from summarizer.text.names import common_words, find_names, longest_form
from summarizer.text.numbers import Number
from summarizer.text.reading import Text
from summarizer.text.spans import Span

_SHARES = {"BTC.D": "BTC", "TOTAL2": "altcoins"}
_OF = re.compile(
    r"\s?(?:worth of|of|in|into|for|from|to|on)?\s?(?:the |a |spot |long |short |net |new |its |US |U\.S\. |open |total |more |"
    r"all |value |inflows? |outflows? |futures |options )*\$?\Z"
)
_ACTS = re.compile(
    r"\s?(?:\([^)]{1,12}\)\s?)?(?:,[^,]{3,90},\s)?(?:has |have |had |was |were |is |also |recently |just |announced (?:it )?(?:has )?|successfully )*"
    r"(?:raised|raises|raise|raising|secured|secures|closed|closes|lost|loses|suffered|hacked|exploited|drained|agreed|paid|pays|settled|fined|bags|lands|nets|announced|owes|:)"
)
_PRONOUN = re.compile(
    r"(?:It|Its|The (?:token|coin|cryptocurrency|asset|altcoin|memecoin|price|pair|crypto|company|firm|protocol|platform))\b"
)
_RESPECTIVELY = re.compile("respectively", re.IGNORECASE)
_LIST_GAP = re.compile(r"[\s(),]*(?:and|&|or)?[\s(),]*(?:by |at |to |about |around |of )?")
_STOCK = re.compile(
    r"\b(?:stock|stocks|shares?|shareholders|market cap|market capitali[sz]ation|valuation|valued|valuing|NYSE|Nasdaq|NASDAQ)\b"
)
_LOOKED = 12  # assets behind a number, and companies on either side; only a flattened table names more in a sentence
_CARRIED = 3  # sentences for which an asset is remembered


@dataclass(frozen=True, slots=True)
class Option:
    """Something a number could be about, and the names of what tells for or against it."""

    subject: str
    features: tuple[str, ...]


def underlying(subject: str) -> str:
    """What a fund on one coin, or a share of the market, is about; any other subject is about itself.

    >>> underlying("IBIT"), underlying("BTC.D"), underlying("MSTR")
    ('BTC', 'BTC', 'MSTR')
    """
    return _SHARES.get(subject) or fund_assets().get(subject, subject)


class Subjects:
    """Answers what each number of one text is about; numbers are asked about in text order."""

    def __init__(self, text: Text):
        self.text = text
        title = text.article.title or ""
        self._names = find_names(text.string)
        self._name_counts = Counter(name for _, name in self._names)
        counts = Counter(
            m.subject for m in text.mentions if m.group in ("coin", "stock", "index", "sector")
        )
        self._main = counts.most_common(1)[0][0] if counts else None
        self._titled = [m.subject for m in text.title_mentions]
        self._title_names = find_names(title)
        self._by_sentence = [text.mentions_in(span) for span in text.sentences]
        self._groups = {m.subject: m.group for m in text.mentions}
        self._name_starts = [at for at, _ in self._names]
        self._sentence_starts = {span.start for span in text.sentences}
        self._fuller: dict[str, str] = {}
        self._last: tuple[Candidate, str] | None = None
        self._levels: dict[str, float] = {}

    def forget(self) -> None:
        """Start again at the article's first number."""
        self._last = None
        self._levels = {}

    def guess(self, candidate: Candidate) -> str:
        """The nearest asset before the number in its sentence, else the nearest after it, else the last one spoken of."""
        here = [m for m in self._by_sentence[candidate.sentence] if m.group != "market"]
        before = [m for m in here if m.end <= candidate.number.start]
        if before or here:
            return (before[-1] if before else here[0]).subject
        for i in range(candidate.sentence - 1, max(-1, candidate.sentence - 1 - _CARRIED), -1):
            named = [m for m in self._by_sentence[i] if m.group != "market"]
            if named:
                return named[0].subject
        return self._main or MARKET

    def choose(self, candidate: Candidate, kind: str) -> str:
        """The likeliest subject of the number; it is remembered for the numbers after it."""
        options = self.options(candidate, kind)
        subject = options[
            load_linear("subjects").best(option.features for option in options)
        ].subject
        self.remember(candidate, kind, subject)
        return subject

    def remember(self, candidate: Candidate, kind: str, subject: str) -> None:
        """That the number is about the subject, which is evidence for the numbers after it."""
        self._last = (candidate, subject)
        if kind in PRICES and candidate.unit_class == "money" and candidate.number.value > 0:
            self._levels[subject] = candidate.number.value

    def options(self, candidate: Candidate, kind: str) -> list[Option]:
        """What the number could be about, MARKET always among it."""
        last = self._last
        unit = (
            "size"
            if candidate.unit_class == "money" and candidate.is_large
            else candidate.unit_class
        )
        sources: dict[str, list[str]] = {}
        self._named_here(candidate, sources)
        self._named_before(candidate, sources)
        if KINDS[kind].of_company or (KINDS[kind].of_stock and self._is_on_stock(candidate)):
            self._companies(candidate, sources)
        sources.setdefault(MARKET, []).append("market")
        here = [m for m in self._by_sentence[candidate.sentence] if m.group != "market"]
        state = (
            "named" if here else "pronoun" if _PRONOUN.match(self._sentence(candidate)) else "bare"
        )
        low = max(0, candidate.first_word - 5)
        nearby = set(
            self.text.lowered[low : candidate.first_word]
            + self.text.lowered[candidate.past_word : candidate.past_word + 4]
        )
        direct = self._direct(candidate, here)
        options = []
        for subject, features in sources.items():
            relation = "none" if direct is None else "self" if subject == direct else "other"
            features += [
                f"direct:{relation}",
                f"direct:{relation}:{bool(last and last[1] == subject)}",
            ]
            features += [f"w:{word}:{self._groups.get(subject, 'name')}" for word in nearby]
            if last and last[1] == subject:
                same = last[0].sentence == candidate.sentence
                gap = (
                    self.text.lowered[last[0].past_word : candidate.first_word][:3] if same else []
                )
                features += [
                    "last",
                    f"last:{same}",
                    f"last:{unit}:{same}",
                    f"lastgap:{'_'.join(gap) if len(gap) < 3 else 'far'}",
                ]
            if subject == self._main:
                features.append(f"main:{state}")
            if subject in self._titled:
                features += [f"title:{state}", f"title:{len(set(self._titled)) == 1}:{state}"]
            short = [
                feature
                for feature in features
                if feature.count(":") <= 1 and not feature.startswith("w:")
            ]
            if unit == "money" and kind in PRICES and candidate.number.value > 0:
                features += self._size(subject, candidate.number.value)
            crossed = (
                [f"{kind}|{feature}" for feature in short]
                + [f"{unit}|{feature}" for feature in features]
                + [f"{state}|{feature}" for feature in short]
            )
            meant = underlying(subject) if KINDS[kind].of_holding else _SHARES.get(subject, subject)
            options.append(Option(meant, tuple(dict.fromkeys(features + crossed))))
        return options

    def _size(self, subject: str, value: float) -> list[str]:
        """How the figure compares with the last level of the subject, and with what such a subject costs."""
        magnitude = math.floor(2 * math.log10(value))
        known = self._levels.get(subject)
        if known is None:
            others = any(value / 3 < level < value * 3 for level in self._levels.values())
            return [f"size:{subject}:{magnitude}", f"size:unknown:{others}"]
        ratio = abs(math.log10(value / known))
        away = next(
            edge for edge in (0.02, 0.08, 0.2, 0.5, 1.0, 9.0) if ratio < edge or edge == 9.0
        )
        return [f"size:{subject}:{magnitude}", f"size:away{away}"]

    def _begins_only(self, name: str) -> bool:
        """Whether the name never stands within a sentence: its capital says nothing then."""
        return all(at in self._sentence_starts for at, other in self._names if other == name)

    def _full(self, name: str) -> str:
        if name not in self._fuller:
            self._fuller[name] = longest_form(name, self._names)
        return self._fuller[name]

    def _sentence(self, candidate: Candidate) -> str:
        start, end = self.text.sentences[candidate.sentence]
        return self.text.string[start:end]

    def _named_here(self, candidate: Candidate, sources: dict[str, list[str]]) -> None:
        """The assets of the number's own sentence, by where they stand to it."""
        here = self._by_sentence[candidate.sentence]
        before = [m for m in here if m.end <= candidate.number.start]
        for rank, mention in enumerate(reversed(before)):
            if mention.subject not in sources:
                sources[mention.subject] = self._place(candidate, mention, "b", rank)
        after = [m for m in here if m.start >= candidate.number.end]
        for rank, mention in enumerate(after[:_LOOKED]):
            features = self._place(candidate, mention, "a", rank)
            sources[mention.subject] = sources.get(mention.subject, []) + features
        if match := self._parallel(candidate, here):
            sources.setdefault(match[0], []).extend(match[1])
        if here:
            first = next((m for m in here if m.group != "market"), here[0])
            sources.setdefault(first.subject, []).append("first")
            if len({m.subject for m in here}) == 1:
                sources[first.subject].append("only")

    def _direct(self, candidate: Candidate, here: Sequence[Mention]) -> str | None:
        """The asset that nothing parts from the number: no other number, no end of a clause, no other asset."""
        number = candidate.number
        before = [m for m in here if m.end <= number.start]
        if not before:
            return None
        last = before[-1]
        parted = self.text.numbers_between(last.end, number.start)
        return None if parted or self.text.crosses_clause(last.end, number.start) else last.subject

    def _parallel(
        self, candidate: Candidate, here: Sequence[Mention]
    ) -> tuple[str, list[str]] | None:
        """The asset that stands in its list where the number stands in its own, and what tells so: "Aptos (APT) and Flare (FLR), now
        at $4.59 and $0.02", "BTC and ETH fell 2% and 3%, respectively"."""
        start, end = self.text.sentences[candidate.sentence]
        said = _RESPECTIVELY.search(self.text.string, candidate.end, end)
        run = self._number_run(candidate, start, said.start() if said else end)
        place = next(i for i, number in enumerate(run) if number.start == candidate.number.start)
        if len(run) < 2:
            return None
        before = [m for m in here if m.end <= run[0].start and m.group != "market"]
        after = [m for m in here if m.start >= run[-1].end and m.group != "market"]
        lists = [self._listed(before[::-1])[::-1], self._listed(after)]
        if said:
            lists.append(list(dict.fromkeys(m.subject for m in before)))
        listed = next((names for names in lists if len(names) == len(run)), None)
        return (listed[place], ["parallel", f"parallel:{bool(said)}"]) if listed else None

    def _listed(self, mentions: Sequence[Mention]) -> list[str]:
        """The assets of the list that the first mention belongs to; a ticker after its name counts once."""
        names: list[str] = []
        last: Mention | None = None
        for mention in mentions:
            if last:
                first, then = sorted((last, mention), key=lambda m: m.start)
                if not _LIST_GAP.fullmatch(self.text.string, first.end, then.start):
                    break
            if mention.subject not in names:
                names.append(mention.subject)
            last = mention
        return names

    def _number_run(self, candidate: Candidate, start: int, end: int) -> list[Number]:
        """The numbers of one unit that are listed with this one: parted by commas and "and" alone."""
        string = self.text.string
        numbers = [
            n for n in self.text.numbers_between(start, end) if n.unit == candidate.number.unit
        ]
        at = next(i for i, n in enumerate(numbers) if n.start == candidate.number.start)
        first, past = at, at + 1
        while first and _LIST_GAP.fullmatch(string, numbers[first - 1].end, numbers[first].start):
            first -= 1
        while past < len(numbers) and _LIST_GAP.fullmatch(
            string, numbers[past - 1].end, numbers[past].start
        ):
            past += 1
        return numbers[first:past]

    def _place(self, candidate: Candidate, mention: Mention, side: str, rank: int) -> list[str]:
        text, number = self.text, candidate.number
        start, end = (mention.end, number.start) if side == "b" else (number.end, mention.start)
        gap = text.string[start:end]
        words = len(gap.split())
        first, past = text.word_range(Span(mention.start, mention.end))
        before = text.lowered[first - 1] if first else ""
        after = text.lowered[past] if past < len(text.lowered) else ""
        distance = next(size for size in (0, 1, 3, 6, 10, 18, 999) if words <= size)
        between = len(text.numbers_between(start, end))
        features = [
            f"{side}",
            f"{side}:{mention.group}",
            f"{side}:rank{min(rank, 3)}",
            f"{side}:dist{distance}",
            f"{side}:nums{min(between, 2)}",
        ]
        features.append(f"{side}:cross{text.crosses_clause(start, end)}")
        features.append(
            f"{side}:rank{min(rank, 3)}:nums{min(between, 2)}:cross{text.crosses_clause(start, end)}"
        )
        if side == "a" and mention.start < candidate.end:
            features.append("a:counted")
        if side == "a" and len(gap) < 40 and "," not in gap and _OF.match(gap):
            features.append("a:of")
        features += [f"{side}:pw:{before}", f"{side}:nw:{after}"]
        sentence = text.sentences[candidate.sentence]
        if mention.start - sentence.start < 12:
            features.append(f"{side}:opens")
        if words <= 1:
            features.append(f"{side}:gap{gap.strip()[:3]}")
        if text.string[mention.end : mention.end + 2] in ("'s", "’s"):
            features.append(f"{side}:own")
        return features

    def _named_before(self, candidate: Candidate, sources: dict[str, list[str]]) -> None:
        """What the sentences before spoke of, the title's asset, and the article's main one."""
        back = 0
        for i in range(candidate.sentence - 1, max(-1, candidate.sentence - 1 - _CARRIED * 2), -1):
            here = [m for m in self._by_sentence[i] if m.group != "market"]
            if here:
                back += 1
                first, last = here[0].subject, here[-1].subject
                sources.setdefault(first, []).append(f"carried:first{back}")
                sources.setdefault(last, []).append(f"carried:last{back}")
                if first == last:
                    sources[first].append(f"carried:only{back}")
            if back == _CARRIED:
                break
        for subject in (self._main, *self._titled[:2]):
            if subject:
                sources.setdefault(subject, []).append("known")

    def _is_on_stock(self, candidate: Candidate) -> bool:
        start, end = self.text.sentences[candidate.sentence]
        return _STOCK.search(self.text.string, start, end) is not None

    def _companies(self, candidate: Candidate, sources: dict[str, list[str]]) -> None:
        """Company names of the sentence and the title, in full, by where they stand and whether they act."""
        start, end = self.text.sentences[candidate.sentence]
        string, number = self.text.string, candidate.number
        taken = {m.start for m in self._by_sentence[candidate.sentence]}
        first = bisect_left(self._name_starts, start)
        here = [
            (at, name)
            for at, name in self._names[first : bisect_left(self._name_starts, end)]
            if at not in taken
        ]
        before = [item for item in here if item[0] < number.start]
        after = [item for item in here if item[0] >= number.end]
        for side, items in (("b", before[::-1]), ("a", after)):
            for rank, (at, name) in enumerate(items[:_LOOKED]):
                features = [f"name:{side}", f"name:{side}:rank{min(rank, 3)}"]
                if _ACTS.match(string, at + len(name)):
                    features.append(f"name:{side}:acts")
                if side == "a" and re.search(
                    r"\b(?:from|of|by|against|on|at)\s\Z", string[max(0, at - 8) : at]
                ):
                    features.append("name:a:of")
                if string[at + len(name) : at + len(name) + 2] in ("'s", "’s"):
                    features.append(f"name:{side}:own")
                if at - start < 2 and self._begins_only(name):
                    features.append("name:begins")
                if all(word in common_words() for word in name.lower().split()):
                    features += ["name:common", f"name:common:{at - start < 2}:{' ' in name}"]
                features += [
                    f"name:times{min(3, self._name_counts[name])}",
                    f"name:words{min(4, name.count(' ') + 1)}",
                ]
                full = stock_tickers().get(name.lower()) or self._full(name)
                sources[full] = sources.get(full, []) + features
        for _, name in self._title_names[:2]:
            sources.setdefault(self._full(name), []).append("name:title")
        if not here:
            for _, name in self._names[:first][-1:]:
                sources.setdefault(self._full(name), []).append("name:earlier")
