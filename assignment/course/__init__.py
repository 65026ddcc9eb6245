"""What the course gives you: data, loader, training loop, baselines, plots, presets, hand-in."""
