"""The works whose statements are checked, as they are cited."""

GHOSH = "Ghosh, Frei, Ha, Yu, JMLR 26(49), 2025"
GHOSH_WORKSHOP = "Ghosh, Frei, Ha, Yu, OPT workshop at NeurIPS, 2022"
PATEL = "Patel, arXiv:1709.04718, 2017"
