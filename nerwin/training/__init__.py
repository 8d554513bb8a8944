"""From a configuration to a model: reading the parts, the loop, its checkpoints, several trainings at once, and the
gradient check."""
