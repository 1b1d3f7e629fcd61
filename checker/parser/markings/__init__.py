"""Parse markings (banners and portion marks), find them in text, and roll them up."""
