"""The published cases of other engines, by topic: which of them a topic answers, and how."""
