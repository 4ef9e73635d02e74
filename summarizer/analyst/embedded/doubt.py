"""REASONS -> DOUBT: how sure a call can be at most, by how divided the article is about its asset.

The limits are how often such calls, each held out of the fit of its weights, were the annotator's:
eval/README.md, "Calls that are made".
"""

import re

from summarizer.analysis import Claim
from summarizer.analyst.embedded.reasons import Reasons

# Words that set one view against another, or hold one back.
_DIVIDED = re.compile(
    r"""
    \b(?:but|however|although|though|despite|while|fragile|delicate|uncertain\w*|caution\w*|risks?
        |unclear|remains?[ ]to[ ]be[ ]seen|on[ ]the[ ](?:other[ ]hand|contrary|flip[ ]side|downside
        |upside)|alternatively|conversely|warn\w*|invalidat\w*|reactive|mixed|divided)\b
    """,
    re.VERBOSE | re.IGNORECASE,
)
_MANY = 0.25  # of an asset's sentences
_MOST_DIVIDED = 0.9
_MOST_BARE = 0.75


def limit_confidence(reasons: Reasons, asset: str, rationale: Claim) -> float:
    """The most confidence that a call can have: less where many of the sentences about its asset
    hold something back, and where no sentence but only a fact explains it.
    """
    if not rationale.sentences:
        return _MOST_BARE
    places = reasons.about(asset)
    divided = sum(bool(_DIVIDED.search(reasons.sentence(i))) for i in places)
    return _MOST_DIVIDED if divided >= _MANY * len(places) else 1.0
