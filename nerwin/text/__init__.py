"""Words in, integer arrays out: tags, tokens, word forms, windows."""
