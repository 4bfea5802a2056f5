"""The works whose statements are checked, and their neighbours.

Of the works checked only the abstracts were at hand, of the neighbours abstracts or summaries: ``read`` says
which.  Theorem numbers are therefore never cited.
"""

from __future__ import annotations

from theorem_audit.statement.bibliography import Prior, Work

_AUTHORS = ("Ghosh, Nikhil", "Frei, Spencer", "Ha, Wooseok", "Yu, Bin")

GHOSH_2025 = Work(
    "ghosh2025", _AUTHORS,
    "The Effect of SGD Batch Size on Autoencoder Learning: Sparsity, Sharpness, and Feature Learning",
    "JMLR 26(49)", 2025, "http://jmlr.org/papers/v26/23-1022.html",
)  # fmt: skip
GHOSH_2022 = Work(
    "ghosh2022", _AUTHORS,
    "The Effect of SGD Batch Size on Autoencoder Learning: Sparsity, Sharpness, and Feature Learning "
    "(workshop version)",
    "OPT workshop at NeurIPS", 2022, kind="inproceedings",
)  # fmt: skip
PATEL_2017 = Work(
    "patel2017", ("Patel, Vivak",),
    "The Impact of Local Geometry and Batch Size on the Convergence and Divergence of Stochastic Gradient "
    "Descent",
    "arXiv:1709.04718", 2017, "https://arxiv.org/abs/1709.04718", kind="misc",
)  # fmt: skip

GHOSH = GHOSH_2025.cite()
GHOSH_WORKSHOP = GHOSH_2022.cite()
PATEL = PATEL_2017.cite()

MULAYOFF = Work(
    "mulayoff2024", ("Mulayoff, Rotem", "Michaeli, Tomer"),
    "Exact Mean Square Linear Stability Analysis for SGD", "COLT, PMLR 247", 2024,
    "https://proceedings.mlr.press/v247/mulayoff24a.html", kind="inproceedings",
)  # fmt: skip
CHEMNITZ = Work(
    "chemnitz2025", ("Chemnitz, Dennis", "Engel, Maximilian"),
    "Characterizing Dynamical Stability of Stochastic Gradient Descent in Overparameterized Learning",
    "JMLR 26", 2025, "https://arxiv.org/abs/2407.20209",
)  # fmt: skip
ZIYIN_SADDLES = Work(
    "ziyin2023", ("Ziyin, Liu", "Li, Botao", "Galanti, Tomer", "Ueda, Masahito"),
    "Type-II Saddles and Probabilistic Stability of Stochastic Gradient Descent", "arXiv:2303.13093",
    2023, "https://arxiv.org/abs/2303.13093", kind="misc",
)  # fmt: skip
ZIYIN_MAXIMA = Work(
    "ziyin2022", ("Ziyin, Liu", "Li, Botao", "Simon, James B.", "Ueda, Masahito"),
    "SGD Can Converge to Local Maxima", "ICLR", 2022, "https://arxiv.org/abs/2107.11774",
    kind="inproceedings", read="summary",
)  # fmt: skip
CHEN = Work(
    "chen2023", ("Chen, Feng", "Kunin, Daniel", "Yamamura, Atsushi", "Ganguli, Surya"),
    "Stochastic Collapse: How Gradient Noise Attracts SGD Dynamics Towards Simpler Subnetworks",
    "NeurIPS", 2023, "https://arxiv.org/abs/2306.04251", kind="inproceedings", read="summary",
)  # fmt: skip
ANDREYEV = Work(
    "andreyev2024", ("Andreyev, Arseniy", "Beneventano, Pierfrancesco"),
    "Edge of Stochastic Stability: Revisiting the Edge of Stability for SGD", "arXiv:2412.20553", 2024,
    "https://arxiv.org/abs/2412.20553", kind="misc", read="summary",
)  # fmt: skip
WU = Work(
    "wu2018", ("Wu, Lei", "Ma, Chao", "E, Weinan"),
    "How SGD Selects the Global Minima in Over-parameterized Learning: A Dynamical Stability Perspective",
    "NeurIPS", 2018, kind="inproceedings", read="summary",
)  # fmt: skip
MA = Work(
    "ma2021", ("Ma, Chao", "Ying, Lexing"),
    "On Linear Stability of SGD and Input-Smoothness of Neural Networks", "NeurIPS", 2021,
    "https://arxiv.org/abs/2105.13462", kind="inproceedings", read="summary",
)  # fmt: skip
DEXTER = Work(
    "dexter2024",
    ("Dexter, Gregory", "Ocejo, Borja", "Keerthi, Sathiya", "Gupta, Aman", "Acharya, Ayan",
     "Khanna, Rajiv"),
    "A Precise Characterization of SGD Stability Using Loss Surface Geometry", "ICLR", 2024,
    "https://arxiv.org/abs/2401.12332", kind="inproceedings", read="summary",
)  # fmt: skip
BENEVENTANO = Work(
    "beneventano2023", ("Beneventano, Pierfrancesco",),
    "On the Trajectories of SGD Without Replacement", "arXiv:2312.16143", 2023,
    "https://arxiv.org/abs/2312.16143", kind="misc", read="summary",
)  # fmt: skip
KESKAR = Work(
    "keskar2017",
    ("Keskar, Nitish Shirish", "Mudigere, Dheevatsa", "Nocedal, Jorge", "Smelyanskiy, Mikhail",
     "Tang, Ping Tak Peter"),
    "On Large-Batch Training for Deep Learning: Generalization Gap and Sharp Minima", "ICLR", 2017,
    "https://arxiv.org/abs/1609.04836", kind="inproceedings", read="summary",
)  # fmt: skip
JASTRZEBSKI = Work(
    "jastrzebski2017",
    ("Jastrzebski, Stanislaw", "Kenton, Zachary", "Arpit, Devansh", "Ballas, Nicolas",
     "Fischer, Asja", "Bengio, Yoshua", "Storkey, Amos"),
    "Three Factors Influencing Minima in SGD", "arXiv:1711.04623", 2017,
    "https://arxiv.org/abs/1711.04623", kind="misc", read="summary",
)  # fmt: skip
SMITH = Work(
    "smith2018", ("Smith, Samuel L.", "Le, Quoc V."),
    "A Bayesian Perspective on Generalization and Stochastic Gradient Descent", "ICLR", 2018,
    "https://arxiv.org/abs/1710.06451", kind="inproceedings", read="summary",
)  # fmt: skip

GODIN = Work(
    "godin2011", ("Godin, Yuri A.", "Molchanov, Stanislav", "Vainberg, Boris"),
    "Lyapunov exponent of the random Schrödinger operator with short-range correlated noise potential",
    "arXiv:1104.3150", 2011, "https://arxiv.org/abs/1104.3150", kind="misc",
)  # fmt: skip

WORKS = (
    GHOSH_2025, GHOSH_2022, PATEL_2017, MULAYOFF, CHEMNITZ, ZIYIN_SADDLES, ZIYIN_MAXIMA, CHEN, ANDREYEV, WU,
    MA, DEXTER, BENEVENTANO, KESKAR, JASTRZEBSKI, SMITH, GODIN,
)  # fmt: skip

# What a neighbour had first, for the claims that restate or overlap it.

EXACT_MEAN_SQUARE = Prior(
    MULAYOFF,
    "a necessary and sufficient mean-square threshold at interpolating minima, for every batch size",
)
MONOTONE = Prior(MULAYOFF, "the mean-square threshold does not fall as the batch grows")
COVARIANCE = Prior(MULAYOFF, "the asymptotic covariance of SGD around a minimum")
MIXTURE = Prior(
    MULAYOFF,
    "SGD's threshold is that of full batch mixed with single samples, of chance (n - b)/(b(n - 1))",
)
LYAPUNOV_SIGN = Prior(
    CHEMNITZ,
    "the sign of a Lyapunov exponent decides whether SGD can accumulate at a global minimum",
)
SADDLES_ATTRACT = Prior(
    ZIYIN_SADDLES,
    "saddles without gradient noise attract or repel by the sign of a Lyapunov exponent",
)
SGD_AT_MAXIMA = Prior(
    ZIYIN_MAXIMA, "SGD can converge where gradient descent cannot; moments mislead"
)
NOISE_COLLAPSES = Prior(
    CHEN, "an invariant set attracts where curvature and half the noise's outweigh"
)
BATCH_SHARPNESS = Prior(ANDREYEV, "the batch's own sharpness, not the whole loss's, sits at 2/step")
COHERENT = Prior(
    DEXTER, "a coherence of the components' Hessians gives a sufficient condition for divergence"
)
MOMENTS_BOUNDED = Prior(
    MA, "linear stability of SGD at a global minimum constrains the moments of the gradient noise"
)
NON_UNIFORM = Prior(WU, "stability bounds both the sharpness and the non-uniformity of a minimum")
WHITE_NOISE = Prior(
    GODIN, "the exponent of a Schrödinger equation with a white-noise potential, explicitly"
)
RESHUFFLING_DRIFT = Prior(BENEVENTANO, "reshuffled epochs add a drift along flat directions")
SHARP_AND_FLAT = Prior(KESKAR, "large batches are said to find sharper minima, small ones flatter")
NOISE_SCALE = Prior(
    JASTRZEBSKI, "step size over batch size sets the noise, and with it the minimum"
)
NOISE_SCALE_SMITH = Prior(
    SMITH, "the noise scale, step size times (N/k - 1), sets the noise of SGD as a diffusion"
)
