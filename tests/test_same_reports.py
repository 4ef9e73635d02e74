"""The project's own articles give the very reports that are committed: no refactoring changes one.

`eval/baselines/embedded.jsonl` holds the scored parts of each report, for a difference that can be
read; `eval/baselines/embedded.sha256` a hash of the whole report but for its seconds. A commit that
is meant to change reports writes both anew, and says so:

    rm eval/baselines/embedded.jsonl  # else the reports that it holds are kept
    export SUMMARIZER_READER=fast  # the same on every machine
    python -m eval predict --labels own --offline --brief --output eval/baselines/embedded.jsonl
    python -m tests.test_same_reports
"""

import hashlib
import json
from pathlib import Path

import pytest

from eval.predict import scored_parts
from eval.records import load_jsonl, load_labels
from summarizer.batch.run import analyze_record
from summarizer.settings import Settings

BASELINES = Path(__file__).parents[1] / "eval" / "baselines"
HASHES = BASELINES / "embedded.sha256"
RECORDS = {str(record["id"]): record for record in load_labels("own")}


def report_of(record):
    return analyze_record(record, Path(record["folder"]), Settings()).to_dict(with_text=True)


def hash_of(report):
    analyst = {key: value for key, value in report["analyst"].items() if key != "seconds"}
    text = json.dumps(report | {"analyst": analyst}, sort_keys=True, ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()


def test_every_article_has_its_baseline():
    assert [str(report["id"]) for report in load_jsonl(BASELINES / "embedded.jsonl")] == [*RECORDS]
    assert len(HASHES.read_text("utf-8").splitlines()) == len(RECORDS)


@pytest.mark.parametrize(
    "baseline", load_jsonl(BASELINES / "embedded.jsonl"), ids=lambda r: r["id"]
)
def test_a_report_is_what_it_was(baseline):
    report = report_of(RECORDS[str(baseline["id"])])
    assert scored_parts(report) == baseline
    assert f"{hash_of(report)}  {report['id']}" in HASHES.read_text("utf-8").splitlines()


if __name__ == "__main__":
    rows = (f"{hash_of(report_of(record))}  {name}\n" for name, record in RECORDS.items())
    HASHES.write_text("".join(rows), "utf-8")
