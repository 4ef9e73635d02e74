import json
import subprocess
import sys

import pytest

from eval.bench import bench
from eval.extraction import BENCHMARK

PAGE = (
    b"<html><head><title>Ether slips</title></head><body><article><h1>Ether slips</h1>"
    + b"<p>Ether fell 4.2% to $2,960 on Tuesday as traders cut their leverage, desks said.</p>" * 9
    + b"</article></body></html>"
)


def test_tools_take_turns_and_are_told_by_ratio():
    def fail(_: bytes) -> None:
        raise ValueError

    tasks = {bench.REFERENCE: lambda _: sum(range(200_000)), "extraction": fail}
    figures = bench.measure_times([PAGE, PAGE], tasks, rounds=2)
    assert figures[bench.REFERENCE].ratio == 1
    assert 0 <= figures["extraction"].ratio < 1


def test_a_question_is_counted_beside_the_page():
    raw, question = bench.measure_tokens([PAGE])
    figures = bench.measure_tokens([PAGE])
    assert figures[question].ratio == figures[question].value / figures[raw].value


def test_a_ratio_that_is_a_tenth_worse_is_a_regression():
    baseline = json.loads(bench.BASELINE.read_text("utf-8"))
    assert {"extraction", "page to report, fast reader"} <= baseline.keys()
    assert not bench.list_regressions(baseline, baseline)
    worse = {name: 1.11 * ratio for name, ratio in baseline.items()}
    assert len(bench.list_regressions(worse, baseline)) == len(baseline)


@pytest.mark.timed
@pytest.mark.skipif(not BENCHMARK.is_dir(), reason="the benchmark's pages are not here")
def test_nothing_is_slower_than_its_baseline():
    command = [sys.executable, "-m", "eval.bench", "--check"]
    run = subprocess.run(command, capture_output=True, text=True, check=False)
    assert not run.returncode, run.stderr
