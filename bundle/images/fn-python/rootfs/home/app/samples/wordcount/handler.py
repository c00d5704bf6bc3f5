"""Counts lines, words, characters, and the words that come most often."""

import collections
import re


def handle(event, context):
    text = event.body.decode("utf-8", "replace")
    words = re.findall(r"\w+", text.lower())
    return {"headers": {"Content-Type": "application/json"}, "body": {
        "lines": len(text.splitlines()), "words": len(words), "characters": len(text),
        "top": collections.Counter(words).most_common(10)}}
