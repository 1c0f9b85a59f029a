"""update_banner as a Django site sees it: real tables, real caches, three databases."""
import json
import subprocess
import sys
from pathlib import Path

import pytest

from support.wait import eventually

SITE = Path(__file__).resolve().parent / "django_site.py"
FIRST_TWO = [{"id": 2, "name": 'first "1"', "image": "/media/banner/1.png", "link": "/1"},
             {"id": 1, "name": "第二", "image": "/media/banner/2.png", "link": "/2"}]


def django(*args):
    return subprocess.run([sys.executable, SITE, *map(str, args)], check=True, capture_output=True, text=True).stdout


def cached(shop, backend, key):
    return json.loads(django(backend, shop.settings["cache_url"], key))["value"]


@pytest.mark.parametrize("backend, form", [("redis", "pickle"), ("django-redis", "json")])
@pytest.mark.parametrize("key", ["banner_list", "home_banner_list"])
def test_django_finds_the_list_that_its_serializer_would_give(open_shop, tmp_path, backend, form, key):
    django("migrate", tmp_path / "shop.db")
    shop = open_shop(banner_format=form, create_tables=False, banner_count=5)
    assert shop.get("update_banner") is True
    banners = cached(shop, backend, key)
    assert banners[:2] == FIRST_TWO
    assert len(banners) == 5
    assert 200 < shop.redis.client(3).ttl(f":1:{key}") <= 300


@pytest.mark.parametrize("kind", ["mariadb", "postgresql"])
def test_the_same_from_a_server(open_shop, request, kind):
    server = request.getfixturevalue(kind)
    shop = open_shop(database_url=server.url, banner_format="pickle")
    assert shop.get("update_banner") is True  # made the tables
    with server.connect() as connection, connection.cursor() as cursor:
        cursor.execute("DELETE FROM home_banner")
        for row in [(1, "第二", "banner/2.png", "/2", 2, True, False), (2, 'first "1"', "banner/1.png", "/1", 1, True, False),
                    (3, "hidden", "x", "", 0, False, False), (4, "deleted", "x", "", 0, True, True)]:
            cursor.execute("INSERT INTO home_banner VALUES (%s, %s, %s, %s, %s, %s, %s)", row)
    assert shop.get("update_banner") is True
    assert cached(shop, "redis", "banner_list") == FIRST_TWO


def test_a_database_in_trouble_keeps_the_old_list_and_is_asked_again(open_shop, tmp_path):
    database = tmp_path / "shop.db"
    django("migrate", database)
    shop = open_shop(create_tables=False)
    assert shop.get("update_banner") is True
    before = shop.cache.get(":1:banner_list")
    database.rename(tmp_path / "away.db")
    shop.rig.main.stop()
    shop.worker()
    call = shop.send("update_banner")
    eventually(lambda: shop.rig.state(call.id) == "RETRY", what="a retry")
    assert shop.cache.get(":1:banner_list") == before
    (tmp_path / "away.db").rename(database)
    for leftover in ("shop.db-wal", "shop.db-shm"):
        (tmp_path / leftover).unlink(missing_ok=True)
    shop.rig.workers[-1].stop()
    shop.worker()  # with a connection to the file that is back
    assert call.get(timeout=30) is True


def test_of_two_at_once_one_runs_and_the_other_says_so(open_shop, mariadb):
    shop = open_shop(database_url=mariadb.url, args="-c 2")
    assert shop.get("update_banner") is True
    with mariadb.connect() as connection, connection.cursor() as cursor:
        cursor.execute("LOCK TABLES home_banner WRITE")  # the first one waits here
        first = shop.send("update_banner")
        eventually(lambda: shop.cache.get("refresh_of_:1:banner_list") == first.id, what="the lock")
        second = shop.send("update_banner")
        assert second.get(timeout=10) is True
        assert shop.rig.main.logs(second.id, "another update_banner is at it")
        assert not first.ready()
        cursor.execute("UNLOCK TABLES")
    assert first.get(timeout=20) is True
    assert shop.cache.get("refresh_of_:1:banner_list") is None
