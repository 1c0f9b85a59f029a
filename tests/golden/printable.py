"""Writes src/message/printable.inc: the code points that repr() escapes (not str.isprintable)."""
import unicodedata


def ranges():
    start = None
    for code in range(0x80, 0x110000):
        if chr(code).isprintable():
            if start is not None:
                yield start, code - 1
            start = None
        elif start is None:
            start = code
    yield start, 0x10FFFF


rows = [f"{{{first:#x}, {last:#x}}}," for first, last in ranges()]
print(f"// Made by tests/golden/printable.py from Unicode {unicodedata.unidata_version}.")
for i in range(0, len(rows), 5):
    print(" ".join(rows[i:i + 5]))
