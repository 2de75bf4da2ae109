"""An acceptor and its log, written from docs/wire.md alone. No sockets here: `node.py` has them.

Rules:  a promise and a vote are on stable storage before the answer leaves (PMS 2.5); a ballot
        below the promise gets a nack; a vote raises the promise. What it does not know it ignores.
Errors: BadFrame for what a peer may not send, BadLog for a log that must not be used. A disk that
        fails ends the process: a node that cannot write must not answer.
"""

import json
import os
import sys
import time

NODE_ID_MAX = 30
WHOLE_MAX = 2**53 - 1
PART_BYTES_MAX = 131_072  # of votes in one part of a promise
QUIET_S = 0.15  # without a leader for so long, another bid is welcome
EXIT_STORAGE = 3


class BadFrame(Exception):
    """The peer broke the rules: its connection is closed."""


class BadLog(Exception):
    """This log is not whole or not ours: a node that forgot must not vote."""


def whole(frame, field, least=0):
    """A whole number from `least` on. In Python True is a number; on the wire it is not."""
    value = frame.get(field) if isinstance(frame, dict) else None
    if type(value) is not int or not least <= value <= WHOLE_MAX:
        raise BadFrame(f"{field} is not a whole number from {least} on")
    return value


def items(frame, field, kind):
    """A list whose items are all of one kind."""
    value = frame.get(field)
    if not isinstance(value, list) or not all(isinstance(item, kind) for item in value):
        raise BadFrame(f"{field} is not a list of the right kind")
    return value


def read_ballot(frame):
    """A ballot as (round, node): Python compares tuples as ballots compare."""
    pair = (whole(frame.get("ballot"), "round"), whole(frame.get("ballot"), "node", 1))
    if pair[1] > NODE_ID_MAX:
        raise BadFrame(f"ballot of a node above {NODE_ID_MAX}")
    return pair


def read_range(item):
    """Slots from the first to the last, both included; no last one means without end."""
    first = whole(item, "from", 1)
    return first, (float("inf") if item.get("to", 0) is None else whole(item, "to", first))


def print_ballot(ballot):
    return {"round": ballot[0], "node": ballot[1]}


def print_frame(frame):
    return json.dumps(frame, separators=(",", ":")).encode() + b"\n"


class Log:
    """One JSON record a line, in order. `append` returns when the record is on stable storage."""

    def __init__(self, path, owner):
        self.file = open(path, "a+b")
        self.file.seek(0)
        lines = self.file.read().split(b"\n")
        # The last record of a crash may be torn. Nothing that relied on it has left the node.
        self.file.truncate(sum(len(line) + 1 for line in lines[:-1]))
        try:
            self.records = [json.loads(line) for line in lines[:-1]]
        except ValueError:
            raise BadLog(f"{path} holds a line that is no record") from None
        if not self.records:
            self.append({"owner": owner})
            self.flush_name(path)
        elif self.records[0] != {"owner": owner}:
            raise BadLog(f"{path} is the log of another node or cluster")

    def append(self, record):
        try:
            self.file.write(print_frame(record))
            self.file.flush()
            os.fsync(self.file.fileno())
        except OSError as error:
            print(f"log: {error}", file=sys.stderr, flush=True)
            os._exit(EXIT_STORAGE)

    @staticmethod
    def flush_name(path):
        """A new file is durable only together with its name. Windows has no call for that."""
        if os.name == "posix":
            folder = os.open(os.path.dirname(os.path.abspath(path)), os.O_RDONLY)
            os.fsync(folder)
            os.close(folder)


class Acceptor:
    """One promise for every slot, one vote a slot. `send(node, frame)` takes the answers."""

    def __init__(self, log, send):
        self.log, self.send = log, send
        self.promised = (0, 0)
        self.votes = {}  # slot: (ballot, value)
        self.heard_at = float("-inf")
        self.ignored = 0
        for record in log.records:
            if "promise" in record:
                self.promised = max(self.promised, tuple(record["promise"]))
            elif "vote" in record:
                self.remember(tuple(record["vote"]), record["slot"], record["values"])
        self.life = 1 + sum("life" in record for record in log.records)
        log.append({"life": self.life})

    def take(self, sender, frame):
        """One frame of a peer that has proved itself."""
        handlers = {
            "prepare": self.prepare,
            "accept": self.accept,
            "heartbeat": self.heartbeat,
            "canvass": self.canvass,
        }
        handler = handlers.get(frame["type"])
        if handler is None:
            self.ignored += 1
        else:
            handler(sender, frame, read_ballot(frame))

    def prepare(self, sender, frame, ballot):
        """Phase 1(b). An equal ballot is its owner's repetition, and is answered again."""
        ranges = [read_range(item) for item in items(frame, "ranges", dict)]
        if ballot < self.promised:
            return self.refuse(sender, ballot)
        if ballot > self.promised:
            self.log.append({"promise": ballot})
            self.promised = ballot
        asked = [
            {"slot": slot, "ballot": print_ballot(vote), "value": value}
            for slot, (vote, value) in sorted(self.votes.items())
            if any(first <= slot <= last for first, last in ranges)
        ]
        parts = split(asked)
        for part, votes in enumerate(parts):
            # It learns nothing, so that it knows no slot to be chosen: every vote is listed.
            answer = {"type": "promise", "ballot": print_ballot(ballot), "chosenThrough": 0}
            self.send(sender, {**answer, "votes": votes, "part": part, "parts": len(parts)})

    def accept(self, sender, frame, ballot):
        """Phase 2(b). The whole run or nothing; the vote raises the promise."""
        slot, values = whole(frame, "slot", 1), items(frame, "values", str)
        if ballot < self.promised:
            return self.refuse(sender, ballot)
        self.heard_at = time.monotonic()
        held = (self.votes.get(slot + index, (None,))[0] for index in range(len(values)))
        if any(vote != ballot for vote in held):
            self.log.append({"vote": ballot, "slot": slot, "values": values})
            self.remember(ballot, slot, values)
        if values:
            answer = {"type": "accepted", "ballot": print_ballot(ballot), "slot": slot}
            self.send(ballot[1], {**answer, "count": len(values)})

    def heartbeat(self, sender, frame, ballot):
        """Says, if asked, that it has promised nothing higher. It grants no leases."""
        probe, lease = whole(frame, "probe"), whole(frame, "leaseTicks")
        if ballot < self.promised:
            return self.refuse(sender, ballot)
        self.heard_at = time.monotonic()
        if probe > 0 and lease == 0:
            self.send(sender, {"type": "alive", "ballot": print_ballot(ballot), "probe": probe})

    def canvass(self, sender, frame, ballot):
        """Would it promise? Nothing changes here, so that nothing is written."""
        if time.monotonic() - self.heard_at < QUIET_S:
            return
        if ballot <= self.promised:
            return self.refuse(sender, ballot)
        answer = {"type": "support", "ballot": print_ballot(ballot)}
        self.send(sender, {**answer, "leader": None, "chosenThrough": 0})

    def refuse(self, sender, ballot):
        answer = {"type": "nack", "ballot": print_ballot(ballot)}
        self.send(sender, {**answer, "promised": print_ballot(self.promised)})

    def remember(self, ballot, slot, values):
        self.promised = max(self.promised, ballot)
        for index, value in enumerate(values):
            self.votes[slot + index] = (ballot, value)


def split(votes):
    """Parts that fit in a frame; at least one, as an empty list is a promise too."""
    parts, size = [[]], 0
    for vote in votes:
        cost = len(print_frame(vote))
        if parts[-1] and size + cost > PART_BYTES_MAX:
            parts.append([])
            size = 0
        parts[-1].append(vote)
        size += cost
    return parts
