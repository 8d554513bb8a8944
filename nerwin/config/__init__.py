"""What can be set: every key with its default, read from YAML and from the command line, refused in one line; and the
files that are named there."""
