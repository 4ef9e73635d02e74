"""In a batch with eight threads every article is read once: its sentences, names, numbers, words
and orders.
"""

import json
import sys
import threading
from collections import Counter

from click.testing import CliRunner

from summarizer.cli.main import main
from summarizer.text.assets import find_mentions
from summarizer.text.lexicon import lower_words
from summarizer.text.numbers import find_numbers
from summarizer.text.orders import find_orders
from summarizer.text.sentences import split_sentences

STEPS = (find_mentions, split_sentences, find_numbers, find_orders, lower_words)
SENTENCE = (
    "Bitcoin fell {i}% to $58,00{i} on Monday as open interest dropped, said Jane Doe of Kaiko. "
)


def test_every_step_reads_an_article_once(tmp_path):
    texts = [SENTENCE.format(i=i) * 3 for i in range(10)]
    records = [json.dumps({"id": str(i), "text": text}) for i, text in enumerate(texts)]
    (tmp_path / "in.jsonl").write_text("\n".join(records))
    counts: Counter[tuple[str, str]] = Counter()
    codes = {step.__code__: step.__name__ for step in STEPS}

    def count(frame, event, _argument):
        if event == "call" and frame.f_code in codes:
            counts[codes[frame.f_code], frame.f_locals["text"]] += 1

    before = sys.getprofile()
    threading.setprofile(count)
    sys.setprofile(count)
    try:
        inputs = ["batch", str(tmp_path / "in.jsonl"), "-o", str(tmp_path / "o.jsonl")]
        result = CliRunner().invoke(main, [*inputs, "--offline", "--jobs", "8"])
    finally:
        threading.setprofile(None)
        sys.setprofile(before)
    assert result.exit_code == 0
    for step in STEPS:
        assert {text.strip(): counts[step.__name__, text.strip()] for text in texts} == {
            text.strip(): 1 for text in texts
        }, step.__name__
