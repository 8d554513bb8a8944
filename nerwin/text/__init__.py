"""Files in, integer arrays out: corpora, tags, word forms, windows."""
