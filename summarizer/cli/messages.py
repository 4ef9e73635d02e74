"""What digest and watch share to send messages: their options, and a sender made of them."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from click import Choice, FloatRange, option

from summarizer.cli.shared import Decorator, add_options, flag, say
from summarizer.errors import UsageError
from summarizer.settings import Settings, find_receivers

if TYPE_CHECKING:
    from summarizer.batch.store import Store
    from summarizer.digest.digest import Threshold
    from summarizer.overviews import Digest
    from summarizer.serve.outbox import Quiet
    from summarizer.settings import Receiver


def message_options(name: str, description: str) -> Decorator:
    """The options of messages; `name` is that which says where they go."""
    return add_options(
        option(name, "receivers", multiple=True, metavar="URL", help=description),
        flag("--test", "Send a test message there, and do nothing else."),
        option(
            "--quiet-hours",
            metavar="HOURS",
            help="Hours in which messages wait, in local time, such as 22-7 or 22:30-07:00.",
        ),
        option(
            "--min-confidence",
            type=FloatRange(0, 1),
            default=0.0,
            help="Leave out calls that are less sure than this.",
        ),
        option(
            "--min-credibility",
            type=Choice(["low", "medium", "high"]),
            default="low",
            help="Leave out articles that are less credible than this.",
        ),
    )


@dataclass(frozen=True)
class Messenger:
    """Sends messages to receivers, by way of the database, where they wait if they cannot go."""

    receivers: "list[Receiver]"
    quiet: "Quiet | None"
    threshold: "Threshold"
    only_faults: bool  # to be said

    def tell_news(self, store: "Store") -> Callable[[], None]:
        """What to call after each visit: it sends what the new articles change.

        What is stored already is no news to a receiver that is new.
        """
        from summarizer.serve.news import begin_news, find_news
        from summarizer.serve.outbox import identify

        names = {identify(store, receiver): receiver for receiver in self.receivers}
        for name in names:
            begin_news(store, name)

        def tell() -> None:
            for name in names:
                find_news(store, name, self.threshold)
            self._deliver(store, names)

        return tell

    def send_digest(self, store: "Store", view: "Digest") -> None:
        """Send the digest; one without an article is not sent, but what waits is."""
        from summarizer.render.html import render_digest_page
        from summarizer.render.message import Message, write_digest
        from summarizer.serve.outbox import add_message, identify

        names = {identify(store, receiver): receiver for receiver in self.receivers}
        if view.articles:
            message = Message(*write_digest(view), render_digest_page(view))
            with store.write() as db:
                for name in names:
                    add_message(db, name, message)
        elif not self.only_faults:
            say("no article, so no digest is sent")
        self._deliver(store, names)

    def _deliver(self, store: "Store", names: "dict[str, Receiver]") -> None:
        from summarizer.serve.notify import send
        from summarizer.serve.outbox import deliver

        now = datetime.now().astimezone()
        is_quiet = self.quiet is not None and self.quiet.covers(now)
        for told in deliver(store, names, send, is_quiet=is_quiet):
            if told.is_fault or not self.only_faults:
                say(told.line)


def make_messenger(
    given: Iterable[str],
    settings: Settings,
    threshold: "Threshold",
    *,
    test: bool,
    quiet_hours: str | None,
    only_faults: bool,
) -> Messenger:
    """The sender of a run, whose receivers are known to be usable. A test ends the program.

    Raises UsageError where a receiver or an hour is wrong, before any work is done.
    """
    from summarizer.serve.outbox import parse_quiet

    quiet = parse_quiet(quiet_hours or settings.quiet_hours)
    receivers = find_receivers(given, settings)
    if receivers:
        from summarizer.serve.notify import check_receivers, try_receivers

        check_receivers(receivers)
        if test:
            for line in try_receivers(receivers):
                say(line)
            raise SystemExit(0)
    elif test:
        raise UsageError("a test has nowhere to go", advice="Give --to URL or --notify URL")
    return Messenger(receivers, quiet, threshold, only_faults)
