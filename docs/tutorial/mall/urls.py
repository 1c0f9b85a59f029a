from django.urls import path

from store import views

urlpatterns = [
    path("", views.page),
    path("send_sms/", views.send_sms),
    path("banner/", views.banner),
    path("seckill/", views.seckill),
    path("result/", views.result),
]
