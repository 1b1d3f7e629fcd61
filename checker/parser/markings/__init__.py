"""Markings: banners and portion marks taken apart, found in text, and rolled up."""
