"""What the parser of property.lark builds. Only `grammars` imports this module: it needs lark."""

from lark import Token, Transformer

from aelang.syntax import property as nodes


class BuildProperty(Transformer[Token, nodes.PropertyExpression]):
    """The rules of property.lark."""

    def property_expression(self, children: list[nodes.Term]) -> nodes.PropertyExpression:
        return tuple(children)

    def in_quotes(self, children: list[Token]) -> nodes.Fixed:
        quote = children[0][0]
        return nodes.Fixed(children[0][1:-1].replace(quote * 2, quote))

    def number(self, children: list[Token]) -> nodes.Fixed:
        return nodes.Fixed(str(children[0]))

    def property(self, children: "list[tuple[nodes.Origin, int] | Token | None]") -> nodes.Property:
        found, name = children
        assert isinstance(name, Token)
        origin, at = _origin(found, name)
        return nodes.Property(origin, str(name), (at, (name.end_pos or 0) - at))

    def enclosing(self, children: list[Token]) -> tuple[nodes.Origin, int]:
        service, *parts = children
        return nodes.Enclosing(service[1:], tuple(map(str, parts))), service.start_pos or 0

    def parents(self, children: list[Token]) -> tuple[nodes.Origin, int]:
        return nodes.Parent(len(children[0])), children[0].start_pos or 0


def _origin(found: "tuple[nodes.Origin, int] | Token | None", name: Token) -> tuple[nodes.Origin, int]:
    if found is None:
        return nodes.Own(), (name.start_pos or 0) - len("::")
    if not isinstance(found, Token):
        return found
    return nodes.OfResource() if found.type == "RESOURCE" else nodes.OfAccount(), found.start_pos or 0
