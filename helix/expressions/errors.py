"""What can go wrong with an expression, in words for a person."""


class ExpressionError(Exception):
    """An expression that cannot be read or gave no value.

    `pointer` is the JSON pointer of the value in its config ("" when it stands alone); `column` counts from 1.
    """

    def __init__(
        self, pointer: str, message: str, hint: str = "", *, column: int | None = None, path: str = ""
    ) -> None:
        super().__init__(message)
        self.pointer = pointer
        self.message = message
        self.hint = hint
        self.column = column
        self.path = path
        """The data it asked for in vain, such as `steps.find.data.id`; "" when it failed otherwise."""

    def at(self, pointer: str) -> "ExpressionError":
        """The same error at this place."""
        return ExpressionError(pointer, self.message, self.hint, column=self.column, path=self.path)
