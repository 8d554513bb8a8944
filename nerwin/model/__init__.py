"""The trained thing: scorer and lookup tables as one, what it makes of windows, and its files."""
