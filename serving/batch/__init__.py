"""Whole ecosystems: many repositories in, datasets of vectors and leads out."""
