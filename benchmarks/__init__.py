"""Measures of aelang's speed and size, each against a floor or a peer of the same run."""
