"""What the stages and the page share: themes, pictures, splits, shards, networks, scores."""
