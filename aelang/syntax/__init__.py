"""How a datastore is written: grammars, surface nodes, readers and printers of the small languages, and YAML."""
