"""People: who a user is to the approval of requests, by the role of the current group."""

from aelang.interpreter.values import RunValue, Symbol
from aelang.requests.rows import Person
from aelang.services.ports import Records
from aelang.services.rbac import APPROVES_REQUESTS, SUPER_ADMINISTRATOR, groups_of
from aelang.services.records import Row

_ADMINISTRATORS = (SUPER_ADMINISTRATOR, "EvmRole-administrator")


def find_person(records: Records, userid: str, *, automate: bool = False) -> Person | None:
    """The user called `userid`, None where there is none; with `automate`, a method of the datastore speaks for
    him."""
    user = next(iter(records.where("User", {"userid": userid})), None)
    return None if user is None else _person(records, user, automate)


def person_of(records: Records, number: int) -> Person | None:
    """The user with the id `number`, None where there is none."""
    user = records.find("User", number)
    return None if user is None else _person(records, user, automate=False)


def _person(records: Records, user: Row, automate: bool) -> Person:
    group = _find(records, "MiqGroup", user.columns.get("current_group_id"))
    role = None if group is None else _find(records, "MiqUserRole", group.columns.get("miq_user_role_id"))
    features = [] if role is None else role.columns.get("features")
    tenant = user.columns.get("current_tenant_id") or (None if group is None else group.columns.get("tenant_id"))
    userid = str(user.columns.get("userid") or "")
    return Person(
        userid=userid,
        id=user.id,
        name=str(user.columns.get("name") or userid),
        administrator=role is not None and role.columns.get("name") in _ADMINISTRATORS,
        approves=isinstance(features, list) and APPROVES_REQUESTS in map(_word, features),
        groups=frozenset(groups_of(user)),
        tenant_id=tenant if isinstance(tenant, int) else None,
        automate=automate,
    )


def _find(records: Records, model: str, number: RunValue) -> Row | None:
    return records.find(model, number) if isinstance(number, int) else None


def _word(value: object) -> str:
    return value.name if isinstance(value, Symbol) else str(value)
