"""How much of a fault `make test` tries, and how much `make soak`."""

import os

import pytest

SHARE = float(os.environ.get("SOAK_SHARE", "1"))


def short_and_long(short: int, long: int) -> list:
    """For `parametrize`. SOAK_SHARE=0.05 tries the long one with less."""
    return [short, pytest.param(at_length(long), marks=pytest.mark.soak, id="soak")]


def at_length(count: int) -> int:
    return max(1, round(count * SHARE))
