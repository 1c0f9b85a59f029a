"""Names and arguments only: the bodies are C++, in tasks/ of taskworker."""
from celery import shared_task


@shared_task(name="send_sms")
def send_sms(mobile, code): ...


@shared_task(name="update_banner")
def update_banner(): ...


@shared_task(name="seckill")
def seckill(goods, user): ...
