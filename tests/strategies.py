"""Hypothesis strategies for the small languages: nodes as the parsers build them, and texts near and far from them."""

from typing import Any

from hypothesis import strategies as st

from aelang.syntax import nodes, printer
from aelang.syntax import property as property_nodes
from aelang.syntax.build import CALLS
from aelang.syntax.collects import FUNCTIONS


def _build(kind: type[Any], *parts: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    """Nodes of `kind` from its parts, all at place 0 (`builds` would invent places)."""
    return st.tuples(*parts).map(lambda each: kind(*each))


_LETTERS = "abcxyz_AB019"
names = st.text("abcxyz_AB", min_size=1, max_size=5)
words = st.text(_LETTERS, min_size=1, max_size=5)
path_names = st.text(_LETTERS + ".-", min_size=1, max_size=5)


# -- references and texts ----------------------------------------------------------------------------------------

steps = _build(nodes.Step, words, st.none() | st.text(_LETTERS + ":,;=-", max_size=4))
object_paths = st.builds(
    lambda lead, parts, trail: lead + "/".join(parts) + (trail if parts else ""),
    st.sampled_from(["", "/"]),
    st.lists(path_names | st.sampled_from(["*", "..", "state_var"]), max_size=3),
    st.sampled_from(["", "/"]),
)
lookups = _build(
    nodes.Reference,
    object_paths,
    words,
    st.lists(steps, max_size=2).map(tuple),
    st.sampled_from(["", "", "miqaews", "miqae"]),
    st.booleans(),
).filter(lambda node: not node.scheme or node.object[:1] in ("", "/"))
stored = st.builds(
    lambda parts, message: nodes.StoredReference("/" + "/".join(parts), message),
    st.lists(path_names, min_size=1, max_size=4),
    st.none() | words,
)
references = lookups | stored | st.just(nodes.MessageReference())


def _parts(characters: str, min_size: int = 0) -> st.SearchStrategy[nodes.Parts]:
    texts = st.text(characters, min_size=1, max_size=6)
    return st.lists(texts | references, min_size=min_size, max_size=4).map(_merged)


def _merged(parts: list[str | nodes.AnyReference]) -> nodes.Parts:
    merged: list[str | nodes.AnyReference] = []
    for part in parts:
        if isinstance(part, str) and merged and isinstance(merged[-1], str):
            merged[-1] += part
        else:
            merged.append(part)
    return tuple(merged)


templates = _build(nodes.Template, _parts("ab |#}'\" <>/.\né"))
options = _build(nodes.Template, _parts("ab#}'/.", min_size=1))
coalesced = _build(nodes.Coalesced, st.lists(options, max_size=3).map(tuple))

# -- targets -----------------------------------------------------------------------------------------------------

target_paths = _parts(_LETTERS + "/.-*~!&'(),;=:@").map(lambda parts: _merged(["/", *parts]))
target_arguments = _build(
    nodes.TargetArgument, _parts("abC:_ /?'", min_size=1), st.none() | _parts("ab =/?'+%20", min_size=1)
)
targets = _build(
    nodes.Target,
    st.sampled_from(["", "miqaedb", "miqaews", "miqae", "miqaemethod", "method"]),
    target_paths,
    st.none() | st.lists(target_arguments, min_size=1, max_size=3).map(tuple),
    st.none() | _parts("ab/?.", min_size=1),
).filter(lambda node: not printer.print_target(node).endswith(" "))

# -- calls -------------------------------------------------------------------------------------------------------

numbers = st.integers(0, 10**6).map(lambda number: nodes.Number(str(number)))
bare_words = _build(nodes.Word, names)


def _in_quotes(quote: str, characters: str, min_size: int) -> st.SearchStrategy[nodes.InQuotes]:
    return _build(nodes.InQuotes, _parts(characters, min_size), st.just(quote))


call_quotes = _in_quotes("'", 'ab ,=>()"', 1) | _in_quotes('"', "ab ,=>()'", 1)
call_arguments = _build(nodes.CallArgument, words, numbers | bare_words | call_quotes | references)
method_paths = st.builds(
    lambda parts, method: ("/".join(parts) + "." + method if parts and parts != [""] else method,),
    st.lists(words, max_size=3).map(lambda parts: ["", *parts] if len(parts) > 2 else parts),
    words,
)
calls = _build(
    nodes.Call,
    method_paths | references.map(lambda reference: (reference,)),
    st.none() | st.lists(call_arguments, max_size=3).map(tuple),
)

# -- collects ----------------------------------------------------------------------------------------------------

plain_quotes = st.builds(
    lambda text, quote: nodes.InQuotes((text,) if text else (), quote),
    st.text("ab :=>", max_size=4).filter(lambda text: "=>" not in text),
    st.sampled_from("'\""),
)
signed_numbers = st.from_regex(r"[+-]?[0-9]{1,3}(\.[0-9]{1,2})?", fullmatch=True).map(nodes.Number)
lefts = st.sampled_from(["", "x", "/x", "../x", "Class/x", "a.b"])
collect_lists = _build(
    nodes.CollectList,
    lefts,
    st.lists(bare_words | signed_numbers | plain_quotes, max_size=3).map(tuple),
    st.sampled_from(["", *FUNCTIONS]),
)
pairs = _build(nodes.Pair, bare_words | plain_quotes | _build(nodes.SymbolWord, words), bare_words)
collect_hashes = _build(nodes.CollectHash, lefts, st.lists(pairs, max_size=3).map(tuple))
collects = _build(
    nodes.Collects,
    st.lists(collect_lists | collect_hashes | _build(nodes.CollectValue, lefts, names), min_size=1, max_size=3).map(
        tuple
    ),
)

# -- expressions -------------------------------------------------------------------------------------------------

decimals = st.from_regex(r"[0-9]{1,3}(\.[0-9]{1,2}(e[+-]?[0-9])?)?", fullmatch=True).map(nodes.Number)
quoted = _in_quotes("'", 'ab &=.()" ', 0) | _in_quotes('"', "ab |=.()' ", 0)
word_lists = _build(nodes.Words, st.lists(_parts("ab.'", min_size=1), max_size=3).map(tuple))
literals = st.sampled_from(["true", "false", "nil", "null", "none", "message"]).map(nodes.Named)
primaries = decimals | quoted | word_lists | literals | references


def _larger(inner: st.SearchStrategy[nodes.Expression]) -> st.SearchStrategy[nodes.Expression]:
    """Expressions around `inner`; whatever could bind another way stands in parentheses."""
    group = _build(nodes.Group, inner)
    operand = primaries | group
    called = st.sampled_from(sorted(CALLS)).flatmap(lambda name: _calls(name, operand))
    return (
        _build(nodes.ListOf, st.lists(inner, max_size=3).map(tuple))
        | group
        | called
        | _build(nodes.Prefixed, st.sampled_from(["!", "-", "not"]), operand)
        | _build(nodes.Joined, st.sampled_from(_SIGNS), operand, operand)
        | _build(
            nodes.Matching,
            st.sampled_from(["=~", "!~"]),
            operand,
            st.sampled_from(["a+", r"^b\/c$", "[x-z]|é"]),
            st.sampled_from(["", "i", "im"]),
        )
    )


_SIGNS = ["&&", "||", "and", "or", "==", "!=", "<", "<=", ">", ">=", "in", "not in", "+", "-", "*", "/", "%"]


def _calls(name: str, operand: st.SearchStrategy[nodes.Expression]) -> st.SearchStrategy[nodes.Called]:
    least, most = CALLS[name]
    arguments = st.lists(operand, min_size=least, max_size=min(most, least + 1)).map(tuple)
    return _build(nodes.Called, operand, st.just(name), arguments if least else st.none() | arguments)


expressions = st.recursive(primaries, _larger, max_leaves=8)

# -- any text ----------------------------------------------------------------------------------------------------

oddities = st.text("ab${}#/.()[]<>'\"=>;:,|&?%\\ \n-1!~é", max_size=24)

# -- properties of services --------------------------------------------------------------------------------------

_identifiers = st.from_regex(r"[A-Za-z_][A-Za-z0-9_]{0,4}", fullmatch=True)
_origins = (
    st.just(property_nodes.Own())
    | st.just(property_nodes.OfResource())
    | st.just(property_nodes.OfAccount())
    | _build(property_nodes.Parent, st.integers(1, 3))
    | _build(property_nodes.Enclosing, _identifiers, st.lists(words, max_size=2).map(tuple))
)
property_expressions = st.lists(
    _build(property_nodes.Property, _origins, words)
    | _build(property_nodes.Fixed, st.text("ab '\"$+:/é1.", max_size=6) | st.integers(0, 99).map(str)),
    min_size=1,
    max_size=4,
).map(tuple)
