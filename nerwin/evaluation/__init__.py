"""How good tags are, what is wrong with them, and how far their scores can be believed."""
