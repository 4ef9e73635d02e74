"""MESSAGE -> ADDRESS: one message to one receiver, by Apprise. The only importer of apprise.

An address may hold a password or a token, so nothing that Apprise says is passed on: it may quote
them. A fault is told in our own words.
"""

import logging
import re
from collections.abc import Sequence
from threading import Thread
from typing import Any

from summarizer.errors import SummarizerError, UsageError
from summarizer.render.message import SHORT, Message
from summarizer.settings import Receiver
from summarizer.text.spans import shorten_words

SECONDS = 30.0  # for one receiver, all of its requests together
PAGE_NAME = "report.html"
MARGIN = 20  # characters that a service may set around a title
_STATUS = re.compile(r"\berror=([1-5]\d\d)\b")  # how Apprise's services log what a server answered
_FAULTS = {  # words in what Apprise logs -> ours
    "timed out": "no answer in time",
    "connection": "it could not be reached",
    "authentication": "the server refused the login",
}


def check_receivers(receivers: Sequence[Receiver]) -> None:
    """Raises UsageError where Apprise is missing, or knows no such address as a receiver's."""
    for receiver in receivers:
        _open(receiver)


def send(receiver: Receiver, messages: Sequence[Message]) -> str | None:
    """Send several messages as one, the newest first, their pages attached.

    Returns what went wrong, or None. The pages are left out where the service takes none.
    """
    apprise, service = _open(receiver)
    from apprise.attachment.memory import AttachMemory

    newest, *older = reversed(messages)
    text = newest.text
    if older:
        parts = [f"{message.title}\n{message.text}" for message in older]
        text = "\n\n".join((text, "Not delivered before:", *parts))
    # One message stays one. Where the title goes into the text, it takes its place there.
    room = service.body_maxlen - (len(newest.title) + MARGIN if service.title_maxlen <= 0 else 0)
    text = shorten_words(text or newest.title, max(room, SHORT))
    pages = [message.page for message in messages if message.page]
    attached = [
        AttachMemory(content=page, name=_name_page(number), mimetype="text/html")
        for number, page in enumerate(reversed(pages), 1)
    ]
    takes_pages = service.attachment_support and attached
    client = apprise.Apprise()
    client.add(service)
    results: list[Any] = []

    def notify() -> None:
        try:
            result = client.notify(
                body=text,
                title=newest.title,
                body_format=apprise.NotifyFormat.TEXT,
                attach=attached if takes_pages else None,
            )
        except Exception:  # noqa: BLE001  a thread prints what it raises, which may quote the address
            result = None
        results.append(result)

    # A server that answers a byte a second must hold neither the run nor the end of the program.
    thread = Thread(target=notify, daemon=True)
    thread.start()
    thread.join(SECONDS)
    if not results:
        return "no answer in time"
    return None if results[0] else _describe_fault(results[0])


def try_receivers(receivers: Sequence[Receiver]) -> list[str]:
    """Send each receiver a test message. Returns a line for each; raises if one did not go."""
    message = Message("summarizer: a test", "Messages of summarizer arrive here.", "")
    faults = [(receiver.name, send(receiver, [message])) for receiver in receivers]
    lost = [f"{name}: {fault}" for name, fault in faults if fault]
    if lost:
        raise SummarizerError(f"not delivered to {'; '.join(lost)}", code="undelivered")
    return [f"{name}: a test message was sent" for name, _ in faults]


def _open(receiver: Receiver) -> tuple[Any, Any]:
    """Apprise, and the service that it makes of the address."""
    try:
        import apprise
    except ImportError as error:
        advice = "pip install 'crypto-news-summarizer[notify]'"
        raise UsageError("messages need apprise", advice=advice) from error
    logger = logging.getLogger("apprise")
    logger.propagate = False
    if not logger.handlers:  # else Python prints its warnings to stderr
        logger.addHandler(logging.NullHandler())
    # what a service has to remember is kept in memory, and our thread does the work: the program's
    # end would wait for theirs
    about = {"app_id": "summarizer", "app_desc": "Crypto news", "app_url": ""}
    asset = apprise.AppriseAsset(async_mode=False, service_timeout=0, **about)
    service = apprise.Apprise.instantiate(receiver.address, asset=asset)
    if service is None:
        raise UsageError(
            f"{receiver.name}: Apprise cannot use this address",
            advice="https://github.com/caronc/apprise/wiki shows the form of each service's",
        )
    return apprise, service


def _name_page(number: int) -> str:
    return PAGE_NAME if number == 1 else PAGE_NAME.replace(".", f"-{number}.")


def _describe_fault(result: Any) -> str:
    lines = " ".join(entry.message for entry in result.logs()) if result is not None else ""
    if status := _STATUS.search(lines):
        return f"the server answered {status[1]}"
    lines = lines.lower()
    return next((fault for word, fault in _FAULTS.items() if word in lines), "it failed")
