"""A trained model on a user's video: the video opened, the answers, and what is written of them."""
