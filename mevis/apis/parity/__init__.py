"""Recordings of official implementations, checked with our converters and models."""
