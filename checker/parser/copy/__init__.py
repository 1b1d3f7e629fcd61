"""What copies add to a telegram or remove from it: page lines, archive records, damage."""
