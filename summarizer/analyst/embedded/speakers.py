"""TEXT -> SPEAKER: a person whom an article quotes by name, with the words that say so."""

import re
from itertools import islice

from summarizer.tables import common_words, word_set
from summarizer.text.reading import Text

_SPEECH = (
    r"(?:s(?:aid|ays|tated|tates|tressed|uggested|uggests)|told|tells|wrote|writes|tweeted|tweets"
    r"|posted|explain(?:ed|s)|add(?:ed|s)|argue[ds]|note[ds]|warn(?:ed|s)|comment(?:ed|s)"
    r"|claim(?:ed|s)|emphasi[sz]e[ds]|remark(?:ed|s)|observe[ds]|acknowledge[ds]|reveal(?:ed|s)"
    r"|believe[ds]|predict(?:ed|s)|expect(?:ed|s)|call(?:ed|s)\sfor)"
)
# "Maria Lopez, head of Larkfund, has told": what may stand between a name and its verb.
_BEHIND = (
    r"(?:[’']s\s\w+)?(?:\s\([^()]{1,60}\))?(?:,[^,.;“”\"]{1,80},)?\s"
    r"(?:(?:has|had|have|also|previously|later|recently|then|further|even|reportedly|who|once)\s){0,3}"
)
# "said Larkfund’s head Maria Lopez", "according to the analyst Maria Lopez"
_BEFORE = re.compile(rf"(?:\b{_SPEECH}|[Aa]ccording\sto|[“”\"],?)\s(?:[\w’'&.-]+,?\s){{0,6}}\Z")
_QUOTED = re.compile(rf"[”\"],?\s{_SPEECH}\s\Z")  # "“We sold half,” said Maria Lopez"
_VERB = re.compile(_BEHIND + _SPEECH + r"\b")
_MOST_NAMES = 100  # of persons that are looked at; the fullest of 1,600 real articles names fewer
_REACH = 90  # code points before a name in which its verb stands
# "analyst Maria Lopez", "Maria Lopez, the founder"
_OFFICES = (
    r"(?:CEO|CTO|CFO|COO|[Cc]o-?founder|[Ff]ounder|[Cc]hief|[Aa]nalyst|[Tt]rader|[Ss]trategist"
    r"|[Ee]conomist|[Rr]esearcher|[Pp]resident|[Cc]hair\w*|[Dd]irector|[Hh]ead|[Pp]artner|[Mm]anager"
    r"|[Oo]fficer|[Ss]enator|[Ss]ecretary|[Mm]inister|[Jj]udge|[Ll]awyer|[Aa]ttorney|[Ii]nvestor"
    r"|[Ee]xpert|[Cc]ommissioner|[Gg]overnor|[Pp]rofessor|[Dd]eveloper|Mr\.|Ms\.|Dr\.)"
)
_OFFICE = re.compile(
    rf"\b{_OFFICES}(?:\sof\s[\w’'&.-]+)?,?\s\Z|,\s(?:[\w’'&.-]+\s){{0,8}}{_OFFICES}\b"
)


def find_quoted_person(text: Text) -> str | None:
    """The first person who speaks in the article; None where nobody who is named does.

    A name is a person's where an office stands beside it, where the surname goes on alone, or right
    behind a quotation.
    """
    persons = ((start, name) for start, name in text.names if _is_person(name))
    for start, name in islice(persons, _MOST_NAMES):
        end, string = start + len(name), text.string
        before = string[max(0, start - _REACH) : start]
        *_, first, surname = map(re.escape, name.split())
        alone = [*re.finditer(rf"(?<!{first}\s)\b{surname}\b", string[end:])]
        is_named = (
            alone or _QUOTED.search(before) or _OFFICE.search(before) or _OFFICE.match(string, end)
        )
        speaks = [_BEFORE.search(before), _VERB.match(string, end)]
        speaks += [_VERB.match(string, end + match.end()) for match in alone]
        if is_named and any(speaks):
            return name
    return None


def _is_person(name: str) -> bool:
    """Whether a name looks like a person's: two or three words, none of them a common one or one of
    a firm.
    """
    words = name.split()
    firm = word_set("other_name", "other_name_last", "body", "firm")
    is_plain = all(word.isalpha() and word[1:].islower() for word in (words[0], words[-1]))
    is_common = not common_words().isdisjoint(name.lower().split())
    return 2 <= len(set(words)) <= 3 and is_plain and not is_common and firm.isdisjoint(words)
