"""TEXT, FACTS -> SUPPORT: what an article prints and names, made ready to check claims against."""

import math
import re
from collections.abc import Sequence

from summarizer.facts.kinds import KINDS, LEVELS, PRICES
from summarizer.facts.levels import find_price
from summarizer.facts.subjects import underlying
from summarizer.models import Fact
from summarizer.tables import word_set
from summarizer.text.asset_table import load_assets, stock_tickers
from summarizer.text.assets import MARKET, Mention, find_mentions
from summarizer.text.printed import plain_quotes
from summarizer.text.reading import Text
from summarizer.text.spans import Span
from summarizer.verification.scope import Scope

_MARKED_TICKER = (
    r"\(\$?{0}\)|:\s?{0}\)|\${0}(?!\w)|(?<!\w){0}\s\$\d|\b(?:token|coin),?\s{0}(?!\w)"
    r"|(?<!\w){0},?\s(?:the\s)?(?:\w+[’']s\s)?(?:native\s)?(?:token|coin)\b"
)
_INTRODUCED = r"((?:[A-Z][\w&]+\s){{1,4}})(?:Inc\.|Corp\.|Holdings|Group)?\s?\([^)]{{0,20}}\$?{0}\)"
# Codes of what an article calls by a plain word.
_SPOKEN = {
    "XAU": ("gold",),
    "XAG": ("silver",),
    "WTI": ("oil", "crude"),
    "USD/JPY": ("yen",),
    "USDJPY": ("yen",),
    "EUR/USD": ("euro",),
    "US2Y": ("two-year", "2-year"),
    "US10Y": ("ten-year", "10-year"),
    "JP10Y": ("ten-year", "10-year"),
    "VIX": ("volatility index",),
    "BNB": ("BSC",),
    "XRP": ("Ripple",),
    "KRW": ("won",),
    "MARA": ("Marathon",),
}
_QUOTED_IN = r"/?(?:USDT?|USDC)(?!\w)"  # "Maintenance margin for LINKUSDT"
_PRICED = PRICES | {"price_change", "market_cap", "token_unlock"}
_TICKER = re.compile(r"[A-Z][A-Z0-9]{1,9}")
_LISTED = re.compile(r",\s(?:and\s)?|\s(?:and|&)\s")  # "BTC, ETH and SOL"
_LEAST_WORD = 3  # letters of each word of a name that the article has word by word


def _find_full_names(string: str, ticker: str) -> set[str]:
    """The names before a ticker in brackets, whole and by their first two words: "Harrow Peak" of
    "Harrow Peak Digital (HPKD)".
    """
    names = {name.strip() for name in re.findall(_INTRODUCED.format(ticker), string)}
    return names | {" ".join(name.split()[:2]) for name in names if name.count(" ") > 1}


class Support:
    """An article with its facts, asked whether it bears out what an analyst says.

    `rows` are the facts as an analyst counts them, None for a row that states none.
    """

    def __init__(self, text: Text, rows: Sequence[Fact | None]):
        article = text.article
        self.text, self.rows = text, rows
        self.facts = facts = [fact for fact in rows if fact]
        labels = (article.title, article.source, article.domain, *article.authors)
        printed = " \n ".join([text.string, *(label or "" for label in labels)])
        self._printed = plain_quotes(printed).casefold()
        self._mentions = {text.string[m.start : m.end]: m for m in text.mentions}
        self.groups = {m.subject: m.group for m in (*text.title_mentions, *text.mentions)}
        for subject, group in self.groups.items():  # an analyst says NEAR of "NEAR Protocol"
            if _TICKER.fullmatch(subject):
                self._mentions.setdefault(subject, Mention(0, 0, subject, group))
        for fact in facts:
            self._add_ticker(fact)
        self._add_companies(facts)
        subjects = [name for fact in facts for name in (fact.subject, fact.venue)]
        self.subjects = frozenset((*self.groups, *subjects))

    def says(self, words: str) -> bool:
        """Whether the article, its title or its source has these words, in any case, unbroken."""
        words = re.escape(plain_quotes(words).casefold())
        return re.search(rf"(?<!\w){words}(?!\w)", self._printed) is not None

    def says_word(self, stem: str) -> bool:
        """Whether a word of the article begins with these letters."""
        return re.search(rf"(?<!\w){re.escape(stem.casefold())}", self._printed) is not None

    def is_printed_ticker(self, name: str) -> bool:
        """Whether the article prints the name as a ticker, or names the asset of a known one.

        It does in "Quiver (QVX)", "$QVX", "TIDE $0.06", "the token TIDE", "stETH", and for COIN in
        "Coinbase".
        """
        if not _TICKER.fullmatch(name) or name in word_set("acronym"):
            return False
        string = f"{self.text.article.title or ''}\n{self.text.string}"
        if name not in load_assets().tickers:
            return re.search(_MARKED_TICKER.format(name), string) is not None
        if re.search(rf"(?<!\w){name}{_QUOTED_IN}", string):
            return True
        # the first letter stands before the look behind it, so that the search goes from one to the
        # next of them
        first = rf"[{name[0]}{name[0].lower()}](?<!\w.)"
        printed = re.findall(rf"{first}(?i:{name[1:]})(?!\w)", string)
        companies = [company for company, stock in stock_tickers().items() if stock == name]
        return any(word[0].isupper() or word[1:2].isupper() for word in printed) or any(
            map(self.says, companies)
        )

    def find_subject(self, name: str) -> str | None:
        """The canonical subject of a name, None where the article does not name it.

        A ticker stands for itself, "Bitcoin" for BTC, several for the market, and a name without
        ticker as it is printed.
        """
        name = name.strip()
        if name == MARKET or name in self.subjects:
            return name
        mentions = self.find_mentions(name)
        if len(mentions) == 1 and mentions[0].subject in self.groups:
            return mentions[0].subject
        left, _, right = name.partition("/")
        if right:  # a pair
            return name if self.find_subject(left) and self.find_subject(right) else None
        if self._has_code(name):
            return name
        names = _LISTED.split(name)
        if len(names) > 1 and all(map(self.find_subject, names)):
            return MARKET  # "BTC and ETH", of which no one can tell the parts
        is_asset = name in load_assets().tickers
        return name if name and not is_asset and self._prints(name) else None

    def _has_code(self, code: str) -> bool:
        """Whether the article has a code: of a fund's asset, as a ticker, or by its spoken name."""
        is_underlying = any(underlying(subject) == code for subject in self.groups)
        is_spoken = any(map(self.says, _SPOKEN.get(code, ())))
        return is_underlying or is_spoken or self.is_printed_ticker(code)

    def _prints(self, name: str) -> bool:
        """Whether the article has the name, or a name of several words word by word."""
        words = name.split()
        is_spread = len(words) > 1 and all(len(word) >= _LEAST_WORD for word in words)
        return self.says(name) or (is_spread and all(map(self.says, words)))

    def names(self, sentence: str, subject: str) -> bool:
        """Whether a sentence of the article names the subject, by whatever name."""
        mentions = self.find_mentions(sentence)
        if any(subject in (mention.subject, underlying(mention.subject)) for mention in mentions):
            return True
        companies = [name for name, stock in stock_tickers().items() if stock == subject]
        words = "|".join(map(re.escape, (subject, *_SPOKEN.get(subject, ()), *companies)))
        return re.search(rf"(?<!\w)(?:{words})(?!\w)", sentence, re.IGNORECASE) is not None

    def _add_ticker(self, fact: Fact) -> None:
        """Adds the ticker of a fact that a model read, where only the article has it."""
        ticker, tickers = fact.subject, load_assets().tickers
        is_priced = fact.kind in _PRICED and _TICKER.fullmatch(ticker)
        is_new = ticker not in tickers or ticker not in self.groups
        if not is_new or not (is_priced or self.is_printed_ticker(ticker)):
            return
        group = self.groups.setdefault(ticker, tickers.get(ticker, "coin"))
        names = _find_full_names(self.text.string, ticker)
        owners = {other.venue for other in self.facts if KINDS[other.kind].of_holding}
        if not names.isdisjoint(owners):  # a company that holds coins is no coin
            group = "stock"
        self._mentions |= dict.fromkeys((ticker, *names), Mention(0, 0, ticker, group))

    def _add_companies(self, facts: Sequence[Fact]) -> None:
        """Let the names of companies stand for the stocks that the facts are about."""
        stocks = {fact.subject for fact in facts if self.groups.get(fact.subject) == "stock"}
        for company, stock in stock_tickers().items():
            if stock in stocks and self.says(company):
                for name in (company.title(), company.capitalize()):
                    self._mentions.setdefault(name, Mention(0, 0, stock, "stock"))

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

    def says_move(self, subject: str, sign: int) -> bool:
        """Whether a sentence that names the subject has a word of movement of that sign."""
        words = word_set("up" if sign > 0 else "down")
        return any(
            not words.isdisjoint(self.text.lowered[slice(*self.text.word_range(sentence))])
            for sentence in self.text.sentences
            if any(mention.subject == subject for mention in self.text.mentions_in(sentence))
        )

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

    def scopes_of(self, fact: Fact) -> list[Scope]:
        """The words around each place where the article prints the fact's number."""
        text, scopes = self.text, []
        for number in text.numbers:
            is_own = fact.evidence.start <= number.start < fact.evidence.end
            if not math.isclose(abs(number.value), abs(fact.value)):
                continue
            if not is_own and number.unit != fact.unit:
                continue
            sentence = text.sentences[text.sentence_at(number.start)]
            others = [Span(other.start, other.end) for other in text.numbers_between(*sentence)]
            own = Span(number.start, number.end)
            scopes.append(Scope.around(text.string, own, others, sentence))
        return scopes

    def distance(self, fact: Fact) -> str | None:
        """How far a level lies from the article's price of its asset; None without both.

        It is written as "0.7% below the price".
        """
        price = find_price(self.facts, fact.subject)
        if not price or fact.unit != "USD" or fact.kind not in LEVELS:
            return None
        percent = (fact.value / price - 1) * 100
        return f"{abs(percent):.1f}% {'above' if percent > 0 else 'below'} the price"
