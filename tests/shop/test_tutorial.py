"""The tutorial's Django shop as its visitor sees it: a real page in a real browser, the C++ worker behind it."""
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from support.worker import BUILD, TREE

VISIT = Path(__file__).resolve().parent / "tutorial_visit.py"


@pytest.fixture(scope="module")
def said(tmp_path_factory):
    folder = Path(os.environ.get("SHOP_SCREENSHOTS") or tmp_path_factory.mktemp("visit"))
    folder.mkdir(parents=True, exist_ok=True)
    visit = subprocess.run(
        [TREE / "docs" / "tutorial" / "run", "--exec", sys.executable, VISIT, folder],
        env={**os.environ, "TASKWORKER_BUILD": str(BUILD), "MALL_BANNER_EVERY": "2"},
        capture_output=True, text=True, timeout=170)
    assert visit.returncode == 0, visit.stdout + visit.stderr
    return json.loads(visit.stdout.partition("SAID ")[2])


def test_two_customers_win_and_the_third_finds_it_sold_out(said):
    won = ["Queueing …", "Won: the order is yours"]
    assert said["customer 1"] == {"seen": won, "by id": {"code": 100, "result": True}}
    assert said["customer 2"] == {"seen": won, "by id": {"code": 100, "result": True}}
    assert said["customer 3"] == {"seen": ["Queueing …", "Sold out, or you have one already"],
                                  "by id": {"code": 102, "result": False}}


def test_the_banners_come_from_the_database_first_and_then_from_what_beat_had_refreshed(said):
    assert said["banners"] == ["Phones", "Autumn"]
    assert said["refresh by beat"] == [
        {"id": 3, "name": "Phones", "image": "/media/banner/phones.png", "link": "/phones"},
        {"id": 1, "name": "Autumn", "image": "/media/banner/autumn.png", "link": "/autumn"}]


def test_a_code_is_sent_once_a_minute_and_to_numbers_only(said):
    assert (said["code"], said["code again"], said["bad number"]) == (0, 429, 400)


def test_an_id_that_nobody_knows_is_queueing_and_nonsense_is_refused(said):
    assert (said["nobody's id"], said["no numbers"]) == (103, 400)
