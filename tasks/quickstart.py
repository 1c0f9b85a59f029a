"""The shop's web site in small: declares the tasks as any Django app does and calls them by .delay().

    quickstart.py IDS    writes the ids of two calls into the file IDS, for a look-up by id
"""

import json
import os
import sqlite3
import sys
from contextlib import closing

import redis
from celery import Celery, shared_task

celery = Celery(
    "site", broker=os.environ["CELERY_BROKER_URL"], backend=os.environ["CELERY_RESULT_BACKEND"], set_as_current=True
)


# Their bodies are in C++: sms.cpp, banner.cpp, seckill.cpp. Here they are only names and arguments.
@shared_task(name="send_sms")
def send_sms(mobile, code): ...


@shared_task(name="update_banner")
def update_banner(): ...


@shared_task(name="seckill")
def seckill(goods, user): ...


BANNERS = [  # id, name, image, link, orders, is_show, is_delete
    (1, "Autumn", "banner/autumn.png", "/autumn", 2, True, False),
    (2, "Phones", "banner/phones.png", "/phones", 1, True, False),
    (3, "Hidden", "banner/hidden.png", "/hidden", 0, False, False),
]


def open_the_shop():
    """Two pieces for sale and three banners, one of them hidden."""
    with closing(sqlite3.connect(os.environ["SHOP_DATABASE"])) as database, database:
        database.execute("INSERT INTO seckill_goods (id, name, stock) VALUES (1, 'phone', 2)")
        database.executemany("INSERT INTO home_banner VALUES (?, ?, ?, ?, ?, ?, ?)", BANNERS)


def cached_banners():
    """What django-redis with its JSONSerializer answers to cache.get('banner_list')."""
    with closing(redis.from_url(os.environ["SHOP_CACHE"])) as cache:
        return json.loads(cache.get(":1:banner_list") or "null")


def show(text, call, want):
    """Prints one line of the table; returns the call's id and whether its end is the wanted one."""
    answer = call.get(timeout=30, propagate=False)
    if isinstance(answer, Exception):
        answer = f"{type(answer).__name__}: {answer}"
    good = answer == want
    print(f"{text:<32} {call.id}  {call.state:<8} {answer}{'' if good else f'   EXPECTED {want!r}'}", flush=True)
    return call.id, good


def main():
    print(f"{'task':<32} {'id':<36}  {'state':<8} result")
    goods, calls = [], []

    def run(text, call, want):
        task_id, good = show(text, call, want)
        calls.append(task_id)
        goods.append(good)

    run("update_banner()", update_banner.delay(), True)  # the first use makes the shop's tables
    open_the_shop()
    run("send_sms('13800138000', '1234')", send_sms.delay("13800138000", "1234"), "printed for 13800138000")
    run("send_sms('12345', '1234')", send_sms.delay("12345", "1234"), "ValueError: not a mobile number: '12345'")
    run("update_banner()", update_banner.delay(), True)
    run("seckill(1, user=7)", seckill.delay(1, user=7), True)
    run("seckill(1, user=7)   once more", seckill.delay(1, user=7), False)
    run("seckill(1, user=8)", seckill.delay(1, user=8), True)
    run("seckill(1, user=9)   sold out", seckill.delay(1, user=9), False)

    images = [banner["image"] for banner in cached_banners() or []]
    goods.append(images == ["/media/banner/phones.png", "/media/banner/autumn.png"])
    print(f"\nIn Django's cache, 'banner_list': {images}")
    with open(sys.argv[1], "w", encoding="utf-8") as ids:
        ids.writelines(f"{task_id}\n" for task_id in calls[1:3])
    return 0 if all(goods) else 1


if __name__ == "__main__":
    sys.exit(main())
