"""Records in, reports out: every line has exactly one end, a report or a failure."""

import json

import pytest
from click.testing import CliRunner

from summarizer.batch.inputs import read_inputs
from summarizer.batch.records import record_article
from summarizer.cli.main import main
from summarizer.errors import BadRecord, InputError
from summarizer.models import Report

TEXT = (
    "Bitcoin slid to $58,000 on Monday as funding on Binance turned negative, "
    "data from Coinglass shows."
)
ARTICLE = f"<article><h1>Bitcoin slides</h1><p>{TEXT}</p><p>{TEXT}</p></article>"
MARKUP = f"<html><head><title>Bitcoin slides</title></head><body>{ARTICLE}</body></html>"


@pytest.fixture
def invoke(tmp_path):
    """Runs the command on one file of the test's folder, and writes into another."""

    def run(given="in.jsonl", output="out.jsonl", *options):
        command = ["batch", str(tmp_path / given), "-o", str(tmp_path / output), *options]
        return CliRunner().invoke(main, command)

    return run


@pytest.fixture
def batch(tmp_path, invoke):
    """Runs a batch of records (or of raw lines): its reports and failures."""

    def run(*records, options=()):
        lines = [
            record if isinstance(record, str) else json.dumps(record, ensure_ascii=False)
            for record in records
        ]
        (tmp_path / "in.jsonl").write_text("\n".join(lines) + "\n", "utf-8")
        ran = invoke("in.jsonl", "out.jsonl", "--strict", *options)
        reports = read(tmp_path / "out.jsonl")
        failures = read(tmp_path / "out.jsonl.failures.jsonl")
        assert ran.exit_code == (1 if failures else 0), ran.output
        return reports, failures

    return run


@pytest.fixture
def report(batch):
    """The only report of a record, with its text, where nothing fails."""

    def run(record):
        (report,), failures = batch(record, options=["--with-text"])
        assert not failures
        return report

    return run


def read(path):
    """One JSON object a line; lines end at newlines alone."""
    lines = path.read_text("utf-8").split("\n")[:-1] if path.exists() else []
    return [json.loads(line) for line in lines]


def test_reports_are_reports_under_the_records_ids(batch):
    reports, failures = batch({"id": "a", "text": TEXT}, {"id": 7, "text": TEXT}, {"text": TEXT})
    assert failures == []
    ids = [report["id"] for report in reports]
    assert ids == ["a", "7", reports[2]["article"]["content_hash"]]
    for report in reports:
        assert "text" not in report["article"]
        Report.model_validate({**report, "article": {**report["article"], "text": ""}})


def test_what_the_record_knows_stands_in_the_report(report):
    record = {
        "url": "https://www.example.com/a",
        "title": "Bitcoin slides",
        "source": "CoinDesk",
        "published_at": "2026-02-10 11:50:00",
        "text": TEXT,
    }
    article = report({"id": "a", **record})["article"]
    assert article["domain"] == "example.com"
    expected = record | {"published_at": "2026-02-10T11:50:00Z"}
    assert {name: article[name] for name in record} == expected


def test_a_failure_is_a_line_and_the_rest_goes_on(batch):
    reports, failures = batch(
        {"id": "a", "text": TEXT},
        "{not json",
        "[1]",
        {"id": "b", "body": TEXT, "date": "2026-02-10"},
        {"id": "c", "html": "<p></p>"},
        {"id": "d", "text": TEXT},
    )
    assert [report["id"] for report in reports] == ["a", "d"]
    assert [(failure["id"], failure["line"], failure["code"]) for failure in failures] == [
        (None, 2, "bad_record"),
        (None, 3, "bad_record"),
        ("b", 4, "empty_body"),
        ("c", 5, "no_article"),
    ]
    for failure in failures:
        assert set(failure) >= {"url", "stage", "code", "retryable", "message"}
        assert failure["stage"]
        assert failure["code"] in failure["message"]
        assert failure["retryable"] is False


def test_blank_lines_are_no_records_and_a_byte_order_mark_is_none_of_the_text(tmp_path):
    (tmp_path / "in.jsonl").write_bytes(b'\xef\xbb\xbf{"id": 1}\n\n  \n{"text": "x"}')
    one, two = (item.payload for item in read_inputs([str(tmp_path / "in.jsonl")]))
    assert (one["line"], one["record"]) == (1, {"id": 1})
    assert (two["line"], two["record"]) == (4, {"text": "x"})


def test_a_line_too_deep_to_read_is_a_bad_record(tmp_path):
    (tmp_path / "in.jsonl").write_text("[" * 100_000 + "\n" + '{"id": 2}\n', "utf-8")
    bad, good = read_inputs([str(tmp_path / "in.jsonl")])
    assert isinstance(bad.error, BadRecord)
    assert (good.payload["line"], good.payload["record"], good.error) == (2, {"id": 2}, None)


@pytest.mark.parametrize("end", ["\u2028", "\u2029", "\x85", "\x0b", "\x0c", "\r\n", "\n"])
def test_line_breaks_within_a_title_keep_one_report_a_line(report, end):
    title, source, text = f"Bitcoin{end}slides", f"Coin{end}Desk", f"{TEXT}{end}{TEXT}"
    record = {"id": f"a{end}b", "title": title, "source": source, "text": text}
    assert report(record)["id"] == f"a{end}b"


def test_a_headline_alone_is_an_article(report):
    title = "Bitcoin slides to $58,000"
    assert report({"id": "a", "title": title})["article"]["text"] == title


def test_markup_in_a_record_is_read(report):
    assert TEXT in report({"id": "a", "html": MARKUP})["article"]["text"]


def test_a_page_beside_the_file_is_read(report, tmp_path):
    (tmp_path / "pages").mkdir()
    (tmp_path / "pages" / "a.html").write_text(MARKUP, "utf-8")
    assert TEXT in report({"id": "a", "html": "pages/a.html"})["article"]["text"]


@pytest.mark.parametrize(
    "name",
    "../outside.html /etc/passwd pages/../../outside.html link.html missing.html .".split(),
)
def test_a_page_outside_the_folder_is_refused(batch, tmp_path, name):
    outside = tmp_path.parent / "outside.html"
    outside.write_text(MARKUP, "utf-8")
    (tmp_path / "link.html").symlink_to(outside)
    reports, (failure,) = batch({"id": "a", "html": name})
    assert reports == []
    assert failure["code"] == "bad_record"
    assert "root:" not in failure["message"]


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("title", 5),
        ("source", ["x"]),
        ("published_at", "soon"),
        ("published_at", 3),
        ("url", 7),
        ("id", None),
        ("labels", {}),
        ("extra", 1),
    ],
)
def test_odd_values_beside_a_good_text_are_let_be(report, name, value):
    assert report({"text": TEXT, name: value})


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
    ids=json.dumps,
)
def test_a_record_that_holds_nothing_says_so(record, tmp_path):
    with pytest.raises(InputError) as caught:
        record_article(record, tmp_path)
    assert caught.value.code == "empty_body"


@pytest.mark.parametrize("url", ["http://[", "https://[::1", "http://[not-an-address]/a"])
def test_an_address_that_cannot_be_split_loses_no_batch(batch, url):
    reports, failures = batch({"id": "a", "text": TEXT, "url": url}, {"id": "b", "text": TEXT})
    assert len(reports) + len(failures) == 2
    assert [line["id"] for line in (*reports, *failures)].count("b") == 1
    assert "b" in [report["id"] for report in reports]


def test_lone_surrogates_lose_no_batch(batch):
    odd = r'{"id": "\ud800", "title": "a\udfff", "source": "\ud800", "text": "%s \ud83d"}'
    reports, failures = batch(odd % TEXT, {"id": "b", "text": TEXT})
    assert len(reports) + len(failures) == 2


def test_nul_and_not_a_number_lose_no_batch(batch):
    odd = r'{"id": NaN, "text": "a\u0000b %s"}'
    reports, failures = batch(odd % TEXT, {"id": 2**63, "text": TEXT})
    assert (len(reports), failures) == (2, [])


def test_the_failures_file_of_an_earlier_run_goes_when_nothing_fails(batch, tmp_path):
    batch("{")
    assert (tmp_path / "out.jsonl.failures.jsonl").exists()
    batch({"text": TEXT})
    assert not (tmp_path / "out.jsonl.failures.jsonl").exists()


def test_running_twice_gives_the_same_but_for_the_seconds(report):
    first, second = (report({"id": "a", "text": TEXT}) for _ in range(2))
    first["analyst"]["seconds"] = second["analyst"]["seconds"]
    assert first == second


@pytest.mark.parametrize(
    ("lines", "code", "told"),
    [
        ([{"text": TEXT}], 0, ["done 1", "failed 0"]),
        ([{"text": TEXT}, {}], 0, ["done 1", "failed 1", "1 × extract empty_body"]),
    ],
    ids=["all done", "one failed"],
)
def test_the_command_says_on_stderr_what_was_done(tmp_path, invoke, lines, code, told):
    (tmp_path / "in.jsonl").write_text("".join(json.dumps(line) + "\n" for line in lines), "utf-8")
    ran = invoke()
    assert (ran.exit_code, ran.stdout) == (code, "")
    shown = " ".join(ran.stderr.split())
    assert all(part in shown for part in told)
    assert len(read(tmp_path / "out.jsonl")) == 1


@pytest.mark.parametrize(
    ("given", "output", "code"),
    [("missing.jsonl", "out.jsonl", 2), ("in.jsonl", "missing/out.jsonl", 4)],
)
def test_the_command_tells_usage_from_storage(tmp_path, invoke, given, output, code):
    (tmp_path / "in.jsonl").write_text(json.dumps({"text": TEXT}) + "\n", "utf-8")
    assert invoke(given, output).exit_code == code


def test_a_record_of_an_address_alone_is_fetched_under_its_id(batch):
    reports, (failure,) = batch(
        {"id": "a", "url": "http://127.0.0.1:9/x"}, {"id": "b", "text": TEXT}
    )
    assert [report["id"] for report in reports] == ["b"]
    assert (failure["id"], failure["line"], failure["stage"]) == ("a", 1, "fetch") or (
        failure["stage"] == "robots"
    )


def test_a_record_without_words_names_its_keys(batch):
    _, (failure,) = batch({"id": "b", "headline": "x", "body": TEXT})
    assert "its keys are id, headline, body" in failure["message"]
    assert "Call headline title" in failure["message"]


def test_a_report_is_no_record(batch):
    (report,), _ = batch({"id": "a", "text": TEXT})
    _, (failure,) = batch(report | {"id": "b"})
    assert "a report already" in failure["message"]
