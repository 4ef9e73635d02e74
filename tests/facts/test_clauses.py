"""What a figure belongs to, its sign, and whether it is stated at all, by the grammar of its clause.

Sentences are marked as in `test_extract.py`; what stands unmarked states no market number. Each kind of reading has its examples
and, behind them, sentences of the same form that must be read in another way.
"""

import pytest

from summarizer.facts.extract import extract_facts
from summarizer.page.article import make_article
from summarizer.text.reading import Text
from tests.support.marked import unmark
from tests.support.observed import read

TICKERS = """
Bitcoin was flat. SUSHI rose <price_change SUSHI 4 %>4%</> to <price SUSHI 1.1 USD>$1.10</>.
Ether fell <price_change ETH -2 %>2%</> to <price ETH 3000 USD>$3,000</>. CAKE dropped <price_change CAKE -6 %>6%</> to <price CAKE 2.2 USD>$2.20</>.
Bitcoin held on. A 12% slump took HYPE to $29.
The broader market lost <price_change MARKET -3 %>3%</> while TRX gained <price_change TRX 1.2 %>1.2%</>.
Ether and solana fell <price_change ETH -3 %>3%</> and <price_change SOL -5 %>5%</> respectively.
HUT slid <price_change HUT -5 %>5%</> to <price HUT 21 USD>$21</> and MARA lost <price_change MARA -7 %>7%</>.
Bitcoin gained <price_change BTC 1 %>1%</> while MINA added <price_change MINA 3 %>3%</> and ROSE <price_change ROSE 4 %>4%</>.
GRASS was down by more than <price_change GRASS -9 %>9%</> while ether held.
AERO jumped <price_change AERO 12 %>12%</> and VELO <price_change VELO 8 %>8%</>.
Solana's Raydium (RAY) fell <price_change RAY -3 %>3%</> to <price RAY 2.5 USD>$2.50</>.
Bitcoin fell <price_change BTC -2 %>2%</>; TURBO rose <price_change TURBO 10 %>10%</>.
Near's NEAR climbed <price_change NEAR 5 %>5%</> to <price NEAR 2.9 USD>$2.90</>.
Miners fell, with RIOT down <price_change RIOT -4 %>4%</> and HUT down <price_change HUT -6 %>6%</>.
Polygon's POL (formerly MATIC) fell <price_change POL -5 %>5%</> to <price POL 0.4 USD>$0.40</>.
"""

ROWS = """
BTC: <price BTC 91000 USD>$91,000</> (<price_change BTC -2.1 %>-2.1%</>)\\nAR: <price AR 6.1 USD>$6.10</> (<price_change AR 3.3 %>+3.3%</>)
ETH: <price ETH 3050 USD>$3,050</> (<price_change ETH -1 %>-1%</>)\\nCAKE: <price CAKE 2.4 USD>$2.40</> (<price_change CAKE 2 %>+2%</>)
"""

UNKNOWN = """
Bitcoin rose <price_change BTC 2 %>2%</> to <price BTC 61000 USD>$61,000</>. Quibblo, a new memecoin, fell <price_change Quibblo -30 %>30%</> to <price Quibblo 0.002 USD>$0.002</>.
Bitcoin fell <price_change BTC -2 %>2%</>. Wexmart fell 3% after its report.
Ether fell <price_change ETH -2 %>2%</>, and the token Zandoo rose <price_change Zandoo 9 %>9%</>.
Ether rose <price_change ETH 3 %>3%</> and the euro fell to $1.04.
Bitcoin rose <price_change BTC 3 %>3%</>. Copper fell 2% to $4.10.
Bitcoin rose <price_change BTC 3 %>3%</> and the pound slid 1% to $1.21.
Dash (DASH) gained <price_change DASH 6 %>6%</> while DoorDash (DASH) lost 2%.
Ether rose <price_change ETH 3 %>3%</>; silver climbed to <price XAG 47 USD>$47</>.
Bitcoin rose <price_change BTC 3 %>3%</>; gold was <price XAU 4050 USD>$4,050</>.
Bitcoin fell <price_change BTC -4 %>4%</>, Quibblo 6%.
In New York, bitcoin was up <price_change BTC 3 %>3%</>.
Coinbase sells bitcoin. Its shares fell <price_change COIN -2 %>2%</> to <price COIN 241 USD>$241</>.
Bitcoin miner Wexmart had a bad quarter. Its stock fell 4% to $12.
Strategy holds bitcoin. The company's shares lost <price_change MSTR -3 %>3%</> while ether fell <price_change ETH -1 %>1%</>.
"""

SIGNS = """
XRP has fallen <price_change XRP -4 %>4%</> since Monday.
Cardano dumped <price_change ADA -8 %>8%</> on the news.
Solana gave back <price_change SOL -6 %>6%</> after the news.
Ether moved from <price_past ETH 3200 USD>$3,200</> to <price ETH 2880 USD>$2,880</>, or <price_change ETH -10 %>10%</>.
Ether moved from <price_past ETH 2880 USD>$2,880</> to <price ETH 3200 USD>$3,200</>, or <price_change ETH 11.1 %>11.1%</>.
Bitcoin fell <price_change BTC -3 %>3%</>, ether <price_change ETH -4 %>4%</> and XRP <price_change XRP -5 %>5%</>.
Bitcoin rose <price_change BTC 3 %>3%</>, XRP <price_change XRP 4 %>4%</> and Cardano <price_change ADA 5 %>5%</>.
Bitcoin fell <price_change BTC -3 %>3%</> while ether gained <price_change ETH 4 %>4%</>.
Bitcoin ▼ <price_change BTC -3 %>3%</>, ether ▲ <price_change ETH 4 %>4%</>.
Solana moved ‑<price_change SOL -3 %>3%</> on Friday.
XRP sank <price_change XRP -4 %>4%</> on the day and <price_change XRP -9 %>9%</> over the week.
Bitcoin is down <price_change BTC -4 %>4%</> from its record.
Solana loses <price_change SOL -3 %>3%</> to <price SOL 143 USD>$143</>.
Dogecoin dives <price_change DOGE -8 %>8%</> to <price DOGE 0.14 USD>$0.14</>.
Ether trades at <price ETH 2900 USD>$2,900</>, just above <price_change ETH -5 %>5%</> from its recent peak.
Bitcoin sank <price_change BTC -2 %>2%</> and the S&P 500 <macro_indicator SPX -1.1 %>1.1%</>.
Bitcoin is now down more than $1,700, or <price_change BTC -30 %>30 percent</>, in a week.
The Dow Jones plunged by <macro_indicator DJI -1100 index>1,100</> points on Friday, around <macro_indicator DJI -4.6 %>4.6%</>.
Ether rose by $150, or about <price_change ETH 5 %>5%</>, on Friday.
Bitcoin sank to <price BTC 3970 USD>$3,970</>, a figure <price_change BTC -7.5 %>7.5 percent</> lower than the day's opening price.
Bitcoin is trading just <price_change BTC -3.5 %>3.5%</> down from its recent record.
Bitcoin, ether and XRP recorded losses of <price_change BTC -4 %>4%</>, <price_change ETH -9 %>9%</>, and <price_change XRP -10 %>10%</> on Friday.
The S&P 500 and Nasdaq Composite Index ended down <macro_indicator SPX -2.7 %>2.7%</> and <macro_indicator IXIC -4 %>4%</>, respectively.
US inflation is above the Fed's <macro_indicator FED 2 %>2%</> target, and CPI fell below the <macro_indicator CPI 3.1 %>3.1%</> forecast.
The 10-year Treasury yield reacted by dropping from <macro_indicator US10Y 4.4 %>4.4%</> to <macro_indicator US10Y 4.29 %>4.29%</>.
Ether rose and is <price_change ETH 4 %>4%</> higher than a day ago.
GDP data marked a sharp rebound from the <macro_indicator GDP -0.5 %>0.5%</> contraction of the first quarter.
US GDP growth was a decrease from the <macro_indicator GDP 3.8 %>3.8%</> increase of the first quarter.
Gold fell <price_change XAU -2 %>2%</> to <price XAU 4050 USD>$4,050</> an ounce and bitcoin <price_change BTC -3 %>3%</> to <price BTC 86900 USD>$86,900</>.
"""

FLOWS = """
Bitcoin ETFs saw ($<etf_flow BTC -45200000 USD>45.2 million</>) in net flows on Friday.
Ether funds saw (<etf_flow ETH -45200000 USD>$45.2) million</> in net flows on Friday.
<etf_flow BTC -250000000 USD>A quarter of a billion dollars</> left the bitcoin ETFs on Friday.
Spot bitcoin ETFs saw withdrawals of <etf_flow BTC -80000000 USD>$80 million</>.
Spot ether ETFs lost <etf_flow ETH -80000000 USD>$80 million</> on Friday.
Investors pulled <etf_flow BTC -80000000 USD>$80 million</> from bitcoin funds on Friday.
Bitcoin ETFs pulled in <etf_flow BTC 80000000 USD>$80 million</> on Friday.
Inflows into bitcoin ETFs fell to <etf_flow BTC 30000000 USD>$30 million</>.
Redemptions from ether ETFs rose to <etf_flow ETH -30000000 USD>$30 million</>.
Fidelity's FBTC (<etf_flow BTC 99000000 USD>$99 million</>) led the inflows.
Bitcoin ETFs posted (<etf_flow BTC -45200000 USD>$45.2M</>) on Monday and (<etf_flow BTC -12000000 USD>$12M</>) on Friday.
Investors pulled a net <etf_flow ETH -263000000 USD>$263 million</> from US spot ether funds on Wednesday.
Investors pulled <etf_flow BTC -263000000 USD>$263 million</> from US spot bitcoin funds on Wednesday.
Investors added <etf_flow ETH 120000000 USD>$120 million</> to spot ether ETFs.
Traders moved $5 million from ether into bitcoin.
The inflow into ether ETFs, while much lower than it was on all of the previous days, was <etf_flow ETH 65000000 USD>$65 million</>.
Bitcoin funds on Monday: <etf_flow BTC -131000000 USD>$131 million</> exit.
Fidelity's FBTC took in <etf_flow BTC 99000000 USD>$99 million</> (its best day in May).
"""

TIMES = """
Ether was trading at <price ETH 2900 USD>$2,900</> at press time.
At the time of this writing, ether had slipped to <price ETH 2900 USD>$2,900</>.
Three days ago, ether was valued at <price_past ETH 2900 USD>$2,900</> on most exchanges.
Last month ether stood at <price_past ETH 2900 USD>$2,900</>.
"""

NOT_STATED = """
Ether will never go to $50,000, he said.
Ether isn't going to $10,000 this year.
Bitcoin is unlikely to reach $300,000 soon.
Will ether crash to $900?
Is XRP set to gain 40%?
Ether gave back its 6% gain.
Cardano wiped out a 5% rally within hours.
Ether's 6% slide was reversed by the evening.
If ether fell 30%, lenders would suffer.
An earlier version of this story said that ether fell 12%.
Fees on Solana fell 14%.
Trading volume in ether fell 14%.
A 9% drop in daily active addresses hurt Solana.
Ether's share price talk aside, whales hold 12% of the supply.
Bitcoin moves up or down by 10% in a week.
Bitcoin stands $2,500 below its record high.
Bitcoin added over $1,500 within five days.
The 200-day moving average is now at $61,000.
Bitcoin may fall away from the 200-day MA, which is currently sitting at $61,000.
His stop loss was at $55,000.
Not only did ether gain <price_change ETH 4 %>4%</>, it kept it.
Ether lost <price_change ETH -6 %>6%</> of its market value.
Bitcoin funds saw no $1 billion outflow on Friday.
Kraken has never lost $90 million to hackers.
Ether avoided a 10% loss on Friday.
XRP neither gained nor lost 5% on Friday.
Cardano fell <price_change ADA -3 %>3%</>, not 13%, on Friday.
USDT's supply was flat, while the market value of USDC's grew 2% in a week.
Had the vote failed, ether could have lost 15%.
Without the rescue, solana would have fallen by 20% on Friday.
Ether, at 961%, remains lower than bitcoin in that model.
"""


def check(marked):
    text, marks = unmark(marked.replace("\\n", "\n"))
    facts = [f for f in extract_facts(read(text)) if f.kind != "other"]
    found = {(f.kind, f.subject, f.value, f.unit) for f in facts}
    expected = set()
    for mark in marks:
        kind, subject, value, unit = mark.label.split(" ")
        expected.add((kind, subject, float(value), unit))
    assert found == expected


@pytest.mark.parametrize(
    ("text", "periods"),
    [
        ("Ether fell 6% on the day, 14% over the week.", {-6: "24h", -14: "7d"}),
        ("Ether fell 6% over the past week and 2% on the day.", {-6: "7d", -2: "24h"}),
        ("HYPE rose 7% after a week in which buyers were few.", {7: None}),
        ("Coin Price 24h 7d\nBTC $90,200 -1.4% +2.2%", {-1.4: "24h", 2.2: "7d"}),
        ("Coin Price 24h\nBTC $90,200 -1.4% +2.2%", {-1.4: None, 2.2: None}),
        ("In 24h much changed for everybody who trades.\nBTC $90,200 -1.4%", {-1.4: None}),
    ],
)
def test_a_percentage_has_its_own_period(text, periods):
    found = {f.value: f.period for f in extract_facts(read(text)) if f.kind == "price_change"}
    assert found == periods


@pytest.mark.parametrize(
    ("text", "stated"),
    [
        (
            "Bitcoin fell 4% over 24 hours as bitcoin ETFs lost $212 million, according to Farside.",
            {-4: ("24h", None), -212e6: (None, "Farside")},
        ),
        (
            "Bitcoin fell 4% as bitcoin ETFs lost $212 million in the past week, SoSoValue said.",
            {-4: (None, None), -212e6: ("7d", "SoSoValue")},
        ),
        (
            "Bitcoin open interest fell to $33 billion from $36 billion a week ago, an 8% decline.",
            {33e9: (None, None), 36e9: (None, None), -8: ("7d", None)},
        ),
        ("Bitcoin fell 4% to $60,000 in the past week.", {-4: ("7d", None), 60000: (None, None)}),
        (
            "Ether was at $2,900, according to CoinGecko.",
            {2900: (None, "CoinGecko")},
        ),
    ],
)
def test_a_period_and_a_source_are_those_of_their_own_number(text, stated):
    facts = extract_facts(read(text))
    assert {f.value: (f.period, f.attributed_to) for f in facts} == stated


def test_a_headline_alone_is_read_for_its_facts():
    headline = "Ether falls 6% to $2,800 in a day"
    for text, values in ((headline, [-6, 2800]), (f"{headline}\nIt was at $2,790.", [2790])):
        facts = extract_facts(Text(make_article(text, title=headline)))
        assert [f.value for f in facts] == values


@pytest.mark.parametrize(
    ("text", "kinds"),
    [
        (
            "Bitcoin is stuck between $88,000 and $92,000.",
            {88000: "support_level", 92000: "resistance_level"},
        ),
        (
            "Bitcoin has been range-bound between $86,000 and $90,500 for a week.",
            {86000: "support_level", 90500: "resistance_level"},
        ),
    ],
)
def test_the_ends_of_a_range_that_holds_a_price_are_levels(text, kinds):
    found = {f.value: f.kind for f in extract_facts(read(text))}
    assert found == kinds


def examples(*blocks):
    return [line for block in blocks for line in block.strip().split("\n")]


@pytest.mark.parametrize("marked", examples(TICKERS, ROWS, UNKNOWN))
def test_a_figure_belongs_to_what_its_clause_names_or_to_nobody(marked):
    check(marked)


@pytest.mark.parametrize("marked", examples(SIGNS, FLOWS))
def test_a_change_has_the_sign_that_its_words_tell(marked):
    check(marked)


@pytest.mark.parametrize("marked", examples(TIMES))
def test_a_price_is_of_the_time_that_its_words_tell(marked):
    check(marked)


@pytest.mark.parametrize("marked", examples(NOT_STATED))
def test_what_is_asked_denied_taken_back_or_of_something_else_is_not_stated(marked):
    check(marked)
