"""Hostile input: files and settings that are damaged at random, from a seed, and what nerwin makes of them.

A case is a kind of input and a number; the two decide every bit of it, so that a failure is repeated by its name. What
a case may end in is success or a NerwinError of one line, soon. `python -m tests.fuzz` runs as many as one likes.
"""
