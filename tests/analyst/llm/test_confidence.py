"""Where a confidence comes from.

It is the chances of tokens, else the agreement of samples, else the weight of the evidence.
"""

import copy
import itertools
import json

import pytest

from summarizer import analyze_text
from summarizer.analyst.llm.confidence import MOST_CONDITIONAL, find_chances
from summarizer.settings import Settings
from tests.support.model_answers import ANSWER, EXAMPLE, GOOD, ask
from tests.support.scripted_server import fails, says, scripted, spell


def turned(direction: str):
    """The good answer with another direction for bitcoin."""
    answer = copy.deepcopy(ANSWER)
    answer["calls"][0] |= {"direction": direction, "target": None}
    return says(answer | {"overall": direction})


def test_the_chance_of_a_direction_is_its_share_among_the_directions_there():
    report, server = ask(says(ANSWER, chances=[0.9, 0.6]))
    assert (server.asked[0]["logprobs"], server.asked[0]["top_logprobs"]) == (True, 3)
    # "up" begins no direction, and counts for none
    assert report.calls[0].confidence == pytest.approx(0.9, abs=1e-3)
    assert report.overall.confidence == pytest.approx(0.6, abs=1e-3)
    assert report.analyst.confidence_from == "tokens"


@pytest.mark.parametrize(
    "logprobs",
    [
        None,
        [],
        {"content": None},
        {"content": []},
        {"content": [{"token": "x", "logprob": 0}]},
        {"content": [{"token": 7}]},
        {"content": "x"},
    ],
)
def test_chances_that_are_none_are_no_fault(logprobs):
    body = says(ANSWER).body.replace(
        b'"finish_reason"', b'"logprobs": ' + json.dumps(logprobs).encode() + b', "finish_reason"'
    )
    report, _ = ask(type(GOOD)(body=body))
    assert report.analyst.confidence_from == "evidence"


def test_tokens_that_cut_words_and_letters_in_two():
    text = '{"note": "“up”", "direction": "bearish"}'
    raw = text.encode()
    cuts = [0, 11, 12, raw.index(b"bearish"), raw.index(b"bearish") + 2, len(raw)]
    tokens = [
        {"token": "?", "bytes": list(raw[a:b]), "logprob": 0.0} for a, b in itertools.pairwise(cuts)
    ]
    tokens[3] |= {
        "token": "be",
        "logprob": -0.5,
        "top_logprobs": [{"token": "bull", "logprob": -1.5}, {"token": "b", "logprob": -9}],
    }
    ((name, chance),) = find_chances(text, tokens)
    assert name == "direction"
    assert 0.6 < chance < 0.74
    assert find_chances(text, tokens[1:]) == ()
    assert find_chances("", tokens) == ()
    # words of the answer are not its keys
    said = '{"text": "\\"direction\\": \\"bullish\\"", "direction": "neutral"}'
    chances = [chance for _, chance in find_chances(said, list(spell(said, [0.8])))]
    assert chances == [pytest.approx(0.8)]


def test_an_endpoint_that_refuses_chances_is_asked_without_them_from_then_on():
    def script(asked, before):
        if "logprobs" not in asked:
            return GOOD
        return fails(400, "Unsupported parameter: 'logprobs' is not supported with this model.")

    with scripted(script) as server:
        reports = [analyze_text(EXAMPLE, settings=server.settings) for _ in range(2)]
        assert len(server.asked) == 3
    assert {report.analyst.confidence_from for report in reports} == {"evidence"}


def test_without_chances_the_agreement_of_samples_is_the_confidence():
    replies = [turned(direction) for direction in ("bearish", "bearish", "bullish", "bearish")]
    report, server = ask(*replies, says("no JSON"), samples=5)
    assert [asked["temperature"] for asked in server.asked] == [0, 1, 1, 1, 1]
    assert (report.calls[0].confidence, report.overall.confidence) == (0.6, 0.6)
    assert (report.analyst.confidence_from, report.analyst.input_tokens) == ("samples", 12_500)
    # each is asked the first question
    assert {len(asked["messages"]) for asked in server.asked} == {4}


def test_samples_are_not_asked_where_chances_are_given_or_the_endpoint_stops():
    report, server = ask(says(ANSWER, chances=[0.9, 0.6]), samples=5)
    assert len(server.asked) == 1
    report, server = ask(GOOD, GOOD, fails(401), samples=5)
    assert (len(server.asked), report.analyst.confidence_from) == (3, "samples")
    assert report.calls[0].confidence == 0.95


def test_with_neither_the_evidence_decides_and_disagreement_is_a_finding():
    offline = analyze_text(EXAMPLE, settings=Settings(offline=True))
    other = "bullish" if offline.calls[0].direction == "bearish" else "bearish"
    report, _ = ask(turned(other))
    assert report.calls[0].confidence == pytest.approx(1 / 3, abs=1e-3)
    where = [finding.where for finding in report.findings if finding.check == "second_analyst"]
    assert "calls.BTC" in where
    # the whole is not held for surer than the calls that it rests on
    assert report.overall.direction == report.calls[0].direction
    assert report.overall.confidence == report.calls[0].confidence


def test_a_call_whose_reason_hangs_on_a_condition_is_believed_less():
    def confidence(rationale: str, **says_more) -> float:
        answer = copy.deepcopy(ANSWER)
        answer["calls"][0]["rationale"] = rationale
        return ask(says(answer, **says_more))[0].calls[0].confidence

    plain = "Bitcoin funding is negative at {N2} after a leverage flush."
    conditional = "Bitcoin may fall to {N5} if support at {N3} breaks."
    assert confidence(plain) > MOST_CONDITIONAL
    assert confidence(conditional) == MOST_CONDITIONAL
    # the chances of tokens are the model's own, and know of conditions
    assert confidence(conditional, chances=[0.9, 0.6]) == pytest.approx(0.9, abs=1e-3)
