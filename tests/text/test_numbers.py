"""Numbers as journalists write them: every number of a text, with value, unit and exact place, marked where it stands.

`<58000 USD>$58,000</>` expects that value, unit and span; a mark without a unit is a bare number. What stands unmarked is no
number. An example of `KNOWN_FAILURES` is read wrongly today: one that begins to pass must move to its group.
"""

import string
from itertools import pairwise

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from summarizer.facts.figures import format_value
from summarizer.text.numbers import find_numbers
from summarizer.text.spans import is_whole
from tests.support.linear_time import is_linear
from tests.support.marked import unmark

NOTATIONS = """
It costs <1234567 EUR>€1.234.567</> in Rome.
It costs <1000000 CHF>CHF 1'000'000</> in Zug.
A raise of <1300000 USD>$1.3 mil</>.
A cut of <0.5 %>half a percent</>.
A cut of <0.5 %>half a percentage point</>.
A cut of <1.5 %>one and a half percent</>.
A cut of <5.5 %>5½%</>.
A cut of <5.5 %>5 1/2 percent</>.
Version 1.2.3 of it.
A token at <0.0000045 USD>$4.5e-6</> each.
A token at <0.0000045 USD>4.5E-06 USDT</> each.
A cap of <2500000000 USD>$2.5e9</> is told.
Key 3e8 of it.
A loan of <300000000 USD>3 hundred million dollars</>.
A loan of <40000000000 INR>₹4 thousand crore</>.
A loan of <2100000000000 INR>₹2.1 lakh crore</>.
A loan of <700000 INR>Rs 7 lakhs</>.
A loan of <900000000 INR>₹90 crores</>.
A loan of <80000000 USD>$80 mns</>.
A loan of <3000000000 USD>$3 bil</>.
A loan of <450000 USD>$450'000</>.
A loan of <38500 USD>38 500 dollars</>.
A loan of <38500 EUR>38 500 €</>.
A loan of <6 EUR>6€</> or <7 USD>7$</>.
A band of <40000 USD>$40</>-<45000 USD>45,000</>.
A band of <3000 USD>$3</>–<4000 USD>4,000</>.
A band of <400 USD>$400</>-<1000 USD>1,000</>.
A cut of <3.75 %>3 3/4 percent</>.
A cut of <0.25 %>¼%</>.
A cut of <0.25 %>a quarter of a percent</>.
A loan of <250000000 USD>a quarter of a billion dollars</>.
A loan of <750000 USD>three-quarters of a million dollars</>.
A loan of <3500000000 USD>three and a half billion dollars</>.
A loan of <500000 USD>a half million dollars</>.
It fell <2 %>2%</> to <97.4>97.4</> points.
It rose <3 %>3%</> to <6>6</> gwei.
Flows of <-80500000 USD>($80.5) million</> were told.
A move of <-4.5 %>(4.5)%</> was told.
It moved <-4 %>▼ 4%</> and <5 %>▲5%</>.
It moved <-4 %>↓4%</> and <5 %>↑ 5%</>.
It moved <-4 %>‑4%</>, <-4 %>﹣4%</> and <-4 %>－4%</>.
A token at $1.234.56 is not understood.
A token at $12,34 is not understood.
A token at 10⁶ is not understood.
"""

MONEY = """
Bitcoin slid to <58000 USD>$58,000</> on Monday.
It holds <68160.25 USD>$68,160.25</>.
XRP costs <0.5123 USD>$0.5123</>.
A token for <0.5 USD>$.50</> apiece.
The floor is <9 USD>$9</>.
The fee was <1000000 USD>$1,000,000</>.
Ether at <4000 USD>$ 4,000</> again.
It paid <120000 USD>$120 000</> in cash.
It paid <1120000 USD>$1 120 000</> in cash.
It paid <1340000000 USD>1 340 million dollars</> in cash.
It held rates at <3.5 %>3-1/2</> to <3.75 %>3-3/4 percent</> in May.
It trades at <58000 USD>US$58,000</>.
It trades at US <58000 USD>$58,000</>.
It trades at <91000 AUD>A$91,000</> in Sydney.
It trades at <91000 AUD>AU$91,000</> in Sydney.
It trades at <83000 CAD>C$83,000</> in Toronto.
It trades at <83000 CAD>CA$83,000</> in Toronto.
It trades at <460000 HKD>HK$460,000</> in Hong Kong.
It trades at <79000 SGD>S$79,000</> in Singapore.
It trades at <99000 NZD>NZ$99,000</> in Auckland.
It trades at <300000 BRL>R$300,000</> in Brazil.
It costs <52000 EUR>€52,000</> in Paris.
It costs <52000 EUR>€ 52,000</> in Paris.
It costs <44000 GBP>£44,000</> in London.
It costs <8900000 JPY>¥8,900,000</> in Tokyo.
It costs <4900000 INR>₹4,900,000</> in Mumbai.
It costs <4900000 INR>Rs 4,900,000</> in Mumbai.
It costs <4900000 INR>Rs. 4,900,000</> in Mumbai.
It costs <80000000 KRW>₩80,000,000</> in Seoul.
It costs <5300000 RUB>₽5,300,000</> in Moscow.
A pizza for <0.001 BTC>₿0.001</>.
It costs <58000 USD>USD 58,000</> today.
It costs <52000 EUR>EUR 52,000</> today.
It costs <58000 USD>58,000 USD</> today.
It costs <58000 USD>58,000 USDT</> on Binance.
It costs <58000 USD>58,000 USDC</> on Base.
It costs <58000 USD>58,000 dollars</> today.
It costs <52000 EUR>52,000 euros</> today.
It costs <44000 GBP>44,000 pounds</> today.
It costs <8900000 JPY>8,900,000 yen</> today.
It costs <400000 CNY>400,000 yuan</> today.
It costs <58000 USD>58,000 US dollars</> today.
It costs <58000 USD>58,000 U.S. dollars</> today.
It costs <0.62 USD>62 cents</> today.
A fine of <50000000 SEK>50 million Swedish kronor</>.
A fine of <50000000 CHF>50 million Swiss francs</>.
It costs <50000000 CHF>CHF 50 million</> in Zug.
It costs <5000000000 JPY>JPY 5 billion</> in Osaka.
It costs <80000 KRW>KRW 80,000</> in Busan.
It costs <23400000 INR>Rs2.34 crore</> in Delhi.
It costs <2340000000 INR>INR 234 crore</> in Delhi.
It costs <2340000000 INR>234 crore rupees</> in Delhi.
It costs <5000000 USD>USD5m</> in all.
It costs <5000000 EUR>EUR5m</> in all.
It costs <1500000000000 KRW>1.5 trillion won</> in all.
It costs <15000000000 JPY>¥15 billion</> in all.
It costs <25000000 CAD>C$25 million</> in all.
It costs <1200000000 HKD>HK$1.2 billion</> in all.
It costs <50000000 SGD>S$50m</> in all.
It costs <300000 GBP>£300k</> in all.
It costs <100000 USD>$100,000.00</> in all.
It costs <1234567.89 USD>$1,234,567.89</> in all.
It costs <0.0005 USD>$.0005</> in all.
It costs <0 USD>$0.00</> in all.
It costs <1 USD>$1</> = <0.92 EUR>€0.92</>.
It costs ><1000000000 USD>$1B</>, or ~<5 USD>$5</>.
It gained <5000000 USD>+$5 million</>.
The price (<58000 USD>$58,000</>) held.
Is it <58000 USD>$58,000</>? Or <60000 USD>$60,000</>!
It says “<58000 USD>$58,000</>”.
From <58000 USD>$58,000</>, then <57000 USD>$57,000</>.
A <10000 USD>$10,000</>-a-coin call.
It costs ~<58000 USD>$58,000</> now.
It costs about ≈<58000 USD>$58,000</>.
It fell below the <50000 USD>$50,000</>-mark.
Between the lines <58000 USD>$58,000</>; <59000 USD>$59,000</>
"""

SCALES = """
Open interest is <15900000000 USD>$15.9 billion</>.
Open interest is <15900000000 USD>$15.9B</>.
Open interest is <15900000000 USD>$15.9b</>.
Open interest is <15900000000 USD>$15.9bn</>.
Open interest is <15900000000 USD>$15.9 bn</>.
Open interest is <15900000000 USD>$15.9 Billion</>.
Open interest is <15900000000 USD>$15.9 BILLION</>.
Open interest is <15900000000>15.9B</>.
Open interest is <15900000000 USD>$15.9-billion</>.
Open interest is <15900000000 USD>$ 15.9 billion</>.
Open interest is <15900000000 USD>US$15.9 billion</>.
Open interest is <15900000000 EUR>€15.9 billion</>.
Open interest is <15900000000 USD>15.9 billion dollars</>.
Open interest is <15900000000 USD>15.9 billion US dollars</>.
Open interest is <15900000000 USD>15.9 billion USD</>.
Volume was <1200000000>1.2 bn</>.
Volume was <1200000000 USD>$1.2 bln</>.
A raise of <25000000 USD>$25 million</>.
A raise of <25000000 USD>$25M</>.
A raise of <25000000 USD>$25m</>.
A raise of <25000000 USD>$25 m</>.
A raise of <25000000 USD>$25 M</>.
A raise of <25000000 USD>$25mn</>.
A raise of <25000000 USD>$25 mn</>.
A raise of <25000000 USD>$25 mln</>.
A raise of <25000000 EUR>€25 mio</>.
A raise of <25000000 USD>$25MM</>.
A raise of <25000000 USD>$25 million</>-plus.
The <25000000 USD>$25 million</>-round closed.
The <25000000 USD>$25-million</> round closed.
Bitcoin slid to <68100 USD>$68.1k</>.
Bitcoin slid to <68100 USD>$68.1K</>.
Bitcoin slid to <68100>68.1k</>.
Bitcoin slid to <70000>70K</>.
A market of <2400000000000 USD>$2.4 trillion</>.
A market of <2400000000000 USD>$2.4T</>.
A market of <2400000000000 USD>$2.4tn</>.
A market of <2400000000000 USD>$2.4 trn</>.
About <500000 USD>$500 thousand</> left.
It moved <12500000>12.5 million</> tokens.
A loss of <5000000 INR>₹50 lakh</>.
A loss of <2340000000 INR>₹234 crore</>.
A loss of <23400000 INR>Rs 2.34 crore</>.
A loss of <150000 INR>₹1,50,000</>.
A loss of <23456789 INR>₹2,34,56,789</>.
It costs <3500000 EUR>€3,5 million</>.
A fund of <2500000000 EUR>2,5 billion euros</>.
Shorts lost <15900000000 USD>$15.9 bo;;opm</>.
Open interest is <15900000000 USD>$15.9 bo;;opm</>, up.
A raise of <4000000 USD>$4 mo;;opm</>.
A cap of <2000000000000 USD>$2 tto;;opm</>.
It costs <0.000001234 USD>$0.0₅1234</> each.
It costs <0.00000001 USD>$0.0₇1</> each.
"""

PERCENT = """
It fell <3.2 %>3.2%</>.
It fell <3.2 %>3.2 %</>.
It fell <7 %>7 percent</>.
It fell <7 %>7 per cent</>.
It fell <7 %>7percent</>.
It fell <7 %>7 pct</>.
It rose <1.5 %>1.5 percentage points</>.
It rose <1 %>1 percentage point</>.
Funding is <-7 %>-7%</>.
Funding is <-7 %>−7%</>.
Funding is <-7 %>–7%</>.
Funding is <-7 %>‒7%</>.
Funding is <-7 %>- 7%</>.
Funding is <-0.012 %>-0.012%</>.
Funding is <-0.012 %>−0.012%</>.
Funding is <0.012 %>+0.012%</>.
Binance (<-7 %>-7%</>) and Bybit (<-8.5 %>−8.5%</>).
Skew is negative <-8 %>8%</>.
Skew is minus <-8 %>8%</>.
Skew is minus <-8 %>8 percent</>.
A move of <3 %>±3%</>.
It gained <1250 %>1,250%</>.
It gained <0.5 %>.5%</>.
It gained <100 %>100%</>, twice.
The rate rose <25 bps>25 bps</>.
The rate rose <25 bps>25bps</>.
The rate rose <25 bps>25 bp</>.
The rate rose <200 bps>200 basis points</>.
The rate rose <1 bps>1 basis point</>.
A <25 bps>25-basis-point</> cut.
A <50 bps>50 basis point</> cut.
A <5 %>5%</>-drop.
The <51 %>51%</> attack.
(<12 %>12%</>)
up <12 %>12%</>/<13 %>13%</>
It fell <3.2 %>3.2%</>to nothing.
It fell <1.5 %>1,5%</>.
It fell <3.5 %>3,5 percent</>.
The rate fell <50 bps>50bp</>.
It fell <0.5 %>0.5 percentage point</>.
BTC <-3.2 %>-3.2%</>, ETH: <-4 %>-4%</>
BTC <68000 USD>$68,000</> <-3.2 %>-3.2%</>
It fell <-0.5 %>-.5%</>.
"""

WORDS = """
It cost <500000 USD>half a million dollars</>.
It cost <1000000 USD>a million dollars</>.
It cost <1000000000 USD>a billion dollars</>.
It cost <500000000 USD>half a billion dollars</>.
It cost <2000000 USD>two million dollars</>.
It cost <250000>a quarter of a million</>.
It cost <3000000000 EUR>three billion euros</>.
It fell <7 %>seven percent</>.
It fell <25 %>twenty-five percent</>.
It fell <21 %>twenty one percent</>.
It fell <7 %>seven per cent</>.
About <5000>five thousand</> people.
A <10000000>ten million</> token grant.
About <300000000>three hundred million</> left.
It cost <2000000 USD>Two million dollars</>.
It cost <150000000 USD>one hundred and fifty million dollars</>.
It cost <250000000 USD>two hundred fifty million dollars</>.
It cost a <100000000 USD>hundred million dollars</>.
It rose <100 %>one hundred percent</>.
It rose <0 %>zero percent</>.
Skew is minus <-5 %>five percent</>.
The rate fell <25 bps>twenty-five basis points</>.
A rise of <1 %>one percentage point</>.
<1000000000000 USD>A trillion-dollar</> market.
A <2000000 USD>two-million-dollar</> fund.
It cost <2000000000 JPY>two billion yen</>.
It holds <21000000>twenty-one million</> coins.
It cost <5000 USD>five thousand dollars</>, or <5 %>5%</>.
It cost <90000>ninety thousand</> in all.
"""

RANGES = """
It held <97000 USD>$97,000</>-<98500 USD>98,500</>.
It held <97000 USD>$97,000</>–<98500 USD>98,500</>.
It held <97000 USD>$97,000</>—<98500 USD>98,500</>.
It held <97000 USD>$97,000</>‒<98500 USD>98,500</>.
It held <97000 USD>$97,000</>−<98500 USD>98,500</>.
It held <97000 USD>$97,000</> - <98500 USD>98,500</>.
It held <97000 USD>$97,000</> – <98500 USD>98,500</>.
It held <97000 USD>$97,000</>-<98500 USD>$98,500</>.
It held <97000 USD>$97,000</>–<98500 USD>$98,500</>.
It held <97000 USD>$97,000</> to <98500 USD>98,500</>.
It held <97000 USD>$97,000</> to <98500 USD>$98,500</>.
From <97000 USD>$97,000</> and <98500 USD>$98,500</>.
A raise of <13000000000 USD>$13</>-<14000000000 USD>14 billion</>.
A raise of <13000000000 USD>$13</>–<14000000000 USD>14 billion</>.
A raise of <13000000000 USD>$13</> to <14000000000 USD>14 billion</>.
A raise of <13000000000 USD>$13</> to <14000000000 USD>$14 billion</>.
A raise of <13000000000 USD>$13 billion</> to <14000000000 USD>$14 billion</>.
A raise of <13000000000 USD>$13B</>-<14000000000 USD>$14B</>.
A raise of <1500000 USD>$1.5</>-<2000000 USD>2M</>.
Yields of <5 %>5</> to <7 %>7%</>.
Yields of <5 %>5</>-<7 %>7%</>.
Yields of <5 %>5</>–<7 %>7%</>.
Yields of <5 %>5%</>-<7 %>7%</>.
Yields of <5 %>5%</> to <7 %>7%</>.
Yields of <5 %>5%</> and <7 %>7%</>.
Yields of <5 %>5%</> or <7 %>7%</>.
Cuts of <25 bps>25</>-<50 bps>50 bps</>.
Cuts of <25 bps>25</> to <50 bps>50 basis points</>.
It held <97000 USD>$97k</>-<98000 USD>$98k</>.
It held <97000 USD>$97k</>–<98000 USD>98k</>.
It held <80000 USD>$80</>-<90000 USD>90k</>.
It held <97000 USD>$97,000</> - <98500 USD>$98,500</>.
Yields of <3 %>3%</> - <5 %>5%</>.
Yields of <3 %>3%</> – <5 %>5%</>.
Yields of <3.5 %>3.5</>-<4 %>4%</>.
Yields of <3.2 %>3.2%</>-<4.5 %>4.5%</>.
Yields of <5 %>5</>-<7 %>7 %</>.
Yields between <5 %>5</> and <7 %>7 percent</>.
Yields from <-3 %>-3%</> to <5 %>+5%</>.
Yields from <-3 %>−3%</> to <-5 %>−5%</>.
Between <13000000000 USD>$13</> and <14000000000 USD>$14 billion</>.
A raise of <13000000000 USD>$13 billion</> - <14000000000 USD>$14 billion</>.
A raise of <1200000000 USD>$1.2</> – <1500000000 USD>$1.5 billion</>.
A raise of <10000000 USD>$10m</>-<15000000 USD>$15m</>.
A raise of <10000000 USD>US$10m</>-<15000000 USD>US$15m</>.
A raise of <1000000000 EUR>€1bn</>-<2000000000 EUR>€2bn</>.
A raise of <12000000 USD>$12</> to <15000000 USD>15 million</>.
A raise of <12000000 USD>12</> to <15000000 USD>15 million dollars</>.
A raise of <13000000000 USD>$13</>-<14000000000 USD>14 bo;;opm</>.
A raise of <1500000 USD>$1.5 million</> to <2000000 USD>$2 million</>.
It held <70000 USD>$70,000</>-<72000 USD>$72,000</>-<75000 USD>$75,000</>.
Cuts of <25 bps>25bps</>–<50 bps>50bps</>.
"""

LISTS = """
BTC, ETH and SOL lost <115000000 USD>$115</>, <84000000 USD>$84</>, and <58000000 USD>$58 million</>.
BTC, ETH and SOL lost <115000000 USD>$115</>, <84000000 USD>$84</> and <58000000 USD>$58 million</>.
BTC, ETH and SOL lost <115000000 USD>$115 million</>, <84000000 USD>$84 million</> and <58000000 USD>$58 million</>.
They rose <5 %>5%</>, <6 %>6%</> and <7 %>7%</>.
They cost <115 USD>$115</>, <84 USD>$84</> and <58 USD>$58</>.
It went from <1 USD>$1</>, <2 USD>$2</>, <3 USD>$3</> and up.
"""

COUNTS = """
It bought <1142>1,142</> BTC.
It bought <1142.5>1,142.5</> BTC.
It burned <3>3</> ETH.
The set of <1900>1,900</> nodes.
The year <2024>2024</> was good.
In <2024>2024</>, it fell.
A ratio of <0.74>0.74</>.
The index stands at <23>23</>.
Fear & Greed: <23>23</>/<100>100</>.
It has <12>12</> members.
Call it <21000000>21,000,000</>.
"""

NO_NUMBER = """
The 25th of May.
The 1st, 2nd and 3rd rounds.
It rose 2x.
A 100x gem.
Over 7D it fell.
Use 4h candles.
A Layer2 for Web3.
It is ERC20.
The B2B and P2P desk.
Version v2.0 shipped.
The 0x7a3f address.
The wallet bc1qxy2kgdygjrsqtzq2n0yrf2493p83kkfjhx0wlh moved.
The S&P sank.
An empty text of words.
Five men.
On a hundred days.
$ is the sign.
$PNUT rallied.
It lost %.
$k, $M and $B.
Several hundred million dollars.
Over 1e6 of them.
At 10am on Q3.
GPT4 and 5a3b.
The key 1111111111111111111111111111111111111111111111111111.
"""

BLANKS = """
It costs <58000 USD>$\u00a058,000</>.
A raise of <25000000 USD>$25\u00a0million</>.
It fell <3 %>3\u00a0%</>.
It fell <3 %>3\u202f%</>.
It fell <7 %>7\u2009percent</>.
Rate cut by <25 bps>25\u00a0bps</>.
It holds <58000 USD>$58,000</>\u00a0today.
A raise of <25000000 USD>US$25\u00a0million</>.
"""

MIXED = """
sub-<70000 USD>$70,000</> bids
A sub-<1 USD>$1</> token.
post-<60000 USD>$60,000</> calm
It traded at <58000 USD>$58,000</> (down <3.2 %>3.2%</>), with <15900000000 USD>$15.9B</> open.
BTC <68632.97 USD>$ 68,632.97</> is up.
TVL: <1200000000 USD>$1.2bn</>;volume:<300000000 USD>$300m</>
A loss of <-5000000 USD>-$5 million</>.
A loss of <-5000000 USD>−$5 million</>.
A loss of <-5000000 USD>$-5 million</>.
An outflow of <-133300000 USD>-$133.3M</>.
A loss of <-1000 USD>-$1,000</>.
Up to <100000 USD>$100,000</>+ by June.
By June, <100000 USD>$100K</>/coin.
A <1000000 USD>$1M</> price.
<100000 USD>$100,000</>
<100000 USD>$100,000</>.
<5 %>5%</>
It cost (<2000000 USD>$2M</>).
Rose <3 %>3%</>, <4 %>4%</>.
It is <3 USD>$3</>,<4 USD>$4</>
"""

KNOWN_FAILURES = """
It costs <52000 EUR>€52.000</> in Rome.
It costs <0.00000000000034 USD>$0.0₁₂34</> each.
It costs <0.000001234 USD>$0.0{5}1234</> each.
It costs <0.5 USD>50¢</> each.
A raise of <5000000000 USD>5 billions of dollars</>.
A raise of <1000000000 USD>$1</>~<2000000000 USD>2 billion</>.
Yields of <5 %>5</>~<7 %>7%</>.
A cut of <7.5 %>7.5pp</>.
It trades in the <60000 USD>$60Ks</>.
It sold <1142>1,142</>BTC.
It sold <0.5>0,5</> BTC.
"""


def examples(block):
    return [line for line in block.strip("\n").split("\n") if line.strip()]


def check(marked):
    text, marks = unmark(marked)
    found = [(n.value, n.unit, text[n.start : n.end], n.start) for n in find_numbers(text)]
    expected = []
    for mark in marks:
        value, _, unit = mark.label.partition(" ")
        expected.append((float(value), unit, mark.words, mark.start))
    assert found == [(pytest.approx(value, rel=1e-12), *rest) for value, *rest in expected]


def grouped():
    groups = {"notations": NOTATIONS, "money": MONEY, "scales": SCALES, "percent": PERCENT, "words": WORDS, "ranges": RANGES, "lists": LISTS,
              "counts": COUNTS, "no number": NO_NUMBER, "blanks": BLANKS, "mixed": MIXED}  # fmt: skip
    return [
        pytest.param(line, id=f"{name}: {line}")
        for name, block in groups.items()
        for line in examples(block)
    ]


@pytest.mark.parametrize("marked", grouped())
def test_every_number_of_a_text_is_read_where_it_stands(marked):
    check(marked)


@pytest.mark.parametrize(
    "marked",
    [pytest.param(line, id=line, marks=pytest.mark.xfail) for line in examples(KNOWN_FAILURES)],
)
def test_what_is_read_wrongly_today(marked):
    check(marked)


def test_the_table_is_as_large_as_it_should_be():
    assert len({param.values[0] for param in grouped()}) >= 250


# ---- over any text

NASTY = st.text(
    st.sampled_from("0123456789.,,, -−–—%$€£¥kmbtKMBTo;opRs₅()[]/\n\u00a0x'’") | st.characters(),
    max_size=200,
)
WORDED = st.lists(
    st.sampled_from(
        "one hundred and million half a quarter of percent $5 3% minus to , - basis points dollars 7".split()
    ),
    max_size=30,
)


def check_spans(text):
    numbers = find_numbers(text)
    assert all(0 <= n.start < n.end <= len(text) for n in numbers)
    assert all(left.end <= right.start for left, right in pairwise(numbers))
    assert all(n.value - n.value == 0 for n in numbers)  # neither infinite nor NaN
    assert all(text[n.start].strip() and text[n.end - 1].strip() for n in numbers)


@given(NASTY)
def test_any_text_yields_finite_numbers_in_order_and_within_it(text):
    check_spans(text)


@given(WORDED)
def test_any_words_yield_finite_numbers_in_order_and_within_them(words):
    check_spans(" ".join(words))


UNITS = ("USD", "EUR", "GBP", "JPY", "KRW", "INR", "CNY", "CHF", "SEK", "%", "bps")


@given(st.integers(1, 9999), st.integers(-6, 8), st.booleans(), st.sampled_from(UNITS))
def test_a_formatted_value_is_read_back_exactly(digits, power, negative, unit):
    value = float(f"{'-' if negative else ''}{digits}e{power}")
    text = f"It is {format_value(value, unit)} today."
    (number,) = find_numbers(text)
    assert (number.value, number.unit) == (value, unit)
    assert is_whole(text, number.start, number.end)


@given(st.floats(1e-15, 9.9e14), st.sampled_from(UNITS))
@example(1.2345e-10, "USD")
@example(999_999_999.0, "USD")
def test_a_formatted_value_is_read_back_to_four_digits(value, unit):
    (number,) = find_numbers(format_value(value, unit))
    assert number.value == pytest.approx(value, rel=6e-4)
    assert number.unit == unit


RUNS = [*string.digits[:2], "1,", "1.", "1,000", ",", ".", "$", "$1", "$1 ", "-", "- ", "−5%", "%", " ", "one ", "one hundred and ", "half a ",
        "a million ", "$1 two million ", "1-", "1 to ", "$1, ", "$1, $2 and $3 million, ", "₅", "0.0₅", "k", "1k", "Rs", "US$", "bo;;opm ", "minus ",
        "between 1 and ", "\n", "1 000 ", "$1 000 ", "25-basis-"]  # fmt: skip


@pytest.mark.parametrize("run", RUNS, ids=repr)
def test_long_runs_are_read_in_linear_time(run):
    assert is_linear(check_spans, run * (50_000 // len(run)))
