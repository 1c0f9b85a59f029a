"""Every name under which the tutorials' producers call the shop, by a real Celery."""
import sqlite3
from contextlib import closing

import pytest


@pytest.fixture
def shop(open_shop):
    shop = open_shop()
    shop.get("update_banner")  # makes the tables
    with closing(sqlite3.connect(shop.folder / "shop.db")) as database, database:
        database.execute("INSERT INTO seckill_goods (id, name, stock) VALUES (1, 'phone', 4)")
    return shop


def test_every_way_to_send_a_code(shop):
    assert shop.get("send_sms", "13800138000", "1234") == "printed for 13800138000"
    assert shop.get("celery_task.user_task.send_sms", "13800138001", "1234") == "printed for 13800138001"
    assert shop.get("celery_task.user_task.send_sms_task", "13800138002", "1234") == "13800138002的短信发送成功"
    assert shop.get("celery_task.user_task.send_sms_task", "12345", "1234") == "12345的短信发送失败"
    assert shop.get("celery_tasks.sms.tasks.send_sms", "13800138003", ["1234", 5], 1) == 0
    assert shop.get("celery_tasks.sms.tasks.send_sms", "13800138004", ["1234", 5.0]) == 0
    assert shop.get("celery_tasks.sms.tasks.send_sms", "12345", ["1234", 5]) == -1
    assert shop.get("ccp_send_sms_code", "13800138005", "1234") == 0
    assert shop.cache.get("sms_13800138005") == "1234"
    assert 0 < shop.cache.ttl("send_flag_13800138005") <= 60


def test_banners_and_the_first_task_of_all(shop):
    assert shop.get("update_banner") is True
    assert shop.get("celery_task.home_task.update_banner") is True
    assert shop.get("celery_task.home_task.add", 2, 3) == 5
    assert shop.get("celery_task.home_task.add", 2, 0.5) == 2.5


def test_every_way_to_buy(shop):
    assert shop.get("seckill", 1, 7) is True
    assert shop.get("celery_task.user_task.seckill_task", "1", "7") is False  # the same user
    assert shop.get("celery_task.user_task.seckill_task", "1", "8") is True
    assert shop.get("celery_task.user_task.skill_goods", 1) is True
    assert shop.get("celery_task.user_task.skill_goods") is True  # the goods of the configuration
    sold_out = shop.send("seckill", 1, 9)
    assert sold_out.get(timeout=20) is False
    assert sold_out.successful()  # false means sold out, and is no failure


def test_a_number_waits_for_its_next_code_and_a_task_id_is_sent_once(shop):
    first = shop.send("send_sms", "13800138000", "1234", task_id="sms-1")
    assert first.get(timeout=20) == "printed for 13800138000"
    with pytest.raises(Exception, match="13800138000: no other code for"):
        shop.get("send_sms", "13800138000", "5678")
    assert shop.get("celery_task.user_task.send_sms_task", "13800138000", "5678") == "13800138000的短信发送失败"
    assert shop.cache.get("sms_13800138000") == "1234"
