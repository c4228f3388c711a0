"""The lexer of `.ael` for Pygments, registered as `ael`; a body in Python or Ruby has that language's colours."""

from collections.abc import Iterator

from pygments.lexer import Lexer
from pygments.lexers.python import PythonLexer
from pygments.lexers.ruby import RubyLexer
from pygments.token import Text, _TokenType, string_to_tokentype

from aelang.colours.engine import Piece, pieces
from aelang.colours.kinds import TOKENS

__all__ = ["AelLexer"]

_EMBEDDED = {"meta.embedded.block.python": PythonLexer, "meta.embedded.block.ruby": RubyLexer}


class AelLexer(Lexer):  # type: ignore[misc]  # Pygments has no types
    """Classes of ManageIQ Automate, written in `.ael`."""

    name = "ael"
    aliases = ("ael", "aelang")
    filenames = ("*.ael",)
    mimetypes = ("text/x-ael",)
    url = "https://www.manageiq.org/docs/reference/latest/automation_engine/"

    def get_tokens_unprocessed(self, text: str) -> Iterator[tuple[int, _TokenType, str]]:
        """The tokens of `text` with their places."""
        body: list[Piece] = []
        for piece in pieces(text):
            if body and piece.scope != body[0].scope:
                yield from _tokens(body)
                body = []
            if piece.scope in _EMBEDDED:
                body.append(piece)
            else:
                yield piece.at, _token(piece.scope), piece.text
        yield from _tokens(body)


def _token(scope: str) -> _TokenType:
    return string_to_tokentype(TOKENS[scope]) if scope in TOKENS else Text


def _tokens(body: list[Piece]) -> Iterator[tuple[int, _TokenType, str]]:
    """The tokens of a body in another language."""
    if body:
        lexer = _EMBEDDED[body[0].scope]()
        for at, token, text in lexer.get_tokens_unprocessed("".join(piece.text for piece in body)):
            yield body[0].at + at, token, text
