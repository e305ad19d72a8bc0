"""The unit of work: a group of cases that are computed together, whoever computes them.

The last bit of a row may depend on which cases share its matrix products.  So a group is a
function of the whole grid, never of what is left to do: it is run, stored and run again whole.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass

from logreg_unlearn.sweep.case import Case, kinds, run_case, run_part
from logreg_unlearn.sweep.executors import Pool, completed
from logreg_unlearn.sweep.row import Row


@dataclass(frozen=True)
class Failure:
    """A case that ended in an error, with its message."""

    message: str


Outcome = Row | Failure


@dataclass(frozen=True)
class Task:
    """A group, and the place of its first case in the grid."""

    place: int
    cases: tuple[Case, ...]


def groups(cases: Iterable[Case]) -> Iterator[Task]:
    """Part the cases of a whole grid into groups of a kind, in their order, as they come."""
    place = 0
    for part in kinds(cases):
        yield Task(place, part)
        place += len(part)


def run_group(cases: Sequence[Case]) -> list[Outcome]:
    """Run a group: a row per case, or why there is none.

    Where one of its cases ends in an error, each is run on its own.
    """
    try:
        return list(run_part(cases))
    except Exception:
        return [_outcome(case) for case in cases]


def _outcome(case: Case) -> Outcome:
    try:
        return run_case(case)
    except Exception as error:  # a method of the user's own may raise anything
        text = str(error) if isinstance(error, ValueError) else f"{type(error).__name__}: {error}"
        return Failure(" ".join(text.split()))


def run_cases(
    cases: Iterable[Case],
    executor: Executor | Pool | None = None,
    progress: Callable[[int], None] | None = None,
) -> list[Row]:
    """Return the row of every case, in the order of the cases.

    Parameters
    ----------
    cases : iterable of Case
    executor : concurrent.futures.Executor or Pool, optional
        Runs the cases in this process when None. The rows do not depend on it.
    progress : callable, optional
        Called with the number of cases just finished.

    Raises
    ------
    ValueError
        If a case ends in an error, with its message.
    """
    pool = Pool(lambda: executor) if isinstance(executor, Executor) else executor
    found: dict[int, Row] = {}
    for task, outcomes in completed(groups(cases), pool, run_task, lost):
        for place, outcome in enumerate(outcomes, task.place):
            if isinstance(outcome, Failure):
                raise ValueError(outcome.message)
            found[place] = outcome
        if progress is not None:
            progress(len(outcomes))
    return [found[place] for place in sorted(found)]


def run_task(task: Task) -> list[Outcome]:
    """Run the group of a task."""
    return run_group(task.cases)


def lost(task: Task) -> list[Outcome]:
    """Return the outcomes of a group that nobody could run."""
    why = "expected the process that ran it to live, got one that was killed or ran out of memory"
    return [Failure(f"{why}, twice")] * len(task.cases)
