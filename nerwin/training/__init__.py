"""From a configuration to a trained tagger: reading the parts, the loop, the scores, the saved model."""
