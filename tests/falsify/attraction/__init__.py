"""Searches: what attracts SGD at a data point, at a saddle, along the minima."""
