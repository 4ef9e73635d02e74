"""Article -> signals that raise or lower belief in it, each shown by the article's own words."""

import re

from summarizer.models import Article, Evidence, Level, Signal

_OUTLETS = frozenset(
    [
        "coindesk",
        "theblock",
        "cointelegraph",
        "decrypt",
        "bloomberg",
        "reuters",
        "forbes",
        "cnbc",
        "fortune",
        "wsj",
        "blockworks",
        "dlnews",
        "dl",
        "news",
        "the",
        "block",
        "cryptonews",
        "cryptopotato",
        "coinpaper",
        "newsbtc",
    ]
)
_PATTERNS: tuple[tuple[str, re.Pattern[str]], ...] = tuple(
    (name, re.compile(pattern, re.IGNORECASE if flags else 0))
    for name, flags, pattern in (
        ("data_attributed", 1, (r"\b(?:according to|data (?:from|by|shows?|shared|compiled|provided|on|reveals?)|per (?:data|CoinGlass|Glassnode)|figures from|CoinGlass|Coinglass|"
         r"Glassnode|CryptoQuant|Santiment|CoinMarketCap|CoinGecko|SoSoValue|Farside|DefiLlama|TradingView|Deribit|Nansen|Arkham|Kaiko)\b")),
        ("named_sources", 0, (r"\b[A-Z][a-z]+ [A-Z][\w'’-]+,? (?:said|told|wrote|noted|explained|added|tweeted|stated|argued|warned|commented|posted)\b"
         r"|\b(?:said|told|wrote|noted|analyst|CEO|founder|strategist|trader|researcher|economist) [A-Z][a-z]+ [A-Z][\w'’-]+"
         r"|\b[A-Z][a-z]+ [A-Z][\w'’-]+, (?:the )?(?:[\w-]+ ){0,4}(?:CEO|founder|co-founder|analyst|director|head|partner|strategist|chief|president|economist)\b")),
        ("primary_document", 1, r"\b(?:filing|court (?:documents?|filing|papers?)|8-K|S-1|complaint|on-chain address|indictment|affidavit|prospectus|white ?paper|etherscan)\b"),
        ("conflict_disclosed", 1, r"\b(?:disclosures?\b|disclaimer: the author\b|holds? (?:BTC|ETH|bitcoin|ether)\b.{0,40}above)"),
        ("correction_noted", 0, r"\b(?:CORRECTION|Correction|UPDATE \(|Corrected)\b"),
        ("press_release", 1, r"\b(?:press release|PRNewswire|GlobeNewswire|Business ?Wire|Chainwire|media contact|about the company|forward-looking statements)\b"),
        ("sponsored", 1, r"\b(?:sponsored|paid (?:post|content|partnership)|partner content|presale|pre-sale|advertorial|guest post|join the (?:waitlist|community)|buy now|limited[- ]time bonus)\b"),
        ("promotional_language", 1, r"\b(?:next 100x|100x|1000x|50x|life-changing|don[’']t miss|game[- ]?chang(?:er|ing)|revolutionary|skyrocket|explosive|massive gains|hottest|hidden gem|best crypto to buy|must-have|unprecedented)\b"),
        ("anonymous_sources", 1, r"\b(?:sources? (?:familiar|close|with knowledge)|people familiar|person familiar|anonymous(?:ly)?|unnamed|who asked not to be)\b"),
        ("unverified_claim", 1, r"\b(?:reportedly|allegedly|rumou?rs?|rumou?red|unconfirmed|speculat\w+|some (?:analysts|experts) (?:believe|say)|it is believed|many (?:believe|expect))\b"),
        ("opinion", 1, r"\b(?:op-ed|opinion:|in my (?:view|opinion)|i (?:believe|think)|the views expressed)\b"),
        ("price_prediction_without_basis", 1, r"\b(?:price prediction|could (?:reach|hit) \$[\d.,]+\w* by|will (?:reach|hit) \$)\b"),
        ("ai_directed_instructions", 1, (r"\b(?:ignore (?:all |the )?(?:previous|prior|above) instructions|disregard (?:all |the )?(?:previous|prior)|as an ai(?: language)? model|"
         r"(?:ai|language models?|llms?|assistants?)(?: systems?| reading| must| should).{0,60}(?:must|should|rate|output|respond|say|report|classify)|system prompt)\b")),
    )
)  # fmt: skip
_BYLINE = re.compile(r"(?:^|\s)By [A-Z][a-z]+ [A-Z][\w'’-]+")


def find_signals(article: Article) -> tuple[Signal, ...]:
    """The signals of the labelling guide that this article shows."""
    text = article.text
    signals = []
    for name, pattern in _PATTERNS:
        if match := pattern.search(text):
            evidence = Evidence(quote=text[match.start() : match.end()], start=match.start(), end=match.end())
            signals.append(Signal(name=name, evidence=evidence))
    if match := _BYLINE.search(text, 0, 1500):
        start = match.start() + len(match[0]) - len(match[0].lstrip())
        signals.append(Signal(name="byline", evidence=Evidence(quote=text[start : match.end()], start=start, end=match.end())))
    elif article.authors:
        signals.append(Signal(name="byline"))
    if (article.source or "").lower().replace(" ", "") in _OUTLETS or (article.domain or "").split(".")[0] in _OUTLETS:
        signals.append(Signal(name="established_outlet"))
    return tuple(signals)


def judge(signals: tuple[Signal, ...]) -> Level:
    """High, medium or low from the signals; the guide's caps hold."""
    names = {signal.name for signal in signals}
    if names & {"sponsored", "press_release", "ai_directed_instructions"}:
        return "low"
    raised = len(names & {"data_attributed", "named_sources", "primary_document", "established_outlet", "byline"})
    lowered = len(names & {"promotional_language", "anonymous_sources", "unverified_claim", "opinion", "price_prediction_without_basis"})
    if lowered >= 3 and raised < 2:
        return "low"
    if "unverified_claim" in names and "named_sources" not in names:
        return "medium"
    return "high" if "established_outlet" in names and raised >= 3 and lowered <= 1 else "medium"
