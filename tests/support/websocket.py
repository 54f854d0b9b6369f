"""A WebSocket client of a few lines (RFC 6455): text frames, no extensions."""

import base64
import json
import os
import socket


class WebSocket:
    def __init__(self, port, path="/api/v1/ws", buffer=None):
        """`buffer`: how many bytes the system takes while nobody receives."""
        self.peer = socket.socket()
        if buffer:
            self.peer.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, buffer)
        self.peer.settimeout(30)
        self.peer.connect(("127.0.0.1", port))
        key = base64.b64encode(os.urandom(16)).decode()
        self.peer.sendall(
            f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
            f"Sec-WebSocket-Key: {key}\r\nSec-WebSocket-Version: 13\r\n\r\n".encode()
        )
        self.buffer = b""
        while b"\r\n\r\n" not in self.buffer:
            self.buffer += self.peer.recv(4096)
        head, _, self.buffer = self.buffer.partition(b"\r\n\r\n")
        self.status = int(head.split()[1])

    def send(self, message):
        payload = json.dumps(message).encode()
        size = len(payload)
        head = bytes([0x81, 0x80 | size]) if size < 126 else bytes([0x81, 0xFE]) + size.to_bytes(2, "big")
        self.peer.sendall(head + bytes(4) + payload)  # the mask is zero

    def receive(self):
        """The next message, or None once the server closed."""
        while True:
            code, payload = self._frame()
            if code == 0x8 or code is None:
                self.closed_with = int.from_bytes(payload[:2], "big") if code else None
                return None
            if code == 0x1:
                return json.loads(payload)

    def close(self):
        self.peer.close()

    def _frame(self):
        head = self._take(2)
        if head is None:
            return None, b""
        size = head[1] & 0x7F
        if size == 126:
            size = int.from_bytes(self._take(2), "big")
        elif size == 127:
            size = int.from_bytes(self._take(8), "big")
        return head[0] & 0x0F, self._take(size)

    def _take(self, count):
        while len(self.buffer) < count:
            more = self.peer.recv(65536)
            if not more:
                return None
            self.buffer += more
        taken, self.buffer = self.buffer[:count], self.buffer[count:]
        return taken
