"""What comes again and again in a corpus, remembered in bounded memory."""


class Kept(dict):  # type: ignore[type-arg]
    """A dictionary that is emptied when it is full: `most` entries at a time, however large the corpus."""

    __slots__ = ("most",)

    def __init__(self, most: int) -> None:
        self.most = most

    def __setitem__(self, key: object, value: object) -> None:
        if len(self) >= self.most:
            self.clear()
        super().__setitem__(key, value)
