"""Whether the article supports a sentence: its references, figures, signs, kinds, assets, names and quotations.

    claim -> markup off -> sentences -> as printed in the article? -> each figure held against its fact -> words to show

A sentence that stands in the article as printed is the article's. Any other may hold a figure only where a fact has it, and
says of it what the fact says: whose it is, what it is, its sign, period and venue. Code writes the figure.
"""

import re
import unicodedata
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from summarizer.facts.figures import format_value
from summarizer.facts.kinds import KINDS, LEVELS, SIGNED
from summarizer.facts.levels import find_price
from summarizer.facts.subjects import underlying
from summarizer.models import Claim, Fact
from summarizer.tables import load_words
from summarizer.text.assets import MARKET, Mention, find_mentions
from summarizer.text.names import find_names
from summarizer.text.numbers import Number, find_numbers
from summarizer.text.printed import find_printed, fold, plain_quotes
from summarizer.text.reading import CLAUSE_END, Text
from summarizer.text.sentences import split_sentences
from summarizer.text.spans import Span, clean
from summarizer.verification.plain import without_markup
from summarizer.verification.wording import (
    STATES,
    Scope,
    find_periods,
    is_as_certain,
    is_bent,
    named_kinds,
    sign_word,
)

REFERENCE = re.compile(
    r"\{([FD])(\d{1,4})\}"
)  # {F3}: the figure of fact 3; {D3}: its distance from the price, computed here
_QUOTED = re.compile(r"[“\"]([^”\"]*)[”\"]|(?<!\w)‘([^’]*)’(?!\w)|(?<!\w)'([^']*)'(?!\w)")
_QUANTITY = re.compile(
    r"\b(?:two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|twenty|thirty|forty|fifty|hundreds?|thousands?|millions?|billions?|trillions?"
    r"|dozens?|half|halved|halving|thirds?|quarters?|twice|thrice|doubl\w+|tripl\w+|quadrupl\w+|\w+fold)\b", re.IGNORECASE
)  # fmt: skip
_HOLDERS = frozenset({"stock", "etf"})
_BARE = frozenset({"ratio", "index", "count"})  # units that are not written out
_DIGITS = dict(
    zip(
        [
            "two",
            "three",
            "four",
            "five",
            "six",
            "seven",
            "eight",
            "nine",
            "ten",
            "eleven",
            "twelve",
        ],
        map(str, range(2, 13)),
        strict=True,
    )
)
_DAY = re.compile(
    r"\b(?:(?:Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)day|January|February|March|April|June|July|August|September|October|November|December|May(?= \d))\b"
)
_STANDS = re.compile(
    r"\b(?:trad\w+|hold\w*|remain\w*|stay\w*|sit\w*|hover\w*|is|was)\s(?:\w+\s){0,2}(above|over|below|under)\s(?:[\w$]+\s){0,4}\Z",
    re.IGNORECASE,
)
_SET_APART = re.compile(
    r"\b(?:unlike|not|rather than|instead of)\s(?:the |its )?\Z", re.IGNORECASE
)  # "bitcoin, unlike ether, rose"
_AT = re.compile(r"\b(?:to|at|near|around)\s\Z")
_ATTACHED = re.compile(
    r"\s?(?:worth )?(?:of|in|for|on)?\s?(?:the |spot |net |open |total |futures |options |more )*\Z",
    re.IGNORECASE,
)
_LINKED = re.compile(r"\s?(?:,|and|or|&|/|,\s?and)\s?\Z")


@dataclass(frozen=True)
class Words:
    """A claim as it may be shown; `faults` say why it may not, and are empty where it may."""

    text: str
    faults: tuple[str, ...]
    figures: int
    unmarked: bool  # links or markup were taken out
    subjects: tuple[str, ...] = ()  # whom its last sentence speaks of


@dataclass(frozen=True)
class _Figure:
    """A figure of a sentence: where it stands, the facts that it may be, and whether it was typed with a sign."""

    start: int
    end: int
    facts: tuple[int, ...]
    distance: bool = False
    signed: bool = False


class Support:
    """What an article can support; made once, asked about each claim."""

    def __init__(self, text: Text, facts: Sequence[Fact]):
        article = text.article
        self.facts, self.text = facts, text.string
        self.sentences = text.sentences
        self.mentions = text.mentions
        self.groups = {m.subject: m.group for m in (*text.title_mentions, *text.mentions)}
        self._surfaces = {text.string[m.start : m.end]: m for m in self.mentions}
        printed = (
            text.string,
            article.title or "",
            article.source or "",
            article.domain or "",
            *article.authors,
        )
        self._said = plain_quotes(" \n ".join(printed)).casefold()
        self._printed = [fold(text.quote(span)) for span in self.sentences]
        self._venues = {fact.venue.casefold() for fact in facts if fact.venue}

    def read(self, claim: Claim, about: tuple[str, ...] = ()) -> Words:
        """The claim held against the article. `about` is what was spoken of before: a sentence that names no asset goes on with it."""
        text, unmarked = without_markup(clean(claim.text), self.says)
        faults = [
            f"it cites sentence {i}, which there is not"
            for i in claim.sentences
            if not 0 <= i < len(self.sentences)
        ]
        sources = [self._printed[i] for i in claim.sentences if 0 <= i < len(self.sentences)]
        shown, figures = [], 0
        carried = about
        last = (-1, 0)
        for span in split_sentences(text):
            sentence = text[span.start : span.end]
            place = (
                None if REFERENCE.search(sentence) else find_printed(fold(sentence), sources, last)
            )
            if place:
                last = place
                figures += len(find_numbers(sentence))
                carried = (
                    tuple(dict.fromkeys(m.subject for m in self.find_mentions(sentence))) or carried
                )
                shown.append(sentence)
                continue
            said = _Sentence(self, sentence, carried)
            faults += said.faults
            figures += len(said.figures)
            carried = said.subjects or carried
            shown.append(said.text)
        return Words(
            " ".join(shown).strip(), tuple(dict.fromkeys(faults)), figures, unmarked, carried
        )

    def subjects_of(self, i: int) -> frozenset[str]:
        """The assets that sentence i speaks of: those it names, else those of the last sentence that named any."""
        for place in range(i, -1, -1):
            start, end = self.sentences[place]
            if named := frozenset(m.subject for m in self.mentions if start <= m.start < end):
                return named
        return frozenset()

    def says(self, words: str) -> bool:
        """Whether the article, its title or its source has these words, in any case, whole."""
        return (
            re.search(rf"(?<!\w){re.escape(plain_quotes(words).casefold())}(?!\w)", self._said)
            is not None
        )

    def distance(self, fact: Fact) -> str | None:
        """How far a level lies from the article's price of its asset: "0.7% below the price"; None without both."""
        price = find_price(self.facts, fact.subject)
        if not price or fact.unit != "USD" or fact.kind not in LEVELS:
            return None
        away = (fact.value / price - 1) * 100
        return f"{abs(away):.1f}% {'above' if away > 0 else 'below'} the price"

    def sentence_of(self, fact: Fact) -> str:
        """The sentence that states the fact."""
        at = max(0, bisect_right([s.start for s in self.sentences], fact.evidence.start) - 1)
        return self.text[slice(*self.sentences[at])] if self.sentences else ""

    def find_mentions(self, sentence: str) -> list[Mention]:
        """The assets named in a claim's sentence, those that only the article introduces included."""
        found = find_mentions(sentence)
        taken = [(m.start, m.end) for m in found]
        others = [
            replace(mention, start=match.start(), end=match.end())
            for surface, mention in self._surfaces.items()
            if len(surface) > 1
            for match in re.finditer(rf"(?<!\w){re.escape(surface)}(?!\w)", sentence)
            if not any(start < match.end() and match.start() < end for start, end in taken)
        ]
        return sorted((*found, *others), key=lambda m: m.start)


class _Sentence:
    """One sentence of a claim that is not the article's own: `text` as it may be shown, `faults` where it may not."""

    def __init__(self, support: Support, sentence: str, carried: Sequence[str]):
        self._support, self._facts, self._carried = support, support.facts, carried
        self.faults: list[str] = []
        self._raw = unicodedata.normalize("NFKC", sentence)
        self._blank = REFERENCE.sub(
            lambda match: "\x00" * len(match[0]), self._raw
        )  # offsets stay, references hold no digits
        self._mentions = support.find_mentions(self._blank)
        self.subjects = tuple(dict.fromkeys(m.subject for m in self._mentions))
        self._clauses = self._split_clauses()
        self.figures = sorted(
            (*self._references(), *self._typed()), key=lambda figure: figure.start
        )
        self.text = self._fill()
        self._check_names()

    def _split_clauses(self) -> list[Span]:
        cuts = [match.end() for match in CLAUSE_END.finditer(self._blank)]
        return [
            Span(start, end)
            for start, end in zip([0, *cuts], [*cuts, len(self._blank)], strict=True)
        ]

    def _references(self) -> Iterator[_Figure]:
        for match in REFERENCE.finditer(self._raw):
            i = int(match[2])
            if i >= len(self._facts):
                self.faults.append(f"{match[0]} is no row of the facts")
            elif match[1] == "D" and self._support.distance(self._facts[i]) is None:
                self.faults.append(
                    f"{match[0]} asks for the distance of a level from a price, and the article does not give both"
                )
            else:
                yield _Figure(match.start(), match.end(), (i,), distance=match[1] == "D")
        for match in re.finditer(r"[{}]", REFERENCE.sub("", self._raw)):
            self.faults.append(f"{match[0]} stands outside a reference such as {{F3}}")

    def _typed(self) -> Iterator[_Figure]:
        """Figures that were typed: each has to be a fact's; a date or a period has to be the article's."""
        covered = [Span(m.start, m.end) for m in self._mentions]
        for number in find_numbers(self._blank):
            written = self._blank[number.start : number.end]
            if any(m.start <= number.start and number.end <= m.end for m in self._mentions):
                continue
            covered.append(Span(number.start, number.end))
            fitting = tuple(i for i, fact in enumerate(self._facts) if self._is_typed(number, fact))
            if fitting:
                end = number.end
                if not number.unit and any(
                    self._facts[i].unit not in _BARE for i in fitting
                ):  # "1,142 BTC": code writes both
                    end = next(m.end for m in self._mentions if m.start >= end)
                yield _Figure(number.start, end, fitting, signed=number.is_signed)
            elif number.unit or not self._is_date(number):
                self.faults.append(f"{written.strip()} was typed and is no fact")
        rest = list(self._blank)
        for span in covered:
            rest[span.start : span.end] = " " * (span.end - span.start)
        for token in re.findall(r"\S+", "".join(rest)):
            if any(letter.isnumeric() for letter in token):
                bare = token.strip(".,;:!?()[]'\"“”‘’")
                if re.fullmatch(r"\d+(?:[.,]\d+)*[xX]", bare) or not (
                    self._support.says(bare) or self._is_period(bare)
                ):
                    self.faults.append(f"{bare} was typed and is no fact")

    def _is_typed(self, number: Number, fact: Fact) -> bool:
        same = abs(fact.value - number.value) <= 1e-9 * abs(fact.value)
        if not same and not (
            not number.is_signed and abs(abs(fact.value) - number.value) <= 1e-9 * abs(fact.value)
        ):
            return False
        if number.unit:
            return number.unit == fact.unit
        follows = [m.subject for m in self._mentions if 0 <= m.start - number.end <= 2]
        return fact.unit in _BARE or fact.unit in follows

    def _is_date(self, number: Number) -> bool:
        """Whether a bare number stands in the article beside the same word: "10 February", "24 hours", or is a year of its."""
        written = self._blank[number.start : number.end].strip()
        if re.fullmatch(r"(?:19|20)\d\d", written):
            return self._support.says(written)
        after = re.match(r"[\s-]([A-Za-z]+)", self._blank[number.end :])
        before = re.search(r"([A-Za-z]+\.?)\s\Z", self._blank[: number.start])
        joined = (
            [f"{written}{gap}{after[1]}" for gap in " -"] if after and _TIME.match(after[1]) else []
        )
        joined += [f"{before[1]} {written}"] if before and _TIME.match(before[1]) else []
        return any(
            self._support.says(words) or (words.endswith("s") and self._support.says(words[:-1]))
            for words in joined
        )

    def _is_period(self, token: str) -> bool:
        return any(fact.period == token for fact in self._facts)

    def _fill(self) -> str:
        """The sentence with its figures written by code; what is wrong with them goes to the faults."""
        parts, at = [], 0
        for k, figure in enumerate(self.figures):
            scope = self._scope(k)
            tried = [
                (self._figure_faults(figure, self._facts[i], scope), self._facts[i])
                for i in figure.facts
            ]
            faults, fact = min(tried, key=lambda item: len(item[0]))
            self.faults += faults
            parts += [self._raw[at : figure.start], self._write(figure, fact, scope)]
            at = figure.end
        return "".join([*parts, self._raw[at:]])

    def _scope(self, k: int) -> Scope:
        figure = self.figures[k]
        clause = next(
            c for c in self._clauses if c.start <= figure.start < c.end or c.end == len(self._blank)
        )
        start = max(clause.start, self.figures[k - 1].end if k else 0)
        end = min(
            clause.end, self.figures[k + 1].start if k + 1 < len(self.figures) else clause.end
        )
        return Scope(
            self._blank[start : figure.start],
            self._blank[figure.end : max(end, figure.end)],
            self._blank[clause.start : start],
            clause.start,
        )

    def _figure_faults(self, figure: _Figure, fact: Fact, scope: Scope) -> list[str]:
        named = self._raw[figure.start : figure.end]
        what = f"{named} is {fact.kind} of {fact.subject}"
        faults = []
        if not self._is_about(figure, fact, scope):
            faults.append(f"{what}, which the words around it do not name")
        kinds = named_kinds(scope, fact)
        named_before = figure.distance and any(
            f.facts == figure.facts and not f.distance for f in self.figures
        )
        if kinds is not None and fact.kind not in kinds and not named_before:
            faults.append(f"{what}, not what the sentence calls it")
        if is_bent(scope, self._support.sentence_of(fact)):
            faults.append(f"{named} stands beside a sign, a scale or a rate that changes it")
        if figure.distance:
            return faults
        if not is_as_certain(fact, scope.before, self._support.sentence_of(fact)):
            faults.append(f"{what}, not what will be, or may be, by the article")
        sign = sign_word(scope, fact)
        wrong = sign is None or (sign and fact.value and (sign > 0) != (fact.value > 0))
        if fact.kind in SIGNED and wrong:
            faults.append(
                f"{what} and {'negative' if fact.value < 0 else 'positive'}, which the words around it do not fit"
            )
        if (
            fact.kind in SIGNED
            and fact.value < 0
            and not figure.signed
            and not named.startswith("{")
            and not sign
        ):
            faults.append(f"{named} was typed without its sign")
        moves = {
            f.value > 0
            for f in self._facts
            if f.kind == "price_change" and f.subject == fact.subject and f.value
        }
        if fact.kind == "price" and sign and len(moves) == 1 and (sign > 0) not in moves:
            faults.append(f"{fact.subject} did not move that way to {named}")
        price, stands = find_price(self._facts, fact.subject), _STANDS.search(scope.before)
        if (
            fact.kind in LEVELS
            and price
            and stands
            and (stands[1].lower() in ("above", "over")) != (price > fact.value)
        ):
            faults.append(f"the price of {fact.subject} is not {stands[1]} {named}")
        return faults + self._detail_faults(what, fact, scope)

    def _detail_faults(self, what: str, fact: Fact, scope: Scope) -> list[str]:
        faults = []
        periods = find_periods(scope.after) or find_periods(scope.before)
        if (
            fact.period
            and periods
            and fact.kind in SIGNED | {"liquidations", "trading_volume"}
            and fact.period not in periods
        ):
            faults.append(f"{what} over {fact.period}, not over the time named")
        venue = re.match(r"\s(?:on|at|from|by)\s([A-Z]\w+)", scope.after)
        if (
            venue
            and fact.venue
            and venue[1].casefold() in self._support._venues
            and not fact.venue.casefold().startswith(venue[1].casefold())
        ):
            faults.append(f"{what} on {fact.venue}, not on {venue[1]}")
        return faults

    def _is_about(self, figure: _Figure, fact: Fact, scope: Scope) -> bool:
        """Whether the words around a figure name the fact's subject, or, naming none, what was spoken of before."""
        if (
            fact.unit == fact.subject
        ):  # "1,142 BTC" says itself what it is of, unless it is said of another coin
            told = [m for m in self._mentions if scope.start <= m.start and m.end <= figure.start]
            if told and told[-1].group in _HOLDERS:
                return self._are_holders(told[-1:], fact)
            return not told or _speaks_of(self._linked(told), fact)
        if (
            fact.subject not in self._support.groups and fact.subject != MARKET
        ):  # a company or project, by its name
            return fact.subject.casefold() in self._raw.casefold() or fact.subject in self._carried
        here = [m for m in self._mentions if scope.start <= m.start < figure.end + len(scope.after)]
        here = [m for m in here if not _SET_APART.search(self._blank[: m.start])]
        if KINDS[
            fact.kind
        ].of_holding:  # a fund or a company buys and holds what the figure is about
            if not self._are_holders([m for m in here if m.group in _HOLDERS], fact):
                return False
            here = [m for m in here if m.group not in _HOLDERS]
        after = [m for m in here if m.start >= figure.end]
        if (
            after
            and _ATTACHED.match(self._blank[figure.end : after[0].start])
            and _speaks_of(after[:1], fact)
        ):
            return True
        before = [m for m in here if m.end <= figure.start]
        if before:
            return _speaks_of(self._linked(before), fact)
        if after and _speaks_of(self._linked_on(after), fact):
            return True
        told = [m for m in self._mentions if m.end <= figure.start]
        if told:
            return _speaks_of(self._linked(told), fact)
        return fact.subject in self._carried or (
            fact.subject == MARKET and not self._carried and not after
        )

    def _are_holders(self, named: Sequence[Mention], fact: Fact) -> bool:
        """Whether the sentence that states the fact names these too: another's coins are not hung on them."""
        return {m.subject for m in named} <= {
            m.subject for m in self._support.find_mentions(self._support.sentence_of(fact))
        }

    def _linked(self, mentions: list[Mention]) -> list[Mention]:
        """The last mention and those joined to it: "Bitcoin and ether fell"."""
        found = [mentions[-1]]
        for mention in reversed(mentions[:-1]):
            gap = self._blank[mention.end : found[-1].start]
            if not (_LINKED.match(gap) or mention.subject == found[-1].subject):
                break
            found.append(mention)
        return found

    def _linked_on(self, mentions: list[Mention]) -> list[Mention]:
        found = [mentions[0]]
        for mention in mentions[1:]:
            if not _LINKED.match(self._blank[found[-1].end : mention.start]):
                break
            found.append(mention)
        return found

    def _write(self, figure: _Figure, fact: Fact, scope: Scope) -> str:
        """The figure; its sign where no word tells it, and what it is where no word says so."""
        if figure.distance:
            return self._support.distance(fact) or ""
        told = fact.kind in SIGNED - STATES and sign_word(scope, fact)
        written = format_value(abs(fact.value) if told else fact.value, fact.unit)
        if fact.kind in SIGNED and not told and fact.value > 0:
            written = "+" + written
        placed = fact.kind == "price" and _AT.search(scope.before)
        unnamed = named_kinds(scope, fact) is None and fact.kind != "other" and not placed
        return f"{written} ({fact.kind.replace('_', ' ')})" if unnamed else written

    def _check_names(self) -> None:
        """Assets, names, quotations and quantities in words have to be the article's."""
        support = self._support
        for mention in self._mentions:
            subjects = {
                mention.subject,
                underlying(mention.subject),
            }  # "bitcoin dominance" is BTC.D
            known = subjects & support.groups.keys() or any(
                subjects & {f.subject, f.venue} for f in self._facts
            )
            if not known and mention.group not in ("market", "sector"):
                self.faults.append(
                    f"the article does not name {self._blank[mention.start : mention.end]}"
                )
        acronyms = load_words()["acronym"]
        for start, name in find_names(self._blank):
            first = (
                not self._blank[:start].strip(" \x00“\"'‘(")
                or self._blank[:start].rstrip()[-1:] in ":.;"
            )
            if name == name.lower() or (first and " " not in name and not name.isupper()):
                continue  # a period such as 24h; a sentence begins with a capital
            words = [
                w
                for w in name.split()
                if w not in acronyms
                and not any(m.start <= start + name.find(w) < m.end for m in self._mentions)
            ]
            if words and not support.says(name) and not support.says(" ".join(words)):
                self.faults.append(f"the article does not name {name}")
        for match in _QUOTED.finditer(self._blank):
            quoted = (
                next(part for part in match.groups() if part is not None).strip().rstrip(".,!?;")
            )
            if quoted and plain_quotes(quoted) not in plain_quotes(support.text):
                self.faults.append(f"the article does not have the words “{quoted[:80]}”")
        if self._blank.count('"') % 2 or self._blank.count("“") != self._blank.count("”"):
            self.faults.append("a quotation does not end")
        self.faults += [
            f"the article does not name {day}"
            for day in _DAY.findall(self._blank)
            if not support.says(day)
        ]
        for match in _QUANTITY.finditer(self._blank):
            if (
                not support.says(match[0])
                and not support.says(_DIGITS.get(match[0].lower(), match[0]))
                and not any(f.start <= match.start() < f.end for f in self.figures)
            ):
                self.faults.append(f"the article does not say {match[0]}")


_TIME = re.compile(
    r"(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*\.?\Z|(?:second|minute|hour|day|week|month|year)s?\Z|(?:a\.?m|p\.?m|ET|UTC|Q)\Z",
    re.IGNORECASE,
)


def _speaks_of(mentions: Sequence[Mention], fact: Fact) -> bool:
    subjects = {m.subject for m in mentions} | {underlying(m.subject) for m in mentions}
    return fact.subject in subjects or (fact.venue is not None and fact.venue in subjects)
