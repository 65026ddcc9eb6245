"""The deviations of the classes are added up instead of averaged."""

FAILS = ("test_logit_spread",)


def logit_spread(logits):
    return logits.std(dim=0, correction=0).sum()
