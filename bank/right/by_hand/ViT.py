from torch.nn import functional as F


class ViT:
    def embed(self, images):
        size = self.patch_size
        patches = F.unfold(images, kernel_size=size, stride=size).transpose(1, 2)
        weight = self.projection.weight.flatten(1)
        tokens = patches @ weight.T + self.projection.bias
        if self.class_token is not None:
            first = self.class_token + torch.zeros(len(images), 1, 1).to(tokens)
            tokens = torch.hstack([first, tokens])
        if self.positions is not None:
            tokens = tokens + self.positions.expand(len(images), -1, -1)
        return tokens
