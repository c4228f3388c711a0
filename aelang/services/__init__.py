"""Service models: what a run and its methods may see of a VM, a host, a request; and the catalog that finds them."""

from aelang.services.inventory import Inventory, Record, default_inventory
from aelang.services.models import ancestors, class_name, is_model

__all__ = ["Inventory", "Record", "ancestors", "class_name", "default_inventory", "is_model"]
