"""The command config: which settings count, where each comes from, and a file to begin with."""

from click import Choice as Among
from click import argument, command, echo

from summarizer.cli.shared import flag, say
from summarizer.errors import StorageError, UsageError
from summarizer.settings import cache_path, config_path, database_path, list_settings
from summarizer.text.spans import clean

_EXAMPLE = """\
# Settings of summarizer. A flag wins over the environment, that over this file, and that over the
# default, which each line shows. The key is read from OPENAI_API_KEY alone.

# model = "gpt-5.4-nano"                    # the model that makes the calls
# base_url = "http://127.0.0.1:11434/v1"    # an OpenAI-compatible endpoint; OpenAI, if left out
# timeout = 120                             # seconds for one article's answer, all tries together
# samples = 1                               # answers where the endpoint gives no chances of tokens
# prices = "/path/to/prices.tsv"            # prices of models that are not known
# fallback = false                          # let the embedded analyst step in
# cache = true                              # keep pages that were fetched, by the rules of HTTP
# quiet_hours = "22-7"                      # in which no message is sent, in local time

# [notify]                                  # where messages go: summarizer digest --to desk
# desk = "mailto://user:password@mail.example?to=me@example.com"

# [searches]                                # saved searches: publish writes a feed for each
# etf = {q = "ETF inflows", asset = "BTC", credibility = "high"}
"""


@command()
@argument("action", type=Among(["show", "init", "path"]), default="show")
@flag("--force", "Let init replace a file that is there.")
def config(action: str, force: bool) -> None:
    """Show the settings that count and where each comes from (show, the default), write a config
    file to begin with (init), or print its path (path).
    """
    path = config_path()
    if action == "path":
        echo(clean(str(path)))
    elif action == "init":
        if path.exists() and not force:
            advice = "Edit it, or give --force to replace it"
            raise UsageError(f"{path} is there already", advice=advice)
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(_EXAMPLE, "utf-8")
        except OSError as error:
            raise StorageError(f"{path}: {error.strerror or error}") from error
        say(f"{path} is written; every line of it is a comment until you change it")
    else:
        rows = list_settings()
        rows += [
            ("config file", str(path), "there" if path.exists() else "not there"),
            ("database", str(database_path()), "of digest, search, show and export"),
            ("cache", str(cache_path()), "of fetched pages"),
        ]
        width = max(len(name) for name, _, _ in rows)
        for name, value, origin in rows:
            echo(clean(f"{name:<{width}}  {value}  ({origin})"))
