#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""CIFF files read and written by nothing but the protobuf wire format.

  ciff_tool.py read FILE          as text: the header, a line for each posting
                                  and each document
  ciff_tool.py count INDEXER JSONL
                                  the same text for the records of JSONL, by
                                  counting what INDEXER --analyze prints
  ciff_tool.py write HOW FILE     a small collection as some engine writes it,
                                  or as none does
  ciff_tool.py hostile            the HOWs of the latter
"""
import collections
import json
import struct
import subprocess
import sys


# ---- Reading ----

class Bytes:
    def __init__(self, data):
        self.data, self.at = data, 0

    def varint(self):
        value = shift = 0
        while True:
            byte = self.data[self.at]
            self.at += 1
            value |= (byte & 127) << shift
            shift += 7
            if byte < 128:
                return value

    def take(self, n):
        assert len(self.data) - self.at >= n, "cut"
        self.at += n
        return self.data[self.at - n:self.at]

    def message(self):
        return Bytes(self.take(self.varint()))

    def fields(self):
        """Pairs of number and value, as they come."""
        while self.at < len(self.data):
            tag = self.varint()
            kind = tag & 7
            if kind == 0:
                yield tag >> 3, self.varint()
            elif kind == 1:
                yield tag >> 3, struct.unpack("<d", self.take(8))[0]
            else:
                assert kind == 2, kind
                yield tag >> 3, self.take(self.varint())


def read(path):
    file = Bytes(open(path, "rb").read())
    head = dict(file.message().fields())
    lists, docs = [], []
    for _ in range(head.get(2, 0)):
        term, df, cf, postings, doc = b"", 0, 0, [], 0
        for number, value in file.message().fields():
            if number == 1:
                term = value
            elif number == 2:
                df = value
            elif number == 3:
                cf = value
            elif number == 4:
                posting = dict(Bytes(value).fields())
                doc += posting.get(1, 0)
                postings.append((doc, posting[2]))
        lists.append((term, df, cf, postings))
    for _ in range(head.get(3, 0)):
        d = dict(file.message().fields())
        docs.append((d.get(1, 0), d[2], d.get(3, 0)))
    assert file.at == len(file.data), "bytes at the end"
    assert head[1] == 1, "version"
    assert head.get(4, 0) == head.get(2, 0) and head.get(5, 0) == head.get(3, 0)
    terms = [term for term, *_ in lists]
    assert terms == sorted(set(terms)), "order of terms"
    assert [d[0] for d in docs] == list(range(len(docs))), "numbers"
    total = sum(length for *_, length in docs)
    assert head.get(6, 0) == total, "sum of lengths"
    assert head.get(7, 0) == (total / len(docs) if docs else 0), "average"
    for term, df, cf, postings in lists:
        assert df == len(postings) > 0, term
        assert cf == sum(tf for _, tf in postings), term
        numbers = [doc for doc, _ in postings]
        assert numbers == sorted(set(numbers)) and numbers[-1] < len(docs)
    show(lists, docs)


def show(lists, docs):
    out = sys.stdout.buffer
    for term, _, _, postings in lists:
        for doc, tf in postings:
            out.write(b"%s %d %d\n" % (term, doc, tf))
    for doc, name, length in docs:
        out.write(b"%d %s %d\n" % (doc, name, length))


# ---- Counting ----

def analyse(indexer, text):
    """The terms of a text, and how many of them take a position."""
    shown = subprocess.run([indexer, "--analyze", "--language", "english"],
                           input=text.encode(), stdout=subprocess.PIPE,
                           check=True).stdout
    rows = [line.split(b"\t") for line in shown.splitlines()]
    return [row[1] for row in rows], sum(row[3] == b"word" for row in rows)


def count(indexer, path):
    lists, docs = collections.defaultdict(list), []
    for line in open(path, encoding="utf-8"):
        record = json.loads(line)
        found, length = collections.Counter(), 0
        texts = [record.get("title", "")] * 3 + [record["text"]]
        for name, value in record.items():
            if name not in ("id", "title", "text") and name[0] != "@":
                values = value if isinstance(value, list) else [value]
                texts += [v for v in values if isinstance(v, str)]
        for text in texts:
            terms, words = analyse(indexer, text)
            found.update(terms)
            length += words
        for term, tf in found.items():
            lists[term].append((len(docs), tf))
        docs.append((len(docs), record["id"].encode(), length))
    show([(term, 0, 0, lists[term]) for term in sorted(lists)], docs)


# ---- Writing ----

def varint(n):
    n &= (1 << 64) - 1
    out = b""
    while n > 127:
        out += bytes([n & 127 | 128])
        n >>= 7
    return out + bytes([n])


def number(field, n):
    return varint(field << 3) + varint(n)


def text(field, value):
    return varint(field << 3 | 2) + varint(len(value)) + value


def delimited(message):
    return varint(len(message)) + message


def header(lists, docs, version=1, total=0, average=0.0):
    return (number(1, version) + number(2, lists) + number(3, docs) +
            number(4, lists) + number(5, docs) + number(6, total) +
            varint(7 << 3 | 1) + struct.pack("<d", average) +
            text(8, b"made by a test"))


def posting(gap, tf):
    return number(1, gap) + number(2, tf)


def postings_list(term, postings, df=None):
    df = len(postings) if df is None else df
    cf = sum(tf for _, tf in postings)
    return (text(1, term) + number(2, df) + number(3, cf) +
            b"".join(text(4, posting(*p)) for p in postings))


def record(doc, name, length):
    return number(1, doc) + text(2, name) + number(3, length)


# The lists have gaps, and the lengths are more than the frequencies.
LISTS = [(b"alpha", [(0, 2), (1, 1)]), (b"beta", [(1, 3)]),
         (b"gamma", [(0, 1), (2, 5)]), ("ωmega".encode(), [(2, 1)])]
DOCS = [(0, b"one", 7), (1, b"two", 9), (2, b"three", 12)]
UNKNOWN = number(90, 5) + text(91, b"x" * 300) + \
    varint(92 << 3 | 1) + b"12345678" + varint(93 << 3 | 5) + b"1234"


def small(lists=None, docs=None, head=None, tail=b""):
    lists = [postings_list(*l) for l in LISTS] if lists is None else lists
    docs = [record(*d) for d in DOCS] if docs is None else docs
    head = header(len(lists), len(docs), 1, 28, 28 / 3) if head is None \
        else head
    return b"".join(map(delimited, [head] + lists + docs)) + tail


def replaced(i, message):
    """The lists, one of them another."""
    lists = [postings_list(*l) for l in LISTS]
    lists[i] = message
    return small(lists)


def odd():
    """Fields in any order, zeros written out, unknown fields, no df and cf."""
    lists = []
    for term, postings in LISTS:
        packed = [text(4, number(2, tf) + number(77, 1) + number(1, gap))
                  for gap, tf in postings]
        lists.append(UNKNOWN + packed[0] + text(1, term) +
                     b"".join(packed[1:]) + UNKNOWN)
    docs = [UNKNOWN + number(3, length) + text(2, name) + number(1, doc)
            for doc, name, length in DOCS]
    return small(lists, docs, UNKNOWN + header(len(lists), len(docs)))


def long_lists():
    """Lists of several pieces; the term comes last, behind a long field of
    nobody's."""
    n = 40000
    lists = [text(99, b"y" * 3000000) +
             b"".join(text(4, posting(gap, 1 + i % 3))
                      for i, gap in enumerate([0] + [1] * (n - 1))) +
             text(1, b"all"),
             b"".join(text(4, posting(gap, 1))
                      for gap in [1] + [2] * (n // 2 - 1)) +
             text(1, b"odd") + number(2, n // 2)]
    return small(lists, [record(i, b"%d" % i, 5) for i in range(n)])


HOW = {
    "plain": small,
    "odd": odd,
    "long": long_lists,
    "long-term": lambda: small([postings_list(b"", [(0, 1)])] +
                               [postings_list(*l) for l in LISTS] +
                               [postings_list(b"\xff" * 256, [(0, 1)])]),
    "no-lists": lambda: small([]),
    # What no engine writes.
    "empty": lambda: b"",
    "text": lambda: b"This is no CIFF file at all.\n" * 20,
    "version": lambda: small(head=header(4, 3, 2)),
    "no-version": lambda: small(head=header(4, 3, 0)),
    "many-docs": lambda: small(head=header(4, 2**31 - 1)),
    "many-lists": lambda: small(head=header(2**31 - 1, 3)),
    "less-than-none": lambda: small(head=header(-1, 3)),
    "one-list-more": lambda: small(head=header(5, 3)),
    "one-list-less": lambda: small(head=header(3, 3)),
    "tail": lambda: small(tail=b"\0"),
    "cut": lambda: small()[:-1],
    "length-lies": lambda: delimited(header(1, 1)) + varint(2**62) + b"xy",
    "length-endless": lambda: delimited(header(1, 1)) + b"\xff" * 30,
    "unsorted": lambda: small([postings_list(*LISTS[i]) for i in (1, 0)]),
    "term-twice": lambda: small([postings_list(*LISTS[i]) for i in (1, 1)]),
    "two-terms": lambda: replaced(0, postings_list(*LISTS[0]) +
                                  text(1, b"other")),
    "doc-out": lambda: replaced(1, postings_list(b"beta", [(3, 1)])),
    "doc-twice": lambda: replaced(1, postings_list(b"beta", [(1, 1), (0, 1)])),
    "doc-falls": lambda: replaced(1, postings_list(b"beta", [(2, 1), (-1, 1)])),
    "doc-below": lambda: replaced(1, postings_list(b"beta", [(-1, 1)])),
    "doc-overflow": lambda: replaced(1, postings_list(
        b"beta", [(1, 1)] + [(2**31 - 1, 1)] * 4)),
    "tf-none": lambda: replaced(1, postings_list(b"beta", [(1, 0)])),
    "tf-below": lambda: replaced(1, postings_list(b"beta", [(1, -5)])),
    "df-lies": lambda: replaced(1, postings_list(b"beta", [(1, 1)], 2)),
    "df-below": lambda: replaced(1, postings_list(b"beta", [(1, 1)], -1)),
    "group": lambda: replaced(1, varint(9 << 3 | 3)),
    "field-zero": lambda: replaced(1, number(0, 1)),
    "field-runs-out": lambda: replaced(1, varint(4 << 3 | 2) + varint(500)),
    "wrong-kind": lambda: replaced(1, number(4, 1)),
    "id-twice": lambda: small(docs=[record(0, b"a", 1), record(1, b"b", 1),
                                    record(2, b"a", 1)]),
    "id-empty": lambda: small(docs=[record(0, b"", 1)] * 3),
    "id-nul": lambda: small(docs=[record(0, b"a\0b", 1)] * 3),
    "id-long": lambda: small(docs=[record(0, b"a" * 4097, 1)] * 3),
    "record-long": lambda: small(docs=[record(0, b"a" * 2000000, 1)] * 3),
    "record-order": lambda: small(docs=[record(*DOCS[i]) for i in (0, 2, 1)]),
    "length-below": lambda: small(docs=[record(0, b"a", -1)] * 3),
    "length-none": lambda: small(docs=[record(i, b"%d" % i, 0)
                                       for i in range(3)]),
}


def main(argv):
    if len(argv) == 3 and argv[1] == "read":
        read(argv[2])
    elif len(argv) == 4 and argv[1] == "count":
        count(argv[2], argv[3])
    elif len(argv) == 4 and argv[1] == "write":
        with open(argv[3], "wb") as out:
            out.write(HOW[argv[2]]())
    elif len(argv) == 2 and argv[1] == "hostile":
        names = list(HOW)
        print("\n".join(names[names.index("empty"):]))
    else:
        sys.exit(__doc__)


main(sys.argv)
