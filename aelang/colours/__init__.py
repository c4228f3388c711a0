"""Colours for `.ael`: one grammar of pieces, made of the words of the language, for editors and for Pygments."""
