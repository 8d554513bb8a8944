"""Tagged corpora in all their forms, and untagged columns: files in, sentences out."""
