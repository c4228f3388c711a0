"""`aelang log` of a generated automation.log of a million lines: sixteen tasks at a time, retries, errors."""

import json
import platform
import random
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import islice
from pathlib import Path

from benchmarks.processes import Bench, Command, aelang, built_command, child
from benchmarks.report import Figure, Skipped

_LINES = 1_000_000
_AT_A_TIME = 16
_STATES = ("pre1", "pre2", "provision", "checkprovisioned", "emailowner", "finished")
_METHODS = "/Service/Provisioning/StateMachines/Methods"
_MACHINE = "/Service/Provisioning/StateMachines/ServiceProvision_Template/clone_to_service"


def seconds(bench: Bench) -> Figure:
    """Seconds of the whole process."""
    log = bench.once("log of a million lines", _written)
    taken = bench.best({"log": Command(aelang(built_command(bench, "log"), str(log)))}, 3)
    return Figure(taken["log"] / 1000, None, f"{log.stat().st_size / 1e6:.0f} MB, {_LINES:,} lines")


def megabytes(bench: Bench) -> Figure:
    """The peak of resident memory in MB."""
    if platform.system() != "Linux":
        raise Skipped("the peak of memory is read from /proc/self/status, which only Linux has")
    log = bench.once("log of a million lines", _written)
    built_command(bench, "log")
    job = Command(child("memory", str(log)), environment={"AELANG_BENCH_COMMAND": "log"})
    return Figure(json.loads(bench.output(job)[0])["bytes"] / 1e6, None, "")


def _written(bench: Bench) -> Path:
    log = bench.scratch / "automation.log"
    with log.open("w", encoding="utf-8") as file:
        file.writelines(islice(_lines(random.Random(1)), _LINES))
    return log


def _lines(chance: random.Random) -> Iterator[str]:
    """Lines of an appliance: those of several tasks mixed, as its workers write into one file."""
    at = datetime(2026, 1, 2, tzinfo=UTC)
    tasks = {number: _task(number, chance) for number in range(_AT_A_TIME)}
    last = _AT_A_TIME
    while True:
        number = chance.choice([*tasks])
        said = next(tasks[number], None)
        if said is None:
            del tasks[number]
            tasks[last], last = _task(last, chance), last + 1
            continue
        at += timedelta(microseconds=chance.randint(50, 20_000))
        level, text = said
        name = {"I": " INFO", "E": "ERROR"}[level]
        time = at.isoformat(timespec="microseconds").removesuffix("+00:00")
        task = f"Q-task_id([service_template_provision_task_{number}]) "
        yield f"[----] {level}, [{time} #112:2ac4a0ea196c] {name} -- automation: {task}{text}\n"


def _task(number: int, chance: random.Random) -> Iterator[tuple[str, str]]:
    """What a task says: a machine that is entered again and again at the state that checks."""
    for again in range(chance.randint(1, 8)):
        query = f"ae_state_retries={again}&object_name=clone_to_service&service_template_provision_task={number}"
        yield "I", f"Instantiating [{_MACHINE}?{query}#create]"
        for state in _STATES[3 if again else 0 :]:
            yield from _state(state, chance)


def _state(state: str, chance: random.Random) -> Iterator[tuple[str, str]]:
    target = f"miqaedb:{_METHODS}/{state}#create"
    yield "I", f"Processing State=[{state}]"
    yield "I", f"Following Relationship [{target}]"
    yield "I", f"Updated namespace [{target}  ManageIQ/Service/Provisioning/StateMachines]"
    yield "I", f"Invoking [inline] method [/ManageIQ{_METHODS}/{state}] with inputs [{{}}]"
    for _ in range(chance.randint(0, 6)):
        yield "I", f"<AEMethod {state}> looked at {chance.random()}"
    if chance.random() < 0.005:
        yield "E", f"<AEMethod {state}> The following error occurred during method evaluation:"
        yield "E", f"<AEMethod {state}>   NoMethodError: undefined method `x{chance.randint(0, 999)}' for nil:NilClass"
    yield "I", "Method exited with rc=MIQ_OK"
    yield "I", f"Followed  Relationship [{target}]"
    yield "I", f"Processed State=[{state}] with Result=[{'retry' if state.startswith('check') else 'ok'}]"
