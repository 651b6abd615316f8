"""Settings shared by development, tests and production."""

from typing import Any

from django.utils.translation import gettext_lazy as _

from fleetportal.settings.env import ROOT, VAR, env

DEBUG = env.debug()
SECRET_KEY = env.secret("SECRET_KEY")
LINK_KEY = env.secret("LINK_KEY")
BASE_URL = env.base_url()
HTTPS = BASE_URL.startswith("https://")
BASE_HOST = BASE_URL.split("://", 1)[1].rsplit(":", 1)[0]
ALLOWED_HOSTS = env.hosts(BASE_HOST)
CSRF_TRUSTED_ORIGINS = [BASE_URL]

INSTALLED_APPS = [
    "fleetportal.core",
    "accounts",
    "contacts",
    "events",
    "gifts",
    "intake",
    "cms",
    "demo",
    "wagtail.contrib.redirects",
    "wagtail.contrib.settings",
    "wagtail.contrib.simple_translation",
    "wagtail.embeds",
    "wagtail.sites",
    "wagtail.users",
    "wagtail.snippets",
    "wagtail.documents",
    "wagtail.images",
    "wagtail.search",
    "wagtail.admin",
    "wagtail.locales",
    "wagtail",
    "modelcluster",
    "taggit",
    "guardian",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "django_filters",
    "django_htmx",
    "django_tables2",
    "template_partials",
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.humanize",
    "django.contrib.messages",
    "django.contrib.sessions",
    "django.contrib.staticfiles",
    "django.forms",
]

MIDDLEWARE = [
    "fleetportal.core.web.middleware.LanguageGivenBack",
    "fleetportal.core.web.middleware.RequestId",
    "fleetportal.core.web.middleware.SecurityHeaders",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "cms.kept.KeptPages",
    "fleetportal.core.web.compression.Compression",  # below the page cache, so that a cached page is compressed once
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "fleetportal.core.web.middleware.RoomForForms",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "fleetportal.core.web.middleware.ChosenLanguage",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "accounts.staff.sign_in.SecondFactor",
    "accounts.staff.sign_in.OneDoor",
    "django_htmx.middleware.HtmxMiddleware",
    "fleetportal.core.web.middleware.Refusals",
]

ROOT_URLCONF = "fleetportal.urls"
WSGI_APPLICATION = "fleetportal.wsgi.application"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
FORM_RENDERER = "django.forms.renderers.TemplatesSetting"
APPEND_SLASH = True

TEMPLATES: list[dict[str, Any]] = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "django.template.context_processors.i18n",
                "fleetportal.core.web.pages.page_context",
            ],
            "builtins": [
                "django.templatetags.i18n",
                "django.templatetags.static",
                "template_partials.templatetags.partials",
                "fleetportal.core.templatetags.portal",
            ],
        },
    },
]

# --- Database. SQLite: WAL, every transaction IMMEDIATE, connections kept (STACK §2); so no ATOMIC_REQUESTS.
SQLITE_OPTIONS = {
    "transaction_mode": "IMMEDIATE",
    "timeout": 20,
    "init_command": (
        "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL; PRAGMA mmap_size=134217728;"
        "PRAGMA journal_size_limit=27103364; PRAGMA cache_size=-20000;"
    ),
}
# PostgreSQL: server-side parameters, and a statement is planned only the first two times on a connection: that halves
# the time of many of them. Compiling one takes half a second to a second, while the statements of a page take milliseconds.
POSTGRESQL_OPTIONS = {"options": "-c jit=off", "server_side_binding": True, "prepare_threshold": 2}


def database(config: dict[str, Any]) -> dict[str, Any]:
    """`config` with the options that its engine needs under load."""
    config = {**config, "CONN_MAX_AGE": 60, "CONN_HEALTH_CHECKS": True}
    if config["ENGINE"].endswith("sqlite3"):
        config["OPTIONS"] = {**config.get("OPTIONS", {}), **SQLITE_OPTIONS}
    else:
        config["ENGINE"] = "fleetportal.core.db.postgresql"
        config["OPTIONS"] = {**POSTGRESQL_OPTIONS, **config.get("OPTIONS", {})}
    return config


DATABASES = {"default": database(env.database())}

# --- Cache, broker. Without Redis the broker is a folder and the cache is this process's own.
REDIS_URL = env.redis_url()
if REDIS_URL:
    CACHES: dict[str, Any] = {
        "default": {
            "BACKEND": "fleetportal.core.cache.ForgivingCache",
            "LOCATION": REDIS_URL,
            "OPTIONS": {"socket_connect_timeout": 0.5, "socket_timeout": 2},
        }
    }
    CELERY_BROKER_URL = REDIS_URL
    CELERY_BROKER_TRANSPORT_OPTIONS: dict[str, Any] = {
        "visibility_timeout": 120,
        "socket_connect_timeout": 1,
        "socket_timeout": 5,
        "max_retries": 0,  # a page tries once and continues (R9); worker and scheduler reconnect by themselves
    }
else:
    CACHES = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}}
    CELERY_BROKER_URL = "folder://localhost"
    _broker = VAR / "broker"
    CELERY_BROKER_TRANSPORT_OPTIONS = {
        "data_folder_in": str(_broker / "queue"),
        "data_folder_out": str(_broker / "queue"),
        "control_folder": str(_broker / "control"),
        "polling_interval": 0.2,
    }

TASKS_APP = "fleetportal.celery"  # the module of the Celery app, loaded when it is first needed
CELERY_ACCEPT_CONTENT = ["json"]
CELERY_TASK_DEFAULT_EXCHANGE = ""  # straight to the queue: the exchange table of the folder could be truncated by a crash
CELERY_WORKER_ENABLE_REMOTE_CONTROL = False
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_IGNORE_RESULT = True
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_BROKER_CONNECTION_TIMEOUT = 1
CELERY_TASK_PUBLISH_RETRY = False  # waking the worker may fail immediately: the sweep is the guarantee
CELERY_TIMEZONE = "UTC"
CELERY_BEAT_SCHEDULE_FILENAME = str(VAR / "beat-schedule")
SWEEP_SECONDS = 3.0
CELERY_BEAT_SCHEDULE = {
    "send what is due": {"task": "core.send_outbox", "schedule": SWEEP_SECONDS},
    "go on with jobs": {"task": "core.run_jobs", "schedule": SWEEP_SECONDS},
    "forget old counters": {"task": "core.forget_old_counters", "schedule": 3600.0},
    "forget old answers": {"task": "core.forget_old_answers", "schedule": 3600.0},
    "forget old sessions": {"task": "core.forget_old_sessions", "schedule": 86_400.0},
    "forget old jobs": {"task": "core.forget_old_jobs", "schedule": 86_400.0},
    "forget old exports": {"task": "core.forget_old_exports", "schedule": 3600.0},
    "forget files of old imports": {"task": "intake.forget_files", "schedule": 3600.0},
    "remind who comes tomorrow": {"task": "events.remind_coming", "schedule": 600.0},
    "publish pages that are due": {"task": "cms.publish_scheduled", "schedule": 60.0},
    "let vouchers expire": {"task": "gifts.expire_vouchers", "schedule": 600.0},
    "look again at touched companies": {"task": "accounts.look_again", "schedule": SWEEP_SECONDS},
    "count the fleets anew": {"task": "accounts.mend_fleets", "schedule": 86_400.0},  # repairs rows written without the verbs
    "look up the last contacts anew": {"task": "contacts.mend_last_contacts", "schedule": 86_400.0},  # likewise
    "end what went on after its role or vehicle": {"task": "contacts.mend_periods", "schedule": 86_400.0},  # from before that was one step
    "renew contract ends that have passed": {
        "task": "accounts.renew_ends",
        "schedule": 600.0,
    },  # often, so that lists are fast after midnight
    "release whoever is held for what has begun": {"task": "contacts.release_holds", "schedule": 3600.0},
    "find the day's reasons": {"task": "contacts.find_reasons", "schedule": 600.0},  # once for each day; asked often, so none is missed
}

# --- Who signs in
AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = [
    "accounts.staff.sign_in.Backend",
    "guardian.backends.ObjectPermissionBackend",
]
ANONYMOUS_USER_NAME = None
GUARDIAN_RAISE_403 = False
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.ScryptPasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
LOGIN_URL = "/login/"
LOGIN_REDIRECT_URL = "/"
ACCOUNT_ADAPTER = "accounts.staff.sign_in.StaffAdapter"
ACCOUNT_FORMS = {"login": "accounts.staff.sign_in.SignInForm"}
ACCOUNT_LOGIN_METHODS = {"username"}
ACCOUNT_SIGNUP_FIELDS = ["username*", "password1*"]  # without password1 the password leaves the sign-in form too
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_EMAIL_UNKNOWN_ACCOUNTS = False
ACCOUNT_LOGOUT_ON_GET = False
ACCOUNT_LOGOUT_REDIRECT_URL = "/login/"
ACCOUNT_PREVENT_ENUMERATION = True
ALLAUTH_TRUSTED_PROXY_COUNT = env.count("TRUSTED_PROXIES", 0)  # also for R29: core.throttle gets the client's address from allauth
ACCOUNT_RATE_LIMITS = False  # ours are in the database and let right passwords pass: accounts.staff.passwords
MFA_SUPPORTED_TYPES = ["totp", "recovery_codes"]
MFA_FORMS = {"authenticate": "accounts.staff.sign_in.SignInCodeForm", "reauthenticate": "accounts.staff.sign_in.CodeAgainForm"}
MFA_ADAPTER = "accounts.staff.sign_in.SecondFactorAdapter"
MFA_TOTP_ISSUER = "Fleetportal"
ROLES = {
    "account_manager",
    "centre_manager",
    "marketing",
    "service_adviser",
    "wash_attendant",
    "administrator",
    "outside_agent",
}  # of accounts.staff.roles
REQUIRE_SECOND_FACTOR = env.words("REQUIRE_SECOND_FACTOR", [] if DEBUG else ["administrator"], among=ROLES)

SESSION_COOKIE_NAME = "__Host-session" if HTTPS else "session"
CSRF_COOKIE_NAME = "__Host-csrf" if HTTPS else "csrf"
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_HTTPONLY = True  # forms carry the token; no script reads it
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = LANGUAGE_COOKIE_SECURE = HTTPS
LANGUAGE_COOKIE_HTTPONLY = True
LANGUAGE_COOKIE_SAMESITE = "Lax"
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"

# --- Words, days, money
LANGUAGE_CODE = env.choice("DEFAULT_LANGUAGE", "en", {"en", "de", "it", "ru"})
LANGUAGES = [("en", _("English")), ("de", _("German")), ("it", _("Italian")), ("ru", _("Russian"))]
LOCALE_PATHS = [ROOT / "locale"]
LANGUAGE_COOKIE_NAME = "language"
FORMAT_MODULE_PATH = ["fleetportal.formats"]
USE_I18N = True
USE_TZ = True
TIME_ZONE = env.zone("TIME_ZONE", "Europe/Berlin")
CURRENCY = env.currency()

# --- Files
STATIC_URL = "/static/"
STATIC_ROOT = VAR / "static"
STATICFILES_DIRS = [("vendor", ROOT / "static-vendor" / "vendor")]
PDF_FONTS = ROOT / "static-vendor" / "pdf-fonts"  # read by the PDF writer, never served
MEDIA_URL = "/media/"
MEDIA_ROOT = VAR / "media"
FILES_ROOT = VAR / "files"  # uploads and exports: only served by pages that check the user
DATA_UPLOAD_MAX_MEMORY_SIZE = 5 * 2**20
FILE_UPLOAD_MAX_MEMORY_SIZE = 2 * 2**20

STEADY_ANSWER_SECONDS = 0.25  # open forms that look for people answer after a whole number of these: their time tells nothing
INVITATIONS_WAIT_SECONDS = 120.0  # before the letters of one press leave: so long all of them can be called back
KEEP_CIRCLE_SECONDS = 60.0  # how long a process remembers how many people an event may invite

# --- Wagtail
KEEP_PAGES_SECONDS = 5.0  # how long a process caches a public page in memory
KEEP_BRAND_SECONDS = 60.0  # how long a process caches the branding of customer pages
WAGTAIL_SITE_NAME = "Fleetportal"
WAGTAILADMIN_BASE_URL = BASE_URL
WAGTAIL_I18N_ENABLED = True
WAGTAIL_CONTENT_LANGUAGES = LANGUAGES
WAGTAIL_ENABLE_UPDATE_CHECK = False
WAGTAIL_GRAVATAR_PROVIDER_URL = None
WAGTAILEMBEDS_FINDERS: list[dict[str, object]] = []  # pages embed nothing of other sites
WAGTAIL_PASSWORD_MANAGEMENT_ENABLED = False
WAGTAIL_PASSWORD_RESET_ENABLED = False
WAGTAILIMAGES_IMAGE_FORM_BASE = "cms.forms.PictureForm"
WAGTAILADMIN_LOGIN_URL = WAGTAIL_FRONTEND_LOGIN_URL = "/login/"
WAGTAILSEARCH_BACKENDS = {"default": {"BACKEND": "wagtail.search.backends.database"}}
DEFAULT_FROM_EMAIL = f"Fleetportal <fleetportal@{BASE_HOST if '.' in BASE_HOST else 'fleetportal.example'}>"
EMAIL_TIMEOUT = 20
SMS_GATEWAY = env.sms_gateway()
IMAP_URL = env.imap_url()
REPLY_TO = env.reply_to(IMAP_URL)
if IMAP_URL:
    CELERY_BEAT_SCHEDULE["read the mailbox"] = {"task": "contacts.read_mailbox", "schedule": 60.0}
SECURITY_CONTACT = env.security_contact(BASE_HOST)
WEBHOOKS = env.webhooks()  # where JSON is posted, by name
WEBHOOK_KEY = env.secret("WEBHOOK_KEY") if WEBHOOKS else ""

LOGGING: dict[str, Any] = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"json": {"()": "fleetportal.core.web.logs.JsonLine"}, "plain": {"()": "fleetportal.core.web.logs.PlainLine"}},
    "handlers": {
        "stdout": {
            "class": "logging.StreamHandler",
            "stream": "ext://sys.stdout",
            "formatter": "plain" if DEBUG else "json",
        }
    },
    "root": {"handlers": ["stdout"], "level": "INFO"},
    "loggers": {
        "django": {"handlers": [], "level": "INFO", "propagate": True},
        "django.server": {"handlers": [], "propagate": True},
        "django_tasks": {"level": "WARNING"},  # Wagtail logs two lines for every page that it indexes
        "wagtail": {"level": "WARNING"},
    },
}
