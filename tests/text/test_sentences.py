"""Sentence ends, marked `|` where a sentence ends and the next begins after it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from summarizer.text.sentences import LONGEST, split_sentences
from summarizer.text.spans import normalise

SPLIT = """
U.S. CPI rose.|BTC fell to $58,000.|It held.
He said “it will fall.”|Then it rose.
"It will fall."|Then it rose.
It fell!!|Then it rose?|So it did.
It fell…|Then it rose.
It fell...|Then it rose.
Mr. Smith sold.|Dr. Lee bought.
It was 3.2% vs. 4%.|Bonds fell.
Strategy Inc. bought more.|It holds.
Coinbase Global Inc. said so.
At 9 a.m. ET it fell.|It rose later.
J. Powell spoke.|R. W. Baird agreed.
It fell (again.)|Then it rose.
On Jan. 5 it fell.|On Feb. 6 it rose.
It fell.|$5 million went.|€6 million came.|#BTC is up.|@saylor said so.
It fell.|5 percent went.|(Yes.)|[No.]
It costs $1.5M.|2 of 3 sold.
Gate.io fell.|Crypto.com rose.
It fell 3.2%.|It rose 1.5 %.
“One.”|“Two.”|‘Three.’
Bitcoin fell. ether is no beginning.
It is up to the U.S. President to decide.
St. Louis Fed said so.
No end
Approx. five coins went.|Est. in May.
"""

FLATTENED = """
Price Eyes New High|In a detailed post, he said so.
Outlet Bold Move: Conquering the Market|The race is heating up.
Ethereum Hits 10-Year Milestone|Ethereum and the crypto community are glad.
Santiment Signals a Local Top|According to Santiment, it fell.
Opportunities: Broader Economic Confidence:|A robust economy helps.
Warren’s Key Priorities: Stability and Oversight|Warren’s framework centers on four goals.
It fell.|Rotation Back Into Bitcoin|As July went by, it rose.
"""
# A name is no heading, however long: what follows it is not the beginning of a sentence, or is a name too.
NAMES = """
Trump Media and Technology Group has bought more.
U.S. Securities and Exchange Commission Chair Gary Gensler said so.
Binance, Binance US and Kraken have fallen.
World Liberty Financial and World Network are up.
Chainlink, Aave, The Graph and The Sandbox rose.
Bank of America Global Research raised its target.
Bitcoin Slips Below $58,000 as Funds Sell
Possible Drop To $110,000 Historically leads to more.
"""

KNOWN_FAILURES = """
Price Structure Tightens as Bulls Defend Support|Worldcoin is trading at $1.27.
E.g. ETH fell.|It rose.
It fell.[1]|Then it rose.
The move came from the U.S.|The EU waits.
"""


def parts(text):
    return [text[start:end] for start, end in split_sentences(text)]


def lines(block):
    return block.strip().split("\n")


@pytest.mark.parametrize("marked", lines(SPLIT))
def test_sentences_end_where_they_end(marked):
    assert parts(marked.replace("|", " ")) == marked.split("|")


@pytest.mark.parametrize("marked", lines(FLATTENED))
def test_a_heading_that_was_flattened_onto_a_sentence_is_parted_from_it(marked):
    assert parts(marked.replace("|", " ")) == marked.split("|")


@pytest.mark.parametrize("sentence", lines(NAMES))
def test_a_name_is_no_heading(sentence):
    assert parts(sentence) == [sentence]


@pytest.mark.xfail
@pytest.mark.parametrize("marked", lines(KNOWN_FAILURES))
def test_what_is_split_wrongly_today(marked):
    assert parts(marked.replace("|", " ")) == marked.split("|")


def test_a_line_ends_a_sentence():
    assert parts("Bitcoin slides\nBTC fell to $58,000\nIt held.") == [
        "Bitcoin slides",
        "BTC fell to $58,000",
        "It held.",
    ]


@pytest.mark.parametrize("text", ["", " ", "\n", "\n\n"])
def test_nothing_has_no_sentence(text):
    assert split_sentences(text) == ()


def test_a_flattened_table_is_cut_at_a_blank():
    table = "BTC $58,000 -3.2% " * 1000
    sentences = parts(table)
    assert all(len(sentence) <= LONGEST for sentence in sentences)
    assert " ".join(sentences) == table.strip()


def test_a_line_without_blanks_is_cut_between_words():
    table = "58,000;" * 2000
    assert all(
        sentence.endswith(("58,000", ";")) and sentence.startswith(("58,000", ";"))
        for sentence in parts(table)
    )
    assert "".join(parts(table)) == table


@given(st.text(st.sampled_from('aB1.!?…"”)( \n$') | st.characters()))
def test_sentences_hold_every_word_once_and_in_order(text):
    text = normalise(text)
    spans = split_sentences(text)
    assert all(text[start:end].strip() == text[start:end] != "" for start, end in spans)
    edges = [0, *(place for span in spans for place in span), len(text)]
    assert edges == sorted(edges)
    assert all(
        not text[end:start].strip() for end, start in zip(edges[::2], edges[1::2], strict=True)
    )
