"""Pages of many makes: gold text in, furniture out; hidden text; and the shared benchmark as a
floor."""

import gzip
import json
import random
import re
from pathlib import Path

import pytest

from eval.extraction import (
    article_text,
    evaluate,
    load_benchmark,
    load_pages,
    mean_scores,
    score_page,
)
from eval.records import load_own
from summarizer.page.extraction import read_page
from tests.support.clock import within

DATA = Path(__file__).parents[2] / "eval" / "data"
PAGES = Path(__file__).parents[3] / "shared" / "data" / "pages"
COINDESK = PAGES / "crypto" / "coindesk_2025-04-07_bitcoin-pops-and-drops.html.gz"
MISSING = "the saved pages are looked for in ../shared/data/pages, beside the checkout"
OWN = [*load_pages(DATA / "articles.jsonl"), *load_pages(DATA / "pages2.jsonl")]
FLOOR = 0.962  # F1 on the benchmark's half at hand: what the project asks for


@pytest.mark.parametrize("gold", OWN, ids=[gold.id for gold in OWN])
def test_own_page(gold):
    score = score_page(gold, article_text(gold.page))
    assert not score.furniture
    assert score.f1 >= 0.96


def test_every_labelled_quote_is_found():
    """What extraction leaves out, no report can state: of each labelled article, page or text, the
    words of each fact are there."""
    found = [
        (own.id, fact["quote"], fact["quote"] in own.article.text)
        for own in load_own()
        for fact in own.labels["facts"]
    ]
    assert len(found) > 900
    assert not [lost for lost in found if not lost[2]]


def test_benchmark():
    scores = evaluate(load_benchmark())
    if not scores:
        pytest.skip(MISSING)
    for half in (True, False):
        figures = mean_scores([score for score in scores if score.gold.is_tuned == half])
        assert figures["f1"] >= FLOOR and figures["f1_pages"] >= FLOOR, (half, figures)


def test_a_whole_coindesk_page():
    if not COINDESK.is_file():
        pytest.skip(MISSING)
    text = read_page(gzip.decompress(COINDESK.read_bytes())).text
    assert "$74,400" in text and "top team" in text
    assert not re.search("Back to menu|What to know|He holds|[Nn]ewsletter|Terms", text)


def read(body, head=""):
    return read_page(
        f"<html><head><title>t</title>{head}</head><body>{body}</body></html>".encode()
    ).text


P1 = (
    "<p>Bitcoin fell 4% to $58,000 on Tuesday after a week in which funds lost money every day.</p>"
)
P2 = (
    "<p>Open interest in futures dropped to $15.9 billion, which is the least since the spring"
    " of last year.</p>"
)
SECRET = "SECRET words that only a machine would read"


@pytest.mark.parametrize(
    "hidden",
    [
        "<p hidden>{}, at some length</p>",
        '<p style="display: none">{}</p>',
        '<div style="visibility:hidden"><p>{}</p></div>',
        '<p style="font-size:0px">{}</p>',
        '<p style="font-size:1px">{}</p>',
        '<p style="color:#FFFFFF;background-color:white">{}</p>',
        '<p style="color:#123456;background:#123456">{}</p>',
        '<span style="color: rgb(255, 255, 255)">{}</span>',
        '<p><font color="white">{}</font></p>',
        "<template><p>{}</p></template>",
        '<p style="position:absolute; left:-10000px">{}</p>',
        '<p style="text-indent:-9999px">{}</p>',
        '<p style="transform:translateX(-9999px)">{}</p>',
        '<p style="clip: rect(0,0,0,0)">{}</p>',
        '<p style="height:0;overflow:hidden">{}</p>',
        '<p class="visually-hidden">{}</p>',
        '<p aria-hidden="true">{}</p>',
        "<!-- {} --><noscript><p>{}</p></noscript><script>{}</script>",
    ],
)
def test_hidden_text_is_gone_before_anything_is_read(hidden):
    text = read(f"<article>{P1}{hidden.replace('{}', SECRET)}{P2}</article>")
    assert "SECRET" not in text and "$58,000" in text and "$15.9 billion" in text


@pytest.mark.parametrize("hidden", ["hidden", 'style="display:none"', 'style="font-size:0"'])
def test_a_page_of_nothing_but_hidden_words_holds_no_article(hidden):
    assert not read(f"<p {hidden}>{SECRET}: bitcoin rallies to $250,000.</p>")
    for box in (f"<div {hidden}>{SECRET * 90}</div>", f"<div hidden id='S:1'>{SECRET * 90}</div>"):
        assert "SECRET" not in read(f"{box}<article>{P1}{P2}</article>")


def test_a_style_sheet_hides_by_class_but_not_when_printing():
    head = "<style>@media print{.story{display:none}} .x9,.x8{display:none;color:red}</style>"
    text = read(f'<article class="story">{P1}<p class="x9">{SECRET}</p>{P2}</article>', head)
    assert "SECRET" not in text and "$58,000" in text


@pytest.mark.parametrize(
    "box",
    [
        '<div style="background:#123"><p style="color:#fff">{}</p></div>',
        '<div style="background-image:url(a.png)"><p style="color:white">{}</p></div>',
        '<div class="dark"><p style="color:#fff">{}</p></div>',
        '<p style="color:#fff;background-color:navy">{}</p>',
        '<p class="inverse">{}</p>',
        '<p style="font-size:0.9em;opacity:0.8;max-height:400px">{}</p>',
        '<p class="hidden md:block">{}</p>',
    ],
)
def test_white_on_dark_and_the_like_is_not_hidden(box):
    head = "<style>.dark{background:#111}.inverse{color:#fff}</style>"
    sentence = (
        "The premium on futures at CME fell under 3% for the first time since May, data show."
    )
    assert "premium" in read(f"<article>{P1}{box.format(sentence)}{P2}</article>", head)


def test_an_article_that_scripts_fade_in_is_not_hidden():
    assert "$58,000" in read(f'<article style="opacity:0" aria-hidden="true">{P1}{P2}</article>')


def test_an_inline_ticker_reads_as_words_of_its_sentence():
    widget = '<a class="ticker" href="/b"><span>BTC</span><span>$58,120.10</span></a>'
    sentence = f"<p>Bitcoin {widget} fell to its lowest price in a month on Tuesday, data show.</p>"
    text = read(f"<article>{sentence}{P2}</article>")
    assert text.startswith("Bitcoin BTC $58,120.10 fell to its lowest")


def test_line_ends_of_the_source_are_blanks_and_breaks_are_lines():
    first, second = (
        "Bitcoin fell\n   4% on Tuesday",
        "after a week of outflows from\nfunds in America",
    )
    text = read(f"<article><p>{first}<br>{second} and in Europe.</p>{P2}</article>")
    assert text.startswith(
        "Bitcoin fell 4% on Tuesday\nafter a week of outflows from funds in America"
    )


def test_a_table_keeps_its_rows():
    rows = "<tr><th>Fund</th><th>Flow</th></tr><tr><td>IBIT</td><td>-$190 million</td></tr>"
    text = read(f"<article>{P1}<table>{rows}</table>{P2}</article>")
    assert "Fund | Flow\nIBIT | -$190 million" in text


def test_a_page_whose_classes_speak_of_newsletters_keeps_its_article():
    friday = P1.replace("Tuesday", "Friday")
    text = read(f'<div class="newsletter-post subscribe related">{P1}{P2}{friday}</div>')
    assert "Tuesday" in text and "Friday" in text


def test_every_post_of_a_live_blog_is_read():
    posts = "".join(
        f'<article class="post"><time>1{n}:05</time><h2>Post {n}</h2>{p}</article>'
        for n, p in enumerate((P1 * 9, P2, P2))
    )
    text = read(f"<main><h1>Live</h1><section>{posts}</section></main>")
    assert text.count("$15.9 billion") == 2 and "Post 2" in text and "12:05" not in text


def test_other_stories_below_are_no_live_blog():
    more = (
        '<article class="post"><h2><a href="/x">Ether falls under $2,000</a></h2>'
        "<p>The second largest of them lost a tenth in a week, and more is to come.</p></article>"
    )
    text = read(f'<main><article class="post"><h1>t</h1>{P1}{P2}</article>{more}{more}</main>')
    assert "$15.9 billion" in text and "Ether" not in text


@pytest.mark.parametrize(
    "box",
    [
        '<div class="b2"><span>MORE</span><p><a href="/x">BOX of another story</a></p></div>',
        '<div class="nl4">BOX that speaks of letters by electronic mail</div>',
        '<div class="box box--mail"><div>BOX alerts: be first, not last</div></div>',
        '<table border="1"><tr><td><font size="1">BOX at $39 a month</font></td></tr></table>',
        '<table align="right" bgcolor="#eee"><tr><td>BOX: 9 ways through winter</td></tr></table>',
        '<center><img src="a.gif"><br><font size="1">BOX of the week, logarithmic</font></center>',
        '<p><img src="a.gif"><br><em>BOX of the week, logarithmic</em></p>',
        "<p>Open interest, monthly. Chart: BOX Research</p>",
        "<p>Press contact: BOX Partners, press@box.example</p>",
    ],
)
def test_a_box_among_the_paragraphs_goes(box):
    text = read(f"<div class='story'><h1>t</h1>{P1}{P2}{box}{P1}{P2}</div>")
    assert "BOX" not in text and text.count("$58,000") == 2


@pytest.mark.parametrize(
    "part",
    [
        '<table border="1"><tr><td>“KEPT: what stops falling is still weak.”</td></tr></table>',
        "<table border='1'><tr><td>KEPT</td><td>$4.2 million</td></tr></table>",
        "<p><img src='a.gif'><em>KEPT</em> as it was, the rate tells of a market at rest.</p>",
        "<p>KEPT mail by the way<br>and KEPT lines<br>of verse</p>",
        "<h2>KEPT</h2>",
        "<h3>Key takeaways</h3><ul><li>KEPT: supply is 9 billion tokens.</li></ul>",
    ],
)
def test_a_part_of_the_story_that_looks_like_a_box_stays(part):
    assert "KEPT" in read(f"<div class='story'><h1>t</h1>{P1}{P2}{part}{P1}{P2}</div>")


def test_a_list_of_points_over_the_story_is_a_summary():
    points = "<div><h3>Key takeaways</h3><ul><li>BOX: supply is 9 billion tokens.</li></ul></div>"
    assert "BOX" not in read(f"<article><h1>t</h1>{points}{P1}{P2}</article>")


def test_a_link_on_a_line_of_its_own_between_breaks_is_a_teaser():
    link = '<a href="/old">Flashback: the top that nobody called</a>'
    data = "See <a href='/d'>the data of the exchange itself</a> for more."
    story = f"{P1[3:-4]}<br><br>&gt;&gt; {link}<br><br>{P2[3:-4]}<br>{data}"
    text = read(f"<table><tr><td><h1>t</h1><div>{story}</div></td></tr></table>")
    assert "Flashback" not in text and "the data of the exchange itself" in text


def test_subheads_in_h1_are_no_titles():
    text = read(
        f"<article><h1>A market at rest</h1>{P1}<h1>Floors</h1>{P2}<h1>Ceilings</h1>{P1}</article>",
        "<title>A market at rest</title>",
    )
    assert (
        text.startswith("Bitcoin fell") and "\nFloors\n" in text and "A market at rest" not in text
    )


def test_a_page_without_h1_has_its_title_in_another_heading():
    head = "<title>The Beat: Arbor Vale doubles its coins</title>"
    begin = "<h2>Arbor Vale doubles its coins, sells stock</h2><p>By Ana Ruiz, August 28, 2025</p>"
    story = f"{begin}{P1}{P2}<p>Ms. Ruiz owns 40 SOL.</p>"
    text = read_page(
        f"<html><head>{head}</head><body><div>{story}</div></body></html>".encode()
    ).text
    assert text.startswith("Bitcoin fell") and text.endswith("last year.")


def test_an_imprint_beside_the_story_does_not_make_the_whole_page_the_story():
    strip = "<div><div>Leaders</div><div>BTC 101,880</div></div>"
    imprint = "The Watch is a trading name of Redbrick Media, est. 2019. Cookies? We use three."
    story = f"<div class='w'><div class='c'>{P1}{P2}</div></div>"
    text = read(f"{strip}{story}<div class='z'>{imprint}</div>")
    assert "101,880" not in text and "Redbrick" not in text and "$15.9 billion" in text


def test_what_is_said_around_a_field_for_an_address_goes_with_it():
    call = "<p>Get the closing bell in ninety seconds, as 130,000 readers do.</p>"
    box = f'<div>{call}<p><input type="email"></p></div>'
    text = read(f"<div><h1>t</h1>{P1}{box}{P2}</div>")
    assert "130,000" not in text and "$58,000" in text and "$15.9 billion" in text


def test_a_widget_without_a_name_is_parted_from_its_sentence():
    widget = '<a href="/b"><span>BTC</span><span>$58,120.10</span></a>'
    sentence = f"<p>Bitcoin{widget}fell to its lowest price in a month.</p>"
    text = read(f"<article>{sentence}{P2}</article>")
    assert text.startswith("Bitcoin BTC $58,120.10 fell to its lowest")


def test_a_shell_with_its_text_in_json_is_read():
    body = "<p>Bitcoin &amp; ether fell 4% to $58,000.</p>" * 10
    data = json.dumps({"@type": "NewsArticle", "articleBody": body})
    head = f'<script type="application/ld+json">{data}</script>'
    text = read('<div id="root"></div>', head)
    assert text.startswith("Bitcoin & ether fell 4% to $58,000.\nBitcoin")


@pytest.mark.timed
@pytest.mark.parametrize(
    "head",
    [
        "<style>" + "a" * 150_000 + "</style>",
        "<style>" + "@media x{.a{" * 15_000 + "</style>",
        "<style>" + "/*" * 90_000 + "</style>",
        "<style>" + ".a{color:" * 20_000 + "</style>",
        "<style>.x{transform:translate(((((" + "(" * 100_000 + "</style>",
        '<script type="application/ld+json">' + "[" * 100_000 + "</script>",
    ],
    ids=range(6),
)
def test_a_hostile_head_takes_no_squared_time(head):
    with within(2):
        assert "$58,000" in read(f"<article>{P1}{P2}</article>", head)


@pytest.mark.timed
@pytest.mark.parametrize(
    "lines",
    [
        "<a href=x>four words and more</a><br>" * 8_000,
        "<img><br><em>a</em><br>" * 8_000,
        "<img>" * 8_000,
    ],
    ids=range(3),
)
def test_many_lines_of_one_block_take_no_squared_time(lines):
    with within(4):
        assert "$58,000" in read(f"<article>{P1}{P2}<div>{lines}</div>{P1}{P2}</article>")


def test_broken_pages_raise_nothing():
    """Pages are cut, doubled and filled with stray tags and control characters."""
    chance = random.Random(7)
    pieces = [
        b"<div style='display:none'>",
        b"</div></div>",
        b"<table><tr><td>",
        b"\0",
        b"\xff\xfe",
        b"&#8;",
        b"&#xfffe;",
        b"<!--",
        b"<svg><p>",
        b"<plaintext>",
    ]
    for _ in range(120):
        body = bytearray(chance.choice(OWN).page.body)
        for _ in range(chance.choice([1, 3, 10])):
            at, to = chance.randrange(len(body)), chance.randrange(len(body))
            if chance.random() < 0.5:
                body[at:at] = chance.choice(pieces)
            elif chance.random() < 0.5:
                del body[at : at + 500]
            else:
                body[at:at] = body[to : to + 2000]
            body = body or bytearray(b"<p>x")
        read_page(
            bytes(body),
            chance.choice([None, "https://["]),
            chance.choice([None, "text/html; charset=bogus"]),
        )


@pytest.mark.parametrize("depth", [300, 1500])
def test_deep_nesting_is_read(depth):
    assert "$58,000" in read("<div>" * depth + P1 + P2 + "</div>" * depth)


@pytest.mark.parametrize(
    "page",
    [
        f'<template id="B:0"></template><div hidden id="S:0">{P1}{P2}</div>',
        f'<div style="margin-top: -120px">{P1}{P2}</div>',
        f'<div class="elementor-element elementor-widget-text-editor">{P1}</div><div>{P2}</div>',
        f'<div class="pw my nl nm hp">{P1}</div><div class="pw my nl nm hp">{P2}</div>',
        f'<div class="text-secondary-700 md:text-card">{P1}</div><div>{P2}</div>',
        f"<header><nav><a href='/'>Home</a><main>{P1}{P2}</main>",
    ],
    ids=["late", "margin", "builder", "minified", "style", "unclosed"],
)
def test_an_article_in_a_part_that_looks_like_something_else_is_read(page):
    text = read(f"<p>Menu</p>{page}")
    assert "$58,000" in text and "$15.9 billion" in text


def test_parts_that_come_late_stand_in_their_place():
    late = f'<main>{P1}<template id="B:1"></template><p>END</p></main>'
    text = read(f'{late}<div hidden id="S:1">{P2}</div><script>$RC("B:1","S:1")</script>')
    assert text.index("$58,000") < text.index("$15.9") < text.index("END")


def test_an_article_of_which_the_library_finds_a_box_is_read():
    """Each paragraph stands in elements of its own, and below them a list of questions."""
    parts = "".join(f"<section><div><div>{P1}{P2}<h2>Part</h2></div></div></section>" * 9)
    answer = "<p>Bitcoin did, by more than a tenth in one week.</p>"
    faq = f"<article><h3>What fell?</h3>{answer}</article>"
    text = read(f"<main><h1>t</h1>{parts}<div>{faq}{faq}</div></main>")
    assert text.count("$58,000") == 9


def test_prose_above_a_subhead_that_repeats_the_title_stays():
    text = read(
        f"<article>{P1}<h2>The market at rest</h2>{P2}</article>",
        "<title>The market at rest</title>",
    )
    assert "$58,000" in text


CARD = "<div><h5>Solana jumps</h5><p>KEPT: it rose a tenth to $210, as a fund came.</p></div>"


@pytest.mark.parametrize(
    ("label", "is_box"),
    [
        ("More For You", True),
        ("Latest Coin News", True),
        ("Related stories:", True),
        ("About the author", True),
        ("What comes next", False),
        ("News of the day", False),
    ],
)
def test_a_labelled_box_of_other_stories_is_no_part_of_the_article(label, is_box):
    for box in (
        f"<div class='q'><h2>{label}</h2>{CARD}</div>",
        f"<h2>{label}</h2>{CARD}",
        f"<section><p>{label}</p>{CARD}{CARD}</section>",
    ):
        text = read(f"<article><h1>t</h1>{P1}{P2}{P1}{P2}{box}</article>")
        assert ("KEPT" not in text) == is_box
        assert text.count("$58,000") == 2


def test_a_labelled_box_in_the_middle_cuts_nothing_below_it():
    text = read(f"<article><h1>t</h1>{P1}<div><h4>Read next</h4>{CARD}</div>{P2}{P1}</article>")
    assert "KEPT" not in text and "$15.9 billion" in text and text.count("$58,000") == 2


@pytest.mark.parametrize("label", ["Magazine", "Watch", "Hall of Flame"])
def test_a_labelled_link_to_another_story_goes(label):
    link = "<a href='/m'>XRP to hit $10, weekly digest</a>"
    for line in (f"<em>{label}: {link}</em>", f"<strong>{label}:</strong> {link}"):
        assert "XRP" not in read(f"<article><h1>t</h1>{P1}{P2}<p>{line}</p></article>")
    story = f"<p>{label}: it reads {link}, and that is wrong.</p>"
    assert "XRP" in read(f"<article><h1>t</h1>{P1}{story}{P2}</article>") or label == "Magazine"


def test_doubt_whether_the_text_is_whole_is_a_flag():
    parts = ["".join(f"<p>{n} {p[3:]}" for n in range(m)) for p, m in ((P1, 4), (P2, 7))]
    body = f"<main><article><h1>t</h1>{parts[0]}</article></main><section>{parts[1]}</section>"
    page = read_page(f"<html><head><title>t</title></head><body>{body}</body></html>".encode())
    assert page.flags == ("partial_text", "text_kept_35_percent")
