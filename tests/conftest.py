"""What all tests share: how property tests look for inputs."""

from hypothesis import settings

# `make test` takes Hypothesis's own profile "ci": the same inputs every time, so that a change fails on what it did.
# `make hunt` looks for new inputs, ten times as many.
settings.register_profile("hunt", max_examples=1_000, deadline=None, print_blob=True)
