import unittest

from py_stats import matmul, ruin_time


class Matmul(unittest.TestCase):
    def test_two_by_two(self):
        self.assertEqual(matmul([[1, 2], [3, 4]], [[5, 6], [7, 8]]), [[19, 22], [43, 50]])

    def test_a_row_times_a_column(self):
        self.assertEqual(matmul([[1, 2, 3]], [[4], [5], [6]]), [[32]])

    def test_shapes_that_do_not_fit(self):
        with self.assertRaises(ValueError):
            matmul([[1, 2]], [[1, 2]])


class RuinTime(unittest.TestCase):
    def test_near_the_expected_time(self):
        self.assertTrue(14 < ruin_time(7, 3, 9, 3000) < 22)

    def test_the_same_seed_gives_the_same_time(self):
        self.assertEqual(ruin_time("x", 2, 5, 20), ruin_time("x", 2, 5, 20))

    def test_a_stake_beyond_the_goal(self):
        with self.assertRaises(ValueError):
            ruin_time(1, 5, 5, 10)
