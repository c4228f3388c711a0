"""The compiler: from what the author said (model) to what it means (ir). Reads no files, runs nothing."""
