"""Sign, period, venue, qualifier, speaker and evidence of a number, from the words of its sentence."""

import re
from bisect import bisect_right
from functools import cache

from summarizer.models import Evidence
from summarizer.tables import load_words
from summarizer.text.lexicon import Lexicon
from summarizer.text.reading import Candidate, Reading
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


def sign(reading: Reading, candidate: Candidate) -> int:
    """-1 or 1: the nearest word of movement decides; none is up."""
    best, best_distance = 1, 14
    last = min(len(reading.lowered), candidate.past + 8)
    span = reading.sentences[candidate.sentence]
    for i in range(max(0, candidate.at - 12), last):
        if (
            candidate.at <= i < candidate.past
            or not span.start <= reading.word_starts[i] < span.end
        ):
            continue
        word = reading.lowered[i]
        found = _movements().get(word, 0)
        if not found:
            continue
        is_before = i < candidate.at
        distance = candidate.at - i if is_before else (i - candidate.past) * 2 + 1
        between = (
            (reading.words[i].end(), candidate.number.start)
            if is_before
            else (candidate.end, reading.word_starts[i])
        )
        if reading.crosses_clause(*between):
            distance += 6
        if any(other.unit == "%" for other in reading.numbers_between(*between)):
            distance += 3
        if distance < best_distance:
            best, best_distance = found, distance
    return best


def find_period(reading: Reading, candidate: Candidate) -> str | None:
    """The span of time the number covers, nearest in its sentence."""
    first, past = reading.word_range(reading.sentences[candidate.sentence])
    low, high = max(first, candidate.at - 16), min(past, candidate.past + 16)
    best, best_distance = None, 15.0
    for start, end, period in _period_lexicon().find(reading.lowered[low:high]):
        start, end = start + low, end + low
        distance = float(candidate.at - end if start < candidate.at else start - candidate.past)
        between = (
            (reading.words[end - 1].end(), candidate.number.start)
            if start < candidate.at
            else (candidate.end, reading.word_starts[start])
        )
        if reading.crosses_clause(*between):
            distance += 7
        if distance < best_distance:
            best, best_distance = period, distance
    return best


def find_venue(reading: Reading, candidate: Candidate) -> str | None:
    """The exchange, issuer or data provider nearest in the sentence; another figure or a clause's end between counts as far."""
    span = reading.sentences[candidate.sentence]
    number, hits = candidate.number, []
    for match in _VENUE.finditer(reading.text, span.start, span.end):
        start, end = (
            (match.end(), number.start)
            if match.start() < number.start
            else (candidate.end, match.start())
        )
        parted = (
            _PAST_CLAUSE
            if reading.crosses_clause(start, end) or _WITH.search(reading.text, start, end)
            else 0
        )
        parted += _PAST_NUMBER * bool(reading.numbers_between(start, end))
        hits.append((end - start + parted, match[0]))
    return min(hits)[1] if hits else None


def find_qualifier(reading: Reading, candidate: Candidate, kind: str) -> str | None:
    """What the kind leaves open: the round of a raise, the record a price was, the delta of a skew."""
    span = reading.sentences[candidate.sentence]
    pattern = {"fund_raise": _ROUND, "price_past": _RECORD, "options_skew": _SKEW}.get(kind)
    match = pattern.search(reading.text, span.start, span.end) if pattern else None
    if not match:
        return None
    words = match[0].lower()
    return {"ath": "all-time high", "pre-sale": "presale"}.get(
        words, words.replace(" ", "_") if kind == "fund_raise" else words
    )


def find_speaker(reading: Reading, candidate: Candidate) -> str | None:
    """Who said it, where the sentence names one."""
    span = reading.sentences[candidate.sentence]
    match = _SAID.search(reading.text, span.start, span.end)
    return (match[1] or match[2]).rstrip(".’'") if match else None


def find_condition(reading: Reading, candidate: Candidate) -> str | None:
    """The words it hangs on ("if $64,000 breaks"), when they stand outside the number."""
    span = reading.sentences[candidate.sentence]
    for match in _CONDITION.finditer(reading.text, span.start, span.end):
        if not match.start() <= candidate.number.start < match.end():
            return match[0].strip()
    return None


def find_date(reading: Reading, candidate: Candidate) -> str | None:
    """The date it is about, as printed, near it in the sentence."""
    span = reading.sentences[candidate.sentence]
    low, high = max(span.start, candidate.number.start - 60), min(span.end, candidate.end + 60)
    hits = [
        (min(abs(m.start() - candidate.end), abs(candidate.number.start - m.end())), m[0])
        for m in _DATE.finditer(reading.text, low, high)
    ]
    return min(hits)[1] if hits else None


def evidence(reading: Reading, candidate: Candidate) -> Evidence:
    """The number with a few words before it, as short as still states the fact; on whole words."""
    text, span = reading.text, reading.sentences[candidate.sentence]
    i = bisect_right(reading.word_starts, candidate.number.start) - 1
    start = max(span.start, reading.word_starts[max(0, i - 4)])
    while start > span.start and (
        not is_whole(text, start, start)
        or text[start] in ".,%)’'-;:"
        or text[start - 1] in "’'$€£-."
    ):
        start -= 1
    end = candidate.end
    while not is_whole(text, end, end):
        end += 1
    if end < len(text) and text[end] == ")" and "(" in text[start:end]:
        end += 1
    return Evidence(quote=text[start:end], start=start, end=end)
