"""What every test file shares: how far Hypothesis searches, and the engines that cost a start."""

from __future__ import annotations

import os
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, settings

settings.register_profile(
    "ci",
    max_examples=100,
    derandomize=True,
    print_blob=True,
    deadline=None,
    database=None,
    phases=(Phase.explicit, Phase.generate, Phase.shrink),
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.filter_too_much],
)
settings.register_profile("thorough", settings.get_profile("ci"), max_examples=2000, derandomize=False)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "ci"))


@pytest.fixture(scope="session")
def spark() -> Iterator[Any]:
    """The session of Spark; the test skips, or in CI fails, where Java is not there."""
    from tables import spark_session  # it opens every engine, which few files need

    session = spark_session()
    yield session
    session.stop()


@pytest.fixture
def database() -> Iterator[Any]:
    """A connection to PostgreSQL; the test skips, or in CI fails, where no server was named."""
    from tables import postgres

    with postgres() as connection:
        yield connection
