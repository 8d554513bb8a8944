"""The train and dev parts of a corpus as training reads them, what is said of them, and whether they are the same."""
