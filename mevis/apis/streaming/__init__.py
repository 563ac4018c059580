"""Answers while a video still goes on."""
