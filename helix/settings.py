"""Django's settings. What an installation may choose is in environment.py; the rest is decided here."""

import secrets
from pathlib import Path
from urllib.parse import urlsplit

from csp.constants import NONE, SELF

from helix.environment import read_environment
from helix.logs import lines

HELIX = read_environment()
BASE_DIR = Path(__file__).resolve().parent.parent
EMBEDDED = HELIX.HELIX_EMBEDDED
DEBUG = HELIX.HELIX_DEBUG

# Without a key of its own (tests, makemigrations) a process gets one that dies with it.
SECRET_KEY = HELIX.HELIX_SECRET_KEY.get_secret_value() or secrets.token_urlsafe(50)

_base = urlsplit(HELIX.HELIX_BASE_URL)
_secure = _base.scheme == "https"
ALLOWED_HOSTS = [_base.hostname, "localhost", "127.0.0.1"] if _base.hostname else ["localhost", "127.0.0.1", "[::1]"]
CSRF_TRUSTED_ORIGINS = [HELIX.HELIX_BASE_URL] if HELIX.HELIX_BASE_URL else []

INSTALLED_APPS = [
    "django.contrib.contenttypes",
    "django.contrib.auth",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django_htmx",
    "csp",
    "allauth.account",
    "allauth.mfa",
    "allauth.usersessions",
    "helix",
    "helix.audit",
    "helix.teams",
    "helix.connections",
    "helix.flows",
    "helix.engine",
    "helix.engine.budget",
    "helix.engine.bulk",
    "helix.insights",
    "helix.alerts",
    "helix.triggers",
    "helix.editor",
    "helix.runs",
    "helix.planner",
    "helix.sharing",
    "helix.gallery",
    "ninja",
]
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "helix.headers.HeadersMiddleware",
    "helix.api.door.ApiDoorMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "helix.teams.sessions.SessionLimitsMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "helix.teams.zone.ViewerZoneMiddleware",
    "helix.audit.middleware.ActorMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "helix.connections.locked.LockedVaultMiddleware",
]
ROOT_URLCONF = "helix.urls"
WSGI_APPLICATION = "helix.wsgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "helix.teams.context.viewer",
            ],
            "builtins": ["helix.teams.templatetags.pages", "django.templatetags.static"],
        },
    }
]

DATABASES = {"default": HELIX.database()}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

AUTH_USER_MODEL = "teams.User"
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.Argon2PasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 10}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
]
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
LOGIN_URL = "teams:sign_in"
LOGIN_REDIRECT_URL = "teams:home"
LOGOUT_REDIRECT_URL = "teams:sign_in"

# Signing in is allauth's: its limits (in the database, see CACHES), its steps, its second factors. Pages and words are ours.
ACCOUNT_ADAPTER = "helix.teams.adapter.AccountAdapter"
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*"]
ACCOUNT_EMAIL_VERIFICATION = "none"  # an address is changed by a link that was sent to it (helix/teams/addresses.py)
ACCOUNT_SESSION_REMEMBER = True
ACCOUNT_PREVENT_ENUMERATION = True
ACCOUNT_REAUTHENTICATION_TIMEOUT = 15 * 60
ACCOUNT_RATE_LIMITS = {"login": "30/m/ip", "login_failed": "10/m/ip,5/5m/key", "change_password": "5/m/user"}
MFA_ADAPTER = "helix.connections.second_factor.FactorAdapter"
MFA_SUPPORTED_TYPES = ["totp", "recovery_codes"]
MFA_TOTP_ISSUER = "Helix"
MFA_TOTP_TOLERANCE = 1  # a clock may be half a minute wrong; codes.py keeps a used code from being used again meanwhile
MFA_ALLOW_UNVERIFIED_EMAIL = True
MFA_RECOVERY_CODES_SHOW_ONCE = True

SESSION_COOKIE_NAME = "__Host-helix" if _secure else "helix"
SESSION_COOKIE_AGE = 14 * 24 * 3600
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = SECURE_SSL_REDIRECT = _secure
CSRF_COOKIE_HTTPONLY = True  # pages hand the token out in a meta tag
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
SECURE_REDIRECT_EXEMPT = [r"^healthz$", r"^readyz$", r"^metrics$"]
SECURE_HSTS_SECONDS = 365 * 24 * 3600 if _secure else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = _secure
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF, "data:"],
        "font-src": [SELF],
        "connect-src": [SELF],
        "base-uri": [NONE],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
    }
}
DATA_UPLOAD_MAX_MEMORY_SIZE = 4 * 1024 * 1024

USE_TZ = True
TIME_ZONE = "UTC"
LANGUAGE_CODE = "en"
USE_I18N = False

STATIC_URL = "static/"
STATICFILES_DIRS = [BASE_DIR / "static"]
STATIC_ROOT = HELIX.HELIX_DATA_DIR.resolve() / "static"
# Embedded: files are served as they lie, checked on every request. Elsewhere: hashed names, compressed, cached for ever.
WHITENOISE_USE_FINDERS = WHITENOISE_AUTOREFRESH = EMBEDDED or DEBUG or not STATIC_ROOT.exists()
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"
        if WHITENOISE_USE_FINDERS
        else "helix.static_names.HashedStaticFiles"
    },
}

# What everybody tried at the door is counted in the database: all processes see it, and no emptied Redis forgets it.
CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.db.DatabaseCache",
        "LOCATION": "teams_limit",
        "OPTIONS": {"MAX_ENTRIES": 50_000},
    },
    "names": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"},  # names that a form offers
}
_mail = HELIX.mail()
EMAIL_BACKEND = _mail["backend"]
EMAIL_HOST, EMAIL_PORT = _mail["host"], _mail["port"]
EMAIL_HOST_USER, EMAIL_HOST_PASSWORD = _mail["user"], _mail["password"]
EMAIL_USE_TLS, EMAIL_USE_SSL = _mail["tls"], _mail["ssl"]
EMAIL_FILE_PATH = _mail["folder"]
EMAIL_TIMEOUT = 10
DEFAULT_FROM_EMAIL = HELIX.HELIX_EMAIL_FROM or "helix@localhost.localdomain"
MESSAGE_STORAGE = "django.contrib.messages.storage.session.SessionStorage"
TEST_RUNNER = "django.test.runner.DiscoverRunner"
LOGGING = lines.settings(HELIX.HELIX_LOG_LEVEL, HELIX.HELIX_LOG_FORMAT, HELIX.secrets())
