"""Work on lines in child processes, each under a timer and a memory limit: a bad document costs itself alone.

A Python timer cannot stop libxml2 in the middle of a document, and an allocation gone wild takes the process with
it; so the work happens in children that are killed and replaced. Answers keep the order of the questions and only
a few per child are under way, so memory does not grow with the input.
"""

from __future__ import annotations

import multiprocessing
import resource
import time
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from multiprocessing.connection import Connection, wait
from typing import Any, Generic, TypeVar

Question = TypeVar("Question")
Answer = TypeVar("Answer")

_FORK = multiprocessing.get_context("fork")


class Fate(StrEnum):
    """Why a question got no answer."""

    TIMEOUT = "timeout"
    CRASHED = "crashed"


@dataclass(frozen=True, slots=True)
class Limits:
    """Seconds a question may take and bytes of address space a child may use."""

    seconds: float = 10.0
    memory: int = 2 * 1024**3


@dataclass(slots=True)
class _Task(Generic[Question, Answer]):
    question: Question
    answer: Answer | Fate | None = None


@dataclass(slots=True)
class _Child(Generic[Question, Answer]):
    process: Any
    pipe: Connection
    task: _Task[Question, Answer] | None = None
    deadline: float = 0.0


def answers(
    function: Callable[[Question], Answer], questions: Iterable[Question], jobs: int, limits: Limits
) -> Iterator[tuple[Question, Answer | Fate]]:
    """``(question, answer)`` in the order asked; ``Fate`` in place of an answer that never came.

    With one job each answer leaves before the next question is read; with more, ``4 * jobs`` are read ahead.
    """
    with _Crew(function, jobs, limits) as crew:
        waiting: deque[_Task[Question, Answer]] = deque()
        for question in questions:
            waiting.append(crew.ask(question))
            while waiting and (waiting[0].answer is not None or jobs == 1 or len(waiting) > 4 * jobs):
                yield crew.settled(waiting.popleft())
        while waiting:
            yield crew.settled(waiting.popleft())


class _Crew(Generic[Question, Answer]):
    """The children and what each is busy with."""

    def __init__(self, function: Callable[[Question], Answer], jobs: int, limits: Limits) -> None:
        self._function = function
        self._limits = limits
        self._children = [self._start() for _ in range(jobs)]

    def __enter__(self) -> _Crew[Question, Answer]:
        return self

    def __exit__(self, *_: object) -> None:
        for child in self._children:
            child.process.kill()
            child.process.join()

    def ask(self, question: Question) -> _Task[Question, Answer]:
        """Hand the question to a child that is free, waiting for one if none is."""
        while (child := next((one for one in self._children if one.task is None), None)) is None:
            self._collect()
        task: _Task[Question, Answer] = _Task(question)
        child.task, child.deadline = task, time.monotonic() + self._limits.seconds
        child.pipe.send(question)
        return task

    def settled(self, task: _Task[Question, Answer]) -> tuple[Question, Answer | Fate]:
        while task.answer is None:
            self._collect()
        return task.question, task.answer

    def _start(self) -> _Child[Question, Answer]:
        ours, theirs = _FORK.Pipe()
        process = _FORK.Process(target=_serve, args=(self._function, theirs, self._limits.memory), daemon=True)
        process.start()
        theirs.close()
        return _Child(process, ours)

    def _collect(self) -> None:
        """Wait for one answer, one death or one deadline, and settle what came."""
        busy = [child for child in self._children if child.task is not None]
        patience = max(0.0, min(child.deadline for child in busy) - time.monotonic())
        ready = wait([child.pipe for child in busy], timeout=patience)
        for number, child in enumerate(self._children):
            if child.task is None or (child.pipe not in ready and time.monotonic() < child.deadline):
                continue
            child.task.answer = answer = _received(child.pipe) if child.pipe in ready else Fate.TIMEOUT
            child.task = None
            if isinstance(answer, Fate):
                child.process.kill()
                child.process.join()
                self._children[number] = self._start()


def _serve(function: Callable[[Any], Any], pipe: Connection, memory: int) -> None:
    resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
    try:
        while True:
            pipe.send(function(pipe.recv()))
    except (EOFError, KeyboardInterrupt):
        return


def _received(pipe: Connection) -> Any:
    try:
        return pipe.recv()
    except (EOFError, OSError):
        return Fate.CRASHED
