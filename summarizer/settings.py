"""Frozen settings: flag, then environment, then config file, then default. The only reader of the environment."""

import ipaddress
import os
import tomllib
from contextlib import suppress
from dataclasses import dataclass, fields, replace
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from summarizer.errors import UsageError

DEFAULT_MODEL = "gpt-5.4-nano"  # used when a key is set and no model is named


@dataclass(frozen=True)
class Settings:
    """What a run may do. The key is kept out of `repr` and of every message."""

    model: str | None = None
    base_url: str | None = None
    api_key: str | None = None
    timeout: float = 120.0  # seconds for one article's answer, all tries together
    prices: str | None = None  # a file of the form of data/prices.tsv, whose rows win
    prompt: int = 1  # which version of prompts/analyze
    answers: str | None = None  # the file in which a model's answers are kept; None: they are not
    samples: int = 1  # answers asked for where an endpoint gives no chances of tokens: how many agree is the confidence
    redo: bool = False  # ask anew what was answered
    offline: bool = False
    fallback: bool = False
    allow_private: tuple[str, ...] = ()
    cache: bool = True  # keep the pages of single visits, by the rules of HTTP

    def __repr__(self) -> str:
        return f"Settings(model={self.model!r}, base_url={self.base_url!r}, api_key={'set' if self.api_key else None})"

    @property
    def uses_model(self) -> bool:
        """Whether the LLM analyst speaks: a key, an endpoint or a model was given, and --offline was not."""
        return not self.offline and bool(self.api_key or self.base_url or self.model)


def config_path() -> Path:
    """Where the config file is looked for."""
    base = os.environ.get("XDG_CONFIG_HOME") or str(Path.home() / ".config")
    return Path(os.environ.get("SUMMARIZER_CONFIG") or Path(base) / "summarizer" / "config.toml")


def database_path() -> Path:
    """Where the default database is."""
    base = os.environ.get("XDG_DATA_HOME") or str(Path.home() / ".local" / "share")
    return Path(os.environ.get("SUMMARIZER_DB") or Path(base) / "summarizer" / "summarizer.db")


def cache_path() -> Path:
    """Where pages are kept between visits; the folder is made, for this user alone."""
    base = os.environ.get("XDG_CACHE_HOME") or str(Path.home() / ".cache")
    folder = Path(base) / "summarizer"
    with suppress(OSError):  # then nothing is kept
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    return folder / "pages.db"


def answers_path() -> str | None:
    """Where a model's answers are kept; None where SUMMARIZER_CACHE is set to nothing."""
    base = os.environ.get("XDG_CACHE_HOME") or str(Path.home() / ".cache")
    folder = os.environ.get("SUMMARIZER_CACHE", str(Path(base) / "summarizer"))
    return str(Path(folder) / "answers.db") if folder else None


def load_settings(**flags: Any) -> Settings:
    """Settings of this run; `flags` that are None do not count. Raises UsageError for a bad file or key."""
    values: dict[str, Any] = {"answers": answers_path(), **_read_config(config_path())}
    for name in ("model", "base_url", "timeout", "prices"):
        if given := os.environ.get(f"SUMMARIZER_{name.upper()}"):
            values[name] = given
    values["api_key"] = (os.environ.get("OPENAI_API_KEY") or "").strip() or None
    values["base_url"] = os.environ.get("OPENAI_BASE_URL") or values.get("base_url")
    values |= {name: value for name, value in flags.items() if value is not None}
    try:
        values["timeout"] = float(values.get("timeout", Settings.timeout))
    except ValueError:
        raise UsageError(
            f"timeout must be a number of seconds, not {values['timeout']!r}"
        ) from None
    try:
        values["samples"] = int(values.get("samples", Settings.samples))
    except ValueError:
        raise UsageError(f"samples must be a number, not {values['samples']!r}") from None
    settings = replace(Settings(), **values)
    if settings.uses_model:
        check_endpoint(settings.base_url, settings.api_key)
    return settings


def check_endpoint(base_url: str | None, key: str | None) -> None:
    """Raises UsageError for a key that is none, and for an address to which neither key nor article may go in the clear."""
    if key and not (key.isascii() and key.isprintable() and " " not in key):
        raise UsageError(
            "OPENAI_API_KEY holds characters that no key has", advice="Set it again, on one line"
        )
    if base_url is None:
        return
    try:
        parts = urlsplit(base_url)
        host, _ = parts.hostname or "", parts.port
    except ValueError:
        host, parts = "", urlsplit("")
    if parts.scheme not in ("http", "https") or not host:
        raise UsageError(
            "OPENAI_BASE_URL is no http(s) address", advice="Such as http://127.0.0.1:8080/v1"
        )
    if parts.username is not None or parts.password is not None:
        raise UsageError(
            "OPENAI_BASE_URL holds a user name or a password",
            advice="Put the key into OPENAI_API_KEY",
        )
    if parts.scheme == "http" and not _is_loopback(host):
        raise UsageError(
            f"OPENAI_BASE_URL is plain http to {host}, another machine",
            advice="Use https, or a tunnel to 127.0.0.1",
        )


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _read_config(path: Path) -> dict[str, Any]:
    try:
        found = tomllib.loads(path.read_text("utf-8"))
    except FileNotFoundError:
        return {}
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, OSError) as error:
        raise UsageError(f"{path} cannot be read: {error}") from error
    known = {f.name for f in fields(Settings)} - {"api_key"}
    if unknown := sorted(set(found) - known):
        raise UsageError(
            f"{path}: unknown setting {', '.join(unknown)}",
            advice=f"Known: {', '.join(sorted(known))}",
        )
    return found
