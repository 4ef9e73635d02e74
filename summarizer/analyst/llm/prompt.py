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
def load_prompt(name: str, version: int = 1) -> Prompt:
    """The prompt `prompts/<name>/v<version>.md`.

    Raises UsageError where there is no such version, and ValueError for a file that uses an
    input its front matter does not name.
    """
    path = prompts_root() / name / f"v{version}.md"
    if not path.is_file():
        raise UsageError(f"there is no version {version} of the prompt {name}")
    text = path.read_text("utf-8")
    front = _FRONT.match(text)
    if not front:
        raise ValueError(f"prompt {name} v{version} has no front matter")
    fields = dict(line.split(": ", 1) for line in front[1].splitlines())
    inputs = frozenset(fields["inputs"].split(", "))
    is_named = (fields["name"], fields["version"]) == (name, str(version))
    if not is_named or not inputs.issuperset(_BLANK.findall(text)):
        raise ValueError(f"prompt {name} v{version} and its front matter disagree")
    heads = list(_PART.finditer(text, front.end()))
    ends = [head.start() for head in heads[1:]] + [len(text)]
    parts = {head[1]: text[head.end() : end].strip() for head, end in zip(heads, ends, strict=True)}
    return Prompt(f"{name}/v{version}", hashlib.sha256(text.encode()).hexdigest(), inputs, parts)


def prompts_root() -> Traversable:
    """The folder of prompts: inside the package in a wheel, beside it in a checkout."""
    packaged = importlib.resources.files("summarizer") / "_prompts"
    return packaged if packaged.is_dir() else Path(__file__).resolve().parents[3] / "prompts"
