"""The site's settings: each from one environment variable, with a default that runs on a laptop, failing loudly on nonsense."""

from __future__ import annotations

import secrets
from pathlib import Path
from urllib.parse import unquote, urlsplit

from csp.constants import NONE, SELF
from django.utils.translation import gettext_lazy as _
from environs import Env, validate

env = Env()
HERE = Path(__file__).parent

# --- the machine -----------------------------------------------------------------------------------------------------

DATA = env.path("ZHENGPING_DATA", Path("zhengping-data")).absolute()
DATA.mkdir(parents=True, exist_ok=True)
FILES = DATA / "files"
DEBUG = env.bool("ZHENGPING_DEBUG", False)
IS_SECURE = env.bool("ZHENGPING_SECURE", False)  # behind https
HAS_DEMO = env.bool("ZHENGPING_DEMO", False)  # mail stays in the outbox, log-ins are shown
ADDRESS = env.str("ZHENGPING_ADDRESS", "http://127.0.0.1:8000").rstrip("/")
ALLOWED_HOSTS = env.list("ZHENGPING_HOSTS", ["127.0.0.1", "localhost"])
CSRF_TRUSTED_ORIGINS = [ADDRESS] if ADDRESS.startswith("https") else []


def _secret() -> str:
    """The secret key: given, else made once and kept beside the data, readable by the owner alone."""
    given: str = env.str("ZHENGPING_SECRET", "")
    if given:
        return given
    path = DATA / "secret"
    if not path.exists():
        path.touch(0o600)
        path.write_text(secrets.token_urlsafe(50))
    return path.read_text()


SECRET_KEY = _secret()

DATABASES = {"default": env.dj_db_url("ZHENGPING_DATABASE", f"sqlite:///{DATA / 'zhengping.sqlite3'}", conn_max_age=600)}
IS_SQLITE = DATABASES["default"]["ENGINE"].endswith("sqlite3")
if IS_SQLITE:
    DATABASES["default"]["ENGINE"] = "zhengping.server.queued_sqlite3"
    # Writers wait instead of failing: a plain BEGIN that reads first and writes later is locked out by its neighbour.
    DATABASES["default"]["OPTIONS"] = {
        "transaction_mode": "IMMEDIATE",
        "timeout": 20,
        "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL; PRAGMA cache_size=-65536; PRAGMA mmap_size=268435456",
    }
else:
    DATABASES["default"]["ENGINE"] = "zhengping.server.heard_postgresql"
    DATABASES["default"]["CONN_HEALTH_CHECKS"] = True
    # Wide rows are planned once for a connection, not at every question: an eighth of a submission's time.
    DATABASES["default"]["OPTIONS"] = {"server_side_binding": True, "prepare_threshold": 2}

# --- apps, lowest stage first ----------------------------------------------------------------------------------------

STAGES = ("audit", "mail", "accounts", "call", "submission", "screening", "judging", "decision", "publication", "roundup", "library", "desk", "api", "transfer")
INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.humanize",
    "django.forms",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.usersessions",
    "allauth.socialaccount",
    "allauth.socialaccount.providers.openid_connect",
    "axes",
    "csp",
    "django_filters",
    "django_htmx",
    "rules.apps.AutodiscoverRulesConfig",
    *(f"zhengping.server.{stage}" for stage in STAGES),
]
MIDDLEWARE = [
    "zhengping.server.accounts.private.Arrival",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "zhengping.server.accounts.private.ChosenLanguage",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "zhengping.server.accounts.private.PrivatePages",
    "axes.middleware.AxesMiddleware",
]
ROOT_URLCONF = "zhengping.server.urls"
WSGI_APPLICATION = "zhengping.server.wsgi.application"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
FORM_RENDERER = "django.forms.renderers.TemplatesSetting"  # so that templates/django/forms/widgets/ count
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [HERE / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "zhengping.server.context.site",
            ],
            "builtins": ["django.templatetags.i18n", "zhengping.server.audit.templatetags.words"],
        },
    }
]

# --- words, time -----------------------------------------------------------------------------------------------------

LANGUAGE_CODE = "zh-hans"
LANGUAGES = [("zh-hans", "中文"), ("en", "English")]
LOCALE_PATHS = [HERE / "locale"]
TIME_ZONE = env.str("ZHENGPING_ZONE", "Asia/Shanghai")
USE_TZ = True

# --- files -----------------------------------------------------------------------------------------------------------

STATIC_URL = "/static/"
STATICFILES_DIRS = [HERE / "static"]
STATIC_ROOT = DATA / "static"
STATIC_ROOT.mkdir(exist_ok=True)
WHITENOISE_USE_FINDERS = True  # no collecting step on one machine
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}
LARGEST_FILE = env.int("ZHENGPING_LARGEST_FILE", 64 << 20)  # bytes; of one file from a unit
LARGEST_BULK = env.int("ZHENGPING_LARGEST_BULK", 4 << 30)  # bytes; of a zip from a province or the organiser
DATA_UPLOAD_MAX_NUMBER_FILES = 200
DATA_UPLOAD_MAX_NUMBER_FIELDS = 20_000
FILE_UPLOAD_TEMP_DIR = str(DATA / "incoming")
Path(FILE_UPLOAD_TEMP_DIR).mkdir(exist_ok=True)
FILE_UPLOAD_HANDLERS = ["django.core.files.uploadhandler.TemporaryFileUploadHandler"]
READERS = env.int("ZHENGPING_READERS", 2)  # reader processes beside each process that takes files
WORKERS = env.int("ZHENGPING_WORKERS", 2)  # web processes

# --- people ----------------------------------------------------------------------------------------------------------

AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = [
    "axes.backends.AxesStandaloneBackend",
    "rules.permissions.ObjectPermissionBackend",
    "allauth.account.auth_backends.AuthenticationBackend",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 10}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "home"
LOGOUT_REDIRECT_URL = "home"
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*", "password2*"]
ACCOUNT_EMAIL_VERIFICATION = "mandatory"
ACCOUNT_ADAPTER = "zhengping.server.accounts.adapter.Adapter"
ACCOUNT_FORMS = {"signup": "zhengping.server.accounts.forms.SignUpForm"}
ACCOUNT_EMAIL_SUBJECT_PREFIX = ""
ACCOUNT_SESSION_REMEMBER = None
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_PASSKEY_LOGIN_ENABLED = False
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = not IS_SECURE
MFA_TOTP_ISSUER = "征评"
NEEDS_SECOND_FACTOR = env.bool("ZHENGPING_SECOND_FACTOR", IS_SECURE)  # organiser, chair and screener
USERSESSIONS_TRACK_ACTIVITY = False  # a page that is only read writes nothing
AXES_FAILURE_LIMIT = 8
AXES_COOLOFF_TIME = 0.5  # hours
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]
AXES_USERNAME_FORM_FIELD = "login"
AXES_LOCKOUT_TEMPLATE = "accounts/locked.html"
AXES_VERBOSE = False
OIDC = env.json("ZHENGPING_OIDC", {})  # {"id": …, "name": …, "server": …, "client": …, "secret": …}
SOCIALACCOUNT_EMAIL_AUTHENTICATION = SOCIALACCOUNT_EMAIL_AUTHENTICATION_AUTO_CONNECT = True  # the office's own sign-on vouches for its addresses
SOCIALACCOUNT_PROVIDERS = {
    "openid_connect": {
        "APPS": [
            {"provider_id": OIDC["id"], "name": OIDC["name"], "client_id": OIDC["client"], "secret": OIDC["secret"], "settings": {"server_url": OIDC["server"]}}
        ]
        if OIDC
        else []
    }
}

# --- the browser -----------------------------------------------------------------------------------------------------

CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [SELF],
        "img-src": [SELF, "data:"],
        "font-src": [SELF, "data:"],
        "object-src": [NONE],
        "base-uri": [NONE],
        "frame-ancestors": [NONE],
        "form-action": [SELF],
    }
}
X_FRAME_OPTIONS = "DENY"
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = LANGUAGE_COOKIE_SECURE = IS_SECURE
SESSION_COOKIE_HTTPONLY = CSRF_COOKIE_HTTPONLY = LANGUAGE_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = LANGUAGE_COOKIE_SAMESITE = "Lax"
SECURE_SSL_REDIRECT = False
SECURE_HSTS_SECONDS = 31_536_000 if IS_SECURE else 0
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if env.bool("ZHENGPING_TRUSTED_PROXY", False) else None
SESSION_ENGINE = "django.contrib.sessions.backends.db"
CACHES = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}}
CSRF_FAILURE_VIEW = "zhengping.server.accounts.views.csrf_failure"
MESSAGE_TAGS = {40: "danger"}

# --- mail -----------------------------------------------------------------------------------------------------

_mail = urlsplit(env.str("ZHENGPING_MAIL", ""))  # smtp://user:password@host:25, smtps://…:465, smtp+tls://…:587
KEEPS_MAIL = not _mail.hostname  # no server named: the outbox is all there is
EMAIL_BACKEND = "django.core.mail.backends.dummy.EmailBackend" if KEEPS_MAIL else "django.core.mail.backends.smtp.EmailBackend"
EMAIL_HOST, EMAIL_PORT = _mail.hostname or "", _mail.port or {"smtps": 465, "smtp+tls": 587}.get(_mail.scheme, 25)
EMAIL_HOST_USER, EMAIL_HOST_PASSWORD = unquote(_mail.username or ""), unquote(_mail.password or "")
EMAIL_USE_SSL, EMAIL_USE_TLS = _mail.scheme == "smtps", _mail.scheme == "smtp+tls"
EMAIL_TIMEOUT = 30
DEFAULT_FROM_EMAIL = env.str("ZHENGPING_FROM", "征评 <zhengping@localhost>")
MAILBOX = env.str("ZHENGPING_MAILBOX", "")  # imap(s)://user:password@host:port/folder?edition=slug
MAILBOX_SECONDS = env.float("ZHENGPING_MAILBOX_SECONDS", 30.0)
HOOK_HOSTS = env.list("ZHENGPING_HOOK_HOSTS", [])  # hosts (or host:port) to which events may be sent
API_A_MINUTE = env.int("ZHENGPING_API_A_MINUTE", 600)  # calls of a token


# --- the writing aid -------------------------------------------------------------------------------------------------


def _aid() -> tuple[str, str]:
    """Address and key of the aid; both empty where it is off. Raises ValueError, without the key, for what cannot be called."""
    address, key = env.str("ZHENGPING_AID_URL", "").rstrip("/"), env.str("ZHENGPING_AID_KEY", "")
    parts = urlsplit(address)
    is_plain = not (parts.username or parts.password or parts.query or parts.fragment) and address.isascii() and address.isprintable() and " " not in address
    if address and (parts.scheme not in ("http", "https") or not parts.hostname or not is_plain):
        raise ValueError("ZHENGPING_AID_URL is not the base address of a chat interface, such as https://host/v1")
    if address and not env.str("ZHENGPING_AID_MODEL", ""):
        raise ValueError("ZHENGPING_AID_URL needs ZHENGPING_AID_MODEL, the name of the model to ask")
    if not (key.isascii() and key.isprintable() and " " not in key):
        raise ValueError("ZHENGPING_AID_KEY holds a character that no key has")
    return address, key


AID_URL, AID_KEY = _aid()  # base of an OpenAI chat interface; empty: no aid
AID_MODEL = env.str("ZHENGPING_AID_MODEL", "")
AID_SECONDS = env.int("ZHENGPING_AID_SECONDS", 30, validate=validate.Range(1, 120))  # for a whole answer
AID_AN_HOUR = env.int("ZHENGPING_AID_AN_HOUR", 60)  # requests for an article

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "%(asctime)s %(levelname)s %(name)s %(message)s"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["console"], "level": "WARNING"},
    "loggers": {"pyhanko": {"level": "CRITICAL"}},  # what is wrong with a file that is verified is its answer, no trouble of the site
}
ROLES = {
    "organiser": _("组织方"),
    "screener": _("省级初筛"),
    "unit": _("报送单位"),
    "judge": _("评委"),
    "chair": _("评审组长"),
    "auditor": _("监督"),
}
