from django.core.management.base import BaseCommand

from store.models import Banner, Goods


class Command(BaseCommand):
    help = "Puts two phones up for sale and three banners on the wall, unless they are there."

    def handle(self, **_):
        Goods.objects.get_or_create(id=1, defaults={"name": "phone", "stock": 2})
        for number, (name, is_show) in enumerate([("Autumn", True), ("Hidden", False), ("Phones", True)], 1):
            Banner.objects.get_or_create(id=number, defaults={
                "name": name, "image": f"banner/{name.lower()}.png", "link": f"/{name.lower()}",
                "orders": 10 - number, "is_show": is_show})
