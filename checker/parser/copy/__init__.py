"""Recognize additions and losses caused by copying: page lines, archive records, and damage."""
