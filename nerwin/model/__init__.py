"""The trained thing: scorer and lookup tables as one, its files, and several as one."""
