"""A server of one connection on 127.0.0.1, in TLS or in the clear, and a certificate for it."""

import ssl
import subprocess
from pathlib import Path
from socket import create_server
from threading import Thread


def serve_tls(certificate: Path | None, answer: bytes) -> tuple[int, Thread]:
    """The port of the server and its thread; without a certificate it speaks no TLS."""
    listener = create_server(("127.0.0.1", 0))

    def serve() -> None:
        with listener, listener.accept()[0] as sock:
            try:
                sock.settimeout(5)
                line = sock
                if certificate:
                    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
                    context.load_cert_chain(certificate)
                    line = context.wrap_socket(sock, server_side=True)
                line.recv(65536)
                line.sendall(answer)
                line.close()
            except OSError:
                pass  # the client hung up in the handshake

    thread = Thread(target=serve, daemon=True)
    thread.start()
    return listener.getsockname()[1], thread


def make_certificate(openssl: str, path: Path) -> None:
    """Write a certificate and its key to `path`, the certificate alone beside it as .crt.

    It is good for 127.0.0.1, and signed by nobody else.
    """
    alone = path.with_suffix(".crt")
    kind = "req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2 -subj /CN=test"
    name = ["-addext", "subjectAltName=IP:127.0.0.1"]
    command = [openssl, *kind.split(), *name, "-keyout", path, "-out", alone]
    subprocess.run(command, check=True, capture_output=True)
    path.write_text(path.read_text() + alone.read_text())
