"""Read the fields of a telegram, with one reader for each header line, block, and paragraph."""
