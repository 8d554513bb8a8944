"""Questions to a corpus, a model and its detectors, a model folder."""
