"""The variance is computed as the mean square less the square of the mean, which loses all its
digits where the logits share a large part.
"""

FAILS = ("test_spread_of_any_batch",)


def logit_spread(logits):
    variance = logits.square().mean(dim=0) - logits.mean(dim=0).square()
    return variance.clamp_min(0).sqrt().mean()
