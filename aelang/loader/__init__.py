"""The loader: trees of files become the model, each file read alone and in any order; nothing is resolved across files.

    trees     open_tree(root): a directory, `repo@rev:path` (git), a zip export (zips); paths, stamps, bytes
    layout    lay_out(listing, display): domains, namespaces and class folders, told from paths alone
    read      read_file(role, data): one file becomes a record, free of its name
    records   FileRecord, its JSON, and `placed`, which gives a diagnostic the name of its file
    assemble  the records of one class folder become a class, the classes of a domain a domain
    order     order_domains(domains, explicit): which domain answers first
    load      load(roots), load_tree(tree): all of this at once, without a cache

Import from the modules: a warm start lists trees and needs nothing of the rest.
"""
