"""What is blank: words and lines have to be more than that."""

BLANK = " \t\r\n\v\f"  # str.strip() would also take a lone no-break space, which may be a word, for nothing
