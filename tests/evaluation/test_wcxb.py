"""Scores on WCXB: a small copy of its form, written here."""

import gzip
import json

import pytest

from eval import wcxb

STORY = (
    "Bitcoin fell 4% to $58,000 on Tuesday, after a week in which funds lost money every day. " * 9
)


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "html").mkdir()
    golds = []
    for at in range(4):
        head = '<meta property="article:published_time" content="2026-05-06T08:00:00Z">'
        page = f"<html><head>{head}</head><body><article><h1>t</h1><p>{at} {STORY}</article></html>"
        (tmp_path / "html" / f"{at}.html.gz").write_bytes(gzip.compress(page.encode()))
        golds.append({"id": str(at), "url": None, "author": "Ana Ruiz", "main_content": STORY})
        golds[-1]["publish_date"] = ("2026-05-06", "2026-05-07", "2026-05-09", None)[at]
    golds.append({"id": "empty", "main_content": None})
    lines = "\n".join(map(json.dumps, golds)).encode()
    (tmp_path / "ground-truth.jsonl.gz").write_bytes(gzip.compress(lines))
    return tmp_path


def test_readers_are_scored_on_both_halves(folder):
    def broken():
        raise ImportError

    def falls_over(body, url):
        raise RuntimeError(url)

    makers = {"ours": wcxb.MAKERS["ours"], "absent": broken, "bad": lambda: falls_over}
    figures = wcxb.evaluate_wcxb(folder, makers)
    assert set(figures) == {f"{r}, {h} half" for r in ("ours", "bad") for h in ("tuned", "untuned")}
    assert sum(row["n"] for name, row in figures.items() if "ours" in name) == 4
    assert all(row["f1"] > 0.9 for name, row in figures.items() if "ours" in name)
    assert all(row["refused"] == row["n"] for name, row in figures.items() if "bad" in name)


@pytest.mark.parametrize(
    ("day", "flags", "scores"),
    [
        ("2026-05-06", (), (True, True, False)),
        ("2026-05-07", (), (False, True, False)),
        ("2026-05-09", (), (False, False, True)),
        ("2026-05-09", ("date_uncertain",), (False, False, False)),
        ("", (), (False, False, False)),
    ],
)
def test_a_date_is_right_near_or_wrong(day, flags, scores):
    gold = {"publish_date": "2026-05-06"}
    reading = wcxb.Reading(day=day, flags=flags)
    assert tuple(dict(wcxb.score_date(gold, reading)).values()) == scores
