"""The commands that bring the reports of a database to where people read: publish."""

from pathlib import Path

from click import argument, command, option

from summarizer.cli.shared import PATH, database, say
from summarizer.errors import UsageError


@command()
@argument("folder", type=PATH, metavar="DIR")
@database
@option("--url", metavar="ADDRESS", default="", help="Where DIR is served: the links of the feeds.")
def publish(folder: Path, db: Path, url: str) -> None:
    """Write static pages, Atom and JSON feeds and Markdown notes of a database's reports into DIR.

    A note that you have edited is left as it is.
    """
    from summarizer.batch.store import open_store
    from summarizer.render.parts import count_things
    from summarizer.serve.publish import publish_reports
    from summarizer.web.urls import is_web

    if url and not is_web(url):
        raise UsageError(
            f"--url {url!r} is no web address", advice="Such as https://me.example/news"
        )
    published = publish_reports(open_store(db, create=False), folder, url)
    edited = count_things(published.edited_notes, "edited note")
    kept = f"; {edited} left as they are" if published.edited_notes else ""
    say(f"{count_things(published.reports, 'report')} in {folder}{kept}")
