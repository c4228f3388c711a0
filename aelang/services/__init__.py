"""Service models: what a run and its methods may see of a VM, a host, a request; and the catalog that finds them."""

from aelang.services.catalog import Catalog
from aelang.services.inventory import Inventory, default_catalog
from aelang.services.models import ancestors, class_name, is_model
from aelang.services.record import Record

__all__ = ["Catalog", "Inventory", "Record", "ancestors", "class_name", "default_catalog", "is_model"]
