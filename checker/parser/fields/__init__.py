"""The fields of a telegram: one reader for each header line, block and paragraph."""
