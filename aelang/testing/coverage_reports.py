"""Reports of coverage: for people, as JSON and as lcov."""

import json
from collections.abc import Iterator

from aelang.testing.measuring import KINDS, NEVER, Count, Coverage


def coverage_lines(coverage: Coverage) -> Iterator[str]:
    """What was covered, for people: counts, then what was missed, with the reason."""
    for kind in (*KINDS, "all"):
        count = coverage.total if kind == "all" else coverage.counts[kind]
        yield f"{kind:<9} {count.reached:>5} of {count.all:<5} {count.percent:5.1f} %"
    if coverage.missed:
        yield ""
        yield "not covered"
    whole: set[str] = set()
    for unit, reason in coverage.missed:
        owner, _, field = unit.name.partition("#")
        if reason != NEVER:
            yield f"  {unit.mark.source}:{unit.mark.line}  {owner}#{field}  {unit.mark.what}: {reason}"
        elif owner not in whole:
            whole.add(owner)
            yield f"  {unit.mark.source}:{unit.mark.line}  {owner}: {reason}"


def coverage_data(coverage: Coverage) -> dict[str, object]:
    """What was covered, as JSON has it."""

    def count(said: Count) -> dict[str, object]:
        return {"covered": said.reached, "all": said.all, "percent": round(said.percent, 2)}

    return {
        "total": count(coverage.total),
        **{kind: count(coverage.counts[kind]) for kind in KINDS},
        "missed": [
            {"file": unit.mark.source, "line": unit.mark.line, "name": unit.name, "what": unit.mark.what,
             "reason": reason}
            for unit, reason in coverage.missed
        ],
        "led": {name: list(paths) for name, paths in coverage.edges.items()},
    }  # fmt: skip


def lcov(coverage: Coverage) -> str:
    """What was covered, as lcov: fields, states and edges as lines, outcomes and ways out as branches."""
    lines: list[str] = []
    units = [*((unit, 1) for unit in coverage.reached), *((each.unit, 0) for each in coverage.missed)]
    for source in sorted({unit.mark.source for unit, _ in units}):
        here = sorted((unit, hit) for unit, hit in units if unit.mark.source == source)
        reached: dict[int, int] = {}
        for unit, hit in here:
            reached[unit.mark.line] = max(hit, reached.get(unit.mark.line, 0))
        branches = [(unit.mark, hit) for unit, hit in here if unit.kind in ("outcomes", "paths")]
        lines += ["TN:", f"SF:{source}"]
        lines += [f"BRDA:{mark.line},{mark.column},{mark.what},{hit}" for mark, hit in branches]
        lines += [f"BRF:{len(branches)}", f"BRH:{sum(hit for _, hit in branches)}"]
        lines += [f"DA:{line},{hit}" for line, hit in sorted(reached.items())]
        lines += [f"LF:{len(reached)}", f"LH:{sum(reached.values())}", "end_of_record"]
    return "\n".join(lines) + "\n"


def coverage_report(coverage: Coverage, name: str) -> str:
    """What was covered, in the form that the name of the file asks for: `.json`, `.info` and `.lcov`, else text."""
    if name.endswith(".json"):
        return json.dumps(coverage_data(coverage), indent=2, ensure_ascii=False) + "\n"
    if name.endswith((".info", ".lcov")):
        return lcov(coverage)
    return "\n".join(coverage_lines(coverage)) + "\n"
