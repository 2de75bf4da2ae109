"""A node in another language: joins a cluster as an acceptor, with the standard library alone.

Usage:  python3 node.py CARD LOG
        CARD is a join card (JSON); LOG is this node's own file, made at the first start.
Output: one JSON object a line: ready, peerConnected, peerLost, connectionRefused.
Ends:   exit 0 when standard input closes or on SIGTERM, 64 for a bad card, 3 for a bad log.
"""

import asyncio
import hashlib
import hmac
import json
import os
import signal
import sys
import threading
import time

from acceptor import EXIT_STORAGE, Acceptor, BadFrame, BadLog, Log, print_frame, whole

FRAME_BYTES_MAX = 1_048_576
HELLO_BYTES_MAX = 1024
HELLO_WAIT_S = 3
QUEUE_BYTES_MAX = 8_388_608  # a peer that does not read loses frames above this
CONNECTIONS_MAX = 64
REDIAL_S_MIN, REDIAL_S_MAX = 0.05, 1.0
STEADY_S = 0.5  # through a link proxy every dial succeeds: only what lasts is a success
EXIT_BAD_CARD = 64


def tell(event, **fields):
    print(json.dumps({"type": event, **fields}), flush=True)


def parse_frame(line):
    try:
        frame = json.loads(line)
    except (ValueError, RecursionError):
        raise BadFrame("frame is not JSON") from None
    if not isinstance(frame, dict) or not isinstance(frame.get("type"), str):
        raise BadFrame("frame is not an object with a type")
    return frame


def proof_of(secret, hello):
    """HMAC-SHA-256 over every field but type and proof, in lower-case hexadecimal."""
    names = ("version", "cluster", "role", "node", "to", "life")
    text = "\n".join(["paxos-lab", *(str(hello[name]) for name in names)])
    return hmac.new(secret, text.encode(), hashlib.sha256).hexdigest()


class Node:
    """The wire: a port that peers dial, and one dialled connection to each peer for the answers."""

    def __init__(self, card):
        self.cluster, self.node = card["cluster"], card["node"]
        self.secret = bytes.fromhex(card["secret"])
        self.own = (card["own"]["host"], card["own"]["peerPort"])
        self.peers = {peer["node"]: (peer["host"], peer["port"]) for peer in card["peers"]}
        self.links = {}  # peer: writer of the connection that this node dialled
        self.incoming = {}  # peer: (life, writer) of the newest connection that the peer dialled
        self.connections = 0
        self.dropped = 0
        self.acceptor = None

    async def run(self, log_path):
        # The port comes first: of two processes with one card only one gets to the log.
        server = await asyncio.start_server(self.greet, *self.own, limit=FRAME_BYTES_MAX)
        log = Log(log_path, {"cluster": self.cluster, "node": self.node})
        self.acceptor = Acceptor(log, self.send)
        self.dials = [asyncio.create_task(self.dial(peer)) for peer in self.peers]
        port = server.sockets[0].getsockname()[1]
        tell("ready", node=self.node, life=self.acceptor.life, peerPort=port, pid=os.getpid())
        await end_asked()
        # Nothing is pending that matters: each answer was durable before it left. A task that is
        # cancelled while its connection opens may miss that (bpo-37658), so nobody is waited for.
        sys.stdout.flush()
        os._exit(0)

    def hello(self, to):
        hello = {"type": "hello", "version": 1, "cluster": self.cluster, "role": "peer"}
        hello.update(node=self.node, to=to, life=self.acceptor.life)
        return {**hello, "proof": proof_of(self.secret, hello)}

    def check_hello(self, line):
        """The dialler's id and life. The proof comes last: a stranger learns nothing from it."""
        hello = parse_frame(line)
        if len(line) > HELLO_BYTES_MAX + 1 or hello["type"] != "hello":
            raise BadFrame("first frame is no hello")
        for field, wanted in (("version", 1), ("cluster", self.cluster), ("role", "peer")):
            if hello.get(field) != wanted:
                raise BadFrame(f"hello of another {field}")
        peer, life = whole(hello, "node"), whole(hello, "life")
        if whole(hello, "to") != self.node or peer not in self.peers:
            raise BadFrame("hello of a stranger, or for another node")
        proof, wanted = str(hello.get("proof")), proof_of(self.secret, hello).encode()
        if not hmac.compare_digest(proof.encode(errors="replace"), wanted):
            raise BadFrame("hello with a wrong proof")
        if life < self.incoming.get(peer, (0,))[0]:
            raise BadFrame(f"hello of a former life of node {peer}")
        return peer, life

    async def greet(self, reader, writer):
        """One incoming connection, from its hello to its end."""
        self.connections += 1
        try:
            if self.connections > CONNECTIONS_MAX:
                raise BadFrame(f"more than {CONNECTIONS_MAX} connections")
            line = await asyncio.wait_for(reader.readuntil(b"\n"), HELLO_WAIT_S)
            peer, life = self.check_hello(line)
            if peer in self.incoming:
                self.incoming[peer][1].close()
            self.incoming[peer] = (life, writer)
            while not writer.is_closing():
                self.acceptor.take(peer, parse_frame(await reader.readuntil(b"\n")))
        except BadFrame as error:
            tell("connectionRefused", reason=str(error))
        except asyncio.TimeoutError:
            tell("connectionRefused", reason="no hello in time")
        except asyncio.LimitOverrunError:
            tell("connectionRefused", reason="frame is too long")
        except (asyncio.IncompleteReadError, asyncio.CancelledError, ConnectionError):
            pass  # The peer is gone, and dials again; or this node ends.
        finally:
            self.connections -= 1
            writer.close()

    async def dial(self, peer):
        """Keeps one connection to a peer. Nothing comes back on it: it is read for its end."""
        wait_s = REDIAL_S_MIN
        while True:
            began_at = time.monotonic()
            try:
                reader, writer = await asyncio.open_connection(*self.peers[peer])
                writer.write(print_frame(self.hello(peer)))
                self.links[peer] = writer
                tell("peerConnected", peer=peer)
                while await reader.read(4096):
                    pass
            except OSError:
                pass
            if peer in self.links:
                self.links.pop(peer).close()
                tell("peerLost", peer=peer)
            if time.monotonic() - began_at > STEADY_S:
                wait_s = REDIAL_S_MIN
            await asyncio.sleep(wait_s)
            wait_s = min(wait_s * 2, REDIAL_S_MAX)

    def send(self, peer, frame):
        """A frame to a peer that is away is lost: whoever wants the answer asks again."""
        link = self.links.get(peer)
        if link is None or link.transport.get_write_buffer_size() > QUEUE_BYTES_MAX:
            self.dropped += 1
        else:
            link.write(print_frame(frame))


async def end_asked():
    """Returns when standard input closes or SIGTERM comes."""
    loop, asked = asyncio.get_running_loop(), asyncio.Event()

    def end(*_):
        loop.call_soon_threadsafe(asked.set)

    def watch_input():
        while os.read(0, 4096):
            pass
        end()

    signal.signal(signal.SIGTERM, end)
    threading.Thread(target=watch_input, daemon=True).start()
    await asked.wait()


def main():
    try:
        with open(sys.argv[1], encoding="utf-8") as file:
            node = Node(json.load(file))
        log_path = sys.argv[2]
    except (IndexError, OSError, ValueError, KeyError, TypeError) as error:
        print(f"usage: node.py CARD LOG; the card cannot be used: {error!r}", file=sys.stderr)
        return EXIT_BAD_CARD
    try:
        asyncio.run(node.run(log_path))
    except (BadLog, OSError) as error:
        print(error, file=sys.stderr)
        return EXIT_STORAGE
    return 0


if __name__ == "__main__":
    sys.exit(main())
