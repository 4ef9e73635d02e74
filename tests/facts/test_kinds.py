"""The table of kinds: it is consistent, and adding a kind takes one entry of it."""

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from summarizer.facts.kinds import KINDS

ROOT = Path(__file__).parents[2]
NEW = '''
[test_kind]
meaning = "coins that were destroyed"
group = "Events"
units = ["coins", "money"]
words = ['burn(?:s|ed|ing)?']
cues = [
  { side = "any", weight = 6, phrases = """\\
    burned|burnt|burning|token burn|destroyed""" },
]
'''
CODE = """
import json
from summarizer import analyze_text
from summarizer.facts.figures import group_facts
text = "Ethereum developers burned 50,000 ETH on Monday. Ether is trading at $2,000."
report = analyze_text(text)
print(json.dumps([group_facts(report.facts), [fact.model_dump() for fact in report.facts]]))
"""


def test_a_kind_is_one_entry(tmp_path):
    for folder in ("summarizer", "prompts"):
        shutil.copytree(ROOT / folder, tmp_path / folder)
    with (tmp_path / "summarizer" / "data" / "kinds.toml").open("a") as table:
        table.write(NEW)
    done = subprocess.run(
        [sys.executable, "-c", CODE],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(tmp_path)},
        capture_output=True,
        timeout=60,
    )
    assert done.returncode == 0, done.stderr.decode()
    groups, facts = json.loads(done.stdout)
    assert ("test_kind", "ETH", 50_000, "ETH") in {
        (fact["kind"], fact["subject"], fact["value"], fact["unit"]) for fact in facts
    }
    shown = dict(dict(groups)["Events"])["test kind"]
    assert shown.removesuffix(" (unsure)") == "ETH 50,000 ETH"  # no label says how sure it is


@pytest.mark.parametrize("kind", KINDS.values(), ids=KINDS.keys())
def test_an_entry_is_consistent(kind):
    assert kind.units <= {"money", "coins", "percent", "bps", "plain"}
    assert kind.units
    assert kind.meaning[0].islower()
    assert all(cue.side in ("before", "after", "any") for cue in kind.cues)
    assert all(cue.weight > 0 and cue.units <= kind.units for cue in kind.cues)
    assert all(phrase == phrase.strip().lower() for cue in kind.cues for phrase in cue.phrases)
    assert all(re.compile(words) for words in kind.words)
    assert not kind.level or kind.size == "small"
