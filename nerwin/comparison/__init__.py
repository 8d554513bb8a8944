"""Several trainings at once: the grid of their settings, each in a run of its own, and what has come of them."""
