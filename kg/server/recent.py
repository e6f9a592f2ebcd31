"""Recent answers, by what names them, as many as fit; the one not asked for the longest goes first."""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass, field

from kg.server.protocol import Reply

SHARE = 8  # no answer takes more than this part of the whole


@dataclass(slots=True, eq=False)
class Recent:
    """Answers of `most` bytes together."""

    most: int
    size: int = 0
    replies: OrderedDict[str, Reply] = field(default_factory=OrderedDict)

    def get(self, name: str) -> Reply | None:
        """Return the answer of that name, if it is still there."""
        if name in self.replies:
            self.replies.move_to_end(name)
        return self.replies.get(name)

    def keep(self, name: str, reply: Reply) -> None:
        """Keep `reply` under its name."""
        if name in self.replies or len(reply.body) * SHARE > self.most:
            return
        self.replies[name] = reply
        self.size += len(reply.body)
        while self.size > self.most:
            _, old = self.replies.popitem(last=False)
            self.size -= len(old.body)
