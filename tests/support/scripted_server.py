"""An OpenAI-compatible endpoint on 127.0.0.1 that answers by script."""

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

from summarizer.analyst.llm.endpoint import forget_endpoints
from summarizer.settings import Settings

KEY = "sk-canary-9b1deb4d3b7d"  # no output and no message may hold it


@dataclass
class Reply:
    """What comes back for one request.

    `drip` sends a byte every so many seconds, `wait` seconds pass before the first one, and `reset`
    breaks the connection instead.
    """

    status: int = 200
    body: bytes = b""
    headers: dict[str, str] = field(default_factory=dict)
    drip: float = 0.0
    reset: bool = False
    wait: float = 0.0


Script = Callable[[dict[str, Any], int], Reply]  # the request's JSON, how many came before it


@dataclass
class Scripted:
    """The server's address, and the JSON, the path and the headers of each question.

    `models` is what it answers to GET /models, which is no question.
    """

    url: str
    asked: list[dict[str, Any]] = field(default_factory=list)
    paths: list[str] = field(default_factory=list)
    headers: list[dict[str, str]] = field(default_factory=list)
    models: Reply = field(default_factory=lambda: Reply(404))

    @property
    def settings(self) -> Settings:
        return Settings(model="scripted", base_url=self.url, api_key=KEY, timeout=20.0)


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
    choice = {
        "index": 0,
        "finish_reason": reason,
        "message": {"role": "assistant", "content": text, **message},
    }
    if chances:
        choice["logprobs"] = {"content": list(spell(text, chances))}
    usual = {
        "prompt_tokens": 2500,
        "completion_tokens": 200,
        "prompt_tokens_details": {"cached_tokens": 400},
    }
    head = {"id": "c1", "object": "chat.completion", "created": 1, "model": "scripted"}
    return Reply(body=json.dumps(head | {"choices": [choice], "usage": usage or usual}).encode())


def streams(reply: Reply, *, end: str = "[DONE]", **last: Any) -> Reply:
    """The same completion in pieces, as a server sends it that streams; `last` is a chunk more."""
    body = json.loads(reply.body)
    choice, head = body["choices"][0], {"id": body["id"], "model": body["model"]}
    tokens = (choice.get("logprobs") or {}).get("content")
    text = choice["message"]["content"]
    pieces = [token["token"] for token in tokens] if tokens else re.findall("(?s).{1,9}", text)
    deltas: list[dict[str, Any]] = [{"delta": {"role": "assistant", "content": ""}}]
    for n, piece in enumerate(pieces):
        each = {"logprobs": {"content": tokens[n : n + 1]}} if tokens else {}
        deltas.append({"index": 0, "delta": {"content": piece}, "finish_reason": None, **each})
    deltas.append({"index": 0, "delta": {}, "finish_reason": choice["finish_reason"]})
    chunks = [head | {"choices": [delta]} for delta in deltas]
    chunks += [head | {"choices": [], "usage": body["usage"]}, *([last] if last else ())]
    lines = [": a comment", *(f"data: {json.dumps(chunk)}" for chunk in chunks), f"data: {end}"]
    return Reply(
        body="\n\n".join(lines).encode() + b"\n\n", headers={"Content-Type": "text/event-stream"}
    )


def spell(text: str, chances: Sequence[float]) -> Iterator[dict[str, Any]]:
    """The text as tokens, with the log probabilities of each direction's first token.

    A direction is two tokens; beside the first stand other words, one of them no direction.
    """
    left = iter(chances)
    for piece in re.split(r'((?<="direction": ")\w+|(?<="overall": ")\w+)', text):
        if piece not in ("bullish", "bearish", "neutral"):
            raw = list(piece.encode())
            yield {"token": piece, "bytes": raw, "logprob": -0.1, "top_logprobs": []}
            continue
        chance = next(left)
        other = "neutral" if piece == "bullish" else "bull"
        listed = ((piece[:4], chance / 2), (other, (1 - chance) / 2), ("up", 0.5))
        top = [{"token": token, "logprob": math.log(p)} for token, p in listed]
        yield {**top[0], "bytes": None, "top_logprobs": top}
        yield {"token": piece[4:], "logprob": 0.0}


def fails(
    status: int, message: str = "no", *, headers: dict[str, str] | None = None, **about: Any
) -> Reply:
    """An error as OpenAI words it."""
    body = json.dumps({"error": {"message": message, **about}})
    return Reply(status, body.encode(), headers or {})


@contextmanager
def scripted(script: Script, *, keep: bool = True) -> Iterator[Scripted]:
    """The server, until the block ends. What was learnt of it is then forgotten.

    `keep` keeps what it was asked, which would be memory of the process that is tested.
    """

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        disable_nagle_algorithm = True  # head and body are two writes: the second would wait 40 ms

        def do_POST(self) -> None:
            asked = json.loads(self.rfile.read(int(self.headers["content-length"])))
            before = len(seen.asked)
            seen.asked.append(asked if keep else {})
            seen.headers.append(dict(self.headers) if keep else {})
            seen.paths.append(self.path)
            reply = script(asked, before)
            time.sleep(reply.wait)
            if reply.reset:
                linger = struct.pack("ii", 1, 0)
                self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
                self.connection.close()
                self.close_connection = True
            else:
                self.answer(reply)

        def do_GET(self) -> None:
            self.answer(seen.models if self.path.startswith("/v1/models") else Reply(404))

        def answer(self, reply: Reply) -> None:
            self.send_response(reply.status)
            headers = {"Content-Type": "application/json", "Content-Length": str(len(reply.body))}
            for name, value in {**headers, **reply.headers}.items():
                self.send_header(name, value)
            self.end_headers()
            step = 1 if reply.drip else 65536
            try:
                for i in range(0, len(reply.body), step):
                    self.wfile.write(reply.body[i : i + step])
                    time.sleep(reply.drip)
            except OSError:  # the client has had enough, which is what a drip is there to show
                self.close_connection = True

        def log_message(self, format: str, *args: Any) -> None:
            pass

    class Server(ThreadingHTTPServer):
        daemon_threads = True
        request_queue_size = 64  # a connection that finds no place waits a second

        def handle_error(self, request: Any, client_address: Any) -> None:
            pass  # a line that was cut on purpose

    server = Server(("127.0.0.1", 0), Handler)
    seen = Scripted(f"http://127.0.0.1:{server.server_address[1]}/v1")
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    try:
        yield seen
    finally:
        forget_endpoints()  # the port may come back as another endpoint
        server.shutdown()
        server.server_close()
        thread.join(2)
