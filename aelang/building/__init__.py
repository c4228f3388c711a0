"""Building: changed files become records of classes; all that the last build made and still holds is kept."""
