"""Writing: a model as text, in YAML as ManageIQ exports it or in `.ael`, and each in one style. Runs nothing."""
