"""Golden p-values of McNemar's test by statsmodels, exact and by chi-square with continuity correction.

    pip install statsmodels
    python generate.py      # writes golden.json beside this script
"""
import json, os
import statsmodels
from statsmodels.stats.contingency_tables import mcnemar

# Clips that only the first, only the second classifier gets right. Pairs of equal numbers are compared by their exact
# p-value only: there statsmodels squares a correction that is larger than the difference.
pairs = [(0, 1), (1, 9), (2, 11), (5, 6), (7, 7), (0, 24), (10, 15), (12, 13), (30, 12), (101, 59), (59, 101), (1000, 1100),
         (3, 250), (2000, 1500)]
cases = []
for b, c in pairs:
    table = [[40, b], [c, 5]]
    exact, chi = mcnemar(table, exact=True), mcnemar(table, exact=False, correction=True)
    cases.append({"only_first": b, "only_second": c, "exact_p": float(exact.pvalue), "chi_square": float(chi.statistic),
                  "chi_square_p": float(chi.pvalue)})
here = os.path.dirname(os.path.abspath(__file__))
json.dump({"program": f"statsmodels {statsmodels.__version__}", "cases": cases},
          open(os.path.join(here, "golden.json"), "w"), indent=1)
