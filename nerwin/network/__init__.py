"""The scorer of the lecture and its gradients: numpy only, no files, no configuration, no terminal."""
