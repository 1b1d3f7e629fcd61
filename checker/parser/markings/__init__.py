"""Find markings (banners and portion marks) in text, parse them, and roll them up."""
