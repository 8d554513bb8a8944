"""Files as bytes, lines and pieces, whatever they hold."""
