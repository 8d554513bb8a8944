"""From parts to a model: the fresh model, the loop that yields records and saves nothing, and the gradient check."""
