"""Read the layouts of a text, one module per layout, and choose between them."""
