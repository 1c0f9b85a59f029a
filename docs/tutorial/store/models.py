from django.db import models
from django.db.models.functions import Now


class Banner(models.Model):
    name = models.CharField(max_length=150)
    image = models.FileField(max_length=255, upload_to="banner")
    link = models.CharField(max_length=500, default="")
    orders = models.IntegerField(default=1)
    is_show = models.BooleanField(default=True)
    is_delete = models.BooleanField(default=False)

    class Meta:
        db_table = "home_banner"


class Goods(models.Model):
    name = models.CharField(max_length=150, default="")
    stock = models.PositiveIntegerField()

    class Meta:
        db_table = "seckill_goods"


class Order(models.Model):
    goods = models.ForeignKey(Goods, models.PROTECT)
    user_id = models.BigIntegerField(null=True)
    task_id = models.CharField(max_length=255, unique=True)
    created = models.DateTimeField(db_default=Now())

    class Meta:
        db_table = "seckill_order"
        constraints = [models.UniqueConstraint(fields=["goods", "user_id"], name="one_each")]


class Attempt(models.Model):
    """What a call of the task was told: the same call gets the same answer."""
    task_id = models.CharField(max_length=255, primary_key=True)
    goods_id = models.BigIntegerField()
    user_id = models.BigIntegerField(null=True)
    won = models.IntegerField()

    class Meta:
        db_table = "seckill_attempt"
