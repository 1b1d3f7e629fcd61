"""What copies add to a telegram or take from it: page lines, archive records, damage."""
