"""Defects: what people do wrong in the files of a domain, each sort with all the places at which it can be done.

A change that leaves the meaning as it is, or makes another sound datastore of which nobody could say that it was not
meant, is no defect and is not made:

- a misspelt name that is again a name, and a misspelling in case only;
- an argument left out whose input has a default, or which a field of the class supplies;
- a removed instance or method that another domain has too, or that nothing names;
- a state moved so that its place in the file and its priority agree again.

A name answered by a `.missing` is a defect: it is told as an info, which every output shows.
"""

from tests.mutations import files, names, order, words
from tests.mutations.places import Sort

SORTS: dict[str, Sort] = {
    "renamed target": names.renamed_target,
    "removed target": names.removed_target,
    "removed method": names.removed_method,
    "misspelt method": names.misspelt_method,
    "dropped argument": names.dropped_argument,
    "misspelt argument": names.misspelt_argument,
    "renamed input": names.renamed_input,
    "message of a target": names.target_message,
    "message of a field": names.field_message,
    "misspelt field": names.misspelt_field,
    "renamed field": names.renamed_field,
    "embedded method": names.embedded_method,
    "parent": names.parent,
    "path in code": names.path_in_code,
    "broken ${": words.broken_reference,
    "datatype": words.datatype,
    "aetype": words.aetype,
    "word of a method": words.method_word,
    "key": words.misspelt_key,
    "constant": words.wrong_constant,
    "expression": words.broken_expression,
    "collect": words.broken_collect,
    "limit": words.limit,
    "switch": words.switch,
    "priority of another": order.same_priority,
    "moved by priority": order.moved_priority,
    "moved in the file": order.moved_block,
    "exchanged states": order.swapped_states,
    "broken YAML": files.broken_yaml,
    "case twin": files.case_twin,
    "name unlike file": files.other_name,
}
"""Every sort of defect, by what it is called."""
