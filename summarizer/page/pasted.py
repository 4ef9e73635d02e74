"""PASTED TEXT -> its paragraphs: lines that a mail, a terminal or a PDF broke are joined, and what
a copy of a page brings along above the article is read or dropped.
"""

import re
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise

from summarizer.page.rules import load_rule
from summarizer.tables import common_words
from summarizer.text.dates import parse_time
from summarizer.text.sentences import BEGINNINGS
from summarizer.text.spans import normalise

MIN_WIDTH = 36  # columns: telephones and narrow columns of a PDF
MAX_WIDTH = 140  # a longer line is a paragraph
FULL = 0.5  # share of the breaks that a program made, from which the lines are joined
RAGGED = 0.85  # of the letters of a PDF's longest line are room enough: its letters differ in width
HEAD_LINES = 12  # in which title, date and menus stand
TITLE_WORDS = (2, 22)
TITLE_LENGTH = 160
LONGEST_MENU = 200  # lines
TAIL_FROM = 2  # lines, after which a box of other stories may come
MENU = 4  # short lines in a row that are a menu

_END = re.compile(r"[.!?:;…][\"'”’)\]]*$")
_BEGIN = re.compile(r"(?:[-*•·–—▪◦‣]|\d{1,2}[.)]|[a-z][.)])\s|>|\|")
_ITEM = re.compile(r"[\w.]+(?:\s\w+){0,2}:\s")  # "staked addr: 1.27 million"
_HANGING = re.compile(  # a line that no sentence ends with
    r"(?:\s(?:a|an|the|at|to|of|by|from|in|on|near|above|below|about|around|under|over|than|and|or|for|with|has)"
    r"|[$€£]\d[\d.,]*)$"
)
_FIGURE = re.compile(r"[$€£₹]?\d")
# "$93,", "$0.", whose other digits stand on the next line
_CUT_NUMBER = re.compile(r"(?:\d{1,3},|[$€£]0\.)$")
_MAIL_QUOTE = re.compile(r"(?:>\s?)+")
_HYPHEN = re.compile(r"(?<=[^\W\d_])-$")
_CELL = re.compile(
    r"""[A-Z][A-Z0-9]{1,9}(?:/[A-Z]{3,5})?
    | (?:Bitcoin|Ethereum|Ether|Solana|Cardano|Dogecoin|Tether)
    | [+−-]?[$€£]?\s?\d[\d,.]*\s?[KMBT]? | [▲▼△▽◢◥↑↓]?\s?[(+−-]?\s?\d[\d,.]*\s?%\)?
    """,
    re.VERBOSE,
)
# "BTC: $61,300 (-4%)"
_QUOTE = re.compile(r"[A-Z][A-Z0-9]{1,9}\b\W{0,3}[$€£]?\d[\d,.]*\b(?!\s+[a-z])")
_LABEL = re.compile(r"[A-Z][\w&’'+-]*(?:\s[\w&’'+-]+){0,2}")
_NAME = r"[A-Z][\w.'’-]+(?:\s[A-Z][\w.'’-]*){1,3}"
# "By Ana Ruiz and Tom Lee | ", and what may follow the name: ", The Ledger Post"
_BYLINE = re.compile(
    r"(?:(?:Written|Posted|Reported|Published)\s)?(?:[Bb]y|BY):?\s"
    rf"({_NAME})(?:\s(?:and|&)\s({_NAME}))?\s*(?:[,·|•–—-]\s*|$)"
)
_OUTLET = re.compile(r"(?:[A-Z][\w.'’&-]*\s?){1,4}")
_DATE_LEAD = re.compile(
    r"^(?:(?:first\s|last\s)?(?:published|updated|posted|modified)(?:\son|\sat)?\s*:?|date\s*:)\s*",
    re.IGNORECASE,
)
_DATE_TAIL = re.compile(r"\s*[·|•,–-]?\s*\d{1,2}[\s-]*min(?:ute)?s?(?:\s+read)?\.?$", re.IGNORECASE)
_TITLE_LABEL = re.compile(r"(?:title|headline)\s*:\s*(.{8,})", re.IGNORECASE)
_UPDATE = re.compile(r"^(?:last\s)?(?:updated|modified)", re.IGNORECASE)


@dataclass(frozen=True)
class Pasted:
    """An article's text, and what stood above it."""

    text: str
    title: str | None = None
    published_at: datetime | None = None
    authors: tuple[str, ...] = ()


# ---- lines


def join_lines(text: str, *, is_typeset: bool = False) -> str:
    """The text with its broken lines joined; one whose lines are paragraphs comes back as it is.

    `is_typeset` is a text of a PDF, whose words are parted by hyphens; elsewhere a hyphen at the
    end of a line is the word's own.

    >>> join_lines("Bitcoin fell 4.2% on Friday to $61,300 as exchange-traded\\nfunds lost money.")
    'Bitcoin fell 4.2% on Friday to $61,300 as exchange-traded funds lost money.'
    """
    lines = [" ".join(line.split()) for line in text.replace("\r\n", "\n").split("\n")]
    width = _find_width(lines)
    if not width:
        return text
    if is_typeset:
        width = round(width * RAGGED)
    pieces: list[str] = []
    before = ""
    for line in lines:
        is_cut = is_typeset and _HYPHEN.search(before) is not None
        if before and line and (is_cut or _goes_on(before, line, width)):
            pieces[-1], between = _part(before, line, text, is_typeset=is_typeset)
            pieces += [between, line]
        else:
            pieces += ["\n", line]
        before = line
    return "".join(pieces[1:])


def _find_width(lines: list[str]) -> int:
    """The columns in which the lines were broken; 0 where they were not."""
    width = max((len(line) for line in lines if " " in line), default=0)
    breaks = [(line, after) for line, after in pairwise(lines) if line and after]
    if not MIN_WIDTH <= width <= MAX_WIDTH or not breaks:
        return 0
    open_breaks = [line for line, after in breaks if _is_open(line, after)]
    full = sum(_is_full(line, after, width) for line, after in breaks)
    is_broken = bool(open_breaks) and full >= FULL * len(breaks)
    # of two lines alone, the second goes on with a small letter
    return width if is_broken or len(open_breaks) >= FULL * len(breaks) else 0


def _is_open(line: str, after: str) -> bool:
    """Whether a sentence goes on with the next line: no stop before, a small letter in it."""
    if line.endswith(("$0.", "€0.", "£0.")) and after[0].isdigit():
        return True
    if _END.search(line):
        return False
    is_figure = _FIGURE.match(after) and (_HANGING.search(line) or _CUT_NUMBER.search(line))
    return after[0].islower() or after[0] == "(" or bool(is_figure)


def _is_full(line: str, after: str, width: int) -> bool:
    """Whether the first word of the next line had no room on the line."""
    return len(line) + 1 + len(after.split(" ", 1)[0]) > width


def _goes_on(line: str, after: str, width: int) -> bool:
    """Whether a paragraph goes on with the next line."""
    if _BEGIN.match(after) and not re.match(r"[-–—]\s", after):
        return False
    is_full = _is_full(line, after, width)
    if _is_open(line, after):
        return is_full or not _ITEM.match(after)
    if not is_full or re.match(r"[-–—*•]\s+[A-Z]", after):
        return False
    # a heading ends without a stop, before a word that begins a sentence
    begins = after.split(" ", 1)[0].strip(",").lower() in BEGINNINGS
    return (
        not (begins and line[-1].isalnum() and after[0].isupper())
        or _HANGING.search(line) is not None
    )


def _part(line: str, after: str, text: str, *, is_typeset: bool) -> tuple[str, str]:
    """A line as its paragraph holds it, and what stands between it and the next: a blank, or
    nothing behind a hyphen, which goes where a typesetter put it there, and inside a number."""
    if _CUT_NUMBER.search(line) and re.match(r"\d{3}", after):
        return line, ""
    if not _HYPHEN.search(line):
        return line, " "
    first = re.split(r"[\s(“\"]", line[:-1])[-1]
    rest = re.match(r"\w*", after)
    second = rest[0] if rest else ""
    is_own = not second[:1].islower() or "-" in first or f"{first}-{second}" in text
    if not is_typeset:  # elsewhere only what gives a word, and is none by itself: "hold-ers"
        words = common_words()
        is_broken = first.lower() + second in words and not {first.lower(), second} <= words
        is_own = is_own or not is_broken
    return (line if is_own else line[:-1]), ""


# ---- what stands above the article


def read_pasted(text: str) -> Pasted:
    """The text without menus, tickers and dateline above it; its first line, which stays, as its
    title, and byline and dateline as its author and date, where they are sure.

    >>> read_pasted("Bitcoin slides to $61,300\\nNov 20, 2026\\nIt fell 4.2% on Friday.").title
    'Bitcoin slides to $61,300'
    """
    text = normalise(join_lines(_unquote(text)))
    lines = _drop_tail(_drop_menus(text.split("\n")))
    title = None
    label = _TITLE_LABEL.match(lines[0])
    if len(lines) > 1 and (label or _is_title(lines[0], lines[1:HEAD_LINES])):
        title = label[1] if label else lines[0]
    heads = {at: head for at, line in enumerate(lines[:HEAD_LINES]) if (head := _read_head(line))}
    if len(heads) == len(lines):
        return Pasted(text)
    first = sorted(heads, key=lambda at: _UPDATE.match(lines[at]) is not None)  # updates come last
    published_at = next((date for at in first if (date := heads[at][1])), None)
    authors = tuple(name for names, _ in heads.values() for name in names)
    kept = [line for at, line in enumerate(lines) if at not in heads]
    return Pasted("\n".join(kept), title, published_at, authors)


def _unquote(text: str) -> str:
    """The text without the marks of a mail that quotes all of it."""
    lines = [line for line in text.split("\n") if line.strip()]
    if len(lines) < 2 or not all(line.startswith(">") for line in lines):
        return text
    return "\n".join(_MAIL_QUOTE.sub("", line, count=1) for line in text.split("\n"))


def _drop_tail(lines: list[str]) -> list[str]:
    """The lines before the label of a box of other stories, where only short lines follow."""
    for at, line in enumerate(lines[TAIL_FROM:], TAIL_FROM):
        if load_rule("box").fullmatch(line):
            rest = lines[at + 1 :]
            if all(len(one.split()) <= TITLE_WORDS[1] and not _END.search(one) for one in rest):
                return lines[:at]
    return lines


def _is_title(line: str, after: list[str]) -> bool:
    """Whether a first line is a headline: words without a full stop, over sentences."""
    words = line.split()
    is_long = not TITLE_WORDS[0] <= len(words) <= TITLE_WORDS[1] or len(line) > TITLE_LENGTH
    if is_long or re.search(r"[.:;,…][\"'”’)\]]*$", line) or " | " in line:
        return False
    if (not line[0].isalnum() and line[0] not in "“\"'‘$€£") or line[0].islower():
        return False
    if len(words) == 2 and words[1].istitle():  # "Ana Ruiz"
        return False
    if _read_head(line) or _QUOTE.match(line):
        return False
    return any(_END.search(one) and len(one.split()) >= 5 for one in after)


def _read_head(line: str) -> tuple[tuple[str, ...], datetime | None] | None:
    """The authors and the date in a line that holds nothing else: `By Ana Ruiz | Nov 20, 2026`."""
    byline = _BYLINE.match(line)
    rest = line[byline.end() :] if byline else line
    date = _read_dateline(rest)
    if date or (byline and (not rest or _OUTLET.fullmatch(rest))):
        return tuple(filter(None, byline.groups())) if byline else (), date
    return None


def _read_dateline(line: str) -> datetime | None:
    """The time in a line that is a date and nothing else: `Updated Nov 20, 2026 · 3 min read`."""
    if len(line) > 80 or not re.search(r"\d", line) or "%" in line or "$" in line:
        return None
    words = _DATE_TAIL.sub("", _DATE_LEAD.sub("", line)).strip(" ·|•,")
    if re.fullmatch(r"[\d\s.,-]+", words) and not re.fullmatch(r"\d{4}-\d\d-\d\d.*", words):
        return None
    return parse_time(words, any_form=True)


def _drop_menus(lines: list[str]) -> list[str]:
    """The lines from the first that is no cell of a ticker and no word of a menu, where such lines
    stand above the article in a row."""
    run = 0
    while run < min(len(lines), LONGEST_MENU) and (
        _is_ticker(lines[run]) or _LABEL.fullmatch(lines[run])
    ):
        run += 1
    is_ticker = sum(map(_is_ticker, lines[:run])) >= MENU
    is_menu = run > MENU or (run == MENU and is_ticker)
    rest = lines[run:]
    if (is_menu or is_ticker) and any(len(line.split()) > 8 for line in rest):
        return rest
    return lines


def _is_ticker(line: str) -> bool:
    """Whether a line is a cell of a ticker, or a row of it: "BTC $90,110 +0.4%"."""
    cells = line.split(" ")
    return bool(_CELL.fullmatch(line)) or (
        len(cells) > 1 and all(_CELL.fullmatch(cell) for cell in cells)
    )
