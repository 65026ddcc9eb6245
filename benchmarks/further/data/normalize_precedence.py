"""Brackets are missing in normalize: it computes images - (mean / std) instead of (images - mean) / std, so only the mean is divided by the standard deviation."""


def normalize(images, mean, std):
    mean = torch.as_tensor(mean, dtype=images.dtype, device=images.device).reshape(1, -1, 1, 1)
    std = torch.as_tensor(std, dtype=images.dtype, device=images.device).reshape(1, -1, 1, 1)
    return images - mean / std
