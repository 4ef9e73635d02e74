"""Report -> one JSON object."""

import json
from typing import Any

from summarizer.models import Report
from summarizer.text.spans import escape_json


def render_json(report: Report, *, with_text: bool = False) -> str:
    """The report as JSON, with the article's text on request."""
    return format_json(report.to_dict(with_text=with_text))


def format_json(value: Any) -> str:
    """Any plain value as indented JSON without characters that a terminal would obey."""
    return escape_json(json.dumps(value, ensure_ascii=False, indent=2))
