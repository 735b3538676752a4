"""Work that goes beyond its budget ends; what comes after it is as free as before."""

import resource
import time

import pytest

from workers.adapters.limits import Budget, OutOfTimeError, within

SMALL = Budget(seconds=0.2, memory=100_000_000)


def forever():
    while True:
        try:
            sum(range(1000))
        except Exception:  # a parser that takes every error for a malformed document
            continue


def test_work_in_time_is_left_alone():
    with within(SMALL):
        assert sum(range(1000)) == 499500


def test_endless_work_ends_even_when_it_catches_everything():
    began = time.process_time()
    with pytest.raises(OutOfTimeError), within(SMALL):
        forever()
    assert time.process_time() - began < 1


def test_waiting_costs_nothing():
    with within(SMALL):
        time.sleep(0.4)


def test_memory_beyond_the_budget_is_refused_and_the_limit_is_lifted_again():
    before = resource.getrlimit(resource.RLIMIT_DATA)
    with pytest.raises(MemoryError), within(SMALL):
        bytearray(400_000_000)
    assert resource.getrlimit(resource.RLIMIT_DATA) == before
    assert len(bytearray(400_000_000)) == 400_000_000
