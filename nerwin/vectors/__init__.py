"""Files of word vectors in, rows of lookup tables out."""
