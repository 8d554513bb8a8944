"""Steps downhill: learning-rate schedules (from a step to its rate) and optimizers, which know nothing but arrays."""
