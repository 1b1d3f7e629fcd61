"""Recognize what copying added or lost: page lines, archive records, and damage."""
