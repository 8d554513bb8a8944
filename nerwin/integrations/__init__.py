"""nerwin inside other libraries, each an extra: a spaCy component, a scikit-learn estimator."""
