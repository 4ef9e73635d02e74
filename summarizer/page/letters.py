"""LETTER -> ExtractedPage: e-mails (.eml), and pages that a browser saved as MHTML, which is one.

Runs in a child process (child.py). Raises InputError `content_type` for what holds no text.
"""

import email
import email.policy
import re
from contextlib import suppress
from email.message import EmailMessage
from email.utils import parseaddr
from typing import Any

from summarizer.errors import InputError
from summarizer.page.charset import decode
from summarizer.page.extracted import ExtractedPage
from summarizer.page.extraction import read_page as read_html
from summarizer.page.pasted import join_lines
from summarizer.page.simple import read_simple
from summarizer.page.words import count_words
from summarizer.text.dates import parse_time
from summarizer.text.spans import normalise
from summarizer.web.urls import is_web

_FORWARD = re.compile(
    r"^(?:-{3,}\s*(?:Forwarded message|Original Message)\s*-{3,}|Begin forwarded message:)\s*\n"
    r"((?:\s*[A-Z][\w-]{1,20}: [^\n]*\n|[ \t]*\n)+)",
    re.MULTILINE | re.IGNORECASE,
)
_REPLY = re.compile(r"^(?:\s*(?:re|fwd?|aw|wg)\s*:\s*)+", re.IGNORECASE)
_SIGNATURE = re.compile(r"\n-- \n.*", re.DOTALL)
_OF_LETTER = re.compile(
    r"""(?:view|read|open)\b.{0,40}\b(?:browser|online|app)\b.{0,20}
    |(?:you(?:'|’)?(?:\ are|re)\ receiving|you\ received|this\ (?:e-?mail|message)\ was\ sent)\b.*
    |.{0,60}\b(?:unsubscribe|manage\ (?:your\ )?(?:subscription|preferences)
        |email\ preferences)\b.{0,80}
    |forwarded\ this\ (?:e-?mail|message|newsletter)\?.* |sign\ up\ here.{0,20}
    |©.{0,120} |<?https?://\S+>?
    """,
    re.IGNORECASE | re.VERBOSE,
)


def read_mail(body: bytes, _: str | None = None) -> ExtractedPage:
    """The longer of a letter's plain and HTML text; or the page of an MHTML file."""
    start = re.sub(rb"^\d{1,10}[ \t]*\n", b"", body.lstrip())  # Apple Mail counts a letter's bytes
    if start.startswith(b"From ") and len(re.findall(rb"^From \S+@\S+ ", body, re.MULTILINE)) > 1:
        raise _refuse("it is a mailbox of several letters", "Save one of them as .eml")
    message = email.message_from_bytes(start, policy=email.policy.default)
    assert isinstance(message, EmailMessage)
    location = message.get("Snapshot-Content-Location")
    if location or message.get_content_type() == "multipart/related":
        for part in message.walk():
            if part.get_content_type() in ("text/html", "application/xhtml+xml"):
                url = str(location or part.get("Content-Location") or "")
                return _read_saved(_payload(part), url if is_web(url) else None, part)
    return _read_letter(message)


def _read_saved(body: bytes, url: str | None, part: Any) -> ExtractedPage:
    from summarizer.page.formats import read_page

    charset = part.get_content_charset()
    content_type = f"text/html; charset={charset}" if charset else "text/html"
    extracted = read_page(body, url, content_type)
    return ExtractedPage(**vars(extracted) | {"url": extracted.url or url})


def _payload(part: Any) -> bytes:
    body = part.get_payload(decode=True)
    return body if isinstance(body, bytes) else b""


def _read_letter(message: EmailMessage) -> ExtractedPage:
    plain, flags = _read_part(message.get_body(("plain",)))
    published_at = parse_time(_header(message, "date"), any_form=True)
    name, address = parseaddr(_header(message, "from"))
    subject = _header(message, "subject")
    plain = _SIGNATURE.sub("", plain.replace("\r\n", "\n"))
    if forward := _FORWARD.search(plain):
        inner = email.message_from_string(re.sub(r"\n\s*\n", "\n", forward[1]).strip() + "\n\n")
        plain = plain[forward.end() :]
        subject = inner.get("Subject") or subject
        published_at = parse_time(inner.get("Date") or "", any_form=True) or published_at
        name = parseaddr(inner.get("From") or "")[0] or name
    texts = [join_lines("\n".join(line for line in plain.split("\n") if not line.startswith(">")))]
    html = message.get_body(("html",))
    if html is not None:
        markup, html_flags = _read_part(html)
        flags += html_flags
        extracted = read_html(markup.encode("utf-8", "replace"), None, "text/html; charset=utf-8")
        texts.append(extracted.text or read_simple(markup)[1])
    text = max(map(_trim_letter, texts), key=count_words)
    if not text:
        raise _refuse("the letter holds no text", "Paste its text instead: summarizer -")
    return ExtractedPage(
        text=text,
        flags=tuple(dict.fromkeys(flags)),
        title=_REPLY.sub("", subject).strip() or None,
        source=name.strip() or address.rpartition("@")[2] or None,
        published_at=published_at,
    )


def _header(message: EmailMessage, name: str) -> str:
    """A header's words; broken ones raise anything in the standard library's reader."""
    with suppress(ValueError, TypeError, IndexError, AttributeError, LookupError):
        return str(message.get(name) or "")
    return ""


def _read_part(part: Any) -> tuple[str, tuple[str, ...]]:
    if part is None:
        return "", ()
    charset = part.get_content_charset()
    return decode(_payload(part), f"text/plain; charset={charset}" if charset else None)


def _trim_letter(text: str) -> str:
    lines = normalise(text).split("\n")
    return "\n".join(line for line in lines if not _OF_LETTER.fullmatch(line.strip()))


def _refuse(detail: str, advice: str) -> InputError:
    return InputError(detail, code="content_type", advice=advice)
