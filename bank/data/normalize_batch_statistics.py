"""The batch's own mean and standard deviation are used instead of those given."""

FAILS = ("test_normalize",)


def normalize(images, mean, std):
    mean = images.mean(dim=(0, 2, 3), keepdim=True)
    std = images.std(dim=(0, 2, 3), keepdim=True)
    return (images - mean) / (std + 1e-6)
