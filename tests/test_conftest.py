"""Tests connect to no other machine, and to this one freely."""

import socket

import pytest


def test_a_connection_to_another_machine_is_refused(refused_hosts):
    with socket.socket() as sock, pytest.raises(ConnectionRefusedError, match=r"192\.0\.2\.1"):
        sock.connect(("192.0.2.1", 80))  # TEST-NET-1, RFC 5737
    assert refused_hosts == ["192.0.2.1"]
    refused_hosts.clear()


def test_loopback_is_open():
    with (
        socket.create_server(("127.0.0.1", 0)) as server,
        socket.create_connection(server.getsockname(), timeout=5) as client,
    ):
        assert client.getpeername() == server.getsockname()
