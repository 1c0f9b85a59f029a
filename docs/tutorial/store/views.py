import re
import secrets

from celery.result import AsyncResult
from django.conf import settings
from django.core.cache import cache
from django.http import JsonResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET, require_POST

from . import tasks
from .models import Banner, Goods

WON, FAILED, SOLD_OUT, QUEUEING = 100, 101, 102, 103


@require_GET
def page(request):
    return render(request, "page.html", {"goods": Goods.objects.first()})


@require_POST
def send_sms(request):
    mobile = request.POST.get("mobile", "")
    if not re.fullmatch(r"1[3-9][0-9]{9}", mobile):
        return JsonResponse({"code": 400, "msg": "not a mobile number"}, status=400)
    if not cache.add(f"asked_{mobile}", 1, settings.SMS_THROTTLE):
        return JsonResponse({"code": 429, "msg": "one code a minute"}, status=429)
    code = f"{secrets.randbelow(10**6):06}"
    call = tasks.send_sms.delay(mobile, code)  # the task keeps the code where a login looks for it
    return JsonResponse({"code": 0, "task_id": call.id})


@require_GET
def banner(request):
    banners = cache.get("banner_list")
    source = "cache"
    if banners is None:
        source = "database"
        shown = Banner.objects.filter(is_show=True, is_delete=False).order_by("orders", "id")
        banners = [{"id": b.id, "name": b.name, "image": b.image.url, "link": b.link}
                   for b in shown[:settings.BANNER_COUNT]]
    return JsonResponse({"source": source, "banners": banners})


@require_POST
def seckill(request):
    try:
        goods, user = int(request.POST["goods"]), int(request.POST["user"])
    except (KeyError, ValueError):
        return JsonResponse({"code": 400, "msg": "goods and user are numbers"}, status=400)
    return JsonResponse({"code": QUEUEING, "task_id": tasks.seckill.delay(goods, user).id})


@require_GET
def result(request):
    """100: won, 101: it failed, 102: sold out or bought before, 103: still in the queue."""
    task = AsyncResult(request.GET.get("task_id") or "none")
    if task.successful():
        code = WON if task.result is True else SOLD_OUT
        return JsonResponse({"code": code, "result": task.result})
    if task.failed():
        return JsonResponse({"code": FAILED, "msg": str(task.result)})
    return JsonResponse({"code": QUEUEING, "state": task.state})
