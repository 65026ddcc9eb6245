"""The mean distance from the mean is taken instead of the standard deviation."""

FAILS = ("test_logit_spread",)


def logit_spread(logits):
    return (logits - logits.mean(dim=0)).abs().mean()
