"""What evidence is made of: the mark, the counted assertions, statistics, the record of one run."""
