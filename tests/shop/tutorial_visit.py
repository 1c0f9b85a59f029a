"""A visit to the tutorial's shop, in headless Chromium: run by docs/tutorial/run --exec, which opens the shop.

    tutorial_visit.py FOLDER     leaves screenshots there and prints what the page said as JSON
"""
import json
import os
import sys
import urllib.error
import urllib.parse
import urllib.request
from pathlib import Path

from selenium import webdriver
from selenium.webdriver.common.by import By
from selenium.webdriver.support.ui import WebDriverWait

URL = os.environ["MALL_URL"]
OUT = Path(sys.argv[1])


def browser():
    options = webdriver.ChromeOptions()
    options.binary_location = "/usr/bin/chromium"
    for flag in ("--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--window-size=900,700",
                 f"--user-data-dir={OUT}/profile"):
        options.add_argument(flag)
    return webdriver.Chrome(options=options, service=webdriver.ChromeService("/usr/bin/chromedriver"))


def ask(path, **fields):
    data = urllib.parse.urlencode(fields).encode() if fields else None
    try:
        with urllib.request.urlopen(URL + path, data) as reply:
            return json.load(reply)
    except urllib.error.HTTPError as error:
        return json.load(error)


def buy(driver, user):
    """Presses the button as this customer and returns each text that the page showed, and the task's id."""
    driver.execute_script("""
        const state = document.getElementById('state');
        if (!window.watch) {
            window.watch = new MutationObserver(() => window.seen.push(state.textContent));
            window.watch.observe(state, {childList: true});
        }
        window.seen = [];""")
    field = driver.find_element(By.ID, "user")
    field.clear()
    field.send_keys(str(user))
    button = driver.find_element(By.ID, "buy")
    button.click()
    WebDriverWait(driver, 60, 0.2).until(lambda _: button.is_enabled())
    return driver.execute_script("return window.seen"), driver.find_element(By.ID, "task").text


def main():
    said = {}
    driver = browser()
    try:
        driver.get(URL + "/")
        WebDriverWait(driver, 20).until(lambda d: d.find_elements(By.CSS_SELECTOR, "#banners li"))
        said["banners"] = [item.text for item in driver.find_elements(By.CSS_SELECTOR, "#banners li")]
        for user in (1, 2, 3):
            seen, task_id = buy(driver, user)
            driver.save_screenshot(str(OUT / f"customer-{user}.png"))
            said[f"customer {user}"] = {"seen": seen, "by id": ask(f"/result/?task_id={task_id}")}
    finally:
        driver.quit()
    said["refresh by beat"] = WebDriverWait(None, 60, 0.5).until(
        lambda _: (answer := ask("/banner/"))["source"] == "cache" and answer)["banners"]
    said["code"] = ask("/send_sms/", mobile="13800138000")["code"]
    said["code again"] = ask("/send_sms/", mobile="13800138000")["code"]
    said["bad number"] = ask("/send_sms/", mobile="12345")["code"]
    said["nobody's id"] = ask("/result/?task_id=nobody")["code"]
    said["no numbers"] = ask("/seckill/", goods="x", user="1")["code"]
    print("SAID " + json.dumps(said))


if __name__ == "__main__":
    main()
