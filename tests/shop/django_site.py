"""What a Django site reads: run by the tests as its own process, for Django is configured once per process.

    django_site.py redis|django-redis CACHE_URL KEY      prints cache.get(KEY) as JSON
    django_site.py migrate DATABASE                      makes the table of the model Banner, and fills it
"""
import json
import sys

import django
from django.conf import settings

BACKENDS = {
    "redis": {"BACKEND": "django.core.cache.backends.redis.RedisCache"},
    "django-redis": {"BACKEND": "django_redis.cache.RedisCache",
                     "OPTIONS": {"SERIALIZER": "django_redis.serializers.json.JSONSerializer"}},
}


def read(backend, url, key):
    settings.configure(CACHES={"default": {**BACKENDS[backend], "LOCATION": url}})
    django.setup()
    from django.core.cache import cache
    print(json.dumps({"value": cache.get(key), "fresh": cache.ttl(key) if backend == "django-redis" else None}))


def migrate(path):
    settings.configure(
        DATABASES={"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": path}},
        DEFAULT_AUTO_FIELD="django.db.models.BigAutoField",
    )
    django.setup()
    from django.db import connection, models

    class Base(models.Model):
        created_time = models.DateTimeField(auto_now_add=True)
        updated_time = models.DateTimeField(auto_now=True)
        is_delete = models.BooleanField(default=False)
        is_show = models.BooleanField(default=True)
        orders = models.IntegerField()

        class Meta:
            abstract = True
            app_label = "home"

    class Banner(Base):
        name = models.CharField(max_length=32, unique=True)
        image = models.FileField(upload_to="banner")
        link = models.CharField(max_length=64)
        info = models.TextField()

        class Meta:
            app_label = "home"
            db_table = "home_banner"

    with connection.schema_editor() as editor:
        editor.create_model(Banner)
    Banner.objects.create(name="第二", image="banner/2.png", link="/2", orders=2, info="x")
    Banner.objects.create(name="first \"1\"", image="banner/1.png", link="/1", orders=1, info="x")
    Banner.objects.create(name="hidden", image="banner/3.png", link="/3", orders=0, info="x", is_show=False)
    Banner.objects.create(name="deleted", image="banner/4.png", link="/4", orders=0, info="x", is_delete=True)
    for number in range(5, 12):
        Banner.objects.create(name=f"more {number}", image="m.png", link="", orders=number, info="x")


if __name__ == "__main__":
    {"migrate": migrate}.get(sys.argv[1], lambda *rest: read(sys.argv[1], *rest))(*sys.argv[2:])
