"""Rows of an experiment that differ in one part each: run, resumed, compared."""
