"""Read the layouts of texts, one module per layout, and choose between them."""
