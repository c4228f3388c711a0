"""Differences for programs: JSON, whose keys `docs/understand.md` lists."""

import json
from collections.abc import Sequence

from aelang.analysis.differences import Group, Same
from aelang.cli.differences.shown import counts, within


def render_json(groups: Sequence[Group], limit: int) -> str:
    """`groups` as JSON, at most `limit` changes of them; texts are whole."""
    kept, left_out = within(groups, limit)
    data = {"counts": counts(groups), "left_out": left_out, "groups": [_group(each) for each in kept]}
    return json.dumps(data, ensure_ascii=False, indent=2)


def _group(group: Group) -> dict[str, object]:
    return {
        "grade": group.kind.grade,
        "kind": group.kind.slug,
        "why": group.kind.why,
        "places": [f"/{each}" for each in group.places],
        "changes": [_change(each) for each in group.changes],
    }


def _change(change: Same) -> dict[str, object]:
    return {
        "what": change.what,
        "before": change.before,
        "after": change.after,
        "instances": [f"/{each}" for each in change.instances],
        "takers": [f"/{each}" for each in change.takers],
        "users": list(change.users),
    }
