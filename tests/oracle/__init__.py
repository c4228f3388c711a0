"""The oracle: what the reference engine did, vector by vector, held against what a run here does."""
