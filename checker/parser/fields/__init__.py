"""Read a telegram's fields, with one reader for each header line, block, and paragraph."""
