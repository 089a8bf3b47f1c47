"""How easily a text reads: sentences, words and the grade of Flesch and Kincaid, nearly. Pure."""

import re

WORD = re.compile(r"[A-Za-z][A-Za-z'’-]*|\d[\d,.]*%?")
ABBREVIATION = re.compile(r"\b(?:e\.g|i\.e|Dr|Mr|Mrs|Ms|Prof|Rs|No|vs|approx|St)\.", re.IGNORECASE)
SENTENCE_END = re.compile(r"(?<=[.!?:])[\"”’)]*\s+(?=[\"“‘(]?[A-Z0-9₹])")
VOWELS = re.compile(r"[aeiouy]+")
# The e of "line", "lines", "used" and "safely", and not that of "table", "uses" or "treated".
SILENT = re.compile(
    r"[^laeiouy]e$|[^laeiouycghsxz]es$|[aeiouy]les?$|(?<![tdaeiouy])ed$|[^aeiouy]e(?=ly$|ment|less|ful|ness)"
)
# Vowels that are two sounds, as in "dial", "actual" and "ageing".
SPLIT = re.compile(r"i[ao](?<![cstg]io)(?<![ct]ia)|eo(?!ple)|[^qg]ua|uou|riet|dien|uity|[aeiou]y[aeiou]|ying|eing|ism$")


def grade(sentences: list[str]) -> float:
    """Years of school that a reader needs."""
    words = [word for sentence in sentences for word in WORD.findall(sentence)]
    if not words:
        return 0.0
    syllables = sum(count(word) if word[0].isalpha() else 1.5 for word in words)
    return 0.39 * len(words) / len(sentences) + 11.8 * syllables / len(words) - 15.59


def length(sentence: str) -> int:
    return len(WORD.findall(sentence))


def split(text: str) -> list[str]:
    text = ABBREVIATION.sub(lambda match: match[0].replace(".", ""), text)
    text = re.sub(r"(\d)\.(\d)", r"\1,\2", text)
    return [sentence for sentence in SENTENCE_END.split(text) if WORD.search(sentence)]


def count(word: str) -> int:
    """Syllables of an English word, nearly."""
    parts = [part for part in re.split(r"[-'’]", word.lower()) if part not in ("", "s", "t")]
    return sum(max(1, sounds(part)) for part in parts)


def sounds(part: str) -> int:
    return len(VOWELS.findall(part)) - len(SILENT.findall(part)) + len(SPLIT.findall(part))
