import unittest

from py_stats import moving_average, percentiles
from tests.helpers import close


class MovingAverage(unittest.TestCase):
    def test_means_of_neighbours(self):
        self.assertTrue(close(moving_average([1, 2, 3, 4], 2), [1.5, 2.5, 3.5]))

    def test_a_window_of_one_changes_nothing(self):
        self.assertTrue(close(moving_average([3, 1, 2], 1), [3, 1, 2]))

    def test_a_window_as_long_as_the_values(self):
        self.assertTrue(close(moving_average([1, 2, 6], 3), [3]))

    def test_a_long_line(self):
        self.assertTrue(close(moving_average(list(range(100)), 21), [float(x) for x in range(10, 90)]))

    def test_a_window_that_does_not_fit(self):
        for window in (0, 4):
            with self.assertRaises(ValueError):
                moving_average([1, 2, 3], window)


class Percentiles(unittest.TestCase):
    def test_median_of_an_even_number(self):
        self.assertTrue(close(percentiles([4, 1, 3, 2], [0.5]), [2.5]))

    def test_ends(self):
        self.assertEqual(percentiles([5, 9, 7], [0, 1]), [5, 9])

    def test_no_values(self):
        with self.assertRaises(ValueError):
            percentiles([], [0.5])
