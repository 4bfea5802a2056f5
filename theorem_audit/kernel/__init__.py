"""Second opinions on certificates: statements for Coq, what coqc and z3 say."""
