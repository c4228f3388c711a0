"""`python -m aelang.colours`: prints the TextMate grammar, which is kept in `editors/ael.tmLanguage.json`."""

import sys

from aelang.colours.grammar import printed

if __name__ == "__main__":
    sys.stdout.write(printed())
