"""Detect the layout of a text, and read each layout in its own module."""
