"""Runs: defects and edits are drawn by a seed, tried one after the other, and counted by their sort."""

import os
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from random import Random
from typing import NamedTuple

from tests.mutations.changes import Change
from tests.mutations.defects import SORTS
from tests.mutations.domains import Domains, domains
from tests.mutations.edits import EDITS
from tests.mutations.trial import Trial

SEED = int(os.environ.get("AELANG_SEED") or 1)


class Run(NamedTuple):
    """How many changes of each sort were tried, and which of them did not go as they should."""

    seed: int
    tried: Counter[str]
    failed: list[Change]

    @property
    def share(self) -> float:
        """The part of the changes that went as they should."""
        return 1 - len(self.failed) / self.tried.total()

    def report(self) -> str:
        """The seed, the share, that of each sort with a failure, and what failed."""
        failed = Counter(change.sort for change in self.failed)
        lines = [f"AELANG_SEED={self.seed}: {self.share:.1%} of {self.tried.total()}"]
        lines += [f"  {sort}: {self.tried[sort] - count} of {self.tried[sort]}" for sort, count in failed.items()]
        lines += [f"    {change.sort} in {', '.join(sorted(change.texts))}: {change.shown}" for change in self.failed]
        return "\n".join(lines)


def run_defects(scratch: Path, seed: int, number: int, *, everywhere: bool = False) -> Run:
    """Tries `number` defects of `seed`, of each sort as many, at places drawn from all that there are; files go into
    `scratch`."""
    stores = list(domains(scratch, seed, everywhere=everywhere))
    return _tried(seed, scratch, draw_defects(stores, Random(seed), number), Trial.is_reported)


def run_edits(scratch: Path, seed: int, number: int, *, everywhere: bool = False) -> Run:
    """Tries `number` harmless edits of `seed`, of each sort as many; files go into `scratch`."""
    stores = list(domains(scratch, seed, everywhere=everywhere))
    return _tried(seed, scratch, draw_edits(stores, Random(seed), number), Trial.is_harmless)


def draw_defects(stores: list[Domains], random: Random, number: int) -> Iterator[tuple[Domains, Change]]:
    """`number` defects in `stores`, of each sort as many, each with the domains that it is made in."""
    places = {
        name: [(store, place) for store in stores for place in sort(store.tree())] for name, sort in SORTS.items()
    }
    for each in places.values():
        random.shuffle(each)
    waiting = [name for name, each in places.items() if each]
    made = 0
    while made < number and waiting:
        name = waiting[made % len(waiting)]
        while places[name]:
            store, place = places[name].pop()
            change = place(random)
            if change is not None:
                yield store, change._replace(sort=name)
                made += 1
                break
        else:
            waiting.remove(name)


def draw_edits(stores: list[Domains], random: Random, number: int) -> Iterator[tuple[Domains, Change]]:
    """`number` harmless edits in `stores`, as `draw_defects`."""
    files = [(store, file) for store in stores for file in store.tree().files.values()]
    roles = sorted({file.role for _, file in files})
    made = 0
    while made < number:
        edit, role = EDITS[made % len(EDITS)], random.choice(roles)
        store, file = random.choice([each for each in files if each[1].role == role])
        text = edit(store.tree(), file, random)
        if text is not None and text != store.tree().texts[file.path]:
            yield store, Change(edit.__name__, {file.path: text}, frozenset(), (edit.__doc__ or "").rstrip("."))
            made += 1


def _tried(
    seed: int, scratch: Path, drawn: Iterable[tuple[Domains, Change]], is_well: Callable[[Trial, Change], bool]
) -> Run:
    run = Run(seed, Counter(), [])
    trials: dict[Domains, Trial] = {}
    for store, change in drawn:
        if store not in trials:
            trials[store] = Trial(store, scratch / f"trial_{len(trials)}")
        run.tried[change.sort] += 1
        if not is_well(trials[store], change):
            run.failed.append(change)
    for trial in trials.values():
        trial.close()
    return run
