"""Loads, fills and fingerprints prompts, which are files: `prompts/NAME/vN.md`."""

import hashlib
import importlib.resources
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources.abc import Traversable
from pathlib import Path

from summarizer.errors import UsageError

FORM = "2"  # of an answer, see schema.py; a prompt that asks for another one cannot be used
_FRONT = re.compile(r"\A---\n(.*?)\n---\n", re.DOTALL)
_PART = re.compile(r"^# (\w+)\n", re.MULTILINE)
_BLANK = re.compile(r"<<(\w+)>>")


@dataclass(frozen=True)
class Prompt:
    """One version of a prompt. `parts` are its texts by heading, `sha256` is of the whole file."""

    name: str
    sha256: str
    inputs: frozenset[str]
    parts: Mapping[str, str]

    def fill(self, part: str, **values: str) -> str:
        """The part with each `<<input>>` replaced by its value. A value is never filled in itself.

        Raises KeyError for an input that is missing.
        """
        return _BLANK.sub(lambda match: values[match[1]], self.parts[part])


@cache
def load_prompt(which: str) -> Prompt:
    """The prompt `prompts/analyze/v<which>.md` for a number, else that of the file `which`.

    Raises UsageError where there is no such file, or it asks for an answer of another form, and
    ValueError for a file that uses an input its front matter does not name.
    """
    path = prompts_root() / "analyze" / f"v{which}.md" if which.isdigit() else Path(which)
    if not path.is_file():
        what = f"version {which} of the prompt" if which.isdigit() else f"prompt {which}"
        raise UsageError(f"there is no {what}", advice="Give a version such as 4, or a file")
    text = path.read_text("utf-8")
    front = _FRONT.match(text)
    fields = dict(line.split(": ", 1) for line in front[1].splitlines()) if front else {}
    if front is None or fields.get("form") != FORM:
        advice = "Begin with a copy of the newest file in prompts/analyze"
        raise UsageError(f"prompt {which} asks for no answer of form {FORM}", advice=advice)
    inputs = frozenset(fields["inputs"].split(", "))
    if not inputs.issuperset(_BLANK.findall(text)):
        raise ValueError(f"prompt {which} uses an input that its front matter does not name")
    heads = list(_PART.finditer(text, front.end()))
    ends = [head.start() for head in heads[1:]] + [len(text)]
    parts = {head[1]: text[head.end() : end].strip() for head, end in zip(heads, ends, strict=True)}
    name = f"{fields['name']}/v{fields['version']}"
    return Prompt(name, hashlib.sha256(text.encode()).hexdigest(), inputs, parts)


def prompts_root() -> Traversable:
    """The folder of prompts: inside the package in a wheel, beside it in a checkout."""
    packaged = importlib.resources.files("summarizer") / "_prompts"
    return packaged if packaged.is_dir() else Path(__file__).resolve().parents[3] / "prompts"
