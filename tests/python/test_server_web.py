"""The server as a browser reaches it: grpc-web, and gRPC multiplexed over a WebSocket."""

from __future__ import annotations

import base64
import os
import socket
import struct
import urllib.error
import urllib.request
from typing import Any, Iterator, Optional

import kinetable
import pytest
from deephaven_core.proto import application_pb2, config_pb2, table_pb2, ticket_pb2
from kinetable.server import Server

PACKAGE = "io.deephaven.proto.backplane.grpc"
CONFIGURATION = f"{PACKAGE}.ConfigService/GetConfigurationConstants"
DONE = 1 << 31


@pytest.fixture
def names() -> dict[str, Any]:
    """The variables that are served."""
    return {"squares": kinetable.empty_table(3).update("X = i * i")}


@pytest.fixture
def server(names: dict[str, Any]) -> Iterator[Server]:
    """A server that lets everybody in."""
    with Server(port=0, auth="anonymous", variables=names, origins=["http://app.example:8000"]) as running:
        yield running


def framed(message: Any) -> bytes:
    """A message as gRPC sends it."""
    data = message.SerializeToString()
    return b"\0" + struct.pack(">I", len(data)) + data


def lines(data: bytes) -> dict[str, str]:
    """Headers or trailers."""
    pairs = [line.split(":", 1) for line in data.decode().split("\r\n") if line]
    return {name.strip().lower(): value.strip() for name, value in pairs}


def frames(data: bytes) -> list[tuple[int, bytes]]:
    """The frames of an answer: kind and content."""
    found = []
    while data:
        kind, length = struct.unpack(">BI", data[:5])
        found.append((kind, data[5 : 5 + length]))
        data = data[5 + length :]
    return found


def post(server: Server, path: str, message: Any, **headers: str) -> tuple[Any, list[tuple[int, bytes]]]:
    """A call of grpc-web: the headers and the frames of its answer."""
    headers = {"Content-Type": "application/grpc-web+proto", "X-Grpc-Web": "1", **headers}
    request = urllib.request.Request(f"http://127.0.0.1:{server.port}/{path}", framed(message), headers)
    with urllib.request.urlopen(request, timeout=60) as answer:
        return answer.headers, frames(answer.read())


def test_a_call_of_grpc_web(server: Server) -> None:
    headers, answer = post(server, CONFIGURATION, config_pb2.ConfigurationConstantsRequest(), Authorization="Anonymous")
    assert headers["content-type"].startswith("application/grpc-web+proto")
    assert headers["authorization"].startswith("Bearer ")
    assert [kind for kind, _ in answer] == [0, 0x80]
    constants = config_pb2.ConfigurationConstantsResponse.FromString(answer[0][1]).config_values
    assert constants["http.session.durationMs"].string_value == "300000"
    assert lines(answer[1][1])["grpc-status"] == "0"


def test_a_call_of_grpc_web_without_a_credential(server: Server) -> None:
    headers, answer = post(server, CONFIGURATION, config_pb2.ConfigurationConstantsRequest())
    status = headers["grpc-status"] or lines(answer[-1][1])["grpc-status"]
    assert status == "16"


def test_pages_of_listed_origins_may_call_and_others_not(server: Server) -> None:
    message = config_pb2.ConfigurationConstantsRequest()
    headers, _ = post(server, CONFIGURATION, message, Authorization="Anonymous", Origin="http://app.example:8000")
    assert headers["access-control-allow-origin"] == "http://app.example:8000"
    assert "authorization" in headers["access-control-expose-headers"]
    with pytest.raises(urllib.error.HTTPError) as refused:
        post(server, CONFIGURATION, message, Authorization="Anonymous", Origin="http://evil.example")
    assert refused.value.code == 403
    at = f"http://127.0.0.1:{server.port}/{CONFIGURATION}"
    asking = {"Origin": "http://app.example:8000", "Access-Control-Request-Method": "POST"}
    with urllib.request.urlopen(urllib.request.Request(at, headers=asking, method="OPTIONS"), timeout=60) as answer:
        assert answer.headers["access-control-allow-origin"] == "http://app.example:8000"
        assert "x-grpc-web" in answer.headers["access-control-allow-headers"]


def test_grpc_over_http_1_is_refused(server: Server) -> None:
    headers, _ = post(
        server, CONFIGURATION, config_pb2.ConfigurationConstantsRequest(), **{"Content-Type": "application/grpc"}
    )
    assert headers["grpc-status"] == "13"


class Socket:
    """A WebSocket, as far as a test needs one."""

    def __init__(self, port: int, protocol: str = "grpc-websockets-multiplex,grpc-websockets", path: str = CONFIGURATION, **headers: str) -> None:
        """Asks for it."""
        self._socket = socket.create_connection(("127.0.0.1", port), timeout=60)
        asked = {
            "Host": f"127.0.0.1:{port}",
            "Upgrade": "websocket",
            "Connection": "Upgrade",
            "Sec-WebSocket-Version": "13",
            "Sec-WebSocket-Key": base64.b64encode(os.urandom(16)).decode(),
            **({"Sec-WebSocket-Protocol": protocol} if protocol else {}),
            **headers,
        }
        head = "".join(f"{name}: {value}\r\n" for name, value in asked.items())
        self._socket.sendall(f"GET /{path} HTTP/1.1\r\n{head}\r\n".encode())
        self._data = b""
        while b"\r\n\r\n" not in self._data:
            self._data += self._more()
        answer, self._data = self._data.split(b"\r\n\r\n", 1)
        self.status = int(answer.split()[1])
        self.headers = lines(answer.split(b"\r\n", 1)[1])

    def _more(self) -> bytes:
        data = self._socket.recv(1 << 16)
        if not data:
            raise EOFError
        return data

    def _take(self, length: int) -> bytes:
        while len(self._data) < length:
            self._data += self._more()
        taken, self._data = self._data[:length], self._data[length:]
        return taken

    def send(self, data: bytes, kind: int = 2) -> None:
        """Sends a message; 2 is binary, 1 text."""
        mask = os.urandom(4)
        masked = bytes(byte ^ mask[at % 4] for at, byte in enumerate(data))
        size = len(data)
        if size < 126:
            length = bytes([0x80 | size])
        else:
            length = b"\xfe" + struct.pack(">H", size) if size < 1 << 16 else b"\xff" + struct.pack(">Q", size)
        self._socket.sendall(bytes([0x80 | kind]) + length + mask + masked)

    def receive(self) -> tuple[int, bytes]:
        """The next message: its kind and what it holds."""
        kind, length = self._take(2)
        if length == 126:
            length = struct.unpack(">H", self._take(2))[0]
        elif length == 127:
            length = struct.unpack(">Q", self._take(8))[0]
        return kind & 15, self._take(length)

    def open(self, number: int, path: str, **headers: str) -> None:
        """Begins a call."""
        all_headers = {
            "grpc-websockets-path": path,
            "content-type": "application/grpc-web+proto",
            "x-grpc-web": "1",
            **headers,
        }
        head = "".join(f"{name}: {value}\r\n" for name, value in all_headers.items())
        self.send(struct.pack(">I", number) + head.encode())

    def say(self, number: int, message: Any) -> None:
        """Sends a message of a call."""
        self.send(struct.pack(">I", number) + b"\0" + framed(message))

    def done(self, number: int) -> None:
        """Says that no more comes."""
        self.send(struct.pack(">I", number | DONE) + b"\1")

    def call(self, number: int, path: str, message: Any, token: Optional[str]) -> None:
        """A call of one message."""
        self.open(number, path, **({"authorization": token} if token else {}))
        self.say(number, message)
        self.done(number)

    def piece(self) -> tuple[int, bool, bytes]:
        """The next piece of an answer: the call's number, whether it is the last, what it holds."""
        kind, data = self.receive()
        assert kind == 2, (kind, data)
        number = struct.unpack(">I", data[:4])[0]
        return number & ~DONE, bool(number & DONE), data[4:]

    def answers(self, numbers: set[int]) -> dict[int, list[bytes]]:
        """All pieces of some calls."""
        found: dict[int, list[bytes]] = {number: [] for number in numbers}
        while numbers:
            number, is_last, data = self.piece()
            found[number].append(data)
            if is_last:
                numbers = numbers - {number}
        return found

    def close(self) -> None:
        """Goes."""
        self._socket.close()


def test_calls_share_a_socket(server: Server) -> None:
    page = Socket(server.port)
    assert (page.status, page.headers["sec-websocket-protocol"]) == (101, "grpc-websockets-multiplex")
    page.call(0, CONFIGURATION, config_pb2.ConfigurationConstantsRequest(), "Anonymous")
    page.call(1, CONFIGURATION, config_pb2.ConfigurationConstantsRequest(), None)
    answers = page.answers({0, 1})
    head, body, tail = answers[0]
    assert head[0] == tail[0] == 0x80
    token = lines(head[5:])["authorization"]
    assert token.startswith("Bearer ")
    assert config_pb2.ConfigurationConstantsResponse.FromString(body[5:]).config_values
    assert lines(tail[5:])["grpc-status"] == "0"
    assert lines(answers[1][-1][5:])["grpc-status"] == "16"
    # A stream that stays open, and calls beside it that refer to one another before they are answered.
    page.call(2, f"{PACKAGE}.ApplicationService/ListFields", application_pb2.ListFieldsRequest(), token)
    export = [ticket_pb2.Ticket(ticket=b"e" + struct.pack("<i", number)) for number in range(4)]
    fetch = table_pb2.FetchTableRequest(
        source_id=table_pb2.TableReference(ticket=ticket_pb2.Ticket(ticket=b"s/squares")), result_id=export[1]
    )
    flat = table_pb2.FlattenRequest(source_id=table_pb2.TableReference(ticket=export[1]), result_id=export[2])
    page.call(3, f"{PACKAGE}.TableService/Flatten", flat, token)
    page.call(4, f"{PACKAGE}.TableService/FetchTable", fetch, token)
    found: dict[int, list[bytes]] = {2: [], 3: [], 4: []}
    ended: set[int] = set()
    while not (ended >= {3, 4} and len(found[2]) >= 2):
        number, is_last, data = page.piece()
        found[number].append(data)
        ended |= {number} if is_last else set()
    assert 2 not in ended
    listed = application_pb2.FieldsChangeUpdate.FromString(found[2][1][5:])
    assert [field.field_name for field in listed.created] == ["squares"]
    for number in (3, 4):
        created = table_pb2.ExportedTableCreationResponse.FromString(found[number][1][5:])
        assert (created.success, created.is_static, created.size) == (True, True, 3)
    page.close()


def test_a_call_that_reads_nothing_stops_no_other(server: Server) -> None:
    page = Socket(server.port)
    page.call(0, CONFIGURATION, config_pb2.ConfigurationConstantsRequest(), "Anonymous")
    token = lines(page.answers({0})[0][0][5:])["authorization"]
    # It reads one message, and stays open.
    page.open(1, f"{PACKAGE}.ApplicationService/ListFields", authorization=token)
    for _ in range(100):
        page.say(1, application_pb2.ListFieldsRequest())
    page.call(2, CONFIGURATION, config_pb2.ConfigurationConstantsRequest(), token)
    is_answered = False
    while not is_answered:
        number, is_last, _ = page.piece()
        is_answered = number == 2 and is_last
    page.close()


def test_sockets_that_are_refused(server: Server) -> None:
    assert Socket(server.port, protocol="chat").status == 400
    assert Socket(server.port, Origin="http://evil.example").status == 403
    assert Socket(server.port, Host="evil.example").status == 403
    assert Socket(server.port, Origin=f"http://127.0.0.1:{server.port}").status == 101
    for kind, data in [(1, b"text"), (2, b"\0\0"), (2, b"\0\0\0\5no headers"), (2, b"\0\0\0\5no-path: x\r\n")]:
        broken = Socket(server.port)
        broken.send(data, kind)
        closed, reason = broken.receive()
        assert closed == 8 and struct.unpack(">H", reason[:2])[0] == 1002, reason


def test_a_server_that_stops_tells_sockets(server: Server) -> None:
    page = Socket(server.port)
    page.call(0, CONFIGURATION, config_pb2.ConfigurationConstantsRequest(), "Anonymous")
    page.answers({0})
    server.stop()
    assert page.receive() == (2, struct.pack(">I", DONE - 1))
