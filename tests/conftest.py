"""What every test runs under: one BLAS thread, floating-point errors that raise, profiles."""

from __future__ import annotations

import os

# Before numpy is imported: its BLAS reads these once, and two workers with two threads each
# spend their time waiting for one another.
for _variable in (
    "OPENBLAS_NUM_THREADS",
    "OMP_NUM_THREADS",
    "MKL_NUM_THREADS",
    "VECLIB_MAXIMUM_THREADS",
):
    os.environ.setdefault(_variable, "1")

from collections.abc import Iterator  # noqa: E402

import numpy as np  # noqa: E402
import pytest  # noqa: E402
from hypothesis import HealthCheck, settings  # noqa: E402

SEED = 20250926
CI_EXAMPLES = 50

# No deadline and no "too slow": how long an example takes is the machine's affair.
_COMMON = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.register_profile("default", _COMMON, max_examples=30)
settings.register_profile(
    "ci", _COMMON, max_examples=CI_EXAMPLES, derandomize=True, print_blob=True
)
settings.register_profile("thorough", _COMMON, max_examples=10 * CI_EXAMPLES, print_blob=True)
settings.load_profile(
    os.environ.get("HYPOTHESIS_PROFILE") or ("ci" if os.environ.get("CI") else "default")
)


@pytest.fixture(autouse=True)
def floating_point_errors_raise() -> Iterator[None]:
    """Turn overflow, division by zero and invalid operations into errors."""
    before = np.seterr(over="raise", divide="raise", invalid="raise")
    yield
    np.seterr(**before)


@pytest.fixture
def rng() -> np.random.Generator:
    """A generator that starts from the same seed in every test."""
    return np.random.default_rng(SEED)
