"""Mutants of the judge that no battery can tell from the original, and why."""

from __future__ import annotations

TIE = "differs only where two floating-point numbers are equal to the last bit"
GUARD = "a second guard: what it refuses is refused before"
WORDS = "only the words of a reason, not the verdict"
SLOWER = "a slower way to the same answer"
AN_END = "one more, or one less, before an end is made of it"
NEVER_0 = "differs only at 0, which does not occur there"
HALVED = "a first step that is longer or shorter finds the same places in the same order"
# Module -> mutant -> why.
EXPLAINED: dict[str, dict[str, str]] = {
    "checks/covering.py": {
        "_multiple: other comparison in min(scales) > 0": "no coefficient is 0, and so no scale is",
        "_multiple: other min": "of one number",
        "_divides: other comparison in constant > 0": "it is 0 only for a gap that is, which is no relation",
    },
    "checks/in_order.py": {
        "_runs: other comparison in min(law.cdf(runs), law.sf(runs - 1)) > error / 2": TIE,
        "_runs: 0 + 1": "a value that is above alone makes one run in each order",
        "_twice: other operator in marks * SPREAD + codes.astype(np.uint64) ... ength + 1 + k]":
            "other numbers for the same stretches, mixed as well",
        "_length: other comparison in chance <= math.log(error)": TIE,
    },
    "checks/over_nothing.py": {
        "_asked_of_all: 4096 + 1": "how many are remembered",
        "_place: 4096 + 1": "how many are remembered",
        "_in_each_loop: other comparison in x.opname == 'FOR_ITER'": SLOWER,
        "_in_each_loop: other comparison in first < x < last": "no call stands where a loop begins",
    },
    "checks/written.py": {
        "tree_of: 64 + 1": "how many are remembered",
        "_calls: 64 + 1": "how many are remembered",
    },
    "checks/mark.py": {"_collected: 1 + 1 #2": "a slice past the end of a name's parts"},
    "statement/plain.py": {
        "_shows: and/or in part.lower is not None or part.upper is not None": "an index has both ends, or none",
        "_shows: and/or in given or dict(getattr(part._assumptions, '_generator', {}))":
            "where SymPy keeps both, they say the same",
    },
    "doubt/probe.py": {
        "probed: other any": "a symbol that is known to be no real number takes none of those that are tried",
        "_fits: other comparison in name in SIGNS": "a sign is known as that of an extended real number, too",
    },
    "doubt/mutants.py": {
        "_baseline: other comparison in x[0].kind not in DECIDING": 
            "who asks takes what decides apart",
        "_baseline: 0 + 1": "an outcome has the kind of its evidence",
        "_against: 0 + 1": "an outcome has the test of its evidence",
    },
    "weigh/verdict.py": {
        "own_verdict: 1 + 1": WORDS,
        "uncovered: other min": WORDS,
        "uncovered: other min #2": WORDS,
        "derive: other comparison in STRENGTHS.index(cap) > STRENGTHS.index(strength) #2":
            "where both are equal the same strength is set again",
        "find_cycle: without done.add(node)": "a visited node is visited again: slower, the same answer",
    },
    "exact/checker.py": {
        "_smallest_bernstein: 0 + 1": "never reached: there is always one coefficient",
        "_smallest_bernstein: 0 + 1 #2": "the zero polynomial in a higher degree is still zero",
        "_smallest_bernstein: 0 + 1 #3": "1 over a positive number in place of 0: neither is negative",
        "_smallest_bernstein: 1 + 1": "one index more gets C(degree - e, degree + 1 - e) = 0, unread",
        "_smallest_bernstein: other operator in common * prod(map(comb, degrees, index))":
            "another positive scale: the same signs, which alone count",
    },
    "checks/expect.py": {
        "_expect_positive: 1 + 1 #2": "the slack is 1 there, and so are its powers",
        "_expect_positive: other comparison in value < 0": "at 0 the witness lies in the region, "
        "which the next condition says: strict conditions are in the slack",
        "_expect_positive: 0 + 1 #2": "only the words of what is undecided",
    },
    "checks/statistics.py": {
        "expect_mean: other comparison in max(below - mean, mean - above) > critical * spread": TIE,
        "expect_mean: 0 + 1": "all values are equal: which one is shown does not matter",
        "expect_distribution: other comparison in _distance(values, cdf) > critical": TIE,
        "expect_distribution: other comparison in distance <= critical": TIE,
        "expect_distribution: other comparison in slack > 0": "the power is 0 either way",
    },
    "checks/skewed.py": {
        "critical: other comparison in last <= normal": TIE,
        "critical: other comparison in over(last) > 0": TIE,
        "critical: other comparison in over(normal) <= 0": "the root found is then the same number",
    },
    "exact/quotients.py": {
        "_Ring.__init__: 1 + 1 #2": "a generator more, which nothing uses",
        "_Ring._sum: without raise Left": "the products that follow are as large",
        "_Ring._sum: other operator in len(bottom) * len(under)": "the same",
        "_Ring.reduced: 0 + 1": SLOWER,
        "_Ring.reduced: 0 + 1 #3": "all of it times a root, which is zero where it was",
        "_raised: other comparison in len(poly) > 1": "a power of one term has one term",
    },
    "exact/values.py": {
        "_holds: without raise Left": "the parts of what is no comparison are no expressions",
        "value_at: without raise Left #2": "what is no expression is of none of the kinds that follow",
    },
    "exact/zero.py": {
        "rational_form: without raise Undecided(f'{atom} is not a polyno ...  not decided')": GUARD,
        "rational_form: and/or in atom.exp.is_Integer and atom.exp >= 0": GUARD,
        "rational_form: other comparison in atom.exp >= 0": GUARD,
        "rational_form: 0 + 1": GUARD,
        "rational_form: without written_out(expr)": "what is too long takes all memory",
    },
    "doubt/variants.py": {
        "_canonical: 4096 + 1": "how many are remembered",
        "_local: 0 + 1": "what comes of 0 is 0, and what comes of 1 comes of it as a number, too",
        "_stem: and/or in match[3] or ''": "other words for the same kinds of names",
        "capped: other comparison in len(variants) <= cap": "of as many as there are all are chosen",
        "_spread: 1 + 1": HALVED,
        "_spread: other operator in len(items) - 1": HALVED,
        "_spread: 0 + 1 #2": HALVED,
        "_spread: 1 + 1 #2": HALVED,
    },
    "doubt/instances.py": {
        "find: 0 + 1": "each order begins at 0",
        "find: other comparison in nodes > max_nodes #2": "the next step would be refused",
        "_alternatives: 1 + 1": "any number will do there",
        "_raised: 40 + 1": "more digits",
        "_raised: 10 + 1": "any number beyond the rounding will do",
        "_raised: 30 + 1": "any number beyond the rounding will do",
        "_raised: and/or in region.xreplace(found) is true or region ... =True) is true": GUARD,
        "_raised: other comparison in region.xreplace(found) is true": GUARD,
        "_raised: other comparison in region.subs(found, simultaneous=True) is true": GUARD,
    },
    "doubt/worked_out.py": {
        "_differentiated: other comparison in found.count_ops() > MOST_OPERATIONS": AN_END,
        "_along: other comparison in Poly(inner, x).degree() > MOST_TERMS": AN_END,
    },
    "doubt/solutions.py": {
        "_roots: other comparison in (form := Poly(gap, x)).degree() > MOST_ROOTS": AN_END,
        "_arguments: 30 + 1": "more digits",
    },
    "doubt/condition.py": {
        "Condition.__init__: without raise TooLarge(f'{relation}: a power tha ... t worked out')": SLOWER,
        "Condition.__init__: other comparison in max(*self.top.degree_list(), *under.degree_list()) > LARGEST":
            AN_END,
        "Condition.__init__: other max": SLOWER,
        "Condition._close_to: other comparison in (form := Poly(numer(together(gap)), x)). ... ) > MOST_ROOTS":
            AN_END,
        "Condition._surely: other comparison in self.func in (eq, ne)": SLOWER,
        "Condition._surely: and/or in above or below": SLOWER,
        "Condition._surely: 1 + 1": "the sign counts, not its size",
        "Condition._surely: 1 + 1 #2": "the sign counts, not its size",
        "Condition.roots: and/or in zero is None or one is None or minus is None":
            "a polynomial has a value at all of them, or at none",
        "Condition._close_to: 30 + 1": "more digits",
        "Condition._close_to: 100 + 1": "one step more for the same roots",
        "_compiled: other comparison in k > 1": "the first power, written otherwise",
    },
    "doubt/kinks.py": {
        "_levels: other comparison in derived.count_ops() > MOST_OPERATIONS": AN_END,
        "has_slope: other operator in where[along] + h": "the other side first",
        "_beside: 2 + 1 #2": "any number between two integers",
        "_sign: 1 + 1": "a power of a step of 2 has the same sign",
    },
    "doubt/growth.py": {
        "Growth.vanishes: 0 + 1 #2": "the degree is 0 where nothing is that fast",
        "sign: other comparison in ball > 0": NEVER_0,
        "sign: other comparison in ball < 0": NEVER_0,
        "_of_function: and/or in isinstance(f, AppliedUndef) or len(f.args) > 2":
            "what else there is is none of the kinds that follow",
        "_of_function: 2 + 1": "what else there is is none of the kinds that follow",
        "_of_function: 0 + 1 #2": "the degree is 0 where nothing is that fast",
    },
    "doubt/converges.py": {
        "_found: 0 + 1": "another point at which it diverges",
        "converging: 1 + 1 #2": "the sign counts, not its size",
        "converging: other comparison in found < 0": NEVER_0,
        "converging: 0 + 1 #4": "the sign counts, not its size",
        "_inner: other comparison in side > 0": NEVER_0,
        "_integral: no sign in -oo #2": "SymPy knows that each real number is above -oo",
        "_integral: no sign in -oo #3": "SymPy knows that each real number is above -oo",
        "_upwards: other comparison in known >= 0": "both ends are one number",
        "_upwards: 0 + 1": "both ends are one number",
    },
    "doubt/challenge.py": {"challenge: 4 + 1": "seconds with one decimal more"},
    "doubt/lemmas.py": {
        "follows: 5000 + 1": SLOWER,
        "asked: and/or in here is true or here in relations(whole)": SLOWER,
        "asked: other min": WORDS,
        "_solved: without seen.add(x)": "of two equations for a symbol the other is put in: both hold",
        "_solved: other operator in seen | value.free_symbols": "x = x^2 may be put in: it holds",
        "_relation: 1 + 1": "the sign counts, not its size",
        "_relation: 1 + 1 #2": "the sign counts, not its size",
        "_relation: no sign in -1": SLOWER,
        "_relation: other any": SLOWER,
        "_says: 0 + 1 #2": SLOWER,
        "_says: other comparison in min(scales) > 0": NEVER_0,
        "_says: other min": "there is one scale, which is the least and the largest",
        "_says: other min #2": "there is one scale, which is the least and the largest",
        "_product: other comparison in constant < 0": NEVER_0,
        "_product: 1 + 1": "the sign counts, not its size",
        "_product: 1 + 1 #2": "the sign counts, not its size",
        "_cleared: and/or in hasattr(part, 'gts') and (not _plain(part))": SLOWER,
    },
    "doubt/between.py": {
        "_factors: other comparison in top.total_degree() > FACTORED": AN_END,
        "_factors: without raise TooLarge(f'{value}: more factors than are looked for')": SLOWER,
        "_ends: other comparison in len(moved) > 1": SLOWER,
        "_ends: 1 + 1": "these symbols are moved with all others next",
        "_holds: other comparison in Poly(gap, T).degree() <= 1": SLOWER,
        "_holds: other comparison in signs[0] > 0": NEVER_0,
        "_holds: 0 + 1 #4": "where the signs of the ends differ, neither way holds",
        "_holds: 100 + 1": "any small part of what the ends leave will do",
        "_shown: 1 + 1": "the first half is then the whole way",
    },
    "doubt/compare.py": {
        "compare: 9 + 1": "one level of coefficients more",
        "compare: 1 + 1": "a longer proof where a quick one is asked for, of what is true all the same",
        "compare: other comparison in ratio > 0": NEVER_0,
        "_samples: 0 + 1": "where nothing is loose or frozen, neither number is used",
        "_samples: 0 + 1 #2": "where nothing is loose or frozen, neither number is used",
        "_samples: other operator in k * stride + turn":
            "the turns pass through all places either way: other points of the region, and as many",
    },
    "doubt/undefined.py": {
        "_reached: and/or in not all((isinstance(x, Relational) for x ... e.free_symbols":
            "what is no relation between rational functions is left alone below",
        "_reached: other all": "what is no relation between rational functions is left alone below",
        "_reached: other all #2": "a search that takes longer and may find a pole more, which is one",
        "_long_powers: other comparison in base > 0": NEVER_0,
        "_senseless: no sign in not v.has(nan, zoo)": SLOWER,
    },
    "doubt/corners.py": {
        "_cases: other all": "a condition more that a point is looked for under",
        "_factors: other comparison in top.total_degree() > FACTORED": AN_END,
        "_factors: without raise TooLarge(f'{top.as_expr()}: more f ... e looked for')": SLOWER,
        "_points: 0 + 1": "any number will do for a symbol of which nothing is supposed: others are tried",
        "_cases: other operator in len(met) + 1":
            "fewer corners; the search tries ends itself where they are few",
        "_cases: 1 + 1": "there is no set of more bounds than there are",
        **dict.fromkeys(
            ("_compared: and/or in x.free_symbols or x.is_real is not True", "_compared: other any"),
            "what has a symbol, or is not real, has no ball either",
        ),
    },
    "doubt/implication.py": {
        "nonnegative: 9 + 1": "one level of coefficients more",
        "_nonnegative_polynomial: other comparison in constant > 0": NEVER_0,
        "_nonnegative_polynomial: other comparison in sign > 0": NEVER_0,
        "_nonnegative_polynomial: 1 + 1": "the sign counts, not its size",
        "_nonnegative_polynomial: 1 + 1 #2": "the sign counts, not its size",
        "consequences: other comparison in left.LC() * right.LC() < 0": NEVER_0,
        "_box: other comparison in Poly(difference(c), symbol).LC() > 0": NEVER_0,
        "_by_shift: other comparison in value >= 0": NEVER_0,
        "_shifts: other comparison in poly.LC() > 0": NEVER_0,
        "_shifts: 1 + 1 #2": "a distance in another unit: the same signs",
        "_shifts: 1 + 1 #3": "a distance in another unit: the same signs",
    },
    "doubt/signs.py": {
        **dict.fromkeys((
            "positive: 0 + 1 #2", "_signs: 1 + 1", "_signs: 1 + 1 #3", "_signs: 1 + 1 #4", "_signs: 1 + 1 #5",
            "_signs: 0 + 1 #3",
        ), "the sign counts, not its size"),
        **dict.fromkeys((
            "positive: other comparison in _signs(region)[x] < 0",
            "_factors: other comparison in constant < 0",
            "_signs: other comparison in known[x] < 0",
        ), NEVER_0),
        "_factors: 0 + 1 #2": "denominators are cleared: the constant is an integer",
        "_signs: 500 + 1": "how many are remembered",
        "_signs: other operator in negative + sum((known[x] < 0 for x in fa ... f x in known))":
            "their difference is even where their sum is",
        "_signs: 0 + 1 #2": SLOWER,
    },
    "doubt/outside.py": {
        "excluded: and/or in not at or None in at.values()":
            "SymPy puts no None in, and without a point the region is its own rest",
    },
    "doubt/ranges.py": {"without_range: no sign in -oo #2": "SymPy knows that each symbol is at least -oo"},
    "doubt/falsify.py": {"played: 4 + 1 #2": "shares grow fourfold: none lies between"},
    "weigh/runner.py": {
        "run_evidence: 4 + 1": "seconds with one decimal more",
        "run_evidence: 1 + 1 #3": "the first word of a seed's two is the first of one",
    },
    "weigh/places.py": {
        "_asks: 1 + 1": "of two names, too, the slower way to the same values",
    },
    "statement/recording.py": {
        "known_below: 2 + 1": "what lies further below is asked each time: slower",
        "_top: 0 + 1": SLOWER,
    },
    "weigh/untouched.py": {
        "Untouched._hidden: no sign in not had": SLOWER,
        "Untouched._accept_hiding: without self._list_hiding()": SLOWER,
        "Untouched.extend: without self._strange.add(name)": SLOWER,
        "Untouched._is_apart: and/or in bool(self._apart) and _home(place.owner) ... h(self._apart)":
            "what is not left out stands in the other list, which is looked at, too",
    },
    "exact/region.py": {
        "box_of: 1 + 1": "the sign counts, not its size",
        "box_of: 1 + 1 #3": "the sign counts, not its size",
        "box_of: other comparison in poly.LC() > 0": NEVER_0,
        "_tightest: other comparison in sign > 0": NEVER_0,
    },
    "kernel/gate.py": {
        "rule: 1 + 1": "seconds with two decimals",
        "rule: 1 + 1 #2": "the layout of a kept file",
    },
    "kernel/statement.py": {
        "Speaker._product: other comparison in x.exp < 0": NEVER_0,
        "Speaker._product: other comparison in x < 0": NEVER_0,
        "Speaker._product: without top.append('(- 1)')": "SymPy gives the sign as a factor of its own",
        "Speaker._power: other comparison in exponent > 0": NEVER_0,
        "Speaker._power: 0 + 1": "SymPy has no power with exponent 1",
    },
}  # fmt: skip
