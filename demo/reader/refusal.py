"""What a file or a command cannot mean."""


class Refusal(Exception):
    """Said in one sentence, with the line, the column and what to do."""


def listed(words, limit=12):
    words = list(words)
    return ', '.join(words[:limit]) + (f' and {len(words) - limit} more' if len(words) > limit else '')


def shown(cell, limit=40):
    """A cell as it stands in a message."""
    cell = ' '.join(cell.split())
    return '"' + (cell if len(cell) <= limit else cell[:limit - 3] + '...') + '"'
