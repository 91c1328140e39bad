"""Names that keep their meaning: ``from chuanngheo.stable import v1 as cn``.

``docs/en/stability.md`` says what is promised, and for how long.
"""
