"""What costs nothing: reports of no analyst, scored like any other, so that every figure has something to stand beside.

Each is told which assets to speak of, which no analyst is: their calls are judged on direction alone, and flattered.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Sequence

from eval.score.tally import CHOICES, Record
from summarizer.errors import UsageError
from summarizer.text.sentences import split_sentences

_VADER_BAND = 0.05  # its authors' own threshold for neutral
_DIRECTIONS = {"positive": "bullish", "negative": "bearish", "neutral": "neutral"}


def majority_reports(labelled: Sequence[Record]) -> list[Record]:
    """Every choice the most frequent label of the set itself, and the lead sentence for a summary; no facts.

    Confidence is the label's share, so that its Brier score is that of the base rate.
    """
    calls = _common(
        label["direction"] for record in labelled for label in record["labels"].get("calls") or []
    )
    parts = {
        part: _common(
            record["labels"][part][key] for record in labelled if part in record["labels"]
        )
        for part, key in CHOICES.items()
    }
    return [
        {
            "id": record["id"], "summary": lead_sentence(record["gold"]), "calls": _calls(record, *calls),
            **{part: {key: parts[part][0], "confidence": parts[part][1]} for part, key in CHOICES.items()},
        }
        for record in labelled
    ]  # fmt: skip


def vader_reports(labelled: Sequence[Record]) -> list[Record]:
    """Every direction the sign of VADER's compound score of title and text. Raises UsageError where VADER is not installed."""
    tone = load_vader()
    said = [
        (record, _DIRECTIONS[tone(f"{record.get('title') or ''}. {record['gold']}")])
        for record in labelled
    ]
    return [
        {
            "id": record["id"],
            "calls": _calls(record, direction),
            "overall": {"direction": direction},
        }
        for record, direction in said
    ]


def _calls(record: Record, direction: str, confidence: float | None = None) -> list[Record]:
    labels = record["labels"].get("calls") or []
    return [
        {"asset": label["asset"], "direction": direction, "confidence": confidence}
        for label in labels
    ]


def load_vader() -> Callable[[str], str]:
    """VADER's verdict on a text: positive, negative or neutral. Raises UsageError where it is not installed."""
    try:
        from vaderSentiment.vaderSentiment import SentimentIntensityAnalyzer
    except ImportError as error:
        raise UsageError(
            "the VADER baseline needs vaderSentiment",
            advice="pip install 'crypto-news-summarizer[vader]'",
        ) from error
    analyzer = SentimentIntensityAnalyzer()

    def tone(text: str) -> str:
        score = analyzer.polarity_scores(text)["compound"]
        return (
            "positive"
            if score >= _VADER_BAND
            else "negative"
            if score <= -_VADER_BAND
            else "neutral"
        )

    return tone


def lead_sentence(text: str) -> str:
    """The first sentence of the text.

    >>> lead_sentence("Bitcoin fell to $58,000. Ether rose.")
    'Bitcoin fell to $58,000.'
    """
    first = next(iter(split_sentences(text)), None)
    return text[first.start : first.end] if first else ""


def _common(values: Iterable[str]) -> tuple[str, float]:
    counts = Counter(values)
    return (
        (counts.most_common(1)[0][0], counts.most_common(1)[0][1] / counts.total())
        if counts
        else ("neutral", 0.0)
    )
