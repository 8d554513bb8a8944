"""A training in its run folder: what is saved of it, its metrics, and how it goes on exactly where it stopped."""
