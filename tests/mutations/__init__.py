"""Mutations: single defects and harmless edits, made in the files of clean domains, and what `validate` says of them.

`reading` finds the words that may be changed, without the readers of aelang; `defects` and `edits` change them;
`trial` opens the domain before and after, and compares.
"""
