"""A FOLDER of whole objects, on a disk or in an object store (`s3://bucket/folder`).

An object is put once: whole or not at all, and never over another of its name. So several programs
may write to one folder, and a kill leaves no half object. The only importer of fsspec.
"""

import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, Protocol

from summarizer.errors import StorageError, UsageError

_PART = ".part"


class Folder(Protocol):
    """Where objects are kept. Every method raises StorageError."""

    def names(self) -> set[str]:
        """The names of the objects that stand in it, without those of folders within."""

    def read(self, name: str) -> bytes | None:
        """What the object holds; None where there is none."""

    def put(self, name: str, body: bytes) -> bool:
        """Keep an object, whose name may lead into a folder within; False where one of this name
        stands there already, which stays."""


def is_remote(address: str) -> bool:
    """Whether it is the address of an object store, and no path."""
    return "://" in address


def open_folder(address: str) -> Folder:
    """The folder at a path or an address. Raises UsageError where its extra is not installed."""
    return RemoteFolder(address) if is_remote(address) else LocalFolder(Path(address))


class LocalFolder:
    """A folder of a disk, made where something is put."""

    def __init__(self, path: Path):
        self._path = path

    def names(self) -> set[str]:
        with _errors(self._path, OSError):
            found = self._path.iterdir() if self._path.exists() else ()
            return {each.name for each in found if each.suffix != _PART and each.is_file()}

    def read(self, name: str) -> bytes | None:
        with _errors(self._path / name, OSError), suppress(FileNotFoundError):
            return (self._path / name).read_bytes()
        return None

    def put(self, name: str, body: bytes) -> bool:
        path = self._path / name
        writer = f"{os.getpid()}.{threading.get_ident()}"
        part = path.with_name(f".{path.name}.{writer}{_PART}")
        with _errors(path, OSError):
            path.parent.mkdir(parents=True, exist_ok=True)
            try:
                with part.open("wb") as stream:
                    stream.write(body)
                    stream.flush()
                    os.fsync(stream.fileno())
                os.link(part, path)  # unlike a renaming, it never replaces
            except FileExistsError:
                return False
            except (PermissionError, NotImplementedError):  # a file system without links
                part.replace(path)
            finally:
                part.unlink(missing_ok=True)
        return True


class RemoteFolder:
    """A folder of an object store. Keys and the server's address come from the environment, as
    its own tools read them (AWS_ACCESS_KEY_ID, AWS_ENDPOINT_URL and the like)."""

    def __init__(self, address: str):
        try:
            import botocore.exceptions
            import fsspec

            self._files: Any = fsspec.filesystem(address.partition("://")[0])
        except (ImportError, ValueError) as error:
            advice = "pip install 'crypto-news-summarizer[s3]'"
            raise UsageError(f"{address} needs s3fs", advice=advice) from error
        self._address = address.rstrip("/")
        self._kinds = (OSError, botocore.exceptions.BotoCoreError)

    def names(self) -> set[str]:
        with _errors(self._address, *self._kinds), suppress(FileNotFoundError):
            rows = self._files.ls(self._address, detail=True, refresh=True)
            return {row["name"].rpartition("/")[2] for row in rows if row["type"] == "file"}
        return set()

    def read(self, name: str) -> bytes | None:
        with _errors(self._address, *self._kinds), suppress(FileNotFoundError):
            return bytes(self._files.cat_file(f"{self._address}/{name}"))
        return None

    def put(self, name: str, body: bytes) -> bool:
        with _errors(self._address, *self._kinds):
            try:  # one PUT with `If-None-Match: *`
                self._files.pipe_file(f"{self._address}/{name}", body, mode="create")
            except FileExistsError:
                return False
        return True


@contextmanager
def _errors(place: Path | str, *kinds: type[Exception]) -> Iterator[None]:
    try:
        yield
    except kinds as error:
        detail = getattr(error, "strerror", None) or type(error).__name__
        advice = "It must exist, be writable and have room"
        raise StorageError(f"{place}: {detail}", advice=advice) from error
