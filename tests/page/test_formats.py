"""Files and pages by their bytes: what each is, how it is read, and what is refused by name."""

import io
import json
import zipfile
from email.message import EmailMessage

import mammoth  # noqa: F401  of the extra [files], which the tests need
import pytest

from summarizer.errors import InputError, NoArticle
from summarizer.models import Page
from summarizer.page.article import extract_article
from summarizer.page.formats import find_format, is_feed

STORY = (
    "Solana rose 3.1% on Monday to $148 as traders bought the dip.",
    "Funding on OKX stood at 0.012%, which analysts at Gamma Desk called calm.",
)
PARAGRAPHS = "".join(f"<p>{line}</p>" for line in STORY)


def read(body, content_type=None, url=None, **about):
    body = body if isinstance(body, bytes) else body.encode()
    return extract_article(Page(body=body, content_type=content_type, url=url), **about)


def refusal(body, content_type=None, error=InputError):
    with pytest.raises(error) as caught:
        read(body, content_type)
    assert caught.value.advice
    return f"{caught.value.code}: {caught.value.detail}"


def docx(body="", core="", **files):
    """A DOCX whose document holds the XML of `body`."""
    word = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        archive.writestr(
            "[Content_Types].xml",
            '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"/>',
        )
        archive.writestr(
            "_rels/.rels",
            '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
            '<Relationship Id="1" Target="word/document.xml" Type="http://schemas.openxmlformats.org'
            '/officeDocument/2006/relationships/officeDocument"/></Relationships>',
        )
        archive.writestr(
            "word/document.xml",
            f'<w:document xmlns:w="{word}"><w:body>{body}</w:body></w:document>',
        )
        if core:
            archive.writestr(
                "docProps/core.xml",
                '<c xmlns:dc="http://purl.org/dc/elements/1.1/">' + core + "</c>",
            )
        for name, words in files.items():
            archive.writestr(name, words)
    return stream.getvalue()


def run(text, style=""):
    return f"<w:r><w:rPr>{style}</w:rPr><w:t xml:space='preserve'>{text}</w:t></w:r>"


def par(*runs):
    return f"<w:p>{''.join(runs)}</w:p>"


def pdf(*pages, title=None):
    """A PDF of pages, each a list of lines."""
    objects = [b"", b"", b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>"]
    kids = []
    for lines in pages:
        shown = "".join(f"({line}) Tj 0 -14 Td " for line in lines)
        stream = f"BT /F1 10 Tf 60 760 Td {shown} ET".encode()
        objects.append(b"<</Length %d>>stream\n%s\nendstream" % (len(stream), stream))
        objects.append(
            b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Contents %d 0 R"
            b"/Resources<</Font<</F1 3 0 R>>>>>>" % len(objects)
        )
        kids.append(b"%d 0 R" % len(objects))
    objects[0] = b"<</Type/Catalog/Pages 2 0 R>>"
    objects[1] = b"<</Type/Pages/Count %d/Kids[%s]>>" % (len(kids), b" ".join(kids))
    info = b""
    if title:
        objects.append(f"<</Title({title})>>".encode())
        info = b"/Info %d 0 R" % len(objects)
    out = b"%PDF-1.4\n"
    places = []
    for number, words in enumerate(objects, 1):
        places.append(len(out))
        out += b"%d 0 obj\n%s\nendobj\n" % (number, words)
    start = len(out)
    out += b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1)
    out += b"".join(b"%010d 00000 n \n" % place for place in places)
    out += b"trailer<</Size %d/Root 1 0 R%s>>\n" % (len(objects) + 1, info)
    return out + b"startxref\n%d\n%%%%EOF" % start


# ---- what it is


@pytest.mark.parametrize(
    ("body", "content_type", "form"),
    [
        (b"x", "application/xhtml+xml", "html"),
        (b"\xef\xbb\xbf\n<!DOCTYPE html><p>x", None, "html"),
        (b"<!doctype html><title>x</title>", "text/plain", "html"),
        (b"<?xml version='1.0'?>\n<html xmlns='x'>", None, "html"),
        (b"<3 bitcoin, it fell", None, "text"),
        (b"[Update] Bitcoin fell 3%.", None, "text"),
        (b"{BTC} fell 3%.", None, "text"),
        (b"Note: it fell.\nFrom: $3 to $2.\n", None, "text"),
        ("BTC fell".encode("utf-16"), None, "text"),
        (b"# BTC falls\n\nIt **fell** to [$1](https://a.example).", None, "markdown"),
        (b"---\ntitle: BTC falls\n---\nIt fell.", None, "markdown"),
        (b"It fell.", "text/markdown", "markdown"),
        (b"From: a@b.example\nDate: today\nSubject: x\n\nIt fell.", None, "mail"),
        (b"\n%PDF-1.7\n", "text/html", "pdf"),
        pytest.param(docx(), "text/html", "zip", id="docx"),  # its bytes hold the time
    ],
)
def test_bytes_tell_the_format(body, content_type, form):
    assert find_format(body, content_type) == form


@pytest.mark.parametrize(
    ("body", "name"),
    [
        (b"\x89PNG\r\n\x1a\n....", "picture"),
        (b"\xff\xd8\xff\xe0....", "picture"),
        (b"RIFF\x01\x01\x01\x01WEBPVP8", "picture"),
        (b"<svg xmlns='x'><text>BTC</text></svg>", "picture"),
        (b"{\\rtf1\\ansi BTC fell}", "rich text"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1rest", "old Word"),
        (b"bplist00\xd1\x01", "Safari"),
        (b"\x1f\x8b\x08\0", "packed"),
        (b"SQLite format 3\0", "database"),
        (b"PAR1\x15\x04", "Parquet"),
        (b"\0\1\2\3" * 20, "no text"),
        (json.dumps({"messages": [{"text": "BTC fell"}]}).encode(), "JSON"),
        (b'[{"text": "BTC fell"}]', "JSON"),
        (b'{"text": "BTC fell"}\n{"text": "It rose"}\n', "JSON"),
        (b"<rss version='2.0'><channel/></rss>", "feed"),
        (b"<?xml version='1.0'?><!-- x --><feed xmlns='http://www.w3.org/2005/Atom'/>", "feed"),
        (b"<opml version='2.0'><body/></opml>", "feed"),
        (b"<?xml version='1.0'?><urlset/>", "feed"),
        (b"PK\x03\x04broken", "broken"),
        (b"%PDF-1.4\nnothing of a PDF", "broken"),
        (pdf([]), "only pictures"),
    ],
)  # fmt: skip
def test_what_is_not_read_is_refused_by_name(body, name):
    message = refusal(body)
    assert message.startswith("content_type: ") and name in message


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("xl/workbook.xml", "Excel"),
        ("ppt/presentation.xml", "PowerPoint"),
        ("a.txt", "zip archive"),
    ],
)
def test_archives_are_refused_by_name(name, words):
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        archive.writestr(name, "x")
    assert words in refusal(stream.getvalue())


def test_feeds_are_known_by_their_first_element():
    assert is_feed(b"<Channel xmlns='http://purl.org/net/rss1.1#'>")
    assert is_feed(b"<?xml version='1.0'?>\n<entry xmlns='http://www.w3.org/2005/Atom'>")
    assert is_feed(b'{"version": "https://jsonfeed.org/version/1"}')
    assert not is_feed(b"<channel>") and not is_feed(b"<entry>") and not is_feed(b"<html>")


# ---- Markdown


NOTE = """---
title: "Solana climbs"
date: 2025-03-14 09:26
author: [Ana Ruiz]
tags:
  - crypto
source: https://wire.example/solana
---

## Solana climbs

Solana **rose [3.1%](https://x.example/?p=77,777)** to ~~$140~~ $148[^a].

| Asset | Price |
|-------|------:|
| SOL   | $148  |

- Support: *$141*

![chart at $99](https://x.example/99.png)

[^a]: Data of Kaiko, at $12.
"""


def test_markdown():
    article = read(NOTE, "text/markdown")
    assert (article.title, article.authors) == ("Solana climbs", ("Ana Ruiz",))
    assert article.url == "https://wire.example/solana"
    assert article.published_at.isoformat() == "2025-03-14T09:26:00+00:00"
    lines = article.text.split("\n")
    assert "Solana rose 3.1% to $148." in lines and "SOL | $148" in lines
    assert "Support: $141" in lines
    assert not any(word in article.text for word in ("77,777", "99", "12", "140", "**", "[^"))


def test_markdown_without_front_matter_has_its_heading_as_title():
    article = read(f"# Solana *climbs*\n\n{STORY[0]}\n\n* one\n* two\n", "text/markdown")
    assert article.title == "Solana climbs" and article.text.startswith(STORY[0])


# ---- letters and saved pages


def letter(plain=None, html=None, **headers):
    message = EmailMessage()
    defaults = {"From": "The Letter <a@l.example>", "Date": "Fri, 14 Mar 2025 09:26:53 -0500"}
    for name, value in {**defaults, "Subject": "Solana climbs", **headers}.items():
        message[name] = value
    message.set_content(plain or "")
    if html:
        message.add_alternative(html, subtype="html")
    return message.as_bytes()


def test_a_letter_is_its_longer_text_under_its_subject():
    body = letter("View in browser\n", f"<p>Hi</p>{PARAGRAPHS}<p>Unsubscribe</p>")
    article = read(body)
    assert (article.title, article.source) == ("Solana climbs", "The Letter")
    assert article.published_at.isoformat() == "2025-03-14T14:26:53+00:00"
    assert all(line in article.text for line in STORY) and "Unsubscribe" not in article.text


def test_a_letter_that_apple_mail_kept_and_one_that_is_packed():
    body = letter("\n".join(STORY))
    assert read(b"%d\n" % len(body) + body).text == "\n".join(STORY)
    message = EmailMessage()
    message["From"], message["Subject"], message["Date"] = (
        "a@b.example",
        "x",
        "14 Mar 2025 10:00:00 GMT",
    )
    message.set_content(PARAGRAPHS, subtype="html", cte="base64")
    article = read(message.as_bytes())
    assert article.text == "\n".join(STORY)
    assert (article.source, article.published_at.isoformat()[:10]) == ("b.example", "2025-03-14")


def test_a_forwarded_letter_is_the_one_that_was_forwarded():
    head = "---------- Forwarded message ---------\nFrom: Old Letter <o@l.example>\n"
    head += "Date: Tue, 11 Feb 2025 10:00:00 +0000\nSubject: Ether slips\nTo: me@l.example\n\n"
    article = read(
        letter(f"FYI\n\n{head}{STORY[0]}\n\n{STORY[1]}\n-- \nMy card\n", Subject="Fwd: Ether")
    )
    assert (article.title, article.source) == ("Ether slips", "Old Letter")
    assert article.published_at.isoformat() == "2025-02-11T10:00:00+00:00"
    assert article.text == "\n".join(STORY)


def test_a_letter_in_another_charset_whose_lines_are_broken():
    text = "Der Kurs fällt am Freitag auf 58.000 Euro, weil viele Anleger\nverkaufen."
    body = letter().replace(b"utf-8", b"iso-8859-1").replace(b"7bit", b"8bit")
    article = read(body.rstrip() + b"\n\n" + text.encode("latin-1"))
    assert article.text == text.replace("\n", " ")


def test_a_mailbox_and_an_empty_letter_are_refused():
    assert "several letters" in refusal(b"From a@b.example Fri\n" + letter("x") + b"\nFrom c@d.example Sat\n" + letter("y"))  # fmt: skip
    assert "no text" in refusal(letter(" "))


def test_a_page_saved_as_mhtml():
    page = f"<html><head><title>Solana climbs</title></head><body><article>{PARAGRAPHS}</article></body></html>"  # fmt: skip
    body = (
        "From: <Saved by Blink>\r\nSnapshot-Content-Location: https://wire.example/s\r\n"
        "Subject: x\r\nDate: Fri, 14 Mar 2025 09:26:53 -0000\r\nMIME-Version: 1.0\r\n"
        'Content-Type: multipart/related;\r\n\ttype="text/html";\r\n\tboundary="b"\r\n\r\n\r\n'
        "--b\r\nContent-Type: text/html\r\nContent-Transfer-Encoding: quoted-printable\r\n"
        f"Content-Location: https://wire.example/s\r\n\r\n{page.replace('=', '=3D')}\r\n"
        "--b\r\nContent-Type: image/png\r\nContent-Transfer-Encoding: base64\r\n\r\nAAAA\r\n--b--\r\n"
    )
    article = read(body)
    assert (article.title, article.url) == ("Solana climbs", "https://wire.example/s")
    assert article.text == "\n".join(STORY)


@pytest.mark.parametrize(
    "note",
    [
        "<!-- saved from url=(0024)https://wire.example/s -->",
        "<!--\n Page saved with SingleFile \n url: https://wire.example/s \n saved date: x\n-->",
    ],
)
def test_a_saved_page_names_its_address(note):
    article = read(
        f"<!DOCTYPE html>{note}<html><body><article>{PARAGRAPHS}</article></body></html>"
    )
    assert article.url == "https://wire.example/s"


# ---- DOCX


def test_docx():
    table = (
        f"<w:tbl><w:tr><w:tc>{par(run('SOL'))}</w:tc><w:tc>{par(run('$148'))}</w:tc></w:tr></w:tbl>"
    )
    body = docx(
        par(run("Solana climbs"))
        + par(run("Solana rose 3.1% on Monday to "), run("$140", "<w:strike/>"), run(" $148 as traders bought"), run("1", '<w:vertAlign w:val="superscript"/>'), run("."))
        + par(f"<w:ins>{run('It held $141.')}</w:ins><w:del><w:r><w:delText>It lost $1.</w:delText></w:r></w:del>")
        + table,
        "<dc:title>Microsoft Word - draft.docx</dc:title><dc:creator>Ana Ruiz</dc:creator>",
    )  # fmt: skip
    article = read(body)
    assert (article.title, article.authors) == ("Solana climbs", ("Ana Ruiz",))
    assert article.text.split("\n") == [
        "Solana rose 3.1% on Monday to $148 as traders bought.",
        "It held $141.",
        "SOL | $148",
    ]


# ---- PDF


def test_a_pdfs_lines_are_joined_and_its_running_heads_dropped():
    article = read(
        pdf(
            ["Coin Wire Daily", "Solana climbs as funds return", "Solana rose 3.1% on Monday to $148 as traders bought the", "dip, and the mar-", "ket for long-term options grew."],
            ["Coin Wire Daily", "Funding on OKX stood at 0.012%, which analysts at Gamma Desk", "called calm.", "2"],
            ["Coin Wire Daily", "Nobody sold.", "3"],
        )
    )  # fmt: skip
    assert article.title == "Solana climbs as funds return"
    assert article.text.split("\n") == [
        "Solana rose 3.1% on Monday to $148 as traders bought the dip, and the market for long-term options grew.",
        "Funding on OKX stood at 0.012%, which analysts at Gamma Desk called calm.",
        "Nobody sold.",
    ]


def test_a_pdfs_own_title_wins():
    body = pdf(["Solana rose 3.1% on Monday to $148."], title="Solana climbs")
    assert read(body).title == "Solana climbs"


# ---- pages that hold no article


@pytest.mark.parametrize(
    "meta",
    [
        "<meta http-equiv='Refresh' content='0;URL=\"/story/2\"'>",
        '<meta http-equiv="refresh" content="0; url=https://a.example/story/2">',
        "<META HTTP-EQUIV=REFRESH CONTENT='5; URL=/story/2'>",
        '<meta content="1;url=/story/2" http-equiv="refresh">',
        "<meta http-equiv=refresh content=0,/story/2>",
        '<meta http-equiv="refresh" content="0.5; url=/story/2"/>',
    ],
)
def test_a_page_that_only_sends_on_is_named(meta):
    page = f"{meta}<p>One moment, please wait for it.</p>"
    with pytest.raises(NoArticle, match=r"sends its readers on to https://a\.example/story/2"):
        read(f"<html><head>{page}", "text/html", "https://a.example/1")


@pytest.mark.parametrize(
    "start",
    [
        "<!doctype html><html><head><title>x</title></head><body>",
        "<!DOCTYPE HTML>\n<html lang=en>",
        "<html><body>",
        "<HTML><BODY>",
        "\n\n  <html>\n<body>",
        "\ufeff<!doctype html><body>",
        "<!-- saved -->\n<html><body>",
        "<?xml version='1.0'?><html xmlns='http://www.w3.org/1999/xhtml'><body>",
    ],
)
def test_html_that_is_declared_plain_text_is_a_page(start):
    extracted = read(start + PARAGRAPHS, "text/plain; charset=utf-8", "https://a.example/1")
    assert STORY[0] in extracted.text and "<p>" not in extracted.text


@pytest.mark.parametrize(
    "text", ["The <html> element is old.", "<3 bitcoin: it fell.", "a < b > c"]
)
def test_plain_text_that_only_speaks_of_markup_is_text(text):
    assert find_format(text.encode(), "text/plain") == "text"


def test_a_page_that_renews_itself_is_read():
    page = "<meta http-equiv=refresh content=300>" + PARAGRAPHS
    assert STORY[0] in read(page, "text/html", "https://a.example/1").text


def test_a_front_page_and_a_list_of_links_are_named():
    titles = [f"Solana climbs for day {n} as funds return" for n in range(12)]
    cards = "".join(
        f"<article><h2><a href='/{n}'>{title}</a></h2><p>Traders bought on day {n}, desks said.</p></article>"
        for n, title in enumerate(titles)
    )
    links = "".join(f"<li><a href='/{n}'>{title}</a></li>" for n, title in enumerate(titles))
    for page in (cards, f"<ul>{links}</ul>"):
        with pytest.raises(NoArticle) as caught:
            read(
                f"<html><body><main>{page}</main></body></html>", "text/html", "https://a.example/"
            )
        assert caught.value.code == "no_article"


@pytest.mark.parametrize(
    "head",
    [
        '<meta property="og:type" content="article">',
        '<script type="application/ld+json">{"@type": "NewsArticle", "headline": "x"}</script>',
    ],
)
def test_an_article_whose_subheads_are_links_is_one(head):
    parts = "".join(
        f"<h2><a href='/best/{n}'>The best desk of number {n} is here</a></h2><p>{STORY[0]}</p>"
        for n in range(9)
    )
    page = f"<html><head>{head}</head><body><article>{parts}</article></body></html>"
    assert STORY[0] in read(page, "text/html", "https://a.example/best-desks").text
