from django.apps import AppConfig


class EditorConfig(AppConfig):
    name = "helix.editor"
    label = "editor"
