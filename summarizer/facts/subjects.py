"""Which asset, company or market a number is about: the one its clause speaks of, not the nearest word."""

import re
from collections import defaultdict

from summarizer.facts.assets import MARKET, Mention, find_mentions
from summarizer.facts.reading import Candidate, Reading

# Kinds whose subject is a company or project, named as printed where it has no ticker.
ORGANISATIONAL = frozenset({"fund_raise", "exploit_loss", "legal_amount"})
# Kinds that a company has as well as an asset: "processing $30 billion in volume, the team gave no reason".
CARRIED_ORGANISATION = frozenset({"trading_volume", "tvl"})
# Kinds that speak of all of crypto when their sentence names no asset.
MARKET_WIDE = frozenset({"liquidations", "liquidation_share", "sentiment_index", "market_cap", "options_expiry"})
UNDERLYING = {"IBIT": "BTC", "FBTC": "BTC", "ARKB": "BTC", "GBTC": "BTC", "BITB": "BTC", "BITO": "BTC",
              "ETHA": "ETH", "FETH": "ETH", "ETHE": "ETH", "BTC.D": "BTC", "TOTAL2": "altcoins"}  # fmt: skip
_OF = re.compile(r"\s?(?:worth of|of|in|into|for|from|to|on)?\s?(?:the |a |spot |long |short |net |new |its |US |U\.S\. )*\$?\Z")
_NAME = re.compile(
    r"(?<![\w’'.-])(?:[A-Z][\w&’'-]*|[a-z]?[A-Z0-9][\w]+)(?:[ ](?:[A-Z][\w&-]*|of(?=\s[A-Z])|&))*(?:\.(?:com|fun|io|fi|ai|xyz))?"
)
_NO_NAME = frozenset(
    [
        "The",
        "A",
        "An",
        "In",
        "On",
        "At",
        "It",
        "Its",
        "This",
        "That",
        "These",
        "Those",
        "Despite",
        "Meanwhile",
        "However",
        "Following",
        "But",
        "And",
        "For",
        "As",
        "If",
        "When",
        "While",
        "After",
        "Before",
        "Since",
        "According",
        "Overall",
        "Total",
        "Earlier",
        "Last",
        "Also",
        "Such",
        "Some",
        "Many",
        "Most",
        "Over",
        "More",
        "Nearly",
        "About",
        "Around",
        "With",
        "By",
        "From",
        "To",
        "Hackers",
        "Hacker",
        "Attackers",
        "Users",
        "Investors",
        "Data",
        "Monday",
        "Tuesday",
        "Wednesday",
        "Thursday",
        "Friday",
        "Saturday",
        "Sunday",
        "January",
        "February",
        "March",
        "April",
        "May",
        "June",
        "July",
        "August",
        "September",
        "October",
        "November",
        "December",
        "Series",
        "Seed",
        "Round",
        "Funding",
        "Q1",
        "Q2",
        "Q3",
        "Q4",
        "US",
        "U.S",
        "CEO",
        "CTO",
        "SEC",
        "DOJ",
        "FBI",
        "USD",
        "ETF",
        "ETFs",
        "DeFi",
        "NFT",
        "He",
        "She",
        "They",
        "We",
        "You",
        "His",
        "Her",
        "Their",
        "Our",
        "I",
        "No",
        "Not",
        "There",
        "Then",
        "Now",
        "So",
        "Two",
        "Three",
        "One",
        "Other",
        "Another",
        "Both",
        "Each",
        "Web3",
        "AI",
        "Crypto",
        "Cryptocurrency",
        "Blockchain",
        "Bitcoin",
        "Ethereum",
        "Ether",
        "BTC",
        "ETH",
        "Jan",
        "Feb",
        "Mar",
        "Apr",
        "Jun",
        "Jul",
        "Aug",
        "Sep",
        "Sept",
        "Oct",
        "Nov",
        "Dec",
        "Additionally",
        "Moreover",
        "Furthermore",
        "Instead",
        "Today",
        "Yesterday",
        "Previously",
        "Currently",
        "Notably",
        "Led",
        "Backed",
        "Source",
        "Related",
        "Read",
    ]
)
_ACTS = re.compile(
    r"\s?(?:\([^)]{1,12}\)\s?)?(?:,[^,]{3,90},\s)?(?:has |have |had |was |were |is |also |recently |just |announced (?:it )?(?:has )?|successfully )*"
    r"(?:raised|raises|raise|raising|secured|secures|closed|closes|lost|loses|suffered|hacked|exploited|drained|agreed|paid|pays|settled|fined|bags|lands|nets|announced|owes|:)"
)


class Subjects:
    """Answers what each number of one reading is about; remembers what was spoken of last."""

    def __init__(self, reading: Reading, title: str | None):
        self.reading = reading
        self.main = _main_subject(reading.mentions)
        self._names = _names(reading.text)
        self._title_names = [name for _, name in _names(title or "")]
        in_title = {m.subject for m in find_mentions(title or "") if m.group == "coin"}
        self.single = in_title.pop() if len(in_title) == 1 else None
        self._carried = self._carry()
        self._acted: tuple[int, str] | None = None

    def _carry(self) -> list[str | None]:
        """For each sentence, what the one before it was about, for "it", "the token" and silence."""
        carried, current = [], self.main
        for span in self.reading.sentences:
            carried.append(current)
            here = [m.subject for m in self.reading.mentions_in(span) if m.group in ("coin", "index", "stock", "sector")]
            current = here[0] if here else current
        return carried

    def of(self, candidate: Candidate) -> str:
        """The asset a number is about, whatever its kind."""
        wanted = [m for m in candidate.mentions if m.group != "etf" or candidate.unit_class in ("money", "coins")]
        best, best_cost = None, 60.0
        for mention in wanted:
            cost = self._cost(candidate, mention)
            if cost < best_cost:
                best, best_cost = mention.subject, cost
        if best is None:
            earlier = [m for m in wanted if m.end <= candidate.number.start and m.group != "market"]
            best = earlier[0].subject if earlier else None
        subject = best or self._carried[candidate.sentence] or MARKET
        return UNDERLYING.get(subject, subject)

    def _cost(self, candidate: Candidate, mention: Mention) -> float:
        """How far a mention is from being what the number is about; characters, clauses and other numbers between."""
        text, number = self.reading.text, candidate.number
        if mention.start >= number.end:
            gap = text[number.end : mention.start]
            if mention.start < candidate.end:
                return 0.0  # the coins counted
            if len(gap) < 40 and _OF.match(gap) and "," not in gap:
                return 3.0 + len(gap) / 8
            cost = 26.0 + 1.2 * len(gap)
            span = (number.end, mention.start)
        else:
            gap = text[mention.end : number.start]
            cost = 0.35 * len(gap)
            span = (mention.end, number.start)
            if mention.group in ("stock", "index", "market") and len(gap) > 60:
                cost += 12
        if self.reading.crosses_clause(*span):
            cost += 24
        cost += 9 * sum(1 for ch in re.finditer(r"[%$€]", gap) if ch)
        return cost

    def market_wide(self, candidate: Candidate) -> str:
        """What a market-wide kind is about where its sentence names no asset: the one of the title, else the market."""
        if any(m.group == "coin" for m in candidate.mentions):
            return candidate.subject or MARKET
        if any(m.group == "market" for m in candidate.mentions) or not self.single:
            return MARKET
        return self.single

    def organisation(self, candidate: Candidate) -> str | None:
        """The company or project that raised, lost or paid: the name that acts in the sentence, as printed."""
        span = self.reading.sentences[candidate.sentence]
        text = self.reading.text
        here = [(start, name) for start, name in self._names if span.start <= start < span.end]
        acting = [name for start, name in here if start < candidate.number.start and _ACTS.match(text, start + len(name))]
        if acting:
            self._acted = (candidate.sentence, self._in_full(acting[-1]))
            return self._acted[1]
        possessive = [name for start, name in here if start + len(name) < candidate.number.start
                      and text[start + len(name) : candidate.number.start].strip() in ("’s", "'s")]  # fmt: skip
        if possessive:
            return self._in_full(possessive[-1])
        after = [
            name
            for start, name in here
            if start >= candidate.end and re.search(r"\b(?:from|of|by|against)\s\Z", text[max(0, start - 8) : start])
        ]
        before = [name for start, name in here if start < candidate.number.start]
        chosen = after[:1] or before[:1] or [name for name in self._title_names[:1]]
        return self._in_full(chosen[0]) if chosen else None

    def acted_last(self, candidate: Candidate) -> str | None:
        """The company that acted in this sentence or the one before."""
        return self._acted[1] if self._acted and candidate.sentence - self._acted[0] <= 1 else None

    def _in_full(self, name: str) -> str:
        """The longer name of the article that begins with the same words: "Merkle" is "Merkle Trade"."""
        counts: dict[str, int] = defaultdict(int)
        for _, other in self._names:
            if other.startswith(name + " "):
                counts[other] += 1
        return max(counts, key=lambda key: (counts[key], -len(key))) if counts else name


def _names(text: str) -> list[tuple[int, str]]:
    """Runs of capitalised words, without the function words that only begin a sentence."""
    found = []
    for match in _NAME.finditer(text):
        start, name = match.start(), re.sub(r"[’']s?\Z", "", match[0])
        parts = name.split(" ")
        while parts and parts[0] in _NO_NAME:
            start += len(parts[0]) + 1
            parts = parts[1:]
        while parts and parts[-1] in _NO_NAME:
            parts = parts[:-1]
        name = re.sub(r"[’']s?\Z", "", " ".join(parts))
        if len(name) > 1 and not name.isdigit():
            found.append((start, name))
    return found


def _main_subject(mentions: list[Mention]) -> str | None:
    counts: dict[str, int] = defaultdict(int)
    for mention in mentions:
        if mention.group == "coin":
            counts[mention.subject] += 1
    return max(counts, key=lambda key: counts[key]) if counts else None
