"""What the pieces of a `.ael` file are, as those know it who colour them: TextMate's scopes, Pygments' tokens."""

__all__ = ["KINDS", "TOKENS", "scope"]

KINDS = {
    "comment": ("comment.line.number-sign", "Comment.Single"),
    "declaration": ("storage.type", "Keyword.Declaration"),
    "clause": ("keyword.other.clause", "Keyword"),
    "condition": ("keyword.control", "Keyword.Reserved"),
    "off": ("keyword.other.off", "Keyword.Pseudo"),
    "how": ("storage.modifier", "Keyword.Pseudo"),
    "class": ("entity.name.type.class", "Name.Class"),
    "instance": ("entity.name.type.instance", "Name.Class"),
    "parent": ("entity.other.inherited-class", "Name.Class"),
    "method": ("entity.name.function", "Name.Function"),
    "field": ("variable.other.member", "Name.Attribute"),
    "value": ("variable.other.property", "Name.Attribute"),
    "input": ("variable.parameter", "Name.Variable"),
    "option": ("entity.name.tag.option", "Name.Tag"),
    "datatype": ("support.type", "Keyword.Type"),
    "message": ("constant.other.message", "Name.Label"),
    "nil": ("constant.language", "Keyword.Constant"),
    "number": ("constant.numeric", "Literal.Number"),
    "target": ("string.other.link.target", "Name.Namespace"),
    "reference": ("variable.other.reference", "Literal.String.Interpol"),
    "text": ("string.unquoted", "Literal.String"),
    "single": ("string.quoted.single", "Literal.String.Single"),
    "double": ("string.quoted.double", "Literal.String.Double"),
    "escape": ("constant.character.escape", "Literal.String.Escape"),
    "block": ("string.unquoted.block", "Literal.String.Heredoc"),
    "expression": ("meta.expression", "Literal.String.Other"),
    "sign": ("keyword.operator", "Operator"),
}
"""What a piece is, with its scope (all end in `.ael`) and its token."""


def scope(kind: str) -> str:
    """The scope of a kind of piece, such as `storage.type.ael`."""
    return f"{KINDS[kind][0]}.ael"


TOKENS = {scope(kind): token for kind, (_, token) in KINDS.items()}
"""The token of each scope."""
