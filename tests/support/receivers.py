"""Receivers of messages on 127.0.0.1: a webhook that can be out of order, and a mail server."""

import base64
import json
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.message import EmailMessage
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread


@dataclass
class Webhook:
    """What Apprise's `json://` sends, in order; `status` is what the server answers."""

    status: int = 200
    messages: list[dict] = field(default_factory=list)
    refused: list[dict] = field(default_factory=list)
    port: int = 0

    @property
    def address(self) -> str:
        return f"json://me:pa55word@127.0.0.1:{self.port}/t0ken"

    def pages(self) -> list[str]:
        """The pages that came with the last message."""
        attached = self.messages[-1]["attachments"]
        return [base64.b64decode(page["base64"]).decode() for page in attached]


@contextmanager
def open_webhook() -> Iterator[Webhook]:
    hook = Webhook()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            message = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            (hook.messages if hook.status == 200 else hook.refused).append(message)
            self.send_response(hook.status, "t0ken pa55word")  # a server may repeat a secret
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *args: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        hook.port = server.server_address[1]
        Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
        yield hook
        server.shutdown()


@dataclass
class MailServer:
    mails: list[EmailMessage] = field(default_factory=list)
    port: int = 0

    @property
    def address(self) -> str:
        to = "from=news@paper.example&to=me@home.example&mode=insecure"
        return f"mailto://127.0.0.1:{self.port}/?{to}"


@contextmanager
def open_mail_server() -> Iterator[MailServer]:
    from aiosmtpd.controller import Controller

    box = MailServer()

    class Handler:
        async def handle_DATA(self, server, session, envelope):
            box.mails.append(message_from_bytes(envelope.content, policy=policy.default))
            return "250 OK"

    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        box.port = free.getsockname()[1]
    controller = Controller(Handler(), hostname="127.0.0.1", port=box.port)
    controller.start()
    try:
        yield box
    finally:
        controller.stop()
