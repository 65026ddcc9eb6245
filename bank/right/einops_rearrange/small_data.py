from einops import rearrange


def shift_images(images, shift):
    from torch.nn import functional as F

    copies = [images]
    for up in (shift, -shift):
        for left in (shift, -shift):
            copies.append(F.pad(images, (-left, left, -up, up)))
    return rearrange(copies, "n b c h w -> b (n c) h w")


class ShiftedPatchTokenization:
    def forward(self, images):
        p = self.patch_size
        if images.shape[-2] % p or images.shape[-1] % p:
            raise ValueError(f"{tuple(images.shape)} / {p}")
        patches = rearrange(
            shift_images(images, p // 2), "b c (h p) (w q) -> b (h w) (c p q)", p=p, q=p
        )
        return self.projection(self.norm(patches))


class LocalitySelfAttention:
    def forward(self, tokens, return_weights=False):
        if tokens.size(1) < 2:
            raise ValueError(f"at least two tokens, not {tokens.size(1)}")
        split = "b n (h d) -> b h n d"
        q = rearrange(self.query(tokens), split, h=self.num_heads)
        k = rearrange(self.key(tokens), split, h=self.num_heads)
        v = rearrange(self.value(tokens), split, h=self.num_heads)
        scores = q @ rearrange(k, "b h n d -> b h d n") / self.temperature
        scores.diagonal(dim1=-2, dim2=-1).fill_(float("-inf"))
        weights = scores.softmax(-1)
        output = self.out(rearrange(self.dropout(weights) @ v, "b h n d -> b n (h d)"))
        return (output, weights) if return_weights else output
