import io
import logging

import pytest

from cosma.logs import Discreet


@pytest.fixture
def log():
    """What an operator reads, as text."""
    written = io.StringIO()
    handler = logging.StreamHandler(written)
    handler.setFormatter(Discreet())
    logger = logging.Logger("test")
    logger.addHandler(handler)
    return logger, written


def test_an_error_is_logged_by_place_and_kind_without_its_words(log):
    logger, written = log
    typed = "".join(["As", "ha"])  # put together, so that the line of code does not hold it

    try:
        raise ValueError(f"Failing row contains {typed}")
    except ValueError:
        logger.exception("It failed")

    assert "test_logs.py" in written.getvalue() and "ValueError" in written.getvalue()
    assert typed not in written.getvalue()


def test_the_address_of_a_review_link_is_not_logged(log):
    logger, written = log

    logger.error("Gone: %s", "/review/1:secret-token/")

    assert "secret-token" not in written.getvalue() and "/review/.../" in written.getvalue()
