"""Slips of the pen: a word that is another one but for a letter."""

_SHORTEST = 4
_ENDINGS = frozenset("sdrny0123456789")
"""Letters that make another word of one at whose end they stand: a plural, a past, number two of several."""


def is_slip(word: str, other: str) -> bool:
    """Whether `word` is `other` but for one letter that is wrong, too many or missing, or two that are swapped."""
    if word == other or min(len(word), len(other)) < _SHORTEST or abs(len(word) - len(other)) > 1:
        return False
    start = next((at for at, (one, two) in enumerate(zip(word, other, strict=False)) if one != two), None)
    if start is None:
        return max(word, other, key=len)[-1] not in _ENDINGS
    one, two = word[start:], other[start:]
    if one[1:] == two[1:]:
        is_end = len(one) == 1 and not _ENDINGS.isdisjoint((one, two))
        return not is_end and not (one[:1] + two[:1]).isdigit()
    return (one[:2] == two[1::-1] and one[2:] == two[2:]) or one[1:] == two or one == two[1:]
