"""The queue: what is to be done, by whom, when; and who is at it."""

from aelang.requests.queue.embedded import EmbeddedQueue, hurry, list_items, next_due, read_item, requeue
from aelang.requests.queue.port import DEAD, FUTURE, READY, RUNNING, Claimed, Item, Lost, Queue, Taker

__all__ = [
    "DEAD",
    "FUTURE",
    "READY",
    "RUNNING",
    "Claimed",
    "EmbeddedQueue",
    "Item",
    "Lost",
    "Queue",
    "Taker",
    "hurry",
    "list_items",
    "next_due",
    "read_item",
    "requeue",
]
