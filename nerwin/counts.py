"""Counts as people read them."""


def counted(count: int, one: str, several: str = "") -> str:
    """A count and what is counted: "1 sentence", "2,345 sentences"; `several` is for words that take more than an s."""
    return f"{count:,} {one if count == 1 else several or f'{one}s'}"
