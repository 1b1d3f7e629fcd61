"""Layouts: teletype telegrams, SMART messages, memoranda; how each is recognized and read."""
