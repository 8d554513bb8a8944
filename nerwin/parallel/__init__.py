"""Where work that can be shared out runs: processes of this machine, or a cluster's."""
