"""REPORT -> MARKS: the article's paragraphs, cut where the words of a fact, call or signal stand.

A page shows them beside the report, and links each claim with its words, to and fro.
"""

from typing import NamedTuple

from summarizer.facts.figures import describe_fact, spell
from summarizer.facts.kinds import KINDS
from summarizer.models import Call, Evidence, Fact, Report
from summarizer.render.html import cut_text
from summarizer.render.parts import LOOK


class Support(NamedTuple):
    """A claim of a report: `price` `BTC $58,000`, with what narrows it down.

    Its `anchor` names its place on the page, such as `fact-3`; `kind` is fact, call, target,
    signal or theme; `share` says how often such facts are right.
    """

    kind: str
    anchor: str
    name: str
    words: str
    note: str = ""
    share: str = ""


class Piece(NamedTuple):
    """Words of the article, what rests on them, and the claims whose words begin here."""

    words: str
    supports: list[Support]
    begins: list[Support]


Group = tuple[str, list[tuple[str, list[Support]]]]  # a heading, and its kinds with their facts


def mark_article(report: Report) -> list[list[Piece]]:
    """The paragraphs of the article in pieces; empty where its text is not at hand."""
    marks = [
        (evidence.start, evidence.end, support)
        for support, quotes in _list_supports(report)
        for evidence in quotes
    ]
    seen: set[str] = set()
    paragraphs = []
    for cut in cut_text(report.article.text, marks):
        pieces = []
        for words, supports in cut:
            unique = list(dict.fromkeys(supports))
            begins = [support for support in unique if support.anchor not in seen]
            seen.update(support.anchor for support in begins)
            pieces.append(Piece(words, unique, begins))
        paragraphs.append(pieces)
    return paragraphs


def group_claims(report: Report) -> list[Group]:
    """The facts under their headings, in the order of the table of kinds.

    A number that no kind covers says nothing without its sentence: it is marked there alone.
    """
    kinds: dict[str, list[Support]] = {}
    for number, fact in enumerate(report.facts):
        kinds.setdefault(fact.kind, []).append(_name_fact(number, fact))
    groups: dict[str, list[tuple[str, list[Support]]]] = {}
    for name, kind in KINDS.items():
        if name in kinds and name != "other":
            groups.setdefault(kind.group, []).append((spell(name), kinds[name]))
    return list(groups.items())


def _list_supports(report: Report) -> list[tuple[Support, list[Evidence]]]:
    supports = [
        (_name_fact(number, fact), [fact.evidence]) for number, fact in enumerate(report.facts)
    ]
    for number, call in enumerate(report.calls):
        supports.append((_name_call(number, call), list(call.evidence)))
        if call.target:
            target = Support("target", f"target-{number}", "target", call.asset)
            supports.append((target, [call.target.evidence]))
    for number, signal in enumerate(report.credibility.signals):
        support = Support("signal", f"signal-{number}", "signal", spell(signal.name))
        supports.append((support, [signal.evidence] if signal.evidence else []))
    for number, theme in enumerate(report.narratives):
        support = Support("theme", f"theme-{number}", "theme", spell(theme.name))
        supports.append((support, [theme.evidence]))
    return supports


def _name_fact(number: int, fact: Fact) -> Support:
    told = {
        "said by": fact.attributed_to,
        "condition:": fact.condition,
        "as of": fact.as_of,
    }
    note = ", ".join(f"{name} {value}" for name, value in told.items() if value)
    name = "number" if fact.kind == "other" else spell(fact.kind)
    words = f"{fact.subject} {describe_fact(fact)}"
    share = "" if fact.confidence is None else f"{fact.confidence:.0%}"
    return Support("fact", f"fact-{number}", name, words, note, share)


def _name_call(number: int, call: Call) -> Support:
    words = f"{call.asset} {LOOK[call.direction][0]} {call.direction}"
    return Support("call", f"call-{number}", "call", words, call.rationale)
