"""Markings: banners and portion marks parsed, found in text, and rolled up."""
