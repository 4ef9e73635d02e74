import socket

import pytest


def test_a_connection_to_another_machine_is_refused(stays_on_this_machine):
    with socket.socket() as tried, pytest.raises(ConnectionRefusedError, match=r"192\.0\.2\.1"):
        tried.connect(("192.0.2.1", 80))  # TEST-NET-1, RFC 5737
    assert stays_on_this_machine == ["192.0.2.1"]
    stays_on_this_machine.clear()


def test_loopback_is_open():
    with (
        socket.create_server(("127.0.0.1", 0)) as server,
        socket.create_connection(server.getsockname(), timeout=5) as client,
    ):
        assert client.getpeername() == server.getsockname()
