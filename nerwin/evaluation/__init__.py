"""How good tags are, and how far their scores can be believed."""
