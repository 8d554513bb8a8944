"""From a configuration to a model: reading the parts, the loop, its checkpoints, and several trainings at once."""
