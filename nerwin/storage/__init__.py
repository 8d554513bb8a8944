"""What stands on the disk: files that are there as a whole or not at all, run folders, locks."""
