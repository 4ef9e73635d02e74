"""TEXT -> OWNERS: what a figure belongs to by the grammar of its clause: "Zorbex, a new memecoin,
rose 41% to $0.0123".

The owner is what stands before the verb, at the head of a row, or right before the figure in a
list. Where no table knows it, the figure is about that name if the article calls it a coin, else
about nobody: never about the nearest asset that is known.
"""

import re
from functools import cache
from typing import NamedTuple

from summarizer.facts.candidates import Candidate
from summarizer.tables import common_words, match_any, read_rows, word_set
from summarizer.text.asset_table import load_assets, stock_tickers
from summarizer.text.reading import Text
from summarizer.text.spans import Span

NOBODY = "-"
_OWNED = frozenset({"price", "price_change", "price_past", "macro_indicator", "other"})

_NO_SUBJECT = re.compile(  # "… in New York was up", "Riot and Marathon have fallen 5% and 6%"
    r"""
    (?:^|\s)(?:(?i:in|at|on|from|by|for|with|to|than|into|versus|vs\.?|against|over|like|despite|amid|as|formerly|previously|originally|once)
        |(?<!price\s)(?<!prices\s)(?<!shares\s)(?<!value\s)(?i:of))\s\$?\Z
    | (?:[A-Z][\w.]*|\)),?\s(?:and|&|or)\s\Z
    """,
    re.VERBOSE,
)
_COIN = re.compile(r"\b(?:token|\w*coin|cryptocurrency)\b")
_LISTED = re.compile(  # "rose 5%, Zorbex 6%"
    r"\d%?(?:\san?\s(?:ounce|barrel|share|token|coin))?(?:,|;|,?\sand)\s\Z"
)

_NAMES_BACK = 12  # words with a capital, before "its shares", in which their company is looked for
_BACK = 1000  # code points in which these words, or the mention of a stock, have to stand
_THEIR_STOCK = re.compile(  # "its shares", "the miner's stock": of the company named before
    r"\b(?:[Ii]ts|[Tt]heir|[Tt]he\s(?:company|firm|miner|exchange|bank)[’']s)\s(?:\w+\s)?(?:shares|stock)\b"
)


@cache
def _nouns() -> dict[str, str]:
    """The codes of what articles name by a common noun, by that noun: oil, gold."""
    return {
        noun: subject for subject, nouns in read_rows("owners.tsv") for noun in nouns.split("|")
    }


def _with_capital(noun: str) -> str:
    """The noun as it stands in a sentence or at its beginning."""
    return f"[{noun[0].upper()}{noun[0]}]{re.escape(noun[1:])}"


@cache
def _pattern() -> re.Pattern[str]:
    """A name or a noun before a figure: as the subject of its verb, at the head of its row, or next
    to it in a list.
    """
    moves = match_any("up", "down", "quoted")
    nouns = "|".join(sorted(map(_with_capital, _nouns()), key=len, reverse=True))
    return re.compile(
        rf"""
        (?<![\w$€.’'&/-])
        (?: (?P<coin>(?:memecoin|altcoin|token|coin|cryptocurrency)\s)?
            \$?(?P<name>(?:[A-Z]|[a-z]{{1,5}}(?=[A-Z]{{2}}))[\w.&’-]*?
                (?:[ ][A-Z0-9][\w.&-]*?){{0,3}})
          | (?P<noun>{nouns}) )
        (?P<ticker>\s?\(\$?[A-Z][\w:\s.]{{0,15}}\))?
        (?P<also>,\s[a-z][^.;:\d]{{2,70}}?,(?=\s[a-z]))?
        (?: \s(?:(?:has|have|had|is|was|were|are|also|then|since|later|meanwhile|itself
                |[a-z]+ly)\s){{0,3}}
            (?P<verb>{moves})
            (?:\s(?:by|to|at|about|around|nearly|almost|roughly|over|some|more|than|an?|another|up|down
                |just|near|above|below|past|from|as|much|low|high|back|hands|further|additional
                |only|the|day|session|slightly|sharply|steeply|modestly|overnight|barely))*
            \s(?=[-−+±▲▼(]?\s?[$€£₹]?\d)
          | (?P<row>\s?[:|–—]\s(?=[-−+▲▼]?\s?[$€£₹]?\d)|\s\(?(?=[-−+▲▼]\s?\d))
          | (?P<next>\s(?=\$?\d[\d.,]*(?:\s?%|\s(?:per\s?cent))?)) )
        """,
        re.VERBOSE,
    )


_CARRIES = "took|brought|sent|pushed|dragged|knocked|left|drove|lifted"  # an asset to a price


@cache
def _move_of() -> re.Pattern[str]:
    """What a move is of: "an 8% slide in SOL", "a 12% plunge took HYPE to $29"."""
    moves = match_any("up", "down")
    return re.compile(
        rf"""
        \s(?:[a-z-]+\s)?{moves}
        \s(?:in|for|by|of|{_CARRIES}|carried)
        \s(?:the\s)?\$?(?P<name>[A-Z]{{2,10}}\b)?
        """,
        re.VERBOSE,
    )


@cache
def _taken() -> re.Pattern[str]:
    """What a move took to a price: "a 12% plunge took HYPE to $29"."""
    moves = match_any("up", "down")
    return re.compile(
        rf"""
        %\s(?:[a-z-]+\s)?{moves}\s(?:{_CARRIES})\s\$?(?P<name>[A-Z]{{2,10}})\b
        """,
        re.VERBOSE,
    )


class Owner(NamedTuple):
    """What owns the figures from a place on: its code, a name, or NOBODY."""

    place: int
    subject: str


class Owners:
    """The owners that one text names before figures."""

    def __init__(self, text: Text):
        self._text = text
        self._named = {mention.subject for mention in text.mentions}
        self._found: dict[int, list[Owner]] = {}

    def find(self, candidate: Candidate, kind: str) -> str | None:
        """The owner of a figure; None where the grammar of its clause tells none."""
        if kind not in _OWNED:
            return None
        number = candidate.number
        if behind := self._behind(candidate):
            return behind
        before = [o for o in self._in_sentence(candidate) if o.place <= number.start + 1]
        if not before or self._is_parted(before[-1], candidate):
            return None
        return before[-1].subject

    def _behind(self, candidate: Candidate) -> str | None:
        """The asset that "an 8% slide in SOL" names behind its figure."""
        move = _move_of().match(self._text.string, candidate.end, candidate.span.end)
        if candidate.unit_class != "percent" or not move:
            return None
        start = move.start("name") if move["name"] else move.end()
        mentions = self._text.mentions_in(Span(start, start + 1))
        if mentions:
            return mentions[0].subject if mentions[0].group == "coin" else None
        # "a 12% plunge took HYPE to $29", where no table knows it for sure
        is_name = move["name"] and move["name"] not in word_set("acronym", "no_name")
        return NOBODY if is_name and not self._text.mentions_in(candidate.span) else None

    def _is_parted(self, owner: Owner, candidate: Candidate) -> bool:
        """Whether another asset or the end of a clause stands between an owner and a figure."""
        place, start = owner.place, candidate.number.start
        if place >= start:
            return False
        is_named = any(place <= m.start < start for m in candidate.mentions)
        is_known = owner.subject in self._named  # what nobody knows owns what follows too
        return is_named or (is_known and self._text.crosses_clause(place, start))

    def _in_sentence(self, candidate: Candidate) -> list[Owner]:
        """The owners that the sentence of a figure names, in order."""
        if candidate.sentence not in self._found:
            matches = _pattern().finditer(self._text.string, *candidate.span)
            owners = [owner for owner in map(self._read, matches) if owner]
            for match in _taken().finditer(self._text.string, *candidate.span):
                mentions = self._text.mentions_in(Span(*match.span("name")))
                subject = mentions[0].subject if mentions else NOBODY
                owners.append(Owner(match.end(), subject))
            owners += (
                Owner(match.end(), self._find_company(match.start()))
                for match in _THEIR_STOCK.finditer(self._text.string, *candidate.span)
            )
            self._found[candidate.sentence] = sorted(owners)
        return self._found[candidate.sentence]

    def _find_company(self, start: int) -> str:
        """The company that was named last before a place: whose shares "its shares" are."""
        first = max(0, start - _BACK)
        near = self._text.mentions_in(Span(first, start))
        stocks = [mention.subject for mention in near if mention.group == "stock"]
        names = re.findall(r"[A-Z][\w&.-]+", self._text.string[first:start])
        listed = [stock_tickers().get(name.lower()) for name in names[-_NAMES_BACK:]]
        return next(filter(None, [*reversed(listed), *reversed(stocks)]), NOBODY)

    def _read(self, match: re.Match[str]) -> Owner | None:
        """The owner that a match names, None for what is no name or not the verb's subject."""
        string, start = self._text.string, match.start()
        if _NO_SUBJECT.search(string, max(0, start - 40), start):
            return None
        if match["next"] and not _LISTED.search(string, max(0, start - 24), start):
            return None
        group = "noun" if match["noun"] else "name"
        past = match.end("ticker") if match["ticker"] else match.end(group)
        mentions = self._text.mentions_in(Span(match.start(group), past))
        if mentions:
            is_asset = mentions[-1].group not in ("market", "macro")
            is_asset = is_asset or match["noun"] is not None
            subject = mentions[-1].subject if is_asset else None
        else:
            subject = _nouns()[match["noun"].lower()] if match["noun"] else self._name(match)
        return Owner(match.end(), subject) if subject else None

    def _name(self, match: re.Match[str]) -> str | None:
        """The code of a name that is no mention, the name itself where it is a coin's, NOBODY, or
        None for words that are no name.
        """
        name, table = match["name"].rstrip("."), load_assets()
        words = name.lower().split()
        if name.lower() in _nouns():  # "Oil jumped 4%"
            return _nouns()[name.lower()]
        if name.upper() in self._named:
            return name.upper()
        if match["verb"] in word_set("up", "down") and name.lower() in stock_tickers():
            return stock_tickers()[name.lower()]
        if all(map(_is_common, name.split())) or words[-1] in _small_words():
            return None
        ticker = name.upper()
        if table.tickers.get(ticker) == "coin" and ticker not in table.shy:
            return ticker
        is_coin = match["coin"] or _COIN.search(match["also"] or "")
        return name if is_coin else NOBODY


def _is_common(word: str) -> bool:
    """Whether a word names nothing by itself: any word of the language, a month, a number."""
    lowered = word.lower()
    is_known = word in word_set("no_name", "acronym", "month", "venue")
    is_word = lowered in common_words() or lowered in _small_words()
    return is_known or is_word or not word.isalpha()


@cache
def _small_words() -> frozenset[str]:
    """Words at which a name ends, or that are none, in small letters."""
    return frozenset(
        word.lower() for word in word_set("no_name", "name_end", "up", "down", "metric")
    )
