"""A config with expressions becomes a config with values."""

from collections.abc import Mapping

from pydantic import JsonValue

from helix.expressions.errors import ExpressionError
from helix.expressions.evaluate import evaluate
from helix.expressions.parsing import MARK, is_expression


def resolve(config: JsonValue, scope: Mapping[str, JsonValue], pointer: str = "") -> JsonValue:
    """The config with every {"$liquid": …} replaced by its value; a lone `{{ … }}` keeps its type, anything else is text.

    `scope` holds the names an expression may use. ExpressionError names the place (JSON pointer) of the first expression
    that has no value.
    """
    if isinstance(config, dict):
        if is_expression(config):
            try:
                return evaluate(str(config[MARK]), scope)
            except ExpressionError as error:
                raise error.at(pointer) from None
        return {
            name: resolve(part, scope, f"{pointer}/{name.replace('~', '~0').replace('/', '~1')}")
            if isinstance(part, (dict, list))
            else part
            for name, part in config.items()
        }
    if isinstance(config, list):
        return [
            resolve(part, scope, f"{pointer}/{index}") if isinstance(part, (dict, list)) else part
            for index, part in enumerate(config)
        ]
    return config
