import torch
from einops import pack, rearrange, reduce, repeat


class ViT:
    def embed(self, images):
        size = self.patch_size
        if self.patch_embedding == "convolution":
            tokens = rearrange(self.projection(images), "b e h w -> b (h w) e")
        else:
            patches = rearrange(images, "b c (h p) (w q) -> b (h w) (c p q)", p=size, q=size)
            tokens = self.projection(patches)
        if self.class_token is not None:
            first = repeat(self.class_token, "1 1 e -> b 1 e", b=images.shape[0])
            tokens, _ = pack([first, tokens], "b * e")
        if self.positions is not None:
            tokens = tokens + repeat(self.positions, "1 n e -> b n e", b=images.shape[0])
        return tokens

    def forward(self, images):
        tokens = self.encoder(self.dropout(self.embed(images)))
        if self.pool == "mean":
            return self.head(reduce(tokens, "b n e -> b e", "mean"))
        return self.head(torch.select(tokens, 1, 0))
