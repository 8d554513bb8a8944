"""The scorer of the lecture, its gradients, and the best sequence of tags: numpy only, no files, no configuration."""
