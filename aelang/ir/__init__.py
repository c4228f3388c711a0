"""What the datastore means: effective classes, one node a field kind, links resolved where they can be.

Immutable, versioned, serialisable as JSON. Classes refer to each other by path.
"""

from aelang.ir.codec import Json as Json
from aelang.ir.codec import from_json as from_json
from aelang.ir.codec import readable as readable
from aelang.ir.codec import record_from_json as record_from_json
from aelang.ir.codec import to_json as to_json
from aelang.ir.heirs import heir_of as heir_of
from aelang.ir.image import IMAGE_VERSION as IMAGE_VERSION
from aelang.ir.image import ClassEntry as ClassEntry
from aelang.ir.image import DomainEntry as DomainEntry
from aelang.ir.image import Image as Image
from aelang.ir.image import ImageError as ImageError
from aelang.ir.image import Index as Index
from aelang.ir.nodes import *  # noqa: F403 - the nodes are this room's vocabulary
