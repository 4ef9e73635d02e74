import pytest

from summarizer.page.charset import decode
from summarizer.page.prescan import find_declared

RUSSIAN = (
    "<html><body><p>Курс биткоина упал на четыре процента до 58 000 долларов во вторник,"
    " сообщили аналитики биржи.</p></body></html>"
) * 4
GERMAN = "<p>Der Kurs fällt – „Münze“ für 5 €</p>"
JAPANESE = (
    "<p>ビットコインの価格は火曜日に四パーセント下落し、五万八千ドルになったと取引所が発表した。</p>"
    * 4
)


@pytest.mark.parametrize(
    ("text", "codec", "content_type"),
    [
        (GERMAN, "utf-8", None),
        (GERMAN, "cp1252", "text/html; charset=iso-8859-1"),
        (GERMAN, "utf-8", "text/html; charset=iso-8859-1"),  # a lie
        (GERMAN, "utf-8-sig", "text/html; charset=windows-1251"),  # the mark wins
        (GERMAN, "utf-16", None),
        (RUSSIAN, "windows-1251", "text/html; charset=windows-1251"),
        (RUSSIAN, "koi8-r", 'text/html; charset="KOI8-R"'),
        (JAPANESE, "shift_jis", "text/html; charset=Shift_JIS"),
        (JAPANESE, "euc_jp", "text/html; charset=euc-jp"),
        (JAPANESE, "iso2022_jp", "text/html; charset=iso-2022-jp"),
        ("<p>漢字价格</p>", "gb18030", "text/html; charset=gb2312"),
        ("<p>비트코인 가격</p>", "cp949", "text/html; charset=euc-kr"),
    ],
)
def test_declared(text, codec, content_type):
    assert decode(text.encode(codec), content_type) == (text, ())


@pytest.mark.parametrize(
    "label",
    [
        '<meta charset="windows-1251">',
        '<meta http-equiv="Content-Type" content="text/html; charset=windows-1251">',
    ],
)
def test_declared_by_the_page(label):
    text = label + RUSSIAN
    assert decode(text.encode("windows-1251"), "text/html") == (text, ())


@pytest.mark.parametrize(
    ("text", "codec"),
    [
        (RUSSIAN, "windows-1251"),
        (JAPANESE, "shift_jis"),
        (JAPANESE, "euc_jp"),
        (RUSSIAN, "utf-16-le"),
    ],
)
def test_undeclared_is_guessed_and_said_so(text, codec):
    assert decode(text.encode(codec)) == (text, ("encoding_guessed",))


def test_a_page_that_says_latin_and_is_not():
    assert decode(RUSSIAN.encode("windows-1251"), "text/html; charset=iso-8859-1") == (
        RUSSIAN,
        ("encoding_guessed",),
    )


def test_a_broken_letter_does_not_change_the_charset():
    body = (GERMAN * 20).encode().replace("ü".encode(), b"\xc3", 1)
    text, flags = decode(body, "text/html; charset=utf-8")
    assert text.count("\ufffd") == 1 and not flags


def test_letters_lost_in_bulk_are_flagged():
    body = "<p>Preis: \ufffd\ufffd\ufffd\ufffd</p>".encode()
    assert "replacement_characters" in decode(body)[1]


@pytest.mark.parametrize("label", ["x-user-defined", "none", "hex", "base64", "utf-7", ""])
def test_a_label_that_is_no_charset(label):
    assert decode("naïve".encode("cp1252"), f"text/html; charset={label}")[0].startswith("na")


POLISH = (
    "<p>Kurs bitcoina spadł o cztery procent, a złoty wzmocnił się, choć część giełd milczała.</p>"
)


@pytest.mark.parametrize(
    ("head", "label"),
    [
        (b"<meta charset=koi8-r>", "koi8-r"),
        (b"<META CHARSET = ' koi8-r '/>", "koi8-r"),
        (b"<meta charset=koi8-r/>", None),  # the standard reads "koi8-r/", which is no charset
        (b"<meta name=x charset='koi8-r'>", "koi8-r"),
        (b"<meta http-equiv=Content-Type content='text/html; charset=koi8-r'>", "koi8-r"),
        (b"<meta content='text/html; charset=\"koi8-r\"' http-equiv=content-type>", "koi8-r"),
        (b"<meta http-equiv=content-type content='x charset  =  koi8-r; y'>", "koi8-r"),
        (b"<p title='<meta charset=ascii>'><meta charset=koi8-r>", "koi8-r"),
        (b"<!-- <meta charset=ascii> --><meta charset=koi8-r>", "koi8-r"),
        (b"<!--><meta charset=koi8-r>-->", "koi8-r"),
        (b"<!doctype html><?pi <meta charset=ascii>><meta charset=koi8-r>", "koi8-r"),
        (b"<?xml version='1.0' encoding='koi8-r'?><html>", "koi8-r"),
        (b"<meta content='text/html; charset=koi8-r'>", None),  # no pragma
        (b"<meta name=description content='charset=koi8-r'>", None),
        (b"<metal charset=koi8-r>", None),
        (b"<a charset=koi8-r>", None),
        (b"<!-- <meta charset=koi8-r>", None),
        (b"<meta charset=>", None),
        (b"< meta charset=koi8-r>", None),
        (b"", None),
        # what html5lib's own tests ask for
        (b'<meta charset=koi8-r">', None),
        (b'<meta charset="koi8-r>\n<p>"</p>', None),
        (b"<meta charset=bogus><meta charset=koi8-r>", "koi8-r"),
        (b"<meta charset=\nkoi8-r\n>", "koi8-r"),
        (b"<meta charset=koi8-r", None),
        (b"<meta http-equiv=Content-Type content='text/html; charset=koi", None),
        (b"<!-- " + b"x" * 8193 + b" --><meta charset=koi8-r>", "koi8-r"),
    ],
)
def test_a_pages_declaration_is_read_by_the_standards_steps(head, label):
    assert find_declared(head) == label


def test_utf_8_with_a_broken_letter_is_known_though_latin_is_declared():
    body = GERMAN.encode() * 3 + b"<p>caf\xe9</p>"
    text, flags = decode(body, "text/html; charset=iso-8859-1")
    assert text.startswith(GERMAN) and flags == ("encoding_guessed",)
    latin = (GERMAN * 3).encode("cp1252")
    assert decode(latin, "text/html; charset=iso-8859-1") == (GERMAN * 3, ())


@pytest.mark.parametrize(
    ("text", "codec"),
    [(POLISH * 4, "cp1250"), ("<div><b><i></i></b></div>" * 40 + RUSSIAN, "cp1251")],
)
def test_another_alphabet_that_is_declared_latin_is_guessed_and_said_so(text, codec):
    assert decode(text.encode(codec), "text/html; charset=latin1")[1] == ("encoding_guessed",)


@pytest.mark.parametrize(
    "text", ["col·lega paral·lel pèl·lets", "La 1ª y la 2º fila", "naïve café"]
)
def test_latin_that_is_declared_latin_is_not_doubted(text):
    assert decode((text * 5).encode("latin-1"), "text/html; charset=latin1") == (text * 5, ())
