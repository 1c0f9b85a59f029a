import os
from pathlib import Path

BASE_DIR = Path(__file__).resolve().parent.parent
DATA_DIR = Path(os.environ.get("MALL_DATA", BASE_DIR / "data"))
REDIS = os.environ.get("MALL_REDIS", "redis://127.0.0.1:6379")

SECRET_KEY = os.environ.get("MALL_SECRET_KEY", "only-for-the-tutorial")
DEBUG = True
ALLOWED_HOSTS = ["127.0.0.1", "localhost"]
INSTALLED_APPS = ["store"]
MIDDLEWARE = ["django.middleware.common.CommonMiddleware"]
ROOT_URLCONF = "mall.urls"
TEMPLATES = [{"BACKEND": "django.template.backends.django.DjangoTemplates", "APP_DIRS": True}]
DATABASES = {"default": {
    "ENGINE": "django.db.backends.sqlite3",
    "NAME": DATA_DIR / "shop.db",
    "OPTIONS": {"timeout": 20},
}}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
CACHES = {"default": {
    "BACKEND": "django.core.cache.backends.redis.RedisCache",
    "LOCATION": f"{REDIS}/1",
}}
MEDIA_URL = "/media/"
USE_TZ = True
TIME_ZONE = "UTC"

BANNER_COUNT = 5
SMS_CODE_LIFE = 300  # seconds
SMS_THROTTLE = 60

CELERY_BROKER_URL = f"{REDIS}/0"
CELERY_RESULT_BACKEND = f"{REDIS}/0"
CELERY_TASK_TRACK_STARTED = True
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_BEAT_SCHEDULE = {
    "refresh-the-banners": {"task": "update_banner", "schedule": float(os.environ.get("MALL_BANNER_EVERY", 30))},
}
