"""DATABASE -> FACTS: what stored articles state of an asset, each with the words that state it."""

from collections.abc import Iterator
from datetime import datetime

from summarizer.batch.reports import NEWEST
from summarizer.batch.store import Store
from summarizer.errors import InputError
from summarizer.facts.kinds import KINDS
from summarizer.models import Fact
from summarizer.schemas import Model
from summarizer.serve.view import load_report
from summarizer.text.asset_table import find_ticker

_STATING = f"""
    SELECT DISTINCT a.id, coalesce(a.published_at, a.stored_at) AS at
    FROM facts f JOIN articles a ON a.id = f.article_id
    WHERE {NEWEST} AND f.subject IN (:subject, upper(:subject), :ticker) AND :kind IN ('', f.kind)
        AND (:since = '' OR julianday(coalesce(a.published_at, a.stored_at)) >= julianday(:since))
    ORDER BY at DESC, a.id DESC
"""


class StatedFact(Model):
    """A fact with the article that states it."""

    fact: Fact
    """the number, and the words that state it"""
    report: int
    """number of the stored report"""
    title: str | None
    """the article's headline"""
    url: str | None
    """where the article was published"""
    outlet: str | None
    """the outlet's name, else its domain"""
    published_at: datetime | None
    """aware, UTC"""


def list_facts(
    store: Store, subject: str, kind: str = "", since: datetime | None = None, limit: int = 50
) -> list[StatedFact]:
    """The sure facts about a subject, of the latest articles first; of one kind, if it is given.

    The subject may be given by its ticker or its name. Raises InputError for a kind that is none.
    """
    if kind and kind not in KINDS:
        advice = f"Kinds: {', '.join(sorted(KINDS))}"
        raise InputError(f"there is no kind of fact {kind!r}", advice=advice)
    facts: list[StatedFact] = []
    for stated in _find_facts(store, subject, kind, since):
        facts.append(stated)
        if len(facts) == limit:
            break
    return facts


def _find_facts(
    store: Store, subject: str, kind: str, since: datetime | None
) -> Iterator[StatedFact]:
    subject = subject.strip()
    names = (subject, subject.upper(), find_ticker(subject) or subject)
    values = {"subject": subject, "ticker": names[-1], "kind": kind}
    values["since"] = since.isoformat() if since else ""
    for row in store.read(_STATING, values):
        report = load_report(store, row["id"])
        if report is None:  # another process has replaced it just now
            continue
        article = report.article
        for fact in report.facts:
            if fact.subject in names and kind in ("", fact.kind) and not fact.unsure:
                yield StatedFact(
                    fact=fact,
                    report=row["id"],
                    title=article.title,
                    url=article.url,
                    outlet=article.outlet,
                    published_at=article.published_at,
                )
