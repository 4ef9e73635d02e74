"""Trivial rivals: reports that cost nothing, scored like any other, to compare figures with.

Each rival is told which assets to speak of, which no analyst is: its calls are judged on direction
alone, and flattered.
"""

from collections import Counter
from collections.abc import Callable, Iterable

from eval.records import Record, Records
from eval.score.tally import WHOLE
from summarizer.errors import UsageError
from summarizer.text.sentences import split_sentences

BAND = 0.2  # tone within 0.2 of 0 is neutral: eval/LABELLING.md
_VADER_BAND = 0.0499  # its authors' threshold: 0.05 is no longer neutral, of scores to four digits
DIRECTION_OF_TONE = {"positive": "bullish", "negative": "bearish", "neutral": "neutral"}


def majority_reports(labelled: Records) -> Records:
    """Every choice the most frequent label of the set itself, and the lead sentence for a summary.

    They state no facts. Their confidence is the label's share, so that its Brier score is that of
    the base rate.
    """
    call = _most_frequent(
        label["direction"] for record in labelled for label in record["labels"].get("calls") or []
    )
    parts = {}
    for part, key in WHOLE.items():
        labels = (record["labels"] for record in labelled if part in record["labels"])
        choice, share = _most_frequent(label[part][key] for label in labels)
        parts[part] = {key: choice, "confidence": share}
    return [
        {
            "id": record["id"],
            "summary": lead_sentence(record["gold"]),
            "calls": _same_calls(record, *call),
            **parts,
        }
        for record in labelled
    ]


def vader_reports(labelled: Records) -> Records:
    """Every direction the sign of VADER's compound score of title and text.

    Raises UsageError where VADER is not installed.
    """
    tone = load_vader()
    reports = []
    for record in labelled:
        direction = DIRECTION_OF_TONE[tone(f"{record.get('title') or ''}. {record['gold']}")]
        calls, overall = _same_calls(record, direction), {"direction": direction}
        reports.append({"id": record["id"], "calls": calls, "overall": overall})
    return reports


def _same_calls(record: Record, direction: str, confidence: float | None = None) -> Records:
    return [
        {"asset": label["asset"], "direction": direction, "confidence": confidence}
        for label in record["labels"].get("calls") or []
    ]


def load_vader() -> Callable[[str], str]:
    """VADER's verdict on a text: positive, negative or neutral.

    Raises UsageError where VADER is not installed.
    """
    try:
        from vaderSentiment.vaderSentiment import SentimentIntensityAnalyzer
    except ImportError as error:
        raise UsageError(
            "the VADER baseline needs vaderSentiment",
            advice="pip install 'crypto-news-summarizer[vader]'",
        ) from error
    analyzer = SentimentIntensityAnalyzer()

    return lambda text: name_tone(analyzer.polarity_scores(text)["compound"], _VADER_BAND)


def name_tone(tone: float, band: float = BAND) -> str:
    """A tone in words.

    >>> name_tone(0.2), name_tone(0.21), name_tone(-0.7)
    ('neutral', 'positive', 'negative')
    """
    if abs(tone) <= band:
        return "neutral"
    return "positive" if tone > 0 else "negative"


def lead_sentence(text: str) -> str:
    """The first sentence of the text.

    >>> lead_sentence("Bitcoin fell to $58,000. Ether rose.")
    'Bitcoin fell to $58,000.'
    """
    first = next(iter(split_sentences(text)), None)
    return text[first.start : first.end] if first else ""


def _most_frequent(values: Iterable[str]) -> tuple[str, float]:
    """The most frequent value and its share; neutral and 0 where there is none."""
    counts = Counter(values)
    for value, count in counts.most_common(1):
        return value, count / counts.total()
    return "neutral", 0.0
