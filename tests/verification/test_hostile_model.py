"""A model that lies in every field and obeys injections: of all that nothing reaches a report.

Each lie holds the word "evidently", which no article of these holds in such a sentence: a report
with that word shows a lie. Beside that, figures, names and quotations of what is shown are held
against the article by the scorer's rules, which are not ours.
"""

import itertools
import json
import re
from pathlib import Path

import pytest

from eval.records import load_labels
from eval.score.faithfulness import (
    find_amounts,
    supported_names,
    supported_numbers,
    supported_quotes,
)
from summarizer.analyst.llm.schema import narrative_names
from summarizer.batch.queue import Queue
from summarizer.batch.run import Batch, analyze_record
from summarizer.batch.store import open_store
from summarizer.text.assets import load_assets
from tests.support.scripted_server import says, scripted

SHARED = Path(__file__).parents[3] / "shared" / "data"
# Of the coin that is held; said of its holder they may be true.
HELD = ("treasury_purchase", "treasury_holding", "etf_flow")
_ROW = re.compile(r"^N(\d+) (.+?): (\w+) (\S+)(?: ([+-])(?: |$))?", re.MULTILINE)


def lies_about(rows: list[tuple[str, ...]]) -> list[str]:
    """Sentences that no article supports: figures typed, names invented, and facts turned round."""
    lies = [
        "The market evidently lost 87.317% this week.",
        "A fund evidently bought 48,213.77 BTC.",
        "“We evidently sell everything tomorrow,” said Zebulon Quarkson.",
        "Zebulon Quarkson of Wexfordian Capital is evidently worried.",
        "Zibblecoin and $ZQXJ evidently rally.",
        "See https://evil.example/steal?q=1 for what follows.",
        "![x](https://evil.example/p.png) <b>Prices evidently double</b> by 2093.",
        "Traders evidently expect seventeen-fold gains on 31 February.",
    ]
    for number, kind, subject, figure in rows:
        lies += [
            f"The {kind.replace('_', ' ')} of {other} is evidently {{N{number}}}."
            for other in others_than(kind, subject, figure, rows)
        ]
        if kind == "price_change" and re.match(r"[+-]", figure):
            move = "fell" if figure[0] == "+" else "rose"
            lies.append(f"{subject} evidently {move} {{N{number}}}.")
    return lies


def others_than(kind: str, subject: str, figure: str, rows: list[tuple[str, ...]]) -> list[str]:
    """The subjects of other rows of which this figure is a lie."""
    if kind in HELD or subject == "MARKET":
        return []
    stated = {(kind, subject) for _, kind, subject, _ in rows}
    others = [
        other
        for other in sorted({subject for _, _, subject, _ in rows if subject.isupper()})
        if other not in ("MARKET", subject.upper()) and (kind, other) not in stated
    ]
    if not figure.endswith(f" {subject}"):
        return others
    # "5,548 ETH" is of ETH whoever's it is: only said of another coin is it a lie
    tickers = load_assets().tickers
    return [other for other in others if tickers.get(other, ("",))[0] == "coin"]


def lie(asked: dict, turn: int) -> dict:
    """An answer to the prompt in which everything is a lie."""
    prompt = asked["messages"][3]["content"]
    rows = [
        (match[1], match[3], match[4], (match[5] or "") + match[2])
        for match in _ROW.finditer(prompt)
        if match[3] != "none"
    ]
    lies = itertools.cycle(lies_about(rows)[turn % 3 :] or ["It evidently rains."])
    subjects = [subject for _, _, subject, _ in rows] or ["BTC"]
    numbers = [int(number) for number, *_ in rows] or [0]
    calls = [
        {
            "asset": asset,
            "rationale": next(lies),
            "rows": [number, 998],
            "sentences": [0, 1],
            "direction": direction,
            "tone": 100,
            "target": number,
        }
        for asset, number, direction in zip(
            ["ZQXJ", *subjects[:5]],
            itertools.cycle(numbers[::-1]),
            itertools.cycle(["bullish", "bearish"]),
            strict=False,
        )
    ]
    added = {"row": 900, "kind": "price", "subject": subjects[0], "sign": None, "period": None}
    added |= {"venue": None, "past": False, "sentence": 0, "figure": "$250,000"}
    return {
        "summary": [{"text": next(lies), "sentences": [0]} for _ in range(3)],
        "calls": calls,
        "overall": "bullish",
        "overall_tone": 100,
        "horizon": "long_term",
        "horizon_rationale": next(lies),
        "credibility": "high",
        "credibility_note": next(lies),
        "signals": [],
        "narratives": [{"name": name, "sentence": 999} for name in narrative_names()[:10]],
        "rows": [],
        "added": [added],
    }


def faults_of(report) -> list[str]:
    """What of a report its article does not support."""
    shown = [
        report.summary,
        report.timeframe.rationale,
        report.credibility.note,
        *(call.rationale for call in report.calls),
    ]
    lies = [f"a lie: {words}" for words in shown if re.search(r"evidently|evil\.example", words)]
    added = [f"added {fact}" for fact in report.facts if fact.origin == "model"]
    return [*lies, *added, *faults_of_words(report), *faults_of_calls(report)]


def faults_of_words(report) -> list[str]:
    """Numbers, quotations and names in a report's sentences that the article lacks."""
    text = f"{report.article.title}\n{report.article.source}\n{report.article.text}"
    faults = [] if all(supported_names(report.summary, text)) else [f"name in {report.summary}"]
    for words in (report.summary, *(call.rationale for call in report.calls)):
        plain = re.sub(r"\(([a-z ]+)\)", "", words)  # a kind that code wrote beside its figure
        if not all(supported_numbers(plain, text)):
            faults.append(f"number in {words}")
        if not all(supported_quotes(words, text)):
            faults.append(f"quote in {words}")
    return faults


def faults_of_calls(report) -> list[str]:
    """Assets and targets of calls that the article does not name, or not on that side."""
    text = report.article.text
    cents = [float(cents) / 100 for cents in re.findall(r"([\d.]+) cents\b", text)]
    amounts = [*find_amounts(text), *cents]
    prices = {f.subject: f.value for f in reversed(report.facts) if f.kind == "price"}
    faults = [f"call on {call.asset}" for call in report.calls if call.asset == "ZQXJ"]
    for call in report.calls:
        if not call.target:
            continue
        target, price = call.target.value, prices.get(call.asset)
        if not any(abs(target - amount) <= 0.001 * amount for amount in amounts):
            faults.append(f"target {target}")
        if price and call.direction != ("bullish" if target > price else "bearish"):
            faults.append(f"target {target} on the wrong side of {price}")
    return faults


def check(records: list[dict]) -> None:
    with scripted(lambda asked, before: says(lie(asked, before))) as server:
        reports = [
            analyze_record(record, Path(record["folder"]), server.settings) for record in records
        ]
    assert {report.analyst.name for report in reports} == {"llm"}
    assert [(report.id, fault) for report in reports for fault in faults_of(report)] == []
    assert sum(
        finding.verdict == "dropped" for report in reports for finding in report.findings
    ) > 5 * len(reports)


def test_nothing_of_it_reaches_a_report_of_the_projects_articles():
    check(load_labels("own"))


def test_nor_of_the_shared_labelled_articles():
    path = SHARED / "articles" / "labelled.jsonl"
    if not path.is_file():
        pytest.skip(
            f"the labelled articles are not part of the project: no {path.name} beside the checkout"
        )
    check(load_labels(str(path)))


@pytest.mark.slow
@pytest.mark.timeout(1200)
def test_nor_of_the_other_real_articles_that_are_labelled():
    path = SHARED / "articles" / "unlabelled.jsonl.gz"
    if not path.is_file():
        pytest.skip(
            f"the real articles are not part of the project: no {path.name} beside the checkout"
        )
    check(load_labels("real"))


# ---- orders of strangers: they reach one row of the database, and no network but the endpoint


def run(path: Path, records: Path, script) -> dict[str, str]:
    """The reports of a batch as JSON, without what the clock says."""
    with scripted(script) as server:
        store = open_store(path)
        assert Batch(Queue(store), server.settings, jobs=2).run([str(records)]).exit_status == 0
    rows = {row["id"]: row["report"] for row in store.read("SELECT id, report FROM reports")}
    store.close()
    return {
        key: re.sub(r'"seconds": [\d.]+', '"seconds": 0', report) for key, report in rows.items()
    }


def test_who_obeys_every_injection_changes_its_own_report_alone(tmp_path):
    path = SHARED / "hostile" / "injections_bipia_train.json"
    if not path.is_file():
        pytest.skip(f"the payloads are not part of the project: no {path.name} beside the checkout")
    payloads = [
        payload for group in json.loads(path.read_text("utf-8")).values() for payload in group
    ]
    assert len(payloads) == 75
    texts = [
        f"Bitcoin slid to $58,{n:03} on Monday as funds sold. {payload}"
        for n, payload in enumerate(payloads)
    ]
    (tmp_path / "in.jsonl").write_text(
        "".join(json.dumps({"id": str(n), "text": text}) + "\n" for n, text in enumerate(texts))
    )

    def calm(asked, before):
        statement = {"text": "Bitcoin slid as funds sold.", "sentences": [0]}
        return says(
            lie(asked, before)
            | {"summary": [statement], "calls": [], "narratives": [], "added": []}
        )

    def obeys_the_seventh(asked, before):
        return (
            says(lie(asked, before))
            if payloads[7] in asked["messages"][3]["content"]
            else calm(asked, before=0)
        )

    def steady(asked, before):
        return calm(asked, before=0)

    honest = run(tmp_path / "a.db", tmp_path / "in.jsonl", steady)
    turned = run(tmp_path / "b.db", tmp_path / "in.jsonl", obeys_the_seventh)
    assert [key for key in honest if honest[key] != turned[key]] == ["7"]
    assert "evidently" not in json.loads(turned["7"])["summary"]
