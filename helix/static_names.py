"""Names of static files in production: the file's hash is part of the name, imports between our modules included."""

from typing import ClassVar

from whitenoise.storage import CompressedManifestStaticFilesStorage


class HashedStaticFiles(CompressedManifestStaticFilesStorage):
    """Rewrites relative imports in our own editor modules too; libraries are left alone, whose type comments look like imports."""

    support_js_module_import_aggregation = True
    # A private name of Django 5.2, covered by a collectstatic test.
    _js_module_import_aggregation_patterns: ClassVar = (
        "editor/*.js",
        CompressedManifestStaticFilesStorage._js_module_import_aggregation_patterns[1],
    )
