"""What an expression may use at most. Every number is enforced in evaluate.py, liquid.py or functions.py."""

SOURCE_BYTES = 20_000
OUTPUT_BYTES = 100_000
LOOP_ITERATIONS = 2_000
"""Over all loops of one expression together."""
NESTING = 20
PARENTHESES = 100
BRACKETS = 400
"""Each makes the library's tokenizer look ahead to the end of the text: thousands of them would take seconds."""
RANGE_LENGTH = 1_000
NAMES_BYTES = 200_000
TEXT_BYTES = 256 * 1024
"""A text that goes into a filter, or comes out."""
LIST_ITEMS = 50_000
"""Items of a list, those of lists inside it counted, that goes into a filter or comes out."""
INTEGER_DIGITS = 64
SECONDS = 0.25
"""Processor time of one evaluation."""
