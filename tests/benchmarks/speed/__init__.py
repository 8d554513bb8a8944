"""The speed benchmark: what nerwin does against who else does it, in turns, in one run."""
