"""One module per layout of a text, and the choice between them."""
