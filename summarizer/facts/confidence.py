"""How likely a fact is right: kind, subject, sign and unit together, measured on labelled articles.

The map is `data/confidence_fast.model.tsv` or `confidence_careful.model.tsv`, by the reader. It was
fitted on articles that the readers had not seen, see `eval/README.md`.
"""

import math

from summarizer.facts.candidates import Candidate
from summarizer.facts.choice import LABELS
from summarizer.facts.kinds import KINDS
from summarizer.facts.nearby import name_assets
from summarizer.facts.signs import find_sign, governing_sign
from summarizer.facts.subjects import SubjectChoice
from summarizer.linear import Linear, softmax
from summarizer.text.reading import Text

# Facts of this confidence and more are right in 92 (fast) and 94 (careful) of 100 cases, measured
# as the map was. More asked of the fast reader would leave it too little to show.
SURE = {"fast": 0.78, "careful": 0.83}
_MANY = 6  # numbers of one sentence, from which on more of them tell nothing new
_FURTHEST = 6.0  # log odds; beyond these nothing tells more

Features = list[tuple[str, float]]


def describe_doubts(text: Text, candidate: Candidate, kind: str, chosen: SubjectChoice) -> Features:
    """What tells how likely a reading is right, as features of the map."""
    place = LABELS.index(kind)
    linear = candidate.linear_chances
    is_same_kind = max(linear) == linear[place]
    kind_odds, subject_odds = _log_odds(candidate.chances[place]), _log_odds(chosen.chance)
    is_named = any(m.subject == chosen.subject for m in candidate.mentions)
    is_crowded = len({mention.subject for mention in name_assets(candidate.mentions)}) > 1
    numbers = len(text.numbers_between(*candidate.span))
    features = [
        ("bias", 1.0),
        ("kind", kind_odds),
        ("subject", subject_odds),
        ("weaker", min(kind_odds, subject_odds)),
        (f"kind:{kind}", 1.0),
        (f"unit:{candidate.unit_class}", 1.0),
        (f"named:{is_named}:{is_crowded}", 1.0),
        ("numbers", math.log1p(numbers)),
        (f"numbers:{min(numbers, _MANY)}", 1.0),
        ("no fact", _log_odds(candidate.chances[0]) / 5),
        (f"sign:{_describe_sign(text, candidate, kind)}", 1.0),
    ]
    if reading := candidate.reading:
        known = [label for label in LABELS if label in reading.kinds]
        read = dict(zip(known, softmax([reading.kinds[label] for label in known]), strict=True))
        is_same_kind = is_same_kind and max(read, key=read.__getitem__) == kind
        features += [
            ("read", 1.0),
            ("linear_kind", _log_odds(linear[place])),
            ("read_kind", _log_odds(read.get(kind, 0.0))),
        ]
    return [*features, (f"agreed:{is_same_kind}:{chosen.is_agreed}", 1.0)]


def _describe_sign(text: Text, candidate: Candidate, kind: str) -> str:
    """What the sign of a reading rests on."""
    if not KINDS[kind].sign:
        return "none"
    if candidate.number.is_signed:
        return "printed"
    governing = governing_sign(text, candidate, kind)
    if not governing:
        return "far"
    return "agreed" if governing == find_sign(text, candidate, kind) else "other"


def measure_confidence(model: Linear, features: Features) -> float:
    """The share of such facts that are right, 0 to 1."""
    return softmax(model.scores(features))[model.labels.index("right")]


def _log_odds(chance: float) -> float:
    odds = math.log(max(chance, 1e-9) / max(1 - chance, 1e-9))
    return min(_FURTHEST, max(-_FURTHEST, odds))
