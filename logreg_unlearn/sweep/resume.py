"""What is left of a sweep, the longest first, and doing it."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from functools import partial

from logreg_unlearn.sweep.cost import rank
from logreg_unlearn.sweep.database import Facts, Store
from logreg_unlearn.sweep.executors import Pool, completed
from logreg_unlearn.sweep.origin import Origin, check_origin, key
from logreg_unlearn.sweep.runner import Outcome, Task, groups, lost, run_group

_STORED = 0


class Work:
    """The groups of a sweep that are not wholly stored.

    Parameters
    ----------
    store : Store
    retry : bool
        Groups with a failure are run again too.

    Attributes
    ----------
    tasks, cells : int
        Groups that are left, and the cells that they will add.

    Raises
    ------
    ValueError
        If code, packages or files are not those with which the sweep began.
    """

    def __init__(self, store: Store, retry: bool = False) -> None:
        self._store = store
        self._facts = store.facts
        check_origin(self._facts.origin)
        # a byte a group is all that is kept of the grid: its expected cost, or that it is stored
        self._ranks = bytearray()
        self.cells = 0
        stored = store.cells()
        following = next(stored, None)
        for task in _tasks(self._facts):
            whole = True
            for place, case in enumerate(task.cases, task.place):
                sound = False
                if following is not None and following[0] == place:
                    _, name, failed = following
                    sound = name == key(case, self._facts.origin) and not (retry and failed)
                    following = next(stored, None)
                whole &= sound
            self._ranks.append(_STORED if whole else rank(task.cases))
            self.cells += 0 if whole else len(task.cases)
        self.tasks = sum(value != _STORED for value in self._ranks)

    def do(self, pool: Pool | None, report: Callable[[int], None]) -> None:
        """Run what is left, store each group as it comes, and report its cells when it is stored.

        Raises
        ------
        ValueError
            If a worker has other code, packages or files.
        OSError
            If the store cannot be written: what was reported is in it.
        """
        began = time.perf_counter() - self._facts.seconds
        work = partial(_run, self._facts.origin)
        for task, outcomes in completed(self._longest_first(), pool, work, lost):
            keys = [key(case, self._facts.origin) for case in task.cases]
            self._store.put(task.place, keys, outcomes, time.perf_counter() - began)
            report(len(outcomes))

    def _longest_first(self) -> Iterator[Task]:
        # the grid is made again for each power of two of the cost: seconds for a million cells
        for wanted in sorted(set(self._ranks) - {_STORED}, reverse=True):
            for task, value in zip(_tasks(self._facts), self._ranks, strict=True):
                if value == wanted:
                    yield task


def _tasks(facts: Facts) -> Iterator[Task]:
    return groups(facts.grid.stream(facts.seed))


def _run(source: Origin, task: Task) -> list[Outcome]:
    check_origin(source)
    return run_group(task.cases)
