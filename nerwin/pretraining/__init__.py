"""Word vectors from untagged text: a training of its own, and the file that comes of it."""
