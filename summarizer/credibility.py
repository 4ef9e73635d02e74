"""Article -> signals that raise or lower belief in it, each shown by the article's own words."""

import re

from summarizer.facts.orders import find_orders
from summarizer.models import Article, Evidence, Signal

# Outlets with named editors and a corrections policy, by name without blanks or by the first part of the domain.
_OUTLETS = frozenset(
    "coindesk theblock cointelegraph decrypt blockworks dlnews bloomberg reuters associatedpress ap apnews forbes cnbc fortune wsj"
    " thewallstreetjournal ft financialtimes nytimes thenewyorktimes bbc theguardian economist theeconomist barrons axios politico"
    " seekingalpha techcrunch wired".split()
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
        ("promotional_language", 1, r"\b(?:next 100x|100x|1000x|50x|life-changing|don[’']t miss|game[- ]?chang(?:er|ing)|revolutionary|skyrocket|explosive|massive gains|hottest|hidden gem|best crypto to buy|must-have|unprecedented|groundbreaking|cutting-edge|monumental|unstoppable|parabolic gains|moonshot|early (?:investors|adopters|birds?|access)|secure your|act (?:now|fast)|before it[’']s too late|once-in-a-|unparalleled|unmatched|next big thing|life changing|exponential|supercharge\w*|unlock(?:ing)? (?:the|your|new|massive)|thrilling|exciting)\b"),
        ("anonymous_sources", 1, r"\b(?:sources? (?:familiar|close|with knowledge)|people familiar|person familiar|anonymous(?:ly)?|unnamed|who asked not to be)\b"),
        ("unverified_claim", 1, r"\b(?:unconfirmed|rumou?rs?|rumou?red|unverified|(?:not|never) (?:been |yet )*(?:confirmed|verified)|(?:could|cannot|can't) (?:not )?(?:be )?(?:independently )?verif\w+|sources claim|word is that)\b"),
        ("opinion", 1, r"\b(?:op-ed|opinion:|in my (?:view|opinion)|i (?:believe|think)|the views expressed)\b"),
        ("price_prediction_without_basis", 1, r"\b(?:price prediction|could (?:reach|hit) \$[\d.,]+\w* by|will (?:reach|hit) \$)\b"),
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
    if orders := find_orders(text):
        start, end = orders[0]
        signals.append(Signal(name="ai_directed_instructions", evidence=Evidence(quote=text[start:end], start=start, end=end)))
    if match := _BYLINE.search(text, 0, 1500):
        start = match.start() + len(match[0]) - len(match[0].lstrip())
        signals.append(Signal(name="byline", evidence=Evidence(quote=text[start : match.end()], start=start, end=match.end())))
    elif article.authors:
        signals.append(Signal(name="byline"))
    if (article.source or "").lower().replace(" ", "") in _OUTLETS or (article.domain or "").split(".")[0] in _OUTLETS:
        signals.append(Signal(name="established_outlet"))
    return tuple(signals)
