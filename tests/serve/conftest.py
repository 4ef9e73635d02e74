"""A database with three reports, made by a batch."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from summarizer.batch.store import open_store
from summarizer.cli.main import main

RECORDS = [
    {
        "id": "slide",
        "url": "https://a.example/slide",
        "title": "Bitcoin slid to $58,000 as Tether sold",
        "source": "Paper A",
        "published_at": "2026-02-10T10:00:00",
        "text": "Bitcoin plunged 9% to $58,000 as Tether sold and traders were liquidated for "
        "$800 million. Bitcoin ETF outflows reached $500 million. "
        "Analysts warn of a fall to $55,000.",
    },
    {
        "id": "rally",
        "url": "https://b.example/rally",
        "title": "Ether rallies & <b>soars</b>",
        "source": "Paper B",
        "published_at": "2026-02-11T10:00:00",
        "text": "Ether rose 5% to $3,000 on ETF inflows of $200 million, according to CoinGlass. "
        "Buyers came back to the funds on Tuesday, and traders said they would hold.",
    },
    {
        "id": "pasted/undated",
        "title": "Bitcoin climbs",
        "text": "Bitcoin surged 6% to $61,500 on Tuesday as buyers came back to the market. "
        "Bitcoin ETF inflows reached $400 million and analysts expect a rally to $64,000.",
    },
]


@pytest.fixture
def database(tmp_path: Path) -> Path:
    records = tmp_path / "in.jsonl"
    records.write_text("\n".join(map(json.dumps, RECORDS)))
    path = tmp_path / "news.db"
    done = CliRunner().invoke(main, ["batch", str(records), "-o", str(path), "--offline"])
    assert done.exit_code == 0, done.output
    return path


@pytest.fixture
def store(database: Path):
    store = open_store(database)
    yield store
    store.close()
