class ViT:
    def embed(self, images):
        every = []
        for image in images:
            if self.patch_embedding == "convolution":
                tokens = self.projection(image[None])[0].flatten(1).T
            else:
                tokens = self.projection(images_to_patches(image[None], self.patch_size)[0])
            if self.pool == "class":
                tokens = torch.vstack([self.class_token[0], tokens])
            if self.positions is not None:
                tokens = tokens + self.positions[0]
            every.append(tokens)
        return torch.stack(every)
