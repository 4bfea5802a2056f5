"""Random searches for counterexamples inside each claim's own region (`audit falsify`); no evidence."""

EVIDENCE = False
