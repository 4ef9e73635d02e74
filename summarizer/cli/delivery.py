"""The commands that bring the reports of a database to where people read: publish and serve."""

from pathlib import Path
from typing import Any

from click import IntRange, argument, command, option

from summarizer.cli.shared import PATH, database, read_settings, say, settings_options
from summarizer.errors import UsageError


@command()
@argument("folder", type=PATH, metavar="DIR")
@database
@option("--url", metavar="ADDRESS", default="", help="Where DIR is served: the links of the feeds.")
def publish(folder: Path, db: Path, url: str) -> None:
    """Write static pages, Atom and JSON feeds and Markdown notes of a database's reports into DIR.

    There is a feed of all, one an asset, and one a search of [searches] in the config file. A note
    that you have edited is left as it is.
    """
    from summarizer.batch.store import open_store
    from summarizer.render.parts import count_things
    from summarizer.serve.publish import publish_reports, read_searches
    from summarizer.settings import load_settings
    from summarizer.web.urls import is_web

    if url and not is_web(url):
        raise UsageError(
            f"--url {url!r} is no web address", advice="Such as https://me.example/news"
        )
    searches = read_searches(load_settings().searches)
    published = publish_reports(open_store(db, create=False), folder, url, searches)
    edited = count_things(published.edited_notes, "edited note")
    kept = f"; {edited} left as they are" if published.edited_notes else ""
    say(f"{count_things(published.reports, 'report')} in {folder}{kept}")


@command()
@database
@option("--port", type=IntRange(0, 65535), default=8321, help="0 lets the system choose one.")
@settings_options
def serve(db: Path, port: int, **flags: Any) -> None:
    """Show a database on a local page, where articles are pasted too, and answer its JSON API.

    Reports beside their articles, assets, the digest, failures, and a bookmarklet that sends the
    page at hand. It answers to 127.0.0.1 alone. Needs the extra [serve].
    """
    settings = read_settings(flags)
    try:
        from summarizer.serve.app import HOST, run_server
    except ImportError as error:
        advice = "pip install 'crypto-news-summarizer[serve]'"
        raise UsageError("serve needs starlette and uvicorn", advice=advice) from error
    from summarizer.settings import token_path

    def announce(port: int, token: str) -> None:
        say(f"http://{HOST}:{port}/ shows {db}; Ctrl-C ends it")
        if settings.uses_model:
            say(f"a model is asked: POST /api/analyze wants Authorization: Bearer {token}")

    run_server(db, settings, port, token_path(), announce)
