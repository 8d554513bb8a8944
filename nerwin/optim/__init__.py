"""Steps downhill: learning-rate schedules (step -> rate) and optimizers (which know arrays only)."""
