"""The local page, running: in this process, or as the command that a user starts."""

import http.client
import json
import os
import re
import signal
import socket
import subprocess
import sys
import threading
import time
from contextlib import contextmanager
from urllib.parse import urlencode

from summarizer.serve.app import make_server
from summarizer.settings import Settings

FORM = "application/x-www-form-urlencoded"
JSON = "application/json"


class Server:
    """A running `summarizer serve`; `said` is what it printed when it started."""

    def __init__(self, said: list[str]):
        self.said = said
        self.port = int(re.search(r"http://127\.0\.0\.1:(\d+)/", said[0])[1])

    def ask(self, path: str, body: object = None, kind: str = JSON, **headers: str):
        """Status, headers and text of an answer; a body that is no text is sent as JSON."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        headers = {name.replace("_", "-"): value for name, value in headers.items()}
        if body is None:
            connection.request("GET", path, headers=headers)
        else:
            sent = body if isinstance(body, str) else json.dumps(body)
            connection.request("POST", path, sent.encode(), {"content-type": kind, **headers})
        answer = connection.getresponse()
        text = answer.read().decode()
        connection.close()
        return answer.status, answer.headers, text

    def read(self, path: str):
        status, _, text = self.ask(path)
        assert status == 200, text
        return json.loads(text)

    def submit(self, fields: dict, path: str = "/analyze", **headers: str):
        """Send a form with its token, and wait for what comes of it: status, address and page."""
        form = urlencode({"token": self.token(), **fields})
        status, headers, page = self.ask(path, form, FORM, **headers)
        for _ in range(600):
            where = headers["location"]
            if not where or not where.startswith("/jobs/"):
                break
            status, headers, page = self.ask(where)
            if status == 200 and "data-working" not in page:
                return status, where, page
            headers["location"] = headers["location"] or where
            time.sleep(0.05)
        return status, headers["location"], page

    def token(self) -> str:
        return re.search(r'name="token" value="([^"]+)"', self.ask("/")[2])[1]


@contextmanager
def serving(database, *options: str, lines: int = 1, **environment: str):
    """The command, interrupted at the end, after so many lines that it prints at its start."""
    env = {name: value for name, value in os.environ.items() if not name.startswith("OPENAI")}
    process = subprocess.Popen(
        [
            sys.executable,
            "-m",
            "summarizer",
            "serve",
            "--db",
            str(database),
            "--port",
            "0",
            *options,
        ],
        env=env | environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        yield Server([process.stderr.readline() for _ in range(lines)])
    finally:
        process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=30)
    assert (process.returncode, out, err) == (130, "", "")


@contextmanager
def hosting(database, **settings):
    """The page in a thread of this process, with settings that no command line has to give."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        server = make_server(database, Settings(**settings), listener, "token-of-a-test")
        thread = threading.Thread(target=server.run, args=([listener],))
        thread.start()
        try:
            yield Server([f"http://127.0.0.1:{listener.getsockname()[1]}/"])
        finally:
            server.should_exit = True
            thread.join()
