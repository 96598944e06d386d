"""A loop of ``send`` and nothing more: ``python -m tests.benchmarks.bare.sending CLIENTS``.

It prints its port, accepts CLIENTS clients and echoes one byte to each of them. Then it sends
everything that it receives from the first client to all others.
"""

import socket
import sys


def main(clients: int) -> None:
    """Serve until the first client disconnects."""
    with socket.create_server(("127.0.0.1", 0), backlog=1024) as listening:
        print(listening.getsockname()[1], flush=True)
        first, *others = [_accepted(listening) for _ in range(clients)]
        while data := first.recv(4096):
            for other in others:
                other.send(data)
        for one in (first, *others):
            one.close()


def _accepted(listening: socket.socket) -> socket.socket:
    client, _ = listening.accept()
    client.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    client.send(client.recv(1))
    return client


if __name__ == "__main__":
    main(int(sys.argv[1]))
