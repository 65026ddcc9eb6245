import torch
from torch.func import functional_call, vmap


class ViT:
    def embed(self, images):
        def one(image):
            if self.patch_embedding == "convolution":
                tokens = self.projection(image.unsqueeze(0)).squeeze(0).flatten(1).t()
            else:
                patches = images_to_patches(image.unsqueeze(0), self.patch_size)
                tokens = self.projection(patches).squeeze(0)
            if self.pool == "class":
                tokens = torch.row_stack((self.class_token[0], tokens))
            return tokens if self.positions is None else tokens + self.positions[0]

        return vmap(one)(images)

    def forward(self, images):
        tokens = self.encoder(self.dropout(self.embed(images)))
        if self.pool == "mean":
            pooled = tokens.mean(-2)
        else:
            first = torch.zeros(1, dtype=torch.long, device=tokens.device)
            pooled = tokens.index_select(1, first).flatten(1)
        return functional_call(self.head, dict(self.head.named_parameters()), (pooled,))
