"""The tables of all models. How they are read: `declaring`."""

from aelang.services.declaring import Table
from aelang.services.tables.catalog import CATALOG
from aelang.services.tables.events import EVENTS
from aelang.services.tables.hardware import HARDWARE
from aelang.services.tables.infrastructure import INFRASTRUCTURE
from aelang.services.tables.people import PEOPLE
from aelang.services.tables.requests import REQUESTS
from aelang.services.tables.tasks import TASKS

BASE = Table(
    attributes="""
        Integer  id
    """,
    virtual="""
        region_description  String   computed
        region_number       Integer  computed
    """,
    methods="""
        [](name)                       reads column
        attributes()                   reads
        href_slug()                    reads
        inspect()                      reads
        model_suffix()                 reads
        object_class()                 reads
        reload()                       does
        tag_assign(tag)                does
        tag_unassign(tag)              does
        tagged_with?(category, name)   reads
        tags(category?)                reads
        to_s()                         reads
    """,
)
"""What every model has."""

OTHERS = Table(
    attributes="""
        String  name description type ems_ref uid_ems guid status state
        Time    created_on updated_on created_at updated_at
        Hash    options
    """,
    named_by="name",
)
"""What a model has that has no table of its own."""

TABLES: dict[str, Table] = {**REQUESTS, **TASKS, **EVENTS, **PEOPLE, **INFRASTRUCTURE, **HARDWARE, **CATALOG}
