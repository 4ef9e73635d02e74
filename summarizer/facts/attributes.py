"""Sign, period, venue, qualifier, speaker and evidence of a number, from the words of its sentence."""

import re
from bisect import bisect_right
from functools import cache

from summarizer.facts.candidates import Candidate
from summarizer.models import Evidence
from summarizer.tables import load_words
from summarizer.text.lexicon import Lexicon
from summarizer.text.reading import Text
from summarizer.text.spans import is_whole

_VENUE = re.compile(
    r"\b(?:Binance|Bybit|Deribit|OKX|Coinbase|Kraken|Bitfinex|Bitget|CME|BitMEX|Hyperliquid|dYdX|KuCoin|Huobi|HTX|Gate\.io|Upbit|Bitstamp"
    r"|Gemini|Coin[gG]lass|Glassnode|CryptoQuant|Santiment|Farside|So[Ss]o[Vv]alue|CoinMarketCap|CoinGecko|De[fF]iLlama|IBIT|FBTC|ARKB"
    r"|GBTC|BITB|ETHA|FETH|ETHE|BlackRock|Fidelity|Grayscale|Bitwise|VanEck|Polymarket|Kalshi|Laevitas|Amberdata|Kaiko|CoinShares"
    r"|Nansen|Arkham|MicroStrategy|Strategy|Metaplanet|SharpLink(?: Gaming)?|BitMine|Tesla)\b"
)
_WITH = re.compile(r",\swith\s")  # "Binance stood at -0.011%, with Bybit at -0.014%"
_PAST_CLAUSE, _PAST_NUMBER = 60, 40  # code points that a venue seems further off
_ROUND = re.compile(
    r"\b(pre-seed|seed|series [a-e]|strategic|private|public|presale|pre-sale|ICO|IPO)\b",
    re.IGNORECASE,
)
_RECORD = re.compile(r"\b(all-time high|all-time low|ATH|record high|record low)\b", re.IGNORECASE)
_SKEW = re.compile(r"\b\d{1,2}-delta\b")
_SAID = re.compile(
    r"(?:according to|said|says|told|wrote|noted|analyst|analysts at|strategists? at)\s((?:[A-Z][\w.’'&-]*)(?:\s[A-Z][\w.’'&-]*){0,3})"
    r"|((?:[A-Z][\w.’'&-]*)(?:\s[A-Z][\w.’'&-]*){0,3}),?\s(?:said|says|told|wrote|noted|expects|predicts|believes|argues|warns|warned|added)\b"
)
_CONDITION = re.compile(
    r"\b(?:if|should|unless|provided|as long as|once|a break(?:out)? (?:above|below)|a close (?:above|below))\b"
    r"(?:[^,.;]|(?<=\d)[,.](?=\d)){3,90}(?!\w|[,.]\d)",  # "if $64,000 breaks": its comma ends no clause
    re.IGNORECASE,
)
_DATE = re.compile(
    r"\b(?:(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sept?|Oct|Nov|Dec)[a-z]*\.?\s\d{1,2}(?:,\s\d{4})?|(?:January|February|March|April|May|June|July"
    r"|August|September|October|November|December)(?:\s\d{4})?|(?:last|this) (?:week|month|year|quarter)|yesterday|in 20\d\d)\b"
)


@cache
def _period_lexicon() -> Lexicon[str]:
    groups = (
        (group.removeprefix("period:"), phrases)
        for group, phrases in load_words().items()
        if group.startswith("period:")
    )
    return Lexicon((phrase, period) for period, phrases in groups for phrase in phrases)


@cache
def _movements() -> dict[str, int]:
    return dict.fromkeys(load_words()["up"], 1) | dict.fromkeys(load_words()["down"], -1)


def find_sign(text: Text, candidate: Candidate) -> int:
    """-1 or 1: the nearest word of movement decides; none is up."""
    best, best_distance = 1, 14
    last = min(len(text.lowered), candidate.past_word + 8)
    span = text.sentences[candidate.sentence]
    for i in range(max(0, candidate.first_word - 12), last):
        if (
            candidate.first_word <= i < candidate.past_word
            or not span.start <= text.word_starts[i] < span.end
        ):
            continue
        word = text.lowered[i]
        found = _movements().get(word, 0)
        if not found:
            continue
        is_before = i < candidate.first_word
        distance = candidate.first_word - i if is_before else (i - candidate.past_word) * 2 + 1
        between = (
            (text.words[i].end(), candidate.number.start)
            if is_before
            else (candidate.end, text.word_starts[i])
        )
        if text.crosses_clause(*between):
            distance += 6
        if any(other.unit == "%" for other in text.numbers_between(*between)):
            distance += 3
        if distance < best_distance:
            best, best_distance = found, distance
    return best


def find_period(text: Text, candidate: Candidate) -> str | None:
    """The span of time the number covers, nearest in its sentence."""
    first, past = text.word_range(text.sentences[candidate.sentence])
    low, high = max(first, candidate.first_word - 16), min(past, candidate.past_word + 16)
    best, best_distance = None, 15.0
    for start, end, period in _period_lexicon().find(text.lowered[low:high]):
        start, end = start + low, end + low
        distance = float(
            candidate.first_word - end
            if start < candidate.first_word
            else start - candidate.past_word
        )
        between = (
            (text.words[end - 1].end(), candidate.number.start)
            if start < candidate.first_word
            else (candidate.end, text.word_starts[start])
        )
        if text.crosses_clause(*between):
            distance += 7
        if distance < best_distance:
            best, best_distance = period, distance
    return best


def find_venue(text: Text, candidate: Candidate) -> str | None:
    """The exchange, issuer or data provider nearest in the sentence; another figure or a clause's end between counts as far."""
    span = text.sentences[candidate.sentence]
    number, hits = candidate.number, []
    for match in _VENUE.finditer(text.string, span.start, span.end):
        start, end = (
            (match.end(), number.start)
            if match.start() < number.start
            else (candidate.end, match.start())
        )
        parted = (
            _PAST_CLAUSE
            if text.crosses_clause(start, end) or _WITH.search(text.string, start, end)
            else 0
        )
        parted += _PAST_NUMBER * bool(text.numbers_between(start, end))
        hits.append((end - start + parted, match[0]))
    return min(hits)[1] if hits else None


def find_qualifier(text: Text, candidate: Candidate, kind: str) -> str | None:
    """What the kind leaves open: the round of a raise, the record a price was, the delta of a skew."""
    span = text.sentences[candidate.sentence]
    pattern = {"fund_raise": _ROUND, "price_past": _RECORD, "options_skew": _SKEW}.get(kind)
    match = pattern.search(text.string, span.start, span.end) if pattern else None
    if not match:
        return None
    words = match[0].lower()
    return {"ath": "all-time high", "pre-sale": "presale"}.get(
        words, words.replace(" ", "_") if kind == "fund_raise" else words
    )


def find_speaker(text: Text, candidate: Candidate) -> str | None:
    """Who said it, where the sentence names one."""
    span = text.sentences[candidate.sentence]
    match = _SAID.search(text.string, span.start, span.end)
    return (match[1] or match[2]).rstrip(".’'") if match else None


def find_condition(text: Text, candidate: Candidate) -> str | None:
    """The words it hangs on ("if $64,000 breaks"), when they stand outside the number."""
    span = text.sentences[candidate.sentence]
    for match in _CONDITION.finditer(text.string, span.start, span.end):
        if not match.start() <= candidate.number.start < match.end():
            return match[0].strip()
    return None


def find_date(text: Text, candidate: Candidate) -> str | None:
    """The date it is about, as printed, near it in the sentence."""
    span = text.sentences[candidate.sentence]
    low, high = max(span.start, candidate.number.start - 60), min(span.end, candidate.end + 60)
    hits = [
        (min(abs(m.start() - candidate.end), abs(candidate.number.start - m.end())), m[0])
        for m in _DATE.finditer(text.string, low, high)
    ]
    return min(hits)[1] if hits else None


def find_evidence(text: Text, candidate: Candidate) -> Evidence:
    """The number with a few words before it, as short as still states the fact; on whole words."""
    string, span = text.string, text.sentences[candidate.sentence]
    i = bisect_right(text.word_starts, candidate.number.start) - 1
    start = max(span.start, text.word_starts[max(0, i - 4)])
    while start > span.start and (
        not is_whole(string, start, start)
        or string[start] in ".,%)’'-;:"
        or string[start - 1] in "’'$€£-."
    ):
        start -= 1
    end = candidate.end
    while not is_whole(string, end, end):
        end += 1
    if end < len(string) and string[end] == ")" and "(" in string[start:end]:
        end += 1
    return Evidence(quote=string[start:end], start=start, end=end)
