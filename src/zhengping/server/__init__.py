"""The site: Django apps that remember, ask and show; every calculation is the engine's."""
