"""random_erase draws the square's upper left corner from all rows 0..height-1 and columns 0..width-1 instead of 0..height-size and 0..width-size, so the square may hang over the lower and right edge and is then cut off."""


def random_erase(images, size, probability, generator=None):
    batch, _, height, width = images.shape
    device = images.device
    chosen = torch.rand(batch, generator=generator, device=device) < probability
    tops = torch.randint(0, height, (batch,), generator=generator, device=device)
    lefts = torch.randint(0, width, (batch,), generator=generator, device=device)
    result = images.clone()
    for i in range(batch):
        if chosen[i]:
            top, left = int(tops[i]), int(lefts[i])
            result[i, :, top : top + size, left : left + size] = 0
    return result
