"""The renderings of a run: its workspace as a tree, JSON or a graph, and its trace as text, log or JSON."""
