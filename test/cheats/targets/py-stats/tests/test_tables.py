import unittest

from py_stats import group_by, parse_csv


class ParseCsv(unittest.TestCase):
    def test_rows_are_dictionaries(self):
        self.assertEqual(parse_csv("a,b\n1,x\n-2,y\n"), [{"a": 1, "b": "x"}, {"a": -2, "b": "y"}])

    def test_quoted_cells(self):
        self.assertEqual(parse_csv('a,b\n"x,y","say ""hi"""\n"7",8'), [{"a": "x,y", "b": 'say "hi"'}, {"a": "7", "b": 8}])

    def test_line_breaks_in_a_quoted_cell(self):
        self.assertEqual(parse_csv('a\n"x\ny"\n'), [{"a": "x\ny"}])

    def test_nothing(self):
        self.assertEqual(parse_csv(""), [])

    def test_a_short_row(self):
        with self.assertRaises(ValueError):
            parse_csv("a,b\n1\n")


class GroupBy(unittest.TestCase):
    def test_counts_and_sums(self):
        rows = [{"t": "x", "n": 1}, {"t": "y", "n": 5}, {"t": "x", "n": 2}]
        self.assertEqual(group_by(rows, "t", "n"), [("x", 2, 3), ("y", 1, 5)])

    def test_a_missing_column(self):
        with self.assertRaises(KeyError):
            group_by([{"t": "x"}], "t", "n")
