"""What the datastore means: effective classes, one node a field kind, links resolved where they can be.

Immutable, versioned, serialisable as JSON. Classes refer to each other by path.
"""

from aelang.ir.codec import class_from_json, from_json, readable, to_json
from aelang.ir.image import IMAGE_VERSION, ClassEntry, DomainEntry, Image, Index
from aelang.ir.nodes import *  # noqa: F403 - the nodes are this room's vocabulary
