"""Frozen settings: flag, then environment, then config file, then default.

This is the only reader of the environment.
"""

import ipaddress
import os
import re
import tomllib
from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field, fields
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from summarizer.errors import UsageError

if TYPE_CHECKING:
    from platformdirs import PlatformDirs

_FROM_ENVIRONMENT = frozenset("model base_url timeout prices reader api_key".split())
_OPENAI = {"api_key": ("OPENAI_API_KEY",), "base_url": ("OPENAI_BASE_URL",)}
DEFAULT_MODEL = "gpt-5.4-nano"  # used when a key is set and no model is named
_SCHEME = re.compile(r"([a-z][a-z0-9+.-]{0,20})://", re.IGNORECASE)
_NAME = re.compile(r"[A-Za-z0-9_-]{1,40}")  # of a receiver or a search


@dataclass(frozen=True)
class Settings:
    """What a run may do. The key is kept out of `repr` and of every message."""

    model: str | None = None
    base_url: str | None = None
    api_key: str | None = field(default=None, repr=False)
    timeout: float = 120.0  # seconds for one article's answer, all tries together
    prices: str | None = None  # a file of the form of data/prices.tsv, whose rows win
    reader: str = "fast"  # of numbers; load_settings takes `careful` where its extra is installed
    prompt: str = "4"  # which version of prompts/analyze, or a file of one's own
    answers: str | None = None  # the file in which a model's answers are kept; None: they are not
    # Answers asked for where an endpoint gives no chances of tokens: how many agree is the
    # confidence.
    samples: int = 1
    redo: bool = False  # ask anew what was answered
    offline: bool = False
    fallback: bool = False
    allow_private: tuple[str, ...] = ()
    cache: bool = True  # keep the pages of single visits, by the rules of HTTP
    # Where messages go, by name: an address or several. They are secrets, as the key is.
    notify: Mapping[str, str | list[str]] = field(default_factory=dict, repr=False, hash=False)
    quiet_hours: str | None = None  # in which no message is sent, as `22-7`, in local time
    # Saved searches by name: words, or a table of what a list of reports is chosen by.
    searches: Mapping[str, str | dict[str, str]] = field(default_factory=dict, hash=False)

    @property
    def uses_model(self) -> bool:
        """Whether the LLM analyst speaks: a key, endpoint or model is given, and not --offline."""
        return not self.offline and bool(self.api_key or self.base_url or self.model)


@dataclass(frozen=True)
class Receiver:
    """Where a message goes. The address may hold a password: only `name` is ever shown."""

    name: str
    address: str = field(repr=False)


def config_path() -> Path:
    """Where the config file is looked for."""
    return Path(os.environ.get("SUMMARIZER_CONFIG") or _folders().user_config_path / "config.toml")


def database_path() -> Path:
    """Where the default database is."""
    return Path(os.environ.get("SUMMARIZER_DB") or _folders().user_data_path / "summarizer.db")


def token_path() -> Path:
    """Where the token of the local page is kept."""
    return _folders().user_data_path / "serve.token"


def cache_path() -> Path:
    """Where pages are kept between visits; the folder is made, for this user alone."""
    folder = _folders().user_cache_path
    with suppress(OSError):  # then nothing is kept
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    return folder / "pages.db"


def answers_path() -> str | None:
    """Where a model's answers are kept; None where SUMMARIZER_CACHE is set to nothing."""
    folder = os.environ.get("SUMMARIZER_CACHE", _folders().user_cache_dir)
    return str(Path(folder) / "answers.db") if folder else None


def _folders() -> "PlatformDirs":
    from platformdirs import PlatformDirs  # takes 28 ms to import

    return PlatformDirs("summarizer", appauthor=False)


def load_settings(**flags: Any) -> Settings:
    """Settings of this run; `flags` that are None, false or empty do not count.

    Raises UsageError for a config file, key, endpoint, reader or number that cannot be used.
    """
    values: dict[str, Any] = {"answers": answers_path(), **_read_config(config_path())}
    for name in ("model", "base_url", "timeout", "prices", "reader"):
        if given := os.environ.get(f"SUMMARIZER_{name.upper()}"):
            values[name] = given
    values["api_key"] = (os.environ.get("OPENAI_API_KEY") or "").strip() or None
    values["base_url"] = os.environ.get("OPENAI_BASE_URL") or values.get("base_url")
    values |= {name: value for name, value in flags.items() if value}
    for name, kind in {"timeout": float, "samples": int, "prompt": str}.items():
        if name in values:
            try:
                values[name] = kind(values[name])
            except ValueError:
                raise UsageError(f"{name} must be a number, not {values[name]!r}") from None
    values["reader"] = _choose_reader(values.get("reader"))
    settings = Settings(**values)
    if settings.uses_model:
        check_endpoint(settings.base_url, settings.api_key)
    return settings


def _choose_reader(name: str | None) -> str:
    """The reader that is asked for, else the careful one where its extra is installed.

    Raises UsageError for one that there is not, or that is not installed.
    """
    is_installed = find_spec("onnxruntime") is not None
    if name is None:
        return "careful" if is_installed else "fast"
    if name not in ("fast", "careful"):
        raise UsageError(f"there is no reader {name!r}", advice="Readers: fast, careful")
    if name == "careful" and not is_installed:
        advice = "pip install 'crypto-news-summarizer[reader]', or set SUMMARIZER_READER=fast"
        raise UsageError("the careful reader is not installed", advice=advice)
    return name


def list_settings() -> list[tuple[str, str, str]]:
    """Each setting with its value and where that comes from; of the key, only whether it is set."""
    settings = load_settings()
    written = _read_config(config_path())
    rows = []
    for setting in fields(Settings):
        name = setting.name
        value = getattr(settings, name)
        variables = [f"SUMMARIZER_{name.upper()}", *_OPENAI.get(name, ())]
        origin = next((variable for variable in variables if os.environ.get(variable)), "")
        if not origin or name not in _FROM_ENVIRONMENT:
            origin = "config file" if name in written else "default"
        if name == "api_key":
            value = "set" if value else "not set"
        elif name == "base_url" and value:
            value = value.split("?")[0]  # the query may hold a key
        elif name in ("notify", "searches"):
            value = ", ".join(value) or None
        rows.append((name, "none" if value is None else str(value), origin))
    return rows


def find_receivers(given: Iterable[str], settings: Settings) -> list[Receiver]:
    """The receivers of messages that are meant by what a user gives, each once.

    That is an address (`ntfys://…`), `@FILE` with an address a line, or a name that stands in
    `[notify]` of the config file or as SUMMARIZER_NOTIFY_<NAME> in the environment, where blanks
    part addresses. Raises UsageError, which holds no address.
    """
    receivers: dict[str, Receiver] = {}
    for word in given:
        for name, address in _list_addresses(word, settings):
            scheme = _SCHEME.match(address)
            if scheme is None:
                advice = "Such as ntfys://topic or mailto://user:password@host"
                raise UsageError(f"{name or 'an address'} has no scheme", advice=advice)
            number = f" ({len(receivers) + 1})" if receivers else ""
            shown = f"{name or f'{scheme[1].lower()}://…'}{number}"
            receivers.setdefault(address, Receiver(shown, address))
    return list(receivers.values())


def _list_addresses(word: str, settings: Settings) -> Iterable[tuple[str, str]]:
    """Each address that `word` stands for, with a name that may be shown; empty if it has none."""
    if _SCHEME.match(word):
        return [("", word)]
    if word.startswith("@"):
        try:
            lines = Path(word[1:]).read_text("utf-8").splitlines()
        except (OSError, UnicodeDecodeError) as error:
            reason = getattr(error, "strerror", None) or "it is not text"
            raise UsageError(f"the file of addresses cannot be read: {reason}") from error
        lines = [line.strip() for line in lines]
        return [("", line) for line in lines if line and not line.startswith("#")]
    addresses = settings.notify.get(word, [])
    if _NAME.fullmatch(word):
        variable = f"SUMMARIZER_NOTIFY_{word.upper().replace('-', '_')}"
        addresses = os.environ.get(variable, "").split() or addresses
    if not addresses:  # what was given may be an address with a slip in it: it is not shown
        known = ", ".join(settings.notify) or "none"
        advice = f"Names in the config file: {known}; an address has ://"
        raise UsageError("a receiver is neither an address nor a name that is known", advice=advice)
    found = [addresses] if isinstance(addresses, str) else addresses
    return [(word, address) for address in found]


def check_endpoint(base_url: str | None, key: str | None) -> None:
    """Raises UsageError for a key that is none, and for an address that may not have it.

    Neither the key nor an article goes to another machine in the clear.
    """
    if key and not (key.isascii() and key.isprintable() and " " not in key):
        detail = "OPENAI_API_KEY holds characters that no key has"
        raise UsageError(detail, advice="Set it again, on one line")
    if base_url is None:
        return
    try:
        parts = urlsplit(base_url)
        _ = parts.port  # raises ValueError for one that is no number
    except ValueError:
        parts = urlsplit("")
    host = parts.hostname
    if parts.scheme not in ("http", "https") or not host:
        advice = "Such as http://127.0.0.1:8080/v1"
        raise UsageError("OPENAI_BASE_URL is no http(s) address", advice=advice)
    if parts.username is not None or parts.password is not None:
        detail = "OPENAI_BASE_URL holds a user name or a password"
        raise UsageError(detail, advice="Put the key into OPENAI_API_KEY")
    if parts.scheme == "http" and not _is_loopback(host):
        detail = f"OPENAI_BASE_URL is plain http to {host}, another machine"
        raise UsageError(detail, advice="Use https, or a tunnel to 127.0.0.1")


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _read_config(path: Path) -> dict[str, Any]:
    try:
        values = tomllib.loads(path.read_text("utf-8"))
    except FileNotFoundError:
        return {}
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, OSError) as error:
        raise UsageError(f"{path} cannot be read: {error}") from error
    known = {f.name for f in fields(Settings)} - {"api_key"}
    if unknown := ", ".join(sorted(values.keys() - known)):
        advice = f"Known: {', '.join(sorted(known))}"
        raise UsageError(f"{path}: unknown setting {unknown}", advice=advice)
    for name in ("notify", "searches"):
        table = values.get(name, {})
        if not isinstance(table, dict) or not all(map(_NAME.fullmatch, table)):
            advice = "A name is of letters, digits, - and _"
            raise UsageError(f"{path}: [{name}] is no table of names", advice=advice)
    return values
