"""The flash sale under fire: real Python producers, real databases, workers that are killed meanwhile.

SHOP_BUYERS=10000 SHOP_GOODS=100 runs the large form.
"""
import os
import sqlite3
import subprocess
import sys
import time
from collections import Counter
from contextlib import closing

import pytest

from support.wait import eventually

BUYERS = int(os.environ.get("SHOP_BUYERS", 1500))
GOODS = int(os.environ.get("SHOP_GOODS", 100))
PRODUCERS = 3
PATIENCE = 120 + BUYERS // 20  # seconds
PRODUCER = """
import sys
from celery import Celery
app = Celery(broker=sys.argv[1], backend=sys.argv[2])
for user in range(int(sys.argv[3]), int(sys.argv[4]), int(sys.argv[5])):
    app.send_task("celery_task.user_task.seckill_task", (1, user), task_id=f"buy-{user}")
    if user % 50 == 0:  # impatient ones press twice
        app.send_task("seckill", (1, user), task_id=f"again-{user}")
"""


def connect(shop, request):
    if shop.settings["database_url"].startswith("mysql"):
        return request.getfixturevalue("mariadb").connect()
    return sqlite3.connect(shop.folder / "shop.db", timeout=30, isolation_level=None)


@pytest.fixture(params=["sqlite", "mariadb"])
def sale(request, open_shop):
    settings = {"database_url": request.getfixturevalue("mariadb").url} if request.param == "mariadb" else {}
    shop = open_shop(args="-c 3", **settings)
    shop.get("update_banner")  # makes the tables
    with closing(connect(shop, request)) as database:
        cursor = database.cursor()
        for table in ("seckill_order", "seckill_attempt", "seckill_goods"):
            cursor.execute(f"DELETE FROM {table}")
        cursor.execute(f"INSERT INTO seckill_goods (id, name, stock) VALUES (1, 'phone', {GOODS})")
    shop.query = lambda text: rows(shop, request, text)
    return shop


def rows(shop, request, text):
    with closing(connect(shop, request)) as database:
        cursor = database.cursor()
        cursor.execute(text)
        return list(cursor.fetchall())


def start_producers(shop):
    return [subprocess.Popen([sys.executable, "-c", PRODUCER, shop.rig.conf["broker_url"],
                              shop.rig.conf["result_backend"], str(n), str(BUYERS), str(PRODUCERS)])
            for n in range(PRODUCERS)]


def wait_for_orders(shop, count):
    eventually(lambda: shop.query("SELECT COUNT(*) FROM seckill_order")[0][0] >= count, timeout=60,
               what=f"{count} orders")


@pytest.mark.timeout(2 * PATIENCE)
def test_everybody_is_answered_and_exactly_the_stock_is_sold_though_workers_die(sale):
    sale.worker()
    producers = start_producers(sale)
    for orders, victim in ((GOODS // 10, 0), (GOODS // 3, 1)):  # in the middle of the sale
        wait_for_orders(sale, orders)
        sale.rig.workers[victim].kill()
        sale.worker()
    assert [producer.wait(PATIENCE) for producer in producers] == [0] * PRODUCERS

    ids = [f"buy-{user}" for user in range(BUYERS)] + [f"again-{user}" for user in range(0, BUYERS, 50)]
    answers = {}

    def all_answered():
        missing = [task_id for task_id in ids if task_id not in answers]
        for start in range(0, len(missing), 1000):
            part = missing[start:start + 1000]
            docs = sale.rig.docs.mget([f"celery-task-meta-{task_id}" for task_id in part])
            answers.update({i: doc for i, doc in zip(part, docs) if doc and b'"SUCCESS"' in doc})
        return len(answers) == len(ids)

    eventually(all_answered, timeout=PATIENCE, what=f"all {len(ids)} answers")
    won = {task_id for task_id in ids if sale.rig.doc(task_id)["result"] is True}
    orders = sale.query("SELECT user_id, task_id FROM seckill_order")
    assert len(orders) == GOODS
    assert sale.query("SELECT stock FROM seckill_goods")[0][0] == 0
    assert max(Counter(user for user, _ in orders).values()) == 1
    assert {task_id for _, task_id in orders} == won  # who was told so has an order, and nobody else
    # The gate kept the others away from the database.
    assert sale.query("SELECT COUNT(*) FROM seckill_attempt")[0][0] <= GOODS + 5


def test_a_second_delivery_of_an_id_gets_the_first_answer(sale):
    assert sale.get("seckill", 1, 7, task_id="once") is True
    before = sale.query("SELECT stock FROM seckill_goods")
    for _ in range(3):
        sale.rig.docs.delete("celery-task-meta-once")
        assert sale.get("seckill", 1, 7, task_id="once") is True
    sale.cache.flushdb()  # the gate forgets everything
    sale.rig.docs.delete("celery-task-meta-once")
    assert sale.get("seckill", 1, 7, task_id="once") is True
    assert sale.query("SELECT stock FROM seckill_goods") == before


def test_a_row_that_is_locked_for_long_is_waited_for(sale, request):
    is_server = sale.settings["database_url"].startswith("mysql")
    with closing(connect(sale, request)) as other:
        cursor = other.cursor()
        cursor.execute("BEGIN" if is_server else "BEGIN IMMEDIATE")
        cursor.execute("UPDATE seckill_goods SET name = 'locked' WHERE id = 1")
        call = sale.send("seckill", 1, 7)
        time.sleep(2)
        assert not call.ready()
        cursor.execute("ROLLBACK")
        assert call.get(timeout=30) is True
    assert sale.query("SELECT COUNT(*) FROM seckill_order")[0][0] == 1


def test_ten_at_a_time_without_the_gate_collide_and_still_sell_exactly_the_stock(open_shop, request, mariadb):
    shop = open_shop(args="-c 10", database_url=mariadb.url, seckill_gate=False)
    shop.get("update_banner")
    with closing(mariadb.connect()) as database:
        cursor = database.cursor()
        for table in ("seckill_order", "seckill_attempt", "seckill_goods"):
            cursor.execute(f"DELETE FROM {table}")
        cursor.execute("INSERT INTO seckill_goods (id, name, stock) VALUES (1, 'phone', 20)")
    calls = [shop.send("seckill", 1, user % 50) for user in range(200)]  # each user presses four times
    answers = [call.get(timeout=90) for call in calls]
    assert Counter(answers) == {True: 20, False: 180}
    users = [user for user, in rows(shop, request, "SELECT user_id FROM seckill_order")]
    assert len(users) == len(set(users)) == 20
    assert rows(shop, request, "SELECT stock FROM seckill_goods")[0][0] == 0
