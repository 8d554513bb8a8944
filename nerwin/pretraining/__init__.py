"""Word vectors from untagged text: the `center` corruption, its loop, its file."""
