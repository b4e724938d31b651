"""Finds roads and houses on pictures from above."""
