"""What runs in the process of a Python method. Nothing here imports any other part of aelang."""
