"""View to Telegram: total, loses nothing, knows no word that is not in the vocabulary."""
