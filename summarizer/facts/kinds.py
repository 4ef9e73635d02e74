"""What a number can be: for each kind its units and the words that announce it.

To add a kind: one `Kind` in KINDS with its units and cues. A cue is a phrase of lower-case words; a trailing `*`
matches any ending. Its weight says how sure it is; it counts less the further from the number it stands and nothing
past the sentence. `before` cues announce a number to their right only, `after` cues one to their left.
"""

from dataclasses import dataclass, field


@dataclass(frozen=True)
class Kind:
    """One row of the guide's table. `units`: money, coins, percent, plain (a bare number)."""

    name: str
    units: frozenset[str]
    any_side: dict[str, float] = field(default_factory=dict)
    before: dict[str, float] = field(default_factory=dict)
    after: dict[str, float] = field(default_factory=dict)
    scaled: bool | None = None  # True: only millions and up; False: only a price-like figure


def _cues(weight: float, phrases: str) -> dict[str, float]:
    return {phrase.strip(): weight for phrase in phrases.split("|")}


def _kind(name: str, units: str, *, scaled: bool | None = None, any_side: dict[str, float] | None = None,
          before: dict[str, float] | None = None, after: dict[str, float] | None = None) -> Kind:  # fmt: skip
    return Kind(name, frozenset(units.split()), any_side or {}, before or {}, after or {}, scaled)


KINDS = (
    _kind(
        "price",
        "money",
        scaled=False,
        before=_cues(
            3,
            "trading at|trades at|traded at|trading around|trading near|trades near|trades around|priced at"
            "|priced around|changing hands|changed hands|currently at|price of|current price|price was|price is"
            "|stands at|standing at|sits at|sitting at|hovering|hovers|valued at|quoted at|press time"
            "|time of writing|time of publication|time of press|stabiliz* at|stabilis* at|exchang* hands|trading just"
            "|trading slightly|trading above|trading below|trades above|trades below|now at|is at|was at|settled at",
        )
        | _cues(
            2,
            "fell to|falls to|dropped to|drops to|slipped to|rose to|rises to|climbed to|climbs to|slid to"
            "|jumped to|surged to|gained to|declin* to|tumbled to|rallied to|plunged to|reaching|reached|hit|hitting"
            "|to around|to about|to nearly|dipped to|rebounded to|recovered to|retreated to|down to|up to|trading"
            "|fell below|dropped below|slipped below|dipped below|falling below|dropping below|rose above|climbed above"
            "|surged past|price|near|bringing|sank to|sinking to|tapped|back to|pushing|pushed|crossed|above the|sliding to",
        )
        | _cues(0.5, "at|around|about|to"),
        after=_cues(2, "at press time|at the time of|apiece|per coin|per token|at the time|mark|as of|on the day|on tuesday"),
    ),
    _kind(
        "price_past",
        "money",
        scaled=False,
        before=_cues(
            3.4,
            "all time high|all time highs|ath|record high|all time low|peak of|high of|low of|highs of|lows of|peaked at"
            "|highs near|lows near|high near|low near|high at|low at|bottomed at|bottom of|peak at|peak near|high above"
            "|record of|previous high|month high|year high|week high|day high|month low|year low|week low|day low"
            "|intraday high|intraday low|swing high|swing low|previously|used to trade|year ago|month ago|week ago"
            "|months ago|years ago|weeks ago|days ago|topped out|highs around|opened at|closed at|record price|touched|open at",
        )
        | _cues(
            2.2,
            "from|from its|from a|since|in 20*|when|after reaching|after hitting|after touching|earlier|back in|last year|last month"
            "|last week|low|high|lows|highs|peak|starting|started at|purchased at|bought at|entry|average price|cost basis|realized price",
        ),
        after=_cues(
            3,
            "all time high|ath|record high|peak|in january|in february|in march|in april|in may|in june|in july|in august"
            "|in september|in october|in november|in december|last week|last month|last year|year ago|month ago|week ago"
            "|weeks ago|months ago|years ago|earlier this|on july|on monday|on june|high|low",
        ),
    ),
    _kind(
        "support_level",
        "money",
        scaled=False,
        any_side=_cues(
            5,
            "support|supports|support level|support zone|demand zone|floor|supportive|safety net|cushion|accumulation zone|buy zone|bid zone|key demand",
        )
        | _cues(
            2,
            "defend*|bounce off|bounced from|rebounded from|holds above|hold above|holding above|remain* above|stay* above|stays above"
            "|bulls hold|moving average at|above the key|foothold at|base|foundation|lower trendline|lower boundary|lower bound|bounce from|buyers"
            "|as long as|sustain* above|maintain* above|invalidat*",
        )
        | _cues(
            1.5,
            "falls below|fall below|break below|breaks below|drop below|drops below|close below|loses|losing|dip below|failure to hold|slip below",
        ),
    ),
    _kind(
        "resistance_level",
        "money",
        scaled=False,
        any_side=_cues(
            5,
            "resistance|resistances|resistance level|ceiling|supply zone|hurdle|barrier|overhead|selling zone|sell wall|obstacle|roadblock",
        )
        | _cues(
            2.4,
            "break above|breaks above|breakout above|break out above|breaking above|breaking through|break through|reclaim*|regain*|overcom*|close above|closes above"
            "|flip*|rejected|rejection|clear*|surpass|push above|move above|foothold above|cap|capped|upper boundary|upper trendline|neckline"
            "|rise above|climb above|struggl*|psychological|breach|decisive move above|breakout past|break past|sustained move above|upper bound|daily close above",
        ),
    ),
    _kind(
        "price_target",
        "money",
        scaled=False,
        before=_cues(4.2, "target|targets|targeting|price target|price targets")
        | _cues(
            3.4,
            "forecast*|predict*|projection|projects|projected|could reach|could hit|may reach|might reach|set sights"
            "|sights on|eyes|eyeing|aims for|aiming for|path to|road to|on track|en route|could climb|could rise|could rally|could surge|could fall|could drop|may fall"
            "|may drop|could slide|could dip|will reach|would reach|will hit|heading to|heading toward|headed to|run to|rally to|rally toward|rally towards|move toward"
            "|move towards|push toward|push towards|drop toward|drop to|decline toward|decline to|fall toward|fall to|slide to|slide toward|slide towards|correction to"
            "|pullback to|retest|retrace to|downside|upside|see bitcoin at|potential|next stop|next target|could push|may push|could test|may test|expects|expect|expected"
            "|surge to|climb to|climb toward|rise to|soar to|reach|anticipat*|open the door|opens the door|toward|towards|by the end of|by year end|as high as|as low as|dip toward|dip to|could extend|could send|might|could|potentially",
        ),
        after=_cues(4, "target|targets|price target")
        | _cues(
            3,
            "by year end|by the end of|by 20*|by december|by q4|prediction|forecast|next|this year|by end|in the near term|possible|price recovery|this cycle|price tag",
        ),
    ),
    _kind(
        "liquidation_level",
        "money",
        scaled=False,
        any_side=_cues(
            4.4,
            "liquidation level|liquidation levels|liquidation price|liquidation heatmap|liquidation cluster|liquidation clusters|liquidity cluster|liquidation zone|would be liquidated|will be liquidated|to be liquidated|liquidation wall|cumulative liquidation|liquidation intensity",
        ),
    ),
    _kind("funding_rate", "percent bps plain", any_side=_cues(4.5, "funding rate|funding rates|perpetual funding|funding")),
    _kind("open_interest_change", "percent", any_side=_cues(3.6, "open interest|oi")),
    _kind("open_interest", "money coins", scaled=True, any_side=_cues(4.5, "open interest|oi|notional open|outstanding contracts")),
    _kind(
        "liquidation_share",
        "percent",
        any_side=_cues(5, "split between longs|split between shorts")
        | _cues(
            3, "of the liquidations|of liquidations|of them long*|liquidations|were long*|were short*|long traders|split between longs"
        ),
    ),
    _kind(
        "liquidations",
        "money",
        scaled=True,
        any_side=_cues(
            4.2,
            "liquidation|liquidations|liquidated|liquidating|wiped out|long positions|short positions|forced closure|leveraged positions|liquidated longs|short liquidations|margin calls",
        )
        | _cues(2, "longs|shorts|bulls|bears|long bets|short bets|leverag*"),
    ),
    _kind("futures_basis", "percent", any_side=_cues(4.5, "basis|futures premium|annualized premium|annualised premium|contango")),
    _kind("options_skew", "percent plain", any_side=_cues(4.8, "skew|risk reversal|risk reversals")),
    _kind("implied_volatility", "percent plain", any_side=_cues(4.5, "implied volatility|iv|dvol|volatility index|volmex")),
    _kind(
        "call_share",
        "percent",
        any_side=_cues(
            4.5, "call dominance|calls account|share of calls|call share|call options account|call open interest|call contracts"
        ),
    ),
    _kind(
        "put_call_ratio",
        "plain",
        any_side=_cues(
            5,
            "put call ratio|put to call|call to put|put call open|put / call ratio|put - call ratio|put - to - call ratio|put / call|call / put ratio|pcr",
        ),
    ),
    _kind(
        "options_expiry",
        "money",
        scaled=True,
        any_side=_cues(
            4.4,
            "options expir*|expiring|expire|expiry|set to expire|options contracts|option contracts|notional value|worth of options|expires|expiration",
        ),
    ),
    _kind("max_pain", "money", scaled=False, any_side=_cues(6, "max pain|maximum pain|max - pain")),
    _kind(
        "etf_flow",
        "money coins",
        scaled=True,
        any_side=_cues(
            3.8,
            "inflow|inflows|outflow|outflows|net flows|net inflow|etf inflows|etf outflows|into spot|flowing into|flowed into|pulled in|poured into|redemptions|withdrew|investment products|netflows|net flow|pouring into",
        )
        | _cues(2.6, "etf|etfs|exchange traded fund|exchange traded funds|attract*|added|ibit|fbtc|etha|feth|gbtc|shed|bled"),
    ),
    _kind(
        "trading_volume",
        "money coins",
        scaled=True,
        any_side=_cues(4.2, "trading volume|volume|volumes|daily volume|turnover|traded volume|trading activity|in trades|spot volume"),
    ),
    _kind(
        "market_cap",
        "money",
        scaled=True,
        any_side=_cues(
            4.4,
            "market cap|market capitalization|market capitalisation|market value|market valuation|capitalization|mcap|crypto market at|valuation of the crypto",
        ),
    ),
    _kind("tvl", "money", scaled=True, any_side=_cues(4.6, "tvl|total value locked|value locked|locked in|locked value")),
    _kind(
        "dominance",
        "percent",
        any_side=_cues(4.4, "dominance|market share|btc.d|btc . d|eth . d|share of the market|of the total crypto market"),
    ),
    _kind(
        "fund_raise",
        "money",
        scaled=True,
        any_side=_cues(
            4.4,
            "raise|raised|raises|raising|seed round|series a|series b|series c|funding round|fundraise|fundraising|fundraiser|led by|strategic round|pre seed|pre - seed|private placement|fresh funding|presale|in funding|investment round|venture round|secured|investment from|capital raise|private sale|ico|ipo|token sale|convertible notes",
        ),
    ),
    _kind(
        "treasury_purchase",
        "money coins",
        scaled=True,
        any_side=_cues(
            3.6,
            "purchased|purchase|bought|acquired|acquires|acquire|buys|buying|added|scooped up|acquisition of|snapped up|accumulat*|additional|increased its holdings",
        ),
    ),
    _kind(
        "treasury_holding",
        "money coins",
        scaled=True,
        any_side=_cues(
            4,
            "holds|holding|holdings|held|treasury|owns|total stash|stash|reserves|reserve|now hold|hold|holder|balance sheet|stockpile|controls|stores",
        ),
    ),
    _kind(
        "exploit_loss",
        "money coins",
        any_side=_cues(
            4.4,
            "hack|hacked|hacks|hacker|hackers|exploit|exploited|exploiter|stolen|stole|theft|drained|siphoned|breach|lost to|attacker|attackers|laundered|scam|scams|phishing|rug pull|thieves|heist|security incident|losses to|compromised|scammers|fraudsters",
        ),
    ),
    _kind(
        "legal_amount",
        "money coins",
        any_side=_cues(
            4.2,
            "fine|fined|fines|settlement|settle|settled|penalty|penalties|forfeit*|forfeiture|lawsuit|bankruptcy|creditors|claims|owed|owes|seized|seize|confiscated|bail|bond|restitution|disgorgement|recovered|damages|sued|liabilities|frozen|court|judgment|ponzi|fraud|indicted|defrauded|repay|repayment",
        ),
    ),
    _kind("token_unlock", "money coins", any_side=_cues(4.6, "unlock|unlocks|unlocked|unlocking|vesting|cliff")),
    _kind(
        "yield_rate",
        "percent",
        any_side=_cues(
            4.2,
            "yield|yields|apy|apr|staking rewards|staking yield|interest on deposits|staking return|annual return|lending rate|rewards rate|deposit rate|annual percentage",
        ),
    ),
    _kind(
        "sentiment_index",
        "plain",
        any_side=_cues(
            5,
            "fear and greed index|fear and greed|fear & greed|fear greed|greed index|sentiment index|extreme greed|altcoin season index|fear index|altseason index",
        ),
    ),
    _kind(
        "macro_indicator",
        "percent plain bps",
        any_side=_cues(
            4,
            "cpi|inflation|interest rate|interest rates|fed funds|treasury yield|treasury yields|10 - year|federal reserve|rate cut|rate hike|rate cuts|rate hikes|unemployment|gdp|pce|ppi|dollar index|dxy|nasdaq|s & p 500|s & p|stoxx|nikkei|dow jones|mortgage|bond yield|bond yields|consumer price*|gold|yield curve|yield curve control|bank of japan|boj|ecb|tariff|tariffs|payrolls|equities|stocks|crude|bond|bonds|silver",
        ),
    ),
    _kind(
        "price_change",
        "percent",
        any_side=_cues(
            3,
            "rise|rises|rose|rising|gain|gains|gained|gaining|fell|fall|falls|falling|drop|drops|dropped|dropping|decline|declines|declined|declining|climb|climbs|climbed|climbing"
            "|surge|surges|surged|surging|jump|jumps|jumped|jumping|slump|slumped|plunge|plunged|plunging|tumble|tumbled|slid|slide|slipped|slips|rally|rallied|rallying|increase|increased|increasing"
            "|decrease|decreased|up|down|lost|losing|losses|shed|added|adding|higher|lower|advanced|advance|soared|soaring|spiked|spike|dip|dipped|crash|crashed|return|returns|returned|growth|grew"
            "|retreated|correction|rebound|rebounded|appreciation|pumped|outperformed|loss|uptick|downtick|pullback|upswing|move|moved|price action|decreasing|sank|bounce|bounced|recover*|retrace*|skyrocket*|in the past|over the past|in the last|sell off|plummet*|explod*|performance|off|below its|from its|climbing|swing|uptrend|daily|weekly|monthly|24 - hour|7 - day|intraday",
        ),
    ),
    _kind(
        "other",
        "percent",
        any_side=_cues(
            4,
            "trading volume|volume|volumes|tvl|total value locked|supply|hash rate|transactions|active addresses|user base|users|revenue"
            "|probability|chance|odds|win rate|approval|turnout|stake|ownership|tokens sold|allocation|of tokens|of all|of its|of total|of the total|market makers",
        ),
    ),
    _kind(
        "other",
        "coins plain",
        any_side=_cues(
            4.6,
            "wallets|wallet|addresses|holders of|minimum buy|presale price|total supply|max supply|circulating supply|supply|allocation|transferred|moved|deposited|withdrew|withdrawn|exchange reserves",
        ),
    ),
    _kind(
        "other",
        "money",
        any_side=_cues(
            3.6,
            "strike|strikes|strike price|strike prices|profit|profits|loss of|losing|investment|invested|deposit|deposited|balance|bonus|per month|salary|minimum|fees|paycheck|withdrew|took out|realized profits|unrealized",
        ),
    ),
    _kind(
        "other",
        "percent plain money coins",
        any_side=_cues(
            3.4,
            "rsi|relative strength index|moving average|ema|sma|macd|mvrv|nupl|hash rate|hashrate|difficulty|supply in profit|of the supply|of supply|circulating supply|total supply|of its supply|burn*|gas fee|gas fees|fees|transactions|addresses|wallets|holders|investors|users|leverage|probability|odds|chance|fibonacci|revenue|net income|profit|profits|quarter|respondents|survey*|voters|polymarket|workforce|employees|layoff*|stake in|ownership|correlation|annual*|tax|taxes|fee|allocat*|cost|costs|budget|grant|donat*|salary|bonus|giveaway|airdrop*|margin|of the portfolio|of all|of respondents|of trading|of bitcoin's|accounting for|accounted for|account for|representing|represents|share of|commission|discount|bet|bets|transferred|moved|deposited|whale|whales|sold|selling|transfer|withdrawn|realized|unrealized|paper|stablecoin supply|issued|minted|mint|debt|loan|loans|borrow*|collateral|deal|contract|worth|net worth",
        ),
    ),
)

# Phrases that hold a cue's word and mean something else; they silence the cues inside them.
STOP_PHRASES = ["to - date basis", "weekly basis", "daily basis", "hour basis", "monthly basis", "yearly basis", "annual basis", "day basis", "regular basis", "on a basis", "quarterly basis", "support from", "support for", "in support of", "customer support", "strong support among", "price target of the company", "fund manager", "funding round", "funding rounds", "fresh funding", "seed funding", "series a funding", "venture funding", "raised funding", "low of liquidity", "interest rate swap", "holding company", "bond market", "up to date", "down the line", "added that", "move to", "market makers", "long term", "short term", "year over year", "long - term", "short - term", "gain access", "gained traction", "gain traction", "shed light", "sheds light", "in the long run", "volume of", "on hold", "yield farming", "price action", "price prediction", "bear market", "bull market", "potential investors", "drop by drop"]  # fmt: skip
PERIODS = {
    "24 hours": "24h", "24 - hour": "24h", "24h": "24h", "24 hour": "24h", "past day": "24h", "last day": "24h", "in a day": "24h",
    "one day": "24h", "on the day": "24h", "daily": "24h", "24 - hours": "24h", "single day": "24h", "today": "24h",
    "past hour": "1h", "last hour": "1h", "an hour": "1h", "one hour": "1h", "hourly": "1h", "1h": "1h", "four hours": "4h",
    "4 hours": "4h", "8 hours": "8h", "eight hours": "8h", "past week": "7d", "last week": "7d", "week": "7d", "weekly": "7d", "seven days": "7d",
    "7 days": "7d", "7 - day": "7d", "7d": "7d", "seven - day": "7d", "one - week": "7d", "past seven": "7d", "one week": "7d",
    "past month": "30d", "last month": "30d", "month": "30d", "monthly": "30d", "30 days": "30d", "30 - day": "30d", "this month": "30d",
    "one month": "30d", "four weeks": "30d", "three months": "3mo", "three - month": "3mo", "90 days": "3mo", "quarter": "3mo", "quarterly": "3mo",
    "past year": "1y", "12 months": "1y", "last year": "1y", "one year": "1y", "year - over - year": "1y", "yearly": "1y", "year over year": "1y",
    "annual": "1y", "year - on - year": "1y", "12 - month": "1y", "365 days": "1y", "past 12": "1y", "past twelve": "1y",
    "year - to - date": "ytd", "year to date": "ytd", "ytd": "ytd", "this year": "ytd", "since the start of the year": "ytd",
    "since january": "ytd", "annualized": "annualized", "annualised": "annualized", "per year": "annualized", "a year": "annualized",
}  # fmt: skip
DOWN = frozenset(
    [
        "fell",
        "fall",
        "falls",
        "falling",
        "drop",
        "drops",
        "dropped",
        "dropping",
        "decline",
        "declines",
        "declined",
        "declining",
        "slump",
        "slumped",
        "plunge",
        "plunged",
        "plunging",
        "tumble",
        "tumbled",
        "tumbling",
        "slid",
        "slide",
        "slides",
        "sliding",
        "slipped",
        "slips",
        "slipping",
        "decrease",
        "decreased",
        "down",
        "lost",
        "lose",
        "losing",
        "losses",
        "loss",
        "shed",
        "lower",
        "dip",
        "dipped",
        "dips",
        "crash",
        "crashed",
        "retreated",
        "retreat",
        "retreats",
        "correction",
        "pullback",
        "downtick",
        "sank",
        "sink",
        "plummeted",
        "plummet",
        "plummeting",
        "outflow",
        "outflows",
        "withdrew",
        "redemptions",
        "bled",
        "decreasing",
        "below",
        "negative",
        "shedding",
        "sinking",
        "downside",
        "retraced",
        "retracement",
        "downturn",
        "selloff",
        "off",
        "cooled",
        "withdrawals",
        "discount",
        "drawdown",
        "contracted",
        "weakened",
        "lagged",
        "nosedived",
        "slashed",
        "contraction",
    ]
)
UP = frozenset(
    [
        "rise",
        "rises",
        "rose",
        "rising",
        "gain",
        "gains",
        "gained",
        "gaining",
        "climb",
        "climbs",
        "climbed",
        "climbing",
        "surge",
        "surges",
        "surged",
        "surging",
        "jump",
        "jumps",
        "jumped",
        "jumping",
        "rally",
        "rallied",
        "rallying",
        "increase",
        "increased",
        "increasing",
        "up",
        "added",
        "adding",
        "adds",
        "higher",
        "advanced",
        "advance",
        "advances",
        "soared",
        "soaring",
        "spiked",
        "spike",
        "rebound",
        "rebounded",
        "uptick",
        "inflow",
        "inflows",
        "grew",
        "growth",
        "pumped",
        "recovered",
        "recovery",
        "above",
        "outperformed",
        "skyrocketed",
        "bounce",
        "bounced",
        "appreciated",
        "appreciation",
        "upswing",
        "climbed",
        "attracted",
        "positive",
        "rallies",
        "soars",
    ]
)
