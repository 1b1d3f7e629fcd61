"""Recognize what copying adds to a telegram or removes from it: page lines, archive records, damage."""
