"""All channels are normalised by the first channel's numbers."""

FAILS = ("test_normalize",)


def normalize(images, mean, std):
    return (images - float(mean[0])) / float(std[0])
