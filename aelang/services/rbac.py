"""RBAC: which records a user may see. The rules, for people, stand in docs/services.md.

1. A user of a group whose role is a super administrator's sees everything; nobody sees nothing.
2. What belongs to a tenant is seen from that tenant and those above it; what tenants share with those below
   (providers, templates, service templates and their catalogs) also from those below. What belongs to none, by all.
3. Where the group's role restricts VMs (`settings: {restrictions: {vms: user | user_or_group}}`), VMs, services and
   stacks are seen by their owner only, or by their owner and the group that owns them.
4. Requests, their tasks, approvals and orders are seen by their requester; with the feature `miq_request_approval` in
   the role, by the tenant's rule.
5. Users are seen by those of their groups; groups as what belongs to their tenant, and one's own; roles by all.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple

from aelang.interpreter.values import RunValue, Symbol
from aelang.services.models import ancestors
from aelang.services.ports import Records
from aelang.services.records import Reference, Row

SUPER_ADMINISTRATOR = "EvmRole-super_administrator"
APPROVES_REQUESTS = "miq_request_approval"

_SHARED = frozenset(("ExtManagementSystem", "MiqTemplate", "ServiceTemplate", "ServiceTemplateCatalog"))
_OWNED = frozenset(("VmOrTemplate", "Service", "OrchestrationStack"))


class _Viewer(NamedTuple):
    user: Row
    group: int | None
    tenant: int | None
    above: frozenset[int]
    below: frozenset[int]
    restriction: str
    approves: bool
    records: Records


def visible(rows: Sequence[Row], user: Row | None, records: Records) -> Sequence[Row]:
    """Those of `rows` that `user` may see."""
    if user is None:
        return ()
    group = _find(records, "MiqGroup", user.columns.get("current_group_id"))
    role = None if group is None else _find(records, "MiqUserRole", group.columns.get("miq_user_role_id"))
    if role is not None and role.columns.get("name") == SUPER_ADMINISTRATOR:
        return rows
    viewer = _viewer(user, group, role, records)
    return [row for row in rows if _rule_of(row.model)(row, viewer)]


def _viewer(user: Row, group: Row | None, role: Row | None, records: Records) -> _Viewer:
    tenant = user.columns.get("current_tenant_id") or (None if group is None else group.columns.get("tenant_id"))
    number = tenant if isinstance(tenant, int) else None
    features = {} if role is None else role.columns
    return _Viewer(
        user,
        None if group is None else group.id,
        number,
        _above(records, number),
        _below(records, number),
        _restriction(features.get("settings")),
        APPROVES_REQUESTS in _words(features.get("features")),
        records,
    )


def _find(records: Records, model: str, number: RunValue) -> Row | None:
    return records.find(model, number) if isinstance(number, int) else None


def _above(records: Records, tenant: int | None) -> frozenset[int]:
    found: set[int] = set()
    while tenant is not None and tenant not in found:
        found.add(tenant)
        row = records.find("Tenant", tenant)
        parent = None if row is None else row.columns.get("parent_id")
        tenant = parent if isinstance(parent, int) else None
    return frozenset(found)


def _below(records: Records, tenant: int | None) -> frozenset[int]:
    found: set[int] = set()
    waiting = [] if tenant is None else [tenant]
    while waiting:
        number = waiting.pop()
        if number not in found:
            found.add(number)
            waiting.extend(row.id for row in records.where("Tenant", {"parent_id": number}))
    return frozenset(found)


def _restriction(settings: RunValue) -> str:
    restrictions = _entry(settings, "restrictions")
    found = _entry(restrictions, "vms")
    return found.name if isinstance(found, Symbol) else str(found or "")


def _entry(value: RunValue, name: str) -> RunValue:
    if not isinstance(value, dict):
        return None
    found: RunValue = value.get(Symbol(name), value.get(name))
    return found


def _words(value: RunValue) -> list[str]:
    return [each.name if isinstance(each, Symbol) else str(each) for each in value] if isinstance(value, list) else []


def _by_tenant(row: Row, viewer: _Viewer) -> bool:
    tenant = row.columns.get("tenant_id")
    if tenant is None or tenant in viewer.below:
        return True
    return tenant in viewer.above and bool(_SHARED.intersection(ancestors(row.model)))


def _by_owner(row: Row, viewer: _Viewer) -> bool:
    owns = row.columns.get("evm_owner_id") == viewer.user.id
    theirs = viewer.group is not None and row.columns.get("miq_group_id") == viewer.group
    match viewer.restriction:
        case "user":
            return owns
        case "user_or_group":
            return owns or theirs
        case _:
            return owns or theirs or _by_tenant(row, viewer)


def _of_request(row: Row, viewer: _Viewer) -> bool:
    if viewer.approves:
        return _by_tenant(row, viewer)
    return viewer.user.id in (row.columns.get("requester_id"), row.columns.get("user_id"))


def _of_requests_part(row: Row, viewer: _Viewer) -> bool:
    request = _find(viewer.records, "MiqRequest", row.columns.get("miq_request_id", row.columns.get("resource_id")))
    return request is not None and _of_request(request, viewer)


def _of_users(row: Row, viewer: _Viewer) -> bool:
    return row.id == viewer.user.id or bool(groups_of(row) & groups_of(viewer.user))


def groups_of(user: Row) -> set[int]:
    """The ids of the groups that `user` is in."""
    listed = user.columns.get("miq_groups")
    found = {each.id for each in listed if isinstance(each, Reference)} if isinstance(listed, list) else set()
    current = user.columns.get("current_group_id")
    return found | ({current} if isinstance(current, int) else set())


def _of_groups(row: Row, viewer: _Viewer) -> bool:
    return row.id in groups_of(viewer.user) or _by_tenant(row, viewer)


def _of_tenants(row: Row, viewer: _Viewer) -> bool:
    return row.id in viewer.below


_Rule = Callable[[Row, _Viewer], bool]
_RULES: Mapping[str, _Rule] = {
    **dict.fromkeys(_OWNED, _by_owner),
    **dict.fromkeys(("MiqRequest", "ServiceOrder"), _of_request),
    **dict.fromkeys(("MiqRequestTask", "MiqApproval", "RequestLog"), _of_requests_part),
    "User": _of_users,
    "MiqGroup": _of_groups,
    "Tenant": _of_tenants,
}
"""The rule of a model and its kinds; of all others that of the tenant."""


def _rule_of(model: str) -> _Rule:
    return next((_RULES[each] for each in ancestors(model) if each in _RULES), _by_tenant)
