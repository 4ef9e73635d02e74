"""Assets as articles name them: every mention of a text marked with its code, `<BTC>Bitcoin</>`; what is unmarked is none."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from summarizer.tables import read_rows
from summarizer.text.asset_table import load_assets, stock_tickers
from summarizer.text.assets import find_mentions
from summarizer.text.lexicon import WORD
from summarizer.text.names import find_names, longest_form
from summarizer.text.spans import is_whole
from tests.support.linear_time import is_linear
from tests.support.marked import unmark

NAMED = """
<BTC>Bitcoin</> (<BTC>BTC</>) fell while <ETH>ether</> rose.
<BTC>BTC</>, <ETH>ETH</>, <SOL>SOL</> and <XRP>XRP</> fell.
<DOGE>Dogecoin</> and <DOGE>DOGE</>; <SHIB>Shiba Inu</> (<SHIB>SHIB</>) fell.
Some <DOGE>dogecoin</>, <LTC>litecoin</> and <SOL>solana</> fell.
<BCH>Bitcoin Cash</> and <ETC>Ethereum Classic</> rose.
<WBTC>Wrapped Bitcoin</> (<WBTC>WBTC</>) rose.
<BTC>Bitcoin</>'s rise and <ETH>Ethereum</>’s fall.
<BTC>BITCOIN</> FALLS, <ETH>ETHEREUM</> RISES.
A <BTC>BTC</>-denominated loan.
Spot <BTC>bitcoin</> ETFs.
<USDT>USDT</> and <USDC>USDC</> held their pegs.
<XMR>Monero</>, <XMR>XMR</> and <ZEC>Zcash</>.
<SPX>S&P 500</> and <IXIC>Nasdaq</> rose.
<MSTR>MicroStrategy</> (<MSTR>MSTR</>) bought <BTC>bitcoin</>.
The <MARKET>crypto market</> fell.
<altcoins>Altcoins</> fell.
<IBIT>IBIT</> took in $5 million.
<PEPE>PEPE</> and <BONK>BONK</> rose.
"""

AMBIGUOUS = """
It has stacks of cash.
Horizen Labs, a firm, and BTC Tools said so.
<BCH>Bitcoin Cash</> and the <GBTC>Grayscale Bitcoin Trust</>, a fund, rose.
The <BTC>Bitcoin</> Capital Flows of May.
<STX>Stacks</> (<STX>STX</>) rose.
<STX>Stacks</> rose 5%.
NEAR the top, it fell.
It is near the top.
<NEAR>NEAR Protocol</> (<NEAR>NEAR</>) rose.
A $50,000 reward.
The strategy is to buy <BTC>bitcoin</>.
Each COIN is minted.
Coinbase (NASDAQ: <COIN>COIN</>) rose.
<LINK>Chainlink</> (<LINK>LINK</>) rose; <LINK>LINK</> holders cheered.
Click the LINK below.
The <LINK>LINK</> price rose.
ONE of the best.
<ONE>Harmony</> (<ONE>ONE</>) rose.
A HOT topic, THE END.
<ATOM>Cosmos</> (<ATOM>ATOM</>) split.
SAND in the shoes.
A ton of money, an avalanche of sales.
<TON>Toncoin</> (<TON>TON</>) rose.
<AVAX>Avalanche</> rose.
Trump said so.
<TRUMP>Official Trump</> (<TRUMP>TRUMP</>) rose.
$<TRUMP>TRUMP</> rose.
They mined gold.
Tether's rival Circle said so.
One of the <SUI>SUI</> holders sold.
The U.S. SEC and the CFTC met.
The Relative Strength Index (RSI) rose.
It, she and they rose.
The fourth-largest cryptocurrency fell.
The largest crypto exchange by volume fell.
The second largest cryptocurrency exchange fell.
The token rose, and so did its rival.
"""
AMBIGUOUS = AMBIGUOUS.replace("Tether's rival", "<USDT>Tether</>'s rival")

RANKED = """
The <BTC>world's largest cryptocurrency</> fell.
The <ETH>second-largest digital asset</> fell.
<ETH>Ethereum</>, the <ETH>second biggest cryptocurrency</>, fell.
The <memecoins>meme coin sector</> fell.
"""

LEARNT = """
The price of $<QPNX>QPNX</> doubled and <QPNX>QPNX</> holders cheered.
<TKX>Tokenize Xchange</> (<TKX>TKX</>) fell. <TKX>TKX</> lost half. <TKX>Tokenize Xchange</> is gone.
The <QZX>QZX</> token fell; <QZX>QZX</> is down.
QPNX was never introduced here.
He spent $5B of $<BTC>BTC</>.
The $USD fell.
The <CD20>CoinDesk 20</> Index (<CD20>CD20</>) fell.
The Securities and Exchange Commission (SEC) sued.
"""

FIGURES = """
<DOT>DOT</> fell 5%.
<RAY>RAY</> climbed by more than 6% to $3.
<GRASS>GRASS</> was down 4% on Friday.
<AR>AR</> traded at $6.10.
<CAKE>CAKE</>: $2.40 (+3%)
<SUSHI>SUSHI</> (-2.5%) lagged.
<MINA>MINA</> ▼ 3%.
<HUT>HUT</> slid 3% to $21.
The CAKE was eaten in 5 minutes.
THE BEST FELL 5%.
CME traded at 9 in the morning.
<TON>Toncoin</> (formerly GRAM) rose 4%.
<DASH>Dash</> (<DASH>DASH</>) rose 3% while DoorDash (DASH) fell 2%.
Flow's <FLOW>FLOW</> rose 3%.
"""

PAIRS = """
<ETH/BTC>ETH/BTC</> fell to 0.03.
<BTC>BTC/USDT</> rose.
<SOL/BTC>SOL/BTC</> rose.
<SOL>SOL</>/USD rose.
Bids for <BTC>BTC</> / <ETH>ETH</> rose.
"""

KNOWN_FAILURES = """
<ICP>ICP</>, <DOT>DOT</> and <LINK>LINK</> fell.
The pair <BTC>BTCUSDT</> rose.
Princeton University (UNI) published it.
"""


def lines(*blocks):
    return [line for block in blocks for line in block.strip().split("\n")]


def check(marked):
    text, marks = unmark(marked)
    assert [(m.subject, text[m.start : m.end], m.start) for m in find_mentions(text)] == [
        (m.label, m.words, m.start) for m in marks
    ]


@pytest.mark.parametrize("marked", lines(NAMED, AMBIGUOUS, RANKED, LEARNT, FIGURES, PAIRS))
def test_every_mention_is_found_where_it_stands(marked):
    check(marked)


@pytest.mark.xfail
@pytest.mark.parametrize("marked", lines(KNOWN_FAILURES))
def test_what_is_missed_today(marked):
    check(marked)


def test_the_table_is_well_formed():
    table = load_assets()
    assert len(table.tickers) > 1000
    assert set(table.tickers.values()) == set("coin stock index etf market sector macro".split())
    assert all(name.words and name.ticker in table.tickers for name in table.list_names())
    assert set(table.held.values()) <= set(table.tickers)


def test_a_fund_that_is_named_after_a_coin_holds_it():
    table = load_assets()
    assert {ticker: table.held.get(ticker) for ticker in "IBIT ETHV ETHW SOLZ ARKK".split()} == {
        "IBIT": "BTC", "ETHV": "ETH", "ETHW": "ETH", "SOLZ": "SOL", "ARKK": None,
    }  # fmt: skip
    coins = set("bitcoin ethereum ether solana xrp dogecoin litecoin".split())
    named = {name.ticker for name in table.list_names() if coins & set(name.words)}
    assert {ticker for ticker in named if table.tickers[ticker] == "etf"} <= set(table.held)


def test_a_company_name_stands_for_its_stock():
    companies = {
        "meta": "META",
        "coinbase": "COIN",
        "interactive brokers": "IBKR",
        "bitmine": "BMNR",
    }
    assert {name: stock_tickers().get(name) for name in companies} == companies


def test_every_name_of_the_table_is_found_alone():
    """A name whose ticker cannot be reached by it is dead weight."""
    names = [aliases.split("|")[0] for _, aliases, *_ in read_rows("assets.tsv")]
    assert [n for n in names if not find_mentions(f"So {n[:1].upper()}{n[1:]} it is.")] == []


PIECES = st.lists(st.sampled_from(["BTC", "Bitcoin", "$QPN", "(QPN)", "Qpn Network", "/", " ", "’s", "-", ".", "ETH", "S&P 500", "A", "native token,", "\n"]) | st.text(max_size=4))  # fmt: skip


@given(PIECES)
def test_mentions_stand_in_order_on_whole_words(pieces):
    text = "".join(pieces)
    mentions = find_mentions(text)
    assert all(left.end <= right.start for left, right in pairwise(mentions))
    starts, ends = {w.start() for w in WORD.finditer(text)}, {w.end() for w in WORD.finditer(text)}
    assert all(m.start in starts and m.end in ends and m.subject for m in mentions)


@given(PIECES)
def test_names_stand_where_they_are_said_to(pieces):
    text = "".join(pieces)
    assert all(
        text.startswith(name, at) and is_whole(text, at, at) for at, name in find_names(text)
    )


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("On Monday Merkle Trade’s founders raised $2 million", ["Merkle Trade"]),
        ("Blockchain firm Zebra & Sons of Berlin raised $2 million", ["Zebra & Sons of Berlin"]),
        ("The hackers drained Pump.fun and Gate.io", ["Pump.fun", "Gate.io"]),
        ("It was The End of A", ["End"]),
        ("The A An", []),
        ("nothing here", []),
    ],
)
def test_names_are_runs_of_capitalised_words(text, names):
    assert [name for _, name in find_names(text)] == names


def test_a_short_name_is_known_by_its_fuller_form():
    names = find_names("Merkle Trade raised $2 million. Merkle said so. Merkle Trade is young.")
    assert longest_form("Merkle", names) == "Merkle Trade"
    assert longest_form("Zebra", names) == "Zebra"


RUNS = ["A", "Aa", "A ", "A-", "Aa ", "$A", "$AB ", "(AB) ", "Ab (AB) ", "Ab Ab Ab Ab (", "Bitcoin ", "BTC/", "Ab's native token ", "AB token ", "(NYSE:", "Ab of "]  # fmt: skip


@pytest.mark.parametrize("run", RUNS, ids=repr)
@pytest.mark.parametrize("read", [find_mentions, find_names])
def test_long_runs_are_read_in_linear_time(run, read):
    assert is_linear(read, run * (50_000 // len(run)))


def test_a_quadratic_step_is_seen():
    assert not is_linear(lambda text: [text[:i] for i in range(len(text))], "A" * 20_000)
