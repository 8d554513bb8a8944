"""A model at work on new text: entities and their scores, a piece of a file at a time. Nothing here trains."""
