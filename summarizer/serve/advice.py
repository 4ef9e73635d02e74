"""CODE -> ADVICE: what someone at the local page may do about a failure."""

_SEND = "Open it in your browser, then send it with the bookmarklet, or paste its text"
_LATER = "The site may be back later: try again"
_MODEL = "`summarizer doctor` tells what is wrong with the model's endpoint"
# The beginning of a code, and what helps. Of two that fit, the longer one counts.
_ADVICE = {
    "wall_": _SEND,
    "wall_soft404": "Look whether the address is still right",
    "http_": _SEND,
    "http_404": "Look whether the address is still right",
    "http_410": "The site has taken it away",
    "http_429": "The site was asked too often: try again later",
    "http_5": _LATER,
    "timeout": _LATER,
    "connection": _LATER,
    "truncated": _LATER,
    "tls": "The site's certificate is not right: try again later, or paste the text",
    "too_many_redirects": _SEND,
    "too_large": "Paste the article's text",
    "empty_body": _SEND,
    "no_article": _SEND,
    "parse_": "Paste the article's text",
    "truncated_parse": "Paste the article's text",
    "robots_disallowed": _SEND,
    "bad_url": "Give an address that begins with https://",
    "bad_record": "Mend the record, and run its batch again",
    "bad_input": "Mend the input, and run its batch again",
    "feed_invalid": "Look whether the address still leads to a feed",
    "llm_": _MODEL,
    "llm_refused": "Try again, or start `summarizer serve` with another --model",
    "llm_filtered": "Start `summarizer serve` with another --model, or with --offline",
    "budget": "Give the batch a larger --max-cost",
    "stopped": "Try again: the program was ending",
    "internal": "It is a fault of this program: please report it",
    "poison": "It is a fault of this program: please report it",
}


def find_advice(code: str, otherwise: str | None = None) -> str | None:
    """What helps against failures of this code, if anything is known to; else the error's own.

    >>> find_advice("http_503")
    'The site may be back later: try again'
    """
    fitting = [prefix for prefix in _ADVICE if code.startswith(prefix)]
    return _ADVICE[max(fitting, key=len)] if fitting else otherwise
