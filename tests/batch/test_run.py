"""Records in, reports out: every line has exactly one end, a report or a failure."""

import json

import pytest
from click.testing import CliRunner

from summarizer.batch.records import read_records, record_article
from summarizer.cli.main import main
from summarizer.errors import BadRecord, InputError
from summarizer.models import Report

TEXT = "Bitcoin slid to $58,000 on Monday as funding on Binance turned negative, data from Coinglass shows."
MARKUP = f"<html><head><title>Bitcoin slides</title></head><body><article><h1>Bitcoin slides</h1><p>{TEXT}</p><p>{TEXT}</p></article></body></html>"


@pytest.fixture
def batch(tmp_path):
    """Runs a batch of records (or of raw lines): (done, failed), the reports and the failures."""

    def run(*records, with_text=False):
        lines = [
            record if isinstance(record, str) else json.dumps(record, ensure_ascii=False)
            for record in records
        ]
        (tmp_path / "in.jsonl").write_text("\n".join(lines) + "\n", "utf-8")
        command = [
            "batch",
            str(tmp_path / "in.jsonl"),
            "-o",
            str(tmp_path / "out.jsonl"),
            *(["--with-text"] if with_text else []),
        ]
        ran = CliRunner().invoke(main, command)
        reports, failures = (
            read(tmp_path / "out.jsonl"),
            read(tmp_path / "out.jsonl.failures.jsonl"),
        )
        assert ran.exit_code == (1 if failures else 0), ran.output
        return (len(reports), len(failures)), reports, failures

    return run


def read(path):
    """One JSON object a line; lines end at newlines alone."""
    return (
        [json.loads(line) for line in path.read_text("utf-8").split("\n")[:-1]]
        if path.exists()
        else []
    )


def test_reports_are_reports_under_the_records_ids(batch):
    counts, reports, failures = batch(
        {"id": "a", "text": TEXT}, {"id": 7, "text": TEXT}, {"text": TEXT}
    )
    assert (counts, failures) == ((3, 0), [])
    assert [report["id"] for report in reports] == ["a", "7", reports[2]["article"]["content_hash"]]
    for report in reports:
        assert "text" not in report["article"]
        Report.model_validate({**report, "article": {**report["article"], "text": ""}})


def test_what_the_record_knows_stands_in_the_report(batch):
    record = {
        "id": "a",
        "url": "https://www.example.com/a",
        "title": "Bitcoin slides",
        "source": "CoinDesk",
        "published_at": "2026-02-10 11:50:00",
        "text": TEXT,
    }
    _, (report,), _ = batch(record, with_text=True)
    article = report["article"]
    assert {name: article[name] for name in ("url", "domain", "title", "source", "published_at", "text")} == {
        "url": "https://www.example.com/a", "domain": "example.com", "title": "Bitcoin slides", "source": "CoinDesk",
        "published_at": "2026-02-10T11:50:00Z", "text": TEXT}  # fmt: skip


def test_a_failure_is_a_line_and_the_rest_goes_on(batch):
    counts, reports, failures = batch(
        {"id": "a", "text": TEXT},
        "{not json",
        "[1]",
        {"id": "b", "url": "https://example.com/b"},
        {"id": "c", "html": "<p></p>"},
        {"id": "d", "text": TEXT},
    )
    assert counts == (2, 4)
    assert [report["id"] for report in reports] == ["a", "d"]
    assert [(failure["id"], failure["line"], failure["code"]) for failure in failures] == [
        (None, 2, "bad_record"), (None, 3, "bad_record"), ("b", 4, "empty_body"), ("c", 5, "no_article")]  # fmt: skip
    for failure in failures:
        assert set(failure) >= {"url", "stage", "code", "retryable", "message"}
        assert failure["stage"]
        assert failure["code"] in failure["message"]
        assert failure["retryable"] is False


def test_blank_lines_are_no_records_and_a_byte_order_mark_is_none_of_the_text(tmp_path):
    (tmp_path / "in.jsonl").write_bytes(b'\xef\xbb\xbf{"id": 1}\n\n  \n{"id": 2}')
    payloads = [item.payload for item in read_records(tmp_path / "in.jsonl")]
    assert [(found["line"], found["record"]) for found in payloads] == [(1, {"id": 1}), (4, {"id": 2})]


def test_a_line_too_deep_to_read_is_a_bad_record(tmp_path):
    (tmp_path / "in.jsonl").write_text("[" * 100_000 + "\n" + '{"id": 2}\n', "utf-8")
    bad, good = read_records(tmp_path / "in.jsonl")
    assert isinstance(bad.error, BadRecord)
    assert (good.payload["line"], good.payload["record"], good.error) == (2, {"id": 2}, None)


@pytest.mark.parametrize("break_", ["\u2028", "\u2029", "\x85", "\x0b", "\x0c", "\r\n", "\n"])
def test_line_breaks_within_a_title_keep_one_report_a_line(batch, break_):
    counts, reports, _ = batch(
        {
            "id": f"a{break_}b",
            "title": f"Bitcoin{break_}slides",
            "source": f"Coin{break_}Desk",
            "text": f"{TEXT}{break_}{TEXT}",
        },
        with_text=True,
    )
    assert counts == (1, 0)
    assert len(reports) == 1
    assert reports[0]["id"] == f"a{break_}b"


def test_a_headline_alone_is_an_article(batch):
    counts, (report,), _ = batch({"id": "a", "title": "Bitcoin slides to $58,000"}, with_text=True)
    assert counts == (1, 0)
    assert report["article"]["text"] == "Bitcoin slides to $58,000"


def test_markup_in_a_record_is_read(batch):
    counts, (report,), _ = batch({"id": "a", "html": MARKUP}, with_text=True)
    assert counts == (1, 0)
    assert TEXT in report["article"]["text"]


def test_a_page_beside_the_file_is_read(batch, tmp_path):
    (tmp_path / "pages").mkdir()
    (tmp_path / "pages" / "a.html").write_text(MARKUP, "utf-8")
    counts, (report,), _ = batch({"id": "a", "html": "pages/a.html"}, with_text=True)
    assert counts == (1, 0)
    assert TEXT in report["article"]["text"]


@pytest.mark.parametrize(
    "name",
    [
        "../outside.html",
        "/etc/passwd",
        "pages/../../outside.html",
        "link.html",
        "missing.html",
        ".",
    ],
)
def test_a_page_outside_the_folder_is_refused(batch, tmp_path, name):
    outside = tmp_path.parent / "outside.html"
    outside.write_text(MARKUP, "utf-8")
    (tmp_path / "link.html").symlink_to(outside)
    counts, reports, (failure,) = batch({"id": "a", "html": name})
    assert (counts, reports) == ((0, 1), [])
    assert failure["code"] == "bad_record"
    assert "root:" not in failure["message"]


@pytest.mark.parametrize(
    "odd",
    [
        {"title": 5},
        {"source": ["x"]},
        {"published_at": "soon"},
        {"published_at": 3},
        {"url": 7},
        {"id": None},
        {"labels": {}},
        {"extra": 1},
    ],
)
def test_odd_values_beside_a_good_text_are_let_be(batch, odd):
    counts, _, _ = batch({"text": TEXT, **odd})
    assert counts == (1, 0)


@pytest.mark.parametrize(
    "record",
    [
        {},
        {"text": ""},
        {"text": "  "},
        {"html": ""},
        {"text": 5},
        {"title": ""},
        {"text": None, "html": None, "title": None},
    ],
)
def test_a_record_that_holds_nothing_says_so(record, tmp_path):
    with pytest.raises(InputError) as caught:
        record_article(record, tmp_path)
    assert caught.value.code == "empty_body"


@pytest.mark.parametrize("url", ["http://[", "https://[::1", "http://[not-an-address]/a"])
def test_an_address_that_cannot_be_split_loses_no_batch(batch, url):
    counts, reports, failures = batch(
        {"id": "a", "text": TEXT, "url": url}, {"id": "b", "text": TEXT}
    )
    assert sum(counts) == 2
    assert [line["id"] for line in (*reports, *failures)].count("b") == 1
    assert "b" in [report["id"] for report in reports]


def test_lone_surrogates_lose_no_batch(batch):
    counts, reports, failures = batch(
        '{"id": "\\ud800", "title": "a\\udfff", "source": "\\ud800", "text": "'
        + TEXT
        + ' \\ud83d"}',
        {"id": "b", "text": TEXT},
    )
    assert sum(counts) == 2
    assert len(reports) + len(failures) == 2


def test_nul_and_not_a_number_lose_no_batch(batch):
    counts, _, _ = batch(
        '{"id": NaN, "text": "a\\u0000b ' + TEXT + '"}', {"id": 2**63, "text": TEXT}
    )
    assert counts == (2, 0)


def test_the_failures_file_of_an_earlier_run_goes_when_nothing_fails(batch, tmp_path):
    batch("{")
    assert (tmp_path / "out.jsonl.failures.jsonl").exists()
    batch({"text": TEXT})
    assert not (tmp_path / "out.jsonl.failures.jsonl").exists()


def test_running_twice_gives_the_same_but_for_the_seconds(batch):
    first, second = (batch({"id": "a", "text": TEXT})[1] for _ in range(2))
    first[0]["analyst"]["seconds"] = second[0]["analyst"]["seconds"]
    assert first == second


@pytest.mark.parametrize(
    ("lines", "code", "said"),
    [
        ([{"text": TEXT}], 0, ["done 1", "failed 0"]),
        ([{"text": TEXT}, {}], 1, ["done 1", "failed 1", "1 × extract empty_body"]),
    ],
)
def test_the_command_says_on_stderr_what_was_done(tmp_path, lines, code, said):
    (tmp_path / "in.jsonl").write_text("".join(json.dumps(line) + "\n" for line in lines), "utf-8")
    done = CliRunner().invoke(
        main, ["batch", str(tmp_path / "in.jsonl"), "-o", str(tmp_path / "out.jsonl")]
    )
    assert (done.exit_code, done.stdout) == (code, "")
    shown = " ".join(done.stderr.split())
    assert all(part in shown for part in said)
    assert len(read(tmp_path / "out.jsonl")) == 1


@pytest.mark.parametrize(
    ("given", "output", "code"),
    [("missing.jsonl", "out.jsonl", 2), ("in.jsonl", "missing/out.jsonl", 4)],
)
def test_the_command_tells_usage_from_storage(tmp_path, given, output, code):
    (tmp_path / "in.jsonl").write_text(json.dumps({"text": TEXT}) + "\n", "utf-8")
    assert (
        CliRunner()
        .invoke(main, ["batch", str(tmp_path / given), "-o", str(tmp_path / output)])
        .exit_code
        == code
    )
