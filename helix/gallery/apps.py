from django.apps import AppConfig


class GalleryConfig(AppConfig):
    name = "helix.gallery"
    label = "gallery"
