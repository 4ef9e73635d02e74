"""An OpenAI-compatible endpoint on 127.0.0.1 that answers by script: what it was asked is kept, what it says is given."""

import json
import math
import re
import socket
import struct
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from summarizer.settings import Settings


@dataclass
class Reply:
    """What comes back for one request. `raw` closes the line after those bytes; `drip` sends a byte every so many seconds."""

    status: int = 200
    body: bytes = b""
    headers: dict[str, str] = field(default_factory=dict)
    drip: float = 0.0
    reset: bool = False
    wait: float = 0.0


Script = Callable[[dict[str, Any], int], Reply]  # the request's JSON, how many came before it


@dataclass
class Scripted:
    url: str
    asked: list[dict[str, Any]] = field(default_factory=list)
    headers: list[dict[str, str]] = field(default_factory=list)

    @property
    def settings(self) -> Settings:
        return Settings(
            model="scripted", base_url=self.url, api_key="sk-canary-9b1deb4d3b7d", timeout=20.0
        )


def says(
    answer: Any,
    *,
    usage: dict[str, Any] | None = None,
    reason: str = "stop",
    chances: Sequence[float] | None = None,
    **message: Any,
) -> Reply:
    """A proper completion whose content is `answer`, as JSON unless it is text already.

    `chances` are those of its directions, in their order, told by log probabilities of tokens.
    """
    text = answer if isinstance(answer, str) or answer is None else json.dumps(answer)
    listed = {"logprobs": {"content": list(spell(text, chances))}} if chances else {}
    body = {
        "id": "c1", "object": "chat.completion", "created": 1, "model": "scripted",
        "choices": [{"index": 0, "finish_reason": reason, "message": {"role": "assistant", "content": text, **message}, **listed}],
        "usage": usage or {"prompt_tokens": 1000, "completion_tokens": 200, "prompt_tokens_details": {"cached_tokens": 400}},
    }  # fmt: skip
    return Reply(body=json.dumps(body).encode())


def spell(text: str, chances: Sequence[float]) -> Iterator[dict[str, Any]]:
    """The text as tokens: a direction is two, and beside its first stand other words, one of them no direction."""
    left = iter(chances)
    for piece in re.split(r'((?<="direction": ")\w+|(?<="overall": ")\w+)', text):
        if piece not in ("bullish", "bearish", "neutral"):
            yield {
                "token": piece,
                "bytes": list(piece.encode()),
                "logprob": -0.1,
                "top_logprobs": [],
            }
            continue
        chance = next(left)
        other = "neutral" if piece == "bullish" else "bull"
        top = [
            {"token": token, "logprob": math.log(p)}
            for token, p in ((piece[:4], chance / 2), (other, (1 - chance) / 2), ("up", 0.5))
        ]
        yield {**top[0], "bytes": None, "top_logprobs": top}
        yield {"token": piece[4:], "logprob": 0.0}


def fails(
    status: int, message: str = "no", *, headers: dict[str, str] | None = None, **about: Any
) -> Reply:
    """An error as OpenAI words it."""
    return Reply(
        status, json.dumps({"error": {"message": message, **about}}).encode(), headers or {}
    )


@contextmanager
def scripted(script: Script, *, keep: bool = True) -> Iterator[Scripted]:
    """The server, until the block ends; `keep`: what it was asked, which would be memory of the process that is tested."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        disable_nagle_algorithm = True  # head and body are two writes: the second would wait 40 ms

        def do_POST(self) -> None:
            asked = json.loads(self.rfile.read(int(self.headers["content-length"])))
            before = len(found.asked)
            found.asked.append(asked if keep else {})
            found.headers.append(dict(self.headers) if keep else {})
            reply = script(asked, before)
            time.sleep(reply.wait)
            if reply.reset:
                self.connection.setsockopt(
                    socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0)
                )
                self.connection.close()
                self.close_connection = True
                return
            self.send_response(reply.status)
            for name, value in {
                "Content-Type": "application/json",
                "Content-Length": str(len(reply.body)),
                **reply.headers,
            }.items():
                self.send_header(name, value)
            self.end_headers()
            try:
                for i in range(0, len(reply.body), 1 if reply.drip else 65536):
                    self.wfile.write(reply.body[i : i + (1 if reply.drip else 65536)])
                    time.sleep(reply.drip)
            except OSError:
                self.close_connection = (
                    True  # the client has had enough, which is what a drip is there to show
                )

        def log_message(self, format: str, *args: Any) -> None:
            pass

    class Server(ThreadingHTTPServer):
        daemon_threads = True
        request_queue_size = 64  # a connection that finds no place waits a second

        def handle_error(self, request: Any, client_address: Any) -> None:
            pass  # a line that was cut on purpose

    server = Server(("127.0.0.1", 0), Handler)
    found = Scripted(f"http://127.0.0.1:{server.server_address[1]}/v1")
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    try:
        yield found
    finally:
        server.shutdown()
        server.server_close()
        thread.join(2)
