"""The commands for assistants: mcp, which answers their questions, and skill, which tells them of
the commands."""

from pathlib import Path
from typing import Any

from click import FloatRange, command, echo, option

from summarizer.cli.shared import database, read_settings, settings_options
from summarizer.errors import UsageError


@command()
@database
@option(
    "--max-cost",
    type=FloatRange(min=0),
    metavar="USD",
    help="What a model may cost while this runs; needed where one is asked.",
)
@settings_options
def mcp(db: Path, max_cost: float | None, **flags: Any) -> None:
    """Answer an assistant's questions as tools, by the Model Context Protocol on stdin and stdout.

    The tools are analyze, search, digest and facts; none of them changes anything. Needs the extra
    [mcp].
    """
    settings = read_settings(flags)
    if settings.uses_model and max_cost is None:
        raise UsageError(
            "an assistant could ask a model for as much as it likes",
            advice="Give --max-cost USD, or --offline",
        )
    try:
        from summarizer.serve.mcp import Tools, make_server
    except ImportError as error:
        advice = "pip install 'crypto-news-summarizer[mcp]'"
        raise UsageError("mcp needs the package mcp", advice=advice) from error
    from importlib.metadata import version

    make_server(Tools(db, settings, max_cost), version("crypto-news-summarizer")).run("stdio")


@command()
def skill() -> None:
    """Print a SKILL.md: what an assistant that may run commands should know of this program.

    Save it as .claude/skills/summarizer/SKILL.md, or wherever the assistant looks for skills.
    """
    from summarizer.cli.main import main
    from summarizer.cli.skill import describe_commands

    echo(describe_commands(main), nl=False)
